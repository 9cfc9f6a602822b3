"""Truths of measured data, by the same rules as `scenegen import`: within the noise, or nothing is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenegen.shards import Status
from scenegen.shards.by_depth import DepthView, Noise, follow_by_depth
from training.evaluation.pair import Array, Standing, size_of
from training.evaluation.truths.planar import in_picture

STANDING = {
    Status.VISIBLE: Standing.VISIBLE,
    Status.OCCLUDED: Standing.OCCLUDED,
    Status.OUT_OF_VIEW: Standing.OUTSIDE,
    Status.BEHIND_CAMERA: Standing.OUTSIDE,
}
"""What a traced or measured status says here; the others say nothing."""
SHOWN = (Standing.VISIBLE, Standing.OCCLUDED)
"""Of points that fall into view 1."""


def standing_of(status: Array) -> Array:
    """`Status` (N,) as `Standing` (N,) uint8."""
    table = np.full(256, Standing.UNKNOWN, np.uint8)
    table[list(STANDING)] = list(STANDING.values())
    return table[status]


@dataclass(frozen=True)
class DepthTruth:
    """Points of view 0 by the depth of the pixel that they fall in, compared with view 1's own depth."""

    view0: DepthView
    view1: DepthView
    noise: Noise

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Places (N, 2) and `Standing` (N,)."""
        height, width = self.view0.depth.shape
        pixel = np.clip(np.rint(xy0), 0, (width - 1, height - 1))
        places, status = follow_by_depth(pixel.astype(np.uint16), self.view0, self.view1, self.noise)
        xy1, standing = places + (xy0 - pixel), standing_of(status)
        inside = in_picture(xy1, size_of(self.view1.depth))
        standing[(standing == Standing.OUTSIDE) & inside] = Standing.UNKNOWN  # the pixel is across the border
        return xy1, np.where(np.isin(standing, SHOWN) & ~inside, Standing.OUTSIDE, standing)


@dataclass(frozen=True)
class MapTruth:
    """A map from any place of view 0 with its statuses, as `scenegen.importing` reads it: flow, disparity."""

    at: Callable[[Array], tuple[Array, Array]]
    """Places (N, 2) to places (N, 2) and `Status` (N,); what is visible may lie outside of view 1."""
    size1: tuple[int, int]
    """Width and height of view 1."""

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Places (N, 2) and `Standing` (N,)."""
        xy1, status = self.at(xy0)
        standing = standing_of(status)
        outside = (standing == Standing.VISIBLE) & ~in_picture(xy1, self.size1)
        return xy1, np.where(outside, Standing.OUTSIDE, standing)
