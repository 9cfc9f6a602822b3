"""Photographs beside turned, zoomed, bent and relit copies of themselves, in the layout of HPatches.

    python tools/turned_photographs.py --out out/photos                     (two photographs that scikit-learn brings)
    python tools/turned_photographs.py --out out/photos left.jpg my/*.png
    scenetrain eval-photos --run builtin --data out/photos --out out/photos-eval --long-side 320

Of each photograph its middle is `1.ppm`; `2.ppm` to `6.ppm` are sampled from the whole photograph through a known map,
`H_1_2` to `H_1_6`, so little beyond its border is seen (it is mirrored there). Truth costs no labels here; what these
pictures lack is a second place of the camera, another camera, another day.
"""

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from training.data.transforms.homography import Array, linear, rotation, translation
from training.errors import RequestError, TrainingError
from training.files.atomic import writing
from training.photo import read_photo

MIDDLE = 0.62
"""Side of the part that is `1.ppm`, as a share of the photograph's."""
LONG_SIDE = 480
"""Longer side of the pictures written, in pixels, at most."""


@dataclass(frozen=True)
class Change:
    """How a copy differs from its photograph."""

    turn_deg: float
    zoom: float
    """Above 1: things are larger in the copy."""
    bend: float
    """Slant: the scale changes by this share from the middle to the border, left to right."""
    gamma: float
    """Of the copy's values; above 1 it is darker."""


CHANGES = (
    Change(10, 1.0, 0.0, 1.0),
    Change(-20, 1.25, 0.1, 1.3),
    Change(30, 0.8, 0.0, 0.75),
    Change(-45, 1.0, -0.15, 1.0),
    Change(15, 1.6, 0.2, 1.5),
)
"""`2.ppm` to `6.ppm`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a sequence for each photograph; 0 unless the request cannot be met."""
    words = _words(arguments)
    try:
        photos = words.photos or shipped()
        for path in photos:
            write_sequence(read_photo(path), words.out / f"v_{path.stem}")
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{words.out}: {len(CHANGES)} pairs of each of {len(photos)} photographs")
    return 0


def shipped() -> list[Path]:
    """Two photographs that come with scikit-learn, by danielbuechele and vultilion (CC BY 2.0).

    Raises RequestError where it is not installed.
    """
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise RequestError("scikit-learn is not installed; name photographs, or: pip install 'scenegen[train]'")
    return [Path(found.origin).parent / "datasets" / "images" / f"{name}.jpg" for name in ("china", "flower")]


def write_sequence(photo: Array, folder: Path) -> None:
    """`1.ppm` to `6.ppm` and `H_1_k` of a photograph (H, W, 3) uint8. Raises RequestError for a folder not writable."""
    first = _view(photo, Change(0, 1, 0, 1))
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _save(photo, first, 1.0, folder / "1.ppm")
        for k, change in enumerate(CHANGES, 2):
            view = _view(photo, change)
            _save(photo, view, change.gamma, folder / f"{k}.ppm")
            np.savetxt(folder / f"H_1_{k}", view @ np.linalg.inv(first), fmt="%.17g")


def _view(photo: Array, change: Change) -> Array:
    """(3, 3) from the pixels of a photograph to those of a view of its middle."""
    width, height = _size(photo)
    bent = np.eye(3)
    bent[2, 0] = change.bend / (width / 2)
    turned = linear(change.zoom * _scale(photo) * rotation(np.deg2rad(change.turn_deg)))
    centre = (np.array(photo.shape[1::-1]) - 1) / 2
    return translation((width - 1) / 2, (height - 1) / 2) @ bent @ turned @ translation(*-centre)


def _scale(photo: Array) -> float:
    """Pixels of a view for one of the photograph, without zoom."""
    return min(1.0, LONG_SIDE / (MIDDLE * max(photo.shape[:2])))


def _size(photo: Array) -> tuple[int, int]:
    """Width and height of the views."""
    height, width = (round(MIDDLE * side * _scale(photo)) for side in photo.shape[:2])
    return width, height


def _save(photo: Array, view: Array, gamma: float, path: Path) -> None:
    """What a view shows, relit."""
    seen = cv2.warpPerspective(photo, view, _size(photo), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT_101)
    lit = np.rint(255 * (seen / 255) ** gamma).astype(np.uint8)
    Image.fromarray(lit).save(path)


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="*", help="pictures; without, two that scikit-learn brings")
    parser.add_argument("--out", type=Path, required=True, help="folder of the sequences")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
