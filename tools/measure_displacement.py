"""Does a trained network recover a known motion of pictures that it never saw? End-point errors of shifts and turns.

    python tools/measure_displacement.py --run runs/cover --images photos

The pictures are those of the split val of a folder that a run was trained on (`scenetrain fit --images`), so no weight
has seen them. Two windows of the run's size look at each, moved by a shift along x or turned about the middle. The
displacement is read in two ways: `regressed`, for objectives that predict one (COVER), and `nearest`, the nearest
descriptor of 512 pixels among all of view 1, compared as the objective compares. `still` is the error of no motion at
all. Medians and means are over the covisible pixels of all pictures.
"""

import argparse
import csv
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import Tensor

from training.data.image_pairs import ImageData, open_images
from training.data.image_views import truth, windows
from training.data.transforms.homography import linear, middle, rotation, scaling, translation
from training.data.transforms.paper import PaperTransform
from training.data.transforms.transform import Looks
from training.errors import RequestError, TrainingError
from training.evaluation.nearest import nearest_pixels
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.registry import distance_of
from training.objectives.seen import Seen, Shown
from training.running.checkpoint import NAME, load
from training.running.job import restored
from training.running.trainee import Trainee
from training.seeding import Stream, numpy_generator
from training.settings import Distance

Array = NDArray[Any]
SHIFTS_PX, TURNS_DEG = (10, 20, 40), (10, 25)
QUERIES = 512


@dataclass(frozen=True)
class Motion:
    """A known motion between two windows."""

    name: str
    shift_px: float = 0.0
    turn_deg: float = 0.0

    def looks(self, side_px: int, canvas_px: int) -> Looks:
        """Where both windows look at a square canvas: around its middle, apart by the motion."""
        half = np.array([self.shift_px / 2, 0])
        corner = (canvas_px - side_px) / 2
        about, back = translation(*middle(canvas_px)), translation(*-middle(canvas_px))
        turn = about @ linear(rotation(math.radians(self.turn_deg))) @ back
        return Looks(turn @ translation(*(corner - half)), translation(*(corner + half)))


MOTIONS = (
    *(Motion(f"shift of {px} px", shift_px=px) for px in SHIFTS_PX),
    *(Motion(f"turn of {deg}°", turn_deg=deg) for deg in TURNS_DEG),
)


@dataclass(frozen=True)
class View:
    """Two windows with one motion and what is true of them."""

    images: Tensor
    """(2, 3, side, side) float32 in [0, 1]."""
    flow: Array
    """(2, side, side) float32 displacement in pixels."""
    covisible: Array
    """(side, side) bool."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 unless the request cannot be met."""
    words = _words(arguments)
    try:
        trainee, data, distance = open_run(words.run, words.images)
        rows = [measure(trainee, distance, data, motion, words.pictures) for motion in MOTIONS]
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    Console(highlight=False).print(table(rows))
    if words.csv:
        write_csv(words.csv, rows)
    return 0


def open_run(run: Path, images: Path) -> tuple[Trainee, ImageData, Distance]:
    """The network with its objective, the held-out pictures, and how descriptors are compared. Raises TrainingError."""
    checkpoint = load(run / NAME)
    settings = checkpoint.settings
    if settings.views is None:
        raise RequestError(f"{run}: was trained on shards; train with scenetrain fit --images DIR")
    data = open_images(images, "val", settings.data, settings.views, settings.seed)
    return restored(checkpoint, run / NAME).eval(), data, distance_of(settings)


@torch.no_grad()
def measure(trainee: Trainee, distance: Distance, data: ImageData, motion: Motion, pictures: int) -> dict[str, Any]:
    """Errors of a motion over the held-out pictures, in pixels."""
    readers = dict(readers_of(trainee, distance))
    errors: dict[str, list[Array]] = {name: [] for name in readers}
    for view in views(data, motion, pictures):
        seen = trainee.see(shown(view))
        for name, read in readers.items():
            errors[name].append(read(seen, view))
    joined = {name: np.concatenate(parts) for name, parts in errors.items() if parts}
    if not joined:
        raise RequestError("no held-out picture is large enough: train with a smaller --crop, or add pictures")
    return {"motion": motion.name, "pictures": len(errors["still"])} | joined


