"""Pictures of any size in a frame of one size: shrunk where they are larger, at the top left, the rest black.

The centre of the top-left pixel is (0, 0), so a pixel's outer corner is at -0.5, and corners are what scaling keeps.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """How a picture of one size lies in a frame of another; sizes are (width, height) in pixels."""

    size: tuple[int, int]
    """Of the picture."""
    frame: tuple[int, int]

    @property
    def inner(self) -> tuple[int, int]:
        """Size of the picture in its frame: as large as fits, and never enlarged."""
        scale = min(1.0, *(outer / own for own, outer in zip(self.size, self.frame, strict=True)))
        width, height = (max(1, round(scale * own)) for own in self.size)
        return width, height

    @property
    def scale(self) -> F64:
        """(2,) pixels of the frame to one of the picture, along x and y."""
        return np.array(self.inner) / np.array(self.size)

    def points(self, xy: F64) -> F64:
        """Places (..., 2) of the picture in the frame."""
        return (xy + 0.5) * self.scale - 0.5

    def back(self, xy: F64) -> F64:
        """Places (..., 2) of the frame in the picture; the inverse of `points`."""
        return (xy + 0.5) / self.scale - 0.5

    def intrinsics(self, K: F64) -> F64:
        """(3, 3) the picture's intrinsics for its place in the frame."""
        fitted = K.copy()
        fitted[:2, :2] *= self.scale[:, None]
        fitted[:2, 2] = self.points(K[:2, 2])
        return fitted

    def colour(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) the picture in its frame, each pixel the mean of what it covers."""
        if self.inner != self.size:
            rgb = np.asarray(Image.fromarray(rgb).resize(self.inner, Image.Resampling.BOX))
        framed = np.zeros((self.frame[1], self.frame[0], 3), np.uint8)
        framed[: self.inner[1], : self.inner[0]] = rgb
        return framed

    def covers(self, xy: F64) -> NDArray[np.bool_]:
        """(N,) whether places of the frame lie on the picture, the borders of its outer pixels included."""
        with np.errstate(invalid="ignore"):
            return np.asarray((xy >= -0.5).all(-1) & (xy <= np.array(self.inner) - 0.5).all(-1))
