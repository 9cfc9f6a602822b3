"""Pictures of any size in a frame of one size: shrunk where they are larger, at the top left, the rest black."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scenegen.geometry import Scaling

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
    def scaling(self) -> Scaling:
        """The way of places and intrinsics of the picture to the frame, and back."""
        return Scaling(np.array(self.inner) / np.array(self.size))

    def color(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
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
