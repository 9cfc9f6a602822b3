"""What can be asked of a sample without its assets: that depth, poses, labels and pictures agree with each other.

The points of the traced rays are rebuilt from `rays/depth0` and the poses, projected again, and compared
with the stored projections and with the depth of the other view. Then the pictures are asked: the detail
(luminance less its surroundings) at both ends of the visible rays must correlate best as the labels are
stored, and neither mirrored nor shifted by a pixel or two: the mistakes that look right until one trains.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, uniform_filter

from scenegen.geometry import project, unproject
from scenegen.shards.sample import Sample
from scenegen.status import Status

F64 = NDArray[np.float64]
DEPTH_TOLERANCE = 0.01
"""Relative difference to the depths of the other view, at the four pixels around a projection, that is agreement."""
AROUND = tuple(product((0, 1), repeat=2))
"""Steps (down, right) to the four pixels around a place from the one before it."""
SURROUNDINGS_PX = 9
"""Side of the square whose mean is taken from the luminance."""
SHIFTS_PX = (-2, -1, 0, 1, 2)
"""Shifts that are tried along each axis."""
MIRRORS = ("x", "y", "xy")
"""Axes along which pictures are mirrored, both or the second one, to see whether the labels fit better."""
FEWEST = 200
"""Visible rays below which pictures are not asked."""


@dataclass(frozen=True)
class Agreement:
    """How well one view of a sample agrees with view 0."""

    reprojection_px: float
    """Largest distance between stored and rebuilt projections that lie in the picture; 0 where there are none.
    Without cameras nothing can be rebuilt: 0."""
    depth_agrees: float
    """Share of the visible points that lie on the other view's depth; NaN without that layer."""
    detail: float
    """Correlation of the pictures' detail at both ends of the visible rays; NaN where there are too few."""
    shift_px: tuple[int, int]
    """Shift (x, y) of the labels at which the detail correlates best; (0, 0) is right."""
    mirrored: str
    """Mirroring of the pictures ("x", "y", "xy"; "..., one view") at which the detail fits better; "" is right."""


def agreement(sample: Sample, view: int) -> Agreement:
    """Hold view `view` (1..) of a sample against view 0."""
    seen = sample.status[view - 1] == Status.VISIBLE
    off, z = reprojection(sample, view)
    shift, mirrored, detail = (0, 0), "", float("nan")
    if np.count_nonzero(seen) >= FEWEST:
        shift, mirrored, detail = _fit(sample, view, seen)
    return Agreement(off, _on_depth(sample, view, seen, z), detail, shift, mirrored)


def reprojection(sample: Sample, view: int) -> tuple[float, F64]:
    """Largest error of the stored projections in pixels, and the depth (R,) of the points in that view."""
    xy0, lenses = sample.xy0.astype(np.float64), sample.lenses
    points = unproject(sample.K[0], sample.T_world_cam[0], xy0, sample.depth0, lenses[0])
    xy, z = project(sample.K[view], sample.T_world_cam[view], points, lenses[view])
    off = np.linalg.norm(xy - sample.xy[view - 1], axis=-1)
    inside = np.isin(sample.status[view - 1], [Status.VISIBLE, Status.OCCLUDED]) & sample.has_cameras
    return float(off[inside].max(initial=0.0)), z


def _on_depth(sample: Sample, view: int, seen: NDArray[np.bool_], z: F64) -> float:
    """Share of the visible points that the depth picture of the view shows where they fall."""
    if sample.depth is None or not sample.has_cameras or not seen.any():
        return float("nan")
    low, high = _depths_around(sample.depth[view], sample.xy[view - 1][seen].astype(np.float64))
    margin = DEPTH_TOLERANCE * z[seen]
    return float(np.mean((low - margin <= z[seen]) & (z[seen] <= high + margin)))


def _depths_around(depth: NDArray[np.float32], xy: F64) -> tuple[F64, F64]:
    """Least and largest depth that the four pixels around places (N, 2) show: a pixel of a wide view spans a range."""
    height, width = depth.shape
    x, y = (np.floor(each).astype(int) for each in xy.T)
    four = np.stack(
        [depth[np.clip(y + down, 0, height - 1), np.clip(x + right, 0, width - 1)] for down, right in AROUND]
    )
    return np.where(four > 0, four, np.inf).min(0).astype(np.float64), four.max(0).astype(np.float64)


def _fit(sample: Sample, view: int, seen: NDArray[np.bool_]) -> tuple[tuple[int, int], str, float]:
    """Best shift, better mirroring and the correlation as stored."""
    first, other = (_detail(sample.rgb[v]) for v in (0, view))
    x0, y0 = sample.xy0[seen].T
    here, xy = first[y0, x0], sample.xy[view - 1][seen].astype(np.float64)
    by_shift = {s: correlation(here, values_at(other, xy + np.array(s))) for s in product(SHIFTS_PX, repeat=2)}
    stored = by_shift[0, 0]
    by_flip = {
        name: correlation(_mirrored(first, name)[y0, x0], values_at(_mirrored(other, name), xy)) for name in MIRRORS
    }
    by_flip |= {f"{name}, one view": correlation(here, values_at(_mirrored(other, name), xy)) for name in MIRRORS}
    better = max(by_flip, key=lambda name: by_flip[name])
    best = max(by_shift, key=lambda s: by_shift[s])
    return (best[0], best[1]), better if by_flip[better] > stored else "", stored


def _mirrored(image: F64, axes: str) -> F64:
    """The image mirrored along the named axes."""
    return image[:: -1 if "y" in axes else 1, :: -1 if "x" in axes else 1]


def luminance(rgb: NDArray[np.uint8]) -> F64:
    """(H, W) brightness of a picture, 0 to 255."""
    return np.asarray(rgb @ np.array([0.299, 0.587, 0.114]), np.float64)


def _detail(rgb: NDArray[np.uint8]) -> F64:
    """(H, W) luminance less the mean of its surroundings."""
    light = luminance(rgb)
    return np.asarray(light - uniform_filter(light, SURROUNDINGS_PX, mode="nearest"), np.float64)


def values_at(image: NDArray[Any], xy: F64) -> F64:
    """Values (N,) of an image at sub-pixel places."""
    return map_coordinates(image, xy.T[::-1], order=1, mode="nearest")


def correlation(a: F64, b: F64) -> float:
    """Pearson's correlation; 0 where one is flat."""
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / max(np.sqrt((a @ a) * (b @ b)), 1e-12))
