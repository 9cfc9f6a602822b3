"""Verdicts on the points of one view in another from what both views measured, with no mesh behind them.

A sensor measures with noise, and worst at the edges of things, so three outcomes are told apart: the other view shows
the point within the noise (`visible`), it shows something nearer by well more than the noise (`occluded`), or neither
is sure (`ambiguous`), as at depth edges, where the other view measured nothing, and where the point floats before what
is shown. Edges are sought in nearness, 1 / depth: that of a plane is affine over its picture, however slanted, so a
plane has none, and between four pixels of a plane interpolation is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, maximum_filter, minimum_filter

from scenegen.geometry import project, unproject
from scenegen.status import Status

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]
BAND = 3.0
"""Something nearer hides a point from BAND tolerances on; below, it is too close to call."""
EDGE = 3.0
"""Tolerances by which a line of three neighbouring pixels must bend to lie at an edge.

The tolerance is about three standard deviations, and a bend of three noisy pixels has sqrt(6) of them.
"""
EDGE_PX = 1
"""Pixels around a bend that count to it: sensors smear edges."""
REACH_PX = 2
"""Pixels around a pixel among which depths may differ by no more than a steep plane's: holes do not hide an edge."""
STEEPEST = np.tan(np.radians(75))
"""Slope of that plane against the picture plane."""


@dataclass(frozen=True)
class Noise:
    """Difference of two measurements of one depth z that is still agreement: the largest of three terms, metres."""

    floor_m: float
    """Whatever the depth."""
    per_m: float = 0.0
    """Times z: calibration, or a source without a scale."""
    per_m2: float = 0.0
    """Times z^2: triangulating sensors, whose noise grows with the square."""

    def tolerance(self, depth_m: F64) -> F64:
        """The tolerance at depths of any shape."""
        return np.maximum(np.maximum(self.floor_m, self.per_m * depth_m), self.per_m2 * depth_m**2)


@dataclass(frozen=True)
class DepthView:
    """A view that measured depth."""

    depth: F32
    """(H, W) z-depth in metres, 0 where nothing was measured."""
    K: F64
    """(3, 3) intrinsics in pixels."""
    T_world_cam: F64
    """(4, 4) camera to world."""


def follow_by_depth(
    xy0: NDArray[np.uint16], first: DepthView, other: DepthView, noise: Noise
) -> tuple[F32, NDArray[np.uint8]]:
    """Where pixels (R, 2) of the first view fall in the other, (R, 2) and NaN where nowhere, and verdicts (R,)."""
    x, y = xy0.astype(np.int64).T
    depth0 = first.depth[y, x].astype(np.float64)
    points = unproject(first.K, first.T_world_cam, xy0, depth0)
    exact, z = project(other.K, other.T_world_cam, points)
    hit, front = depth0 > 0, z > 0
    xy = np.where((hit & front)[:, None], exact, np.nan)
    status = np.full(len(xy0), Status.AMBIGUOUS, np.uint8)
    within = hit & front & inside_picture(xy, other.depth.shape)
    status[within] = _compared(xy[within], depth0[within], z[within], other, noise)
    status[hit & front & ~within] = Status.OUT_OF_VIEW
    status[edges(first, noise)[y, x]] = Status.AMBIGUOUS
    status[~hit] = Status.NO_HIT
    status[hit & ~front] = Status.BEHIND_CAMERA
    return xy.astype(np.float32), status


def inside_picture(xy: F64, shape: tuple[int, ...]) -> Mask:
    """(N,) whether pixels lie in a picture of `shape` (H, W), the borders of its outer pixels included."""
    with np.errstate(invalid="ignore"):
        return (xy >= -0.5).all(-1) & (xy[:, 0] <= shape[1] - 0.5) & (xy[:, 1] <= shape[0] - 0.5)


