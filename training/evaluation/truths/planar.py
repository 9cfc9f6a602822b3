"""A homography: exact wherever the picture shows the plane."""

from dataclasses import dataclass

import numpy as np

from training.evaluation.motion_errors import warp
from training.evaluation.pair import Array, Standing


@dataclass(frozen=True)
class PlanarTruth:
    """Points of view 0 under a homography; those beyond its horizon are outside, and nowhere (NaN)."""

    H: Array
    """(3, 3) float64 from view 0 to view 1."""
    size1: tuple[int, int]
    """Width and height of view 1."""

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Places (N, 2) and `Standing` (N,)."""
        xy1 = warp(self.H, xy0)
        depth = np.column_stack([xy0, np.ones(len(xy0))]) @ self.H[2]
        before = np.isfinite(xy1).all(1) & (depth * np.sign(self.H[2, 2] or 1) > 0)
        xy1 = np.where(before[:, None], xy1, np.nan)
        return xy1, np.where(in_picture(xy1, self.size1), Standing.VISIBLE, Standing.OUTSIDE).astype(np.uint8)


def in_picture(xy: Array, size: tuple[int, int]) -> Array:
    """(N,) bool: inside of a picture (width, height), whose area is [-0.5, side - 0.5)."""
    return np.all((xy >= -0.5) & (xy < np.array(size) - 0.5), axis=-1)
