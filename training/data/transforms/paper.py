"""The 2-D transforms of the paper: a perspective map with random rotation, scale and skew (Section 2, Appendix B).

As in Experiment 1's code, view 0 looks at the canvas through a homography about its middle, and view 1 is an upright
window shifted by whole pixels. Hue, saturation and motion blur are changed later, on the batch (`data.augment`).
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from training.data.transforms.homography import Array, bend, linear, middle, rotation, translation
from training.data.transforms.transform import Looks
from training.ranges import Between, Share


@dataclass(frozen=True)
class PaperTransform:
    """Ranges of the paper's 2-D transforms; the defaults are Experiment 1's."""

    rotation_deg: Annotated[float, Between(0, 180)] = 180.0
    """Largest rotation of view 0, either way; 180 is any angle."""
    matrix_std: Annotated[float, Between(0, 0.25)] = 0.1
    """Standard deviation of what is added to the entries of view 0's 2 x 2 matrix: scale and skew."""
    perspective_std: Annotated[float, Between(0, 0.2)] = 0.1
    """Standard deviation of the last row of view 0's homography, per half side of the canvas; 0 leaves it affine."""
    shift: Share = 0.25
    """Largest shift of view 1 along each axis, in sides of the window, as far as the canvas goes."""

    def looks(self, side_px: int, canvas_px: int, rng: np.random.Generator) -> Looks:
        """A homography about the middle of the canvas, and a shifted window."""
        turn = rotation(np.deg2rad(rng.uniform(-self.rotation_deg, self.rotation_deg)))
        forward = linear(turn + self.matrix_std * rng.standard_normal((2, 2)))
        warp = bend(self.perspective_std, canvas_px, rng) @ np.linalg.inv(forward)
        bend_back = translation(*middle(canvas_px)) @ warp @ translation(*-middle(side_px))
        return Looks(bend_back, translation(*self._corner(side_px, canvas_px, rng)))

    def appearance(self, window: Array, rng: np.random.Generator) -> Array:
        """The window as it is."""
        return window

    def _corner(self, side_px: int, canvas_px: int, rng: np.random.Generator) -> Array:
        """(2,) int64 the first pixel of view 1 on the canvas."""
        room = canvas_px - side_px
        reach = min(int(self.shift * side_px), room // 2)
        return room // 2 + rng.integers(-reach, reach, 2, endpoint=True)
