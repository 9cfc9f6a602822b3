"""`stereo`: rectified pairs with disparity, as Middlebury has them; what is hidden follows from the other disparity.

2003: im2, im6, disp2, disp6 (8 bit, grey levels of a fraction of a pixel, 0 unknown). 2014: im0, im1, disp0.pfm,
disp1.pfm. KITTI: image_2, image_3, disp_occ_0 (16 bit, 256 levels a pixel). A point (x, y) of the left picture is at
(x - d, y) in the right one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.depth_files import READERS
from scenegen.importing.flat import Dense, PairSequence
from scenegen.importing.layouts.folders import find_picture, holding
from scenegen.importing.layouts.planes import at_nearest
from scenegen.importing.options import ImportOptions
from scenegen.importing.pictures import find_pictures, picture_size, read_plane, reading
from scenegen.shards.by_depth import depth_verdicts, sampled
from scenegen.status import Status

F64 = NDArray[np.float64]
TOLERANCE_PX = 1.0
"""Difference of the two disparities of one point that is still agreement."""
SCALE_8_BIT, SCALE_16_BIT = 4.0, 256.0
"""Grey levels to a pixel of disparity: Middlebury 2003 in quarter size, KITTI."""


@dataclass(frozen=True)
class StereoPair:
    """A rectified pair with the disparity of the left picture, and that of the right one where it is known."""

    pictures: tuple[Path, Path]
    left: Path
    right: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it is made of."""
        return (*self.pictures, self.left, *([self.right] if self.right else []))

    def truth(self, options: ImportOptions) -> Dense:
        """The map of every place. Raises ImportingError where a file is damaged, or of another size."""
        left = read_disparity(self.left, options.disparity_scale)
        _require_size(self.left, left, self.pictures[0])
        if self.right is None:
            return Dense(lambda xy: shift_by_disparity(xy, left, nearest_in_right(left)))
        right = read_disparity(self.right, options.disparity_scale)
        _require_size(self.right, right, self.pictures[1])
        return Dense(lambda xy: shift_by_disparity(xy, left, right))


def read_disparity(path: Path, scale: float | None) -> F64:
    """(H, W) disparity in pixels, NaN where unknown. Raises ImportingError."""
    read = READERS.get(path.suffix.lower())
    stored = reading(path, read, "a map of disparity") if read else read_plane(path)
    usual = {1: SCALE_8_BIT, 2: SCALE_16_BIT, 4: SCALE_16_BIT if stored.dtype.kind in "ui" else 1.0}
    disparity = stored.astype(np.float64) / (scale if scale and not read else 1.0 if read else usual[stored.itemsize])
    return np.where(np.isfinite(disparity) & (disparity > 0), disparity, np.nan)


def shift_by_disparity(xy: F64, left: F64, right: F64) -> tuple[F64, NDArray[np.uint8]]:
    """Places (N, 2) of the left picture in the right one, and verdicts, from the disparities of both; NaN: unknown.

    Left and right must agree; something nearer in the right picture has a larger disparity there.
    """
    d = at_nearest(left, xy)
    places = xy - np.stack([d, np.zeros_like(d)], 1)
    beyond = ~(places[:, 0] >= -0.5)
    status = depth_verdicts(sampled(right, np.where(np.isnan(places), 0.0, places)) - d, np.full(d.shape, TOLERANCE_PX))
    status[beyond] = Status.OUT_OF_VIEW
    status[np.isnan(d)] = Status.NO_HIT
    return places, status


def nearest_in_right(left: F64) -> F64:
    """(H, W) the disparity that the right picture shows as far as the left one knows: the largest that falls there."""
    shown = np.full(left.shape, np.nan)
    y, x = np.nonzero(~np.isnan(left))
    d = left[y, x]
    order = np.argsort(d, kind="stable")  # the nearest last: it is what stays
    for side in (np.floor, np.ceil):
        column = side(x - d).astype(int)[order]
        inside = (column >= 0) & (column < left.shape[1])
        rows, columns, values = y[order][inside], column[inside], d[order][inside]
        layer = np.full(left.shape, np.nan)
        layer[rows, columns] = values
        shown = np.fmax(shown, layer)
    return shown


def find(folder: Path) -> list[PairSequence]:
    """The pairs below a folder, those of one folder together. Raises ImportingError."""
    found = {name: [*_of_middlebury(place), *_of_kitti(place)] for name, place in holding(folder, "*")}
    return [PairSequence(name, tuple(pairs)) for name, pairs in found.items() if pairs]


def _of_middlebury(folder: Path) -> list[StereoPair]:
    for left, right in (("2", "6"), ("0", "1")):
        first, second = find_picture(folder, f"im{left}"), find_picture(folder, f"im{right}")
        disparity = _map(folder, f"disp{left}")
        if first and second and disparity:
            return [StereoPair((first, second), disparity, _map(folder, f"disp{right}"))]
    return []


def _of_kitti(folder: Path) -> list[StereoPair]:
    pairs = []
    for path in find_pictures(folder / "disp_occ_0") if (folder / "disp_occ_0").is_dir() else []:
        left, right = folder / "image_2" / path.name, folder / "image_3" / path.name
        pairs.append(StereoPair((left, right), path, None))
    return pairs


def _map(folder: Path, stem: str) -> Path | None:
    """A map of disparity of a given stem."""
    others = (folder / f"{stem}{suffix}" for suffix in (".pfm", ".npy"))
    return next((path for path in others if path.is_file()), None) or find_picture(folder, stem)


def _require_size(path: Path, disparity: F64, picture: Path) -> None:
    size = picture_size(picture)
    if disparity.shape != (size[1], size[0]):
        found = f"{disparity.shape[1]}x{disparity.shape[0]}, its picture {size[0]}x{size[1]}"
        raise ImportingError(f"{path}: is {found}: a disparity is one of the picture that it belongs to")
