"""What a transform is: how two square windows look at a square canvas, and how the second one is altered.

A canvas is a square part of a picture, somewhat larger than a window. Both windows are sampled from the picture by one
interpolation each, so the map between them is exact whatever the picture's size.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from training.data.transforms.homography import Array


@dataclass(frozen=True)
class Looks:
    """Where both windows look, in the frame of a canvas or of the whole picture."""

    H_frame_from_0: Array
    """(3, 3) float64, pixels of view 0's window to those of the frame."""
    H_frame_from_1: Array
    """(3, 3) float64, the same for view 1."""

    @property
    def H_1_from_0(self) -> Array:
        """(3, 3) float64, the map T from view 0's window to view 1's; it does not depend on the frame."""
        return np.linalg.inv(self.H_frame_from_1) @ self.H_frame_from_0

    def within(self, H_outer_from_frame: Array) -> "Looks":
        """The same in an outer frame."""
        return Looks(H_outer_from_frame @ self.H_frame_from_0, H_outer_from_frame @ self.H_frame_from_1)


class Transform(Protocol):
    """A frozen dataclass of ranges, and what is drawn from them. A new one is a file and a row in `registry`."""

    def looks(self, side_px: int, canvas_px: int, rng: np.random.Generator) -> Looks:
        """Draw where windows of `side_px` look at a canvas of `canvas_px` or more."""
        ...

    def appearance(self, window: Array, rng: np.random.Generator) -> Array:
        """The window (h, w, 3) uint8 of view 1 with its looks changed and no pixel moved."""
        ...