def depth_verdicts(behind: F64, tolerance: F64) -> NDArray[np.uint8]:
    """(N,) verdicts on points that lie `behind` what is shown in their place by so much; NaN where nothing is shown."""
    status = np.full(behind.shape, Status.AMBIGUOUS, np.uint8)
    with np.errstate(invalid="ignore"):
        status[np.abs(behind) <= tolerance] = Status.VISIBLE
        status[behind > BAND * tolerance] = Status.OCCLUDED
    return status


def edges(view: DepthView, noise: Noise) -> Mask:
    """(H, W) pixels at or beside an edge of what a view measured; a pixel without depth is none, and hides none."""
    known = view.depth > 0
    z = view.depth.astype(np.float64)
    tolerance = EDGE * noise.tolerance(z)
    nearness = np.divide(1.0, z, out=np.full(z.shape, np.nan), where=known)
    bent = bends_of_nearness(nearness, np.divide(tolerance, z**2, out=np.full(z.shape, np.nan), where=known))
    across_px = 2 * REACH_PX * STEEPEST / view.K[0, 0]
    return known & (bent | (spans(view.depth, 2 * REACH_PX + 1) > tolerance + across_px * z))


def spans(depth: F32, window_px: int) -> F32:
    """(H, W) difference of the farthest and the nearest known depth in the square around each pixel."""
    nearest = minimum_filter(np.where(depth > 0, depth, np.float32(np.inf)), window_px, mode="nearest")
    return np.asarray(maximum_filter(depth, window_px, mode="nearest") - nearest, np.float32)


def bends_of_nearness(nearness: F64, limit: F64) -> Mask:
    """(H, W) pixels at or beside which a picture of nearness, NaN where unknown, is further from straight than `limit`.

    A straight line through the pixel on either side is asked for along both axes; where one neighbour is not
    known nothing can be said, and is not.
    """
    bent = np.zeros(nearness.shape, np.bool_)
    with np.errstate(invalid="ignore"):
        across = np.abs(nearness[:, 2:] - 2 * nearness[:, 1:-1] + nearness[:, :-2])
        bent[:, 1:-1] |= across > limit[:, 1:-1]
        down = np.abs(nearness[2:] - 2 * nearness[1:-1] + nearness[:-2])
        bent[1:-1] |= down > limit[1:-1]
    return np.asarray(binary_dilation(bent, np.ones((3, 3), np.bool_), EDGE_PX), np.bool_)


def sampled(nearness: F64, xy: F64) -> F64:
    """(N,) nearness at places in a picture: between four known pixels, else of the nearest one; NaN where that is none.

    A plane's is exact between four pixels.
    """
    height, width = nearness.shape
    x, y = np.clip(xy[:, 0], 0, width - 1), np.clip(xy[:, 1], 0, height - 1)
    left, top = np.minimum(x.astype(int), max(width - 2, 0)), np.minimum(y.astype(int), max(height - 2, 0))
    right, below, a, b = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1), x - left, y - top
    upper = nearness[top, left] * (1 - a) + nearness[top, right] * a
    between = upper * (1 - b) + (nearness[below, left] * (1 - a) + nearness[below, right] * a) * b
    nearest = nearness[np.rint(y).astype(int), np.rint(x).astype(int)]
    return np.where(np.isnan(between) | np.isnan(nearest), nearest, between)


def _compared(xy: F64, depth0: F64, z: F64, other: DepthView, noise: Noise) -> NDArray[np.uint8]:
    """Verdicts on points that fall into the other picture, from their depth there and the one that it shows."""
    measured = other.depth.astype(np.float64)
    nearness = np.divide(1.0, measured, out=np.full(measured.shape, np.nan), where=measured > 0)
    status = depth_verdicts(z - 1.0 / sampled(nearness, xy), noise.tolerance(np.maximum(depth0, z)))
    height, width = measured.shape
    x, y = np.clip(np.rint(xy), 0, (width - 1, height - 1)).astype(int).T
    status[edges(other, noise)[y, x]] = Status.AMBIGUOUS
    return status