def views(data: ImageData, motion: Motion, pictures: int) -> Iterator[View]:
    """The windows of up to `pictures` held-out pictures."""
    side = data.settings.crop
    canvas = round(data.images.canvas * side)
    for number in range(len(data)):
        picture = data.picture(number)
        if picture is None or number >= pictures:
            continue
        size = (picture.shape[1], picture.shape[0])
        corner = (np.array(size) - min(size)) / 2
        looks = motion.looks(side, canvas).within(translation(*corner) @ scaling(min(size) / canvas))
        rng = numpy_generator(0, Stream.EVALUATION, number)
        known = truth(looks, size, side, rng)
        pair = np.stack(windows(picture, looks, side, PaperTransform(), rng))
        yield View(torch.from_numpy(pair).float() / 255, known.flow, known.covisible)


def shown(view: View) -> Shown:
    """What the trainee is shown; no pixel is chosen, as no loss is computed."""
    none = torch.zeros(1, 0, dtype=torch.bool)
    nowhere = PixelPairs(torch.zeros(1, 0, 2, dtype=torch.int32), torch.zeros(1, 0, 2), none, none)
    return Shown(view.images[:1], view.images[1:], nowhere)


Reader = Callable[[Seen, View], Array]
"""From what is seen of a pair to end-point errors (n,) in pixels."""


def readers_of(trainee: Trainee, distance: Distance) -> Iterator[tuple[str, Reader]]:
    """The ways to read a displacement that the run allows."""
    yield "still", lambda seen, view: np.linalg.norm(view.flow, axis=0)[view.covisible]
    displacement = getattr(trainee.objective, "displacement", None)
    if displacement is not None:
        yield "regressed", lambda seen, view: _errors(displacement(seen)[0].numpy(), view)
    yield "nearest", lambda seen, view: _nearest(seen, view, distance)


def _errors(predicted: Array, view: View) -> Array:
    return np.linalg.norm(predicted - view.flow, axis=0)[view.covisible]


def _nearest(seen: Seen, view: View, distance: Distance) -> Array:
    rows, columns = np.nonzero(view.covisible)
    chosen = np.linspace(0, len(rows) - 1, min(QUERIES, len(rows))).astype(int)
    y, x = rows[chosen], columns[chosen]
    xy0 = torch.from_numpy(np.stack([x, y], axis=1))
    there = nearest_pixels(seen.features0[0], seen.features1[0], xy0, distance)
    return np.linalg.norm((there - xy0).numpy().T - view.flow[:, y, x], axis=0)


def table(rows: Sequence[dict[str, Any]]) -> Table:
    """Median and mean of each way of reading."""
    ways = [name for name in rows[0] if name not in ("motion", "pictures")]
    grid = Table(title=f"End-point error on {rows[0]['pictures']} held-out pictures, px: median / mean")
    for heading in ("motion", *ways):
        grid.add_column(heading, justify="left" if heading == "motion" else "right")
    for row in rows:
        grid.add_row(row["motion"], *(f"{np.median(row[way]):.2f} / {row[way].mean():.2f}" for way in ways))
    return grid


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """A line for each motion and way of reading: median and mean in px, and the share of pixels within 3 and 5 px."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["motion", "way", "pictures", "median_px", "mean_px", "within_3_px", "within_5_px"])
        for row in rows:
            for way in (name for name in row if name not in ("motion", "pictures")):
                errors = row[way]
                values = np.median(errors), errors.mean(), (errors <= 3).mean(), (errors <= 5).mean()
                writer.writerow([row["motion"], way, row["pictures"], *(f"{value:.4f}" for value in values)])


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of a `scenetrain fit --images` run")
    parser.add_argument("--images", type=Path, required=True, help="the pictures that it was trained on")
    parser.add_argument("--pictures", type=int, default=64, help="held-out pictures at most")
    parser.add_argument("--csv", type=Path, help="write the figures to this file as well")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
