"""A displacement of every pixel that both pictures show."""

from dataclasses import dataclass

import numpy as np

from training.evaluation.pair import Array, Standing


@dataclass(frozen=True)
class FlowTruth:
    """Points of view 0 by the displacement of the pixel that they fall in; nothing is known of the other pixels."""

    flow: Array
    """(2, H, W) float32 in pixels (x, y)."""
    covisible: Array
    """(H, W) bool."""

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Places (N, 2) and `Standing` (N,)."""
        height, width = self.covisible.shape
        x, y = np.clip(np.rint(xy0), 0, (width - 1, height - 1)).astype(int).T
        standing = np.where(self.covisible[y, x], Standing.VISIBLE, Standing.UNKNOWN)
        return xy0 + self.flow[:, y, x].T, standing.astype(np.uint8)
