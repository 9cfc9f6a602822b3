"""How far may a picture be turned or scaled until a descriptor finds it no more? PCK against the angle and the zoom.

    python tools/measure_turns.py                                   (two photographs that scikit-learn brings)
    python tools/measure_turns.py left.jpg my/*.png --run runs/own --out turns.csv

Of each photograph the middle half, 320 px long, is looked for in copies that are turned about it, or show it larger or
smaller, and differ in nothing else. A copy of less detail is made from the photograph reduced by area, so that nothing
flickers; one of more detail shows what the photograph has. Asked are pixels of an even grid that the copy shows, and
the nearest descriptor is looked for among all pixels of it. Dense SIFT, which knows neither angle nor scale, is beside.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from turned_photographs import shipped

from training.data.transforms.homography import Array, inside, linear, moved, rotation, translation
from training.errors import TrainingError
from training.evaluation.baselines import DenseSift
from training.evaluation.descriptor import Descriptor
from training.evaluation.nearest import nearest_pixels
from training.evaluation.pair import size_of
from training.evaluation.truths.scaled import resized
from training.files.rows import write_rows
from training.models.describe import NetworkDescriptor
from training.photo import as_batch, read_photo
from training.settings import Distance
from training.weights.trained import open_trained

MIDDLE, LONG_SIDE = 0.5, 320
"""Side of the part that is looked for, as a share of the photograph's; its longer side in pixels."""
STEP_PX = 12
"""Distance of the pixels that are asked."""
WITHIN_PX = (1, 3, 5, 10)


@dataclass(frozen=True)
class Change:
    """How a copy differs."""

    turn_deg: float = 0.0
    zoom: float = 1.0
    """Above 1: things are larger in the copy."""


CHANGES = (
    *(Change(turn_deg=deg) for deg in (10, 20, 30, 45, 60, 90, 180)),
    *(Change(zoom=zoom) for zoom in (0.5, 1 / math.sqrt(2), math.sqrt(2), 2.0)),
)


@dataclass(frozen=True)
class Way:
    """A descriptor, and how its descriptors are compared."""

    describe: Descriptor
    distance: Distance


@dataclass(frozen=True)
class Row:
    """What a descriptor finds of a kind of copies, over all photographs."""

    way: str
    turn_deg: float
    zoom: float
    photographs: int
    points: int
    shares: dict[str, float]
    """PCK, percent."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0 unless the request cannot be met."""
    words = _words(arguments)
    try:
        photos = [read_photo(path) for path in words.photos or shipped()]
        rows = [row for way in ways(words.run) for row in measured(way, photos)]
        if words.out:
            write_rows(words.out, rows, Row)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(table(rows))
    return 0


def ways(run: Path) -> tuple[Way, ...]:
    """The network that `--run` names, and dense SIFT."""
    trained = open_trained(run)
    return Way(NetworkDescriptor(run.name, trained.network), trained.about.distance), Way(DenseSift(), "l2")


def measured(way: Way, photos: Sequence[Array]) -> list[Row]:
    """A row for each change."""
    rows: list[Row] = []
    for change in CHANGES:
        errors = np.concatenate([errors_px(way, photo, change) for photo in photos])
        shares = {f"pck@{px}": round(100 * float(np.mean(errors <= px)), 2) for px in WITHIN_PX}
        rows.append(Row(way.describe.name, change.turn_deg, change.zoom, len(photos), len(errors), shares))
    return rows


def errors_px(way: Way, photo: Array, change: Change) -> Array:
    """How far from their true places the asked pixels of a photograph are found in a copy."""
    (first, H_first), (second, H_second) = view(photo, Change()), view(photo, change)
    xy0, xy1 = asked(size_of(first), size_of(second), H_second @ np.linalg.inv(H_first))
    features0, features1 = (way.describe(as_batch(each))[0] for each in (first, second))
    found = nearest_pixels(features0, features1, torch.from_numpy(xy0), way.distance)
    return np.linalg.norm(found.numpy() - xy1, axis=1)


def view(photo: Array, change: Change) -> tuple[Array, Array]:
    """The middle of a photograph (H, W, 3), changed, and (3, 3) from the photograph's pixels to its own."""
    factor = LONG_SIDE / (MIDDLE * max(photo.shape[:2]))
    small, scale = resized(photo, _times(photo, factor * change.zoom))
    width, height = _times(photo, factor * MIDDLE)
    centre = (np.array(small.shape[1::-1]) - 1) / 2
    turned = linear(rotation(math.radians(change.turn_deg)))
    H = translation((width - 1) / 2, (height - 1) / 2) @ turned @ translation(*-centre)
    seen = cv2.warpPerspective(small, H, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(seen), H @ scale.matrix


def asked(size0: tuple[int, int], size1: tuple[int, int], H_1_0: Array) -> tuple[Array, Array]:
    """Pixels (N, 2) of an even grid of the first picture that the second one shows, and their places there."""
    xs, ys = (np.arange((side - 1) % STEP_PX // 2, side, STEP_PX) for side in size0)
    grid = np.stack(np.meshgrid(xs, ys)).reshape(2, -1)
    places = moved(H_1_0, grid)
    shown = inside(places, *size1)
    return grid.T[shown], places.T[shown]


def table(rows: Sequence[Row]) -> str:
    """Markdown, a line for each change."""
    names = list(dict.fromkeys(row.way for row in rows))
    head = f"| PCK@{'/'.join(map(str, WITHIN_PX))} px, % | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}"
    cells = {(row.way, row.turn_deg, row.zoom): "/".join(f"{v:.0f}" for v in row.shares.values()) for row in rows}
    lines = (
        f"| {_said(each)} | {' | '.join(cells[name, each.turn_deg, each.zoom] for name in names)} |" for each in CHANGES
    )
    return "\n".join((head, *lines))


def _said(change: Change) -> str:
    return f"turned by {change.turn_deg:g}°" if change.zoom == 1 else f"{change.zoom:.2g} times as large"


def _times(photo: Array, factor: float) -> tuple[int, int]:
    """(width, height) of a photograph, scaled."""
    height, width = (max(1, round(factor * side)) for side in photo.shape[:2])
    return width, height


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="*", help="pictures; without, two that scikit-learn brings")
    parser.add_argument("--run", type=Path, default=Path("builtin"), help="run folder, file of weights, or builtin")
    parser.add_argument("--out", type=Path, help="CSV file to write as well")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
