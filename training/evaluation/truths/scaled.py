"""Pictures of another size than the truth was made for: pixels keep their area, so half a pixel goes with each scaling.

A pixel x of the large picture, whose area is [x - 1/2, x + 1/2], is at (x + 1/2) f - 1/2 of the small one.
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from training.evaluation.pair import Array, RelativePose, Truth


@dataclass(frozen=True)
class Scale:
    """The way between a picture and a resized one."""

    factor: Array
    """(2,) pixels of the resized picture per pixel of the original, in x and y."""

    def forth(self, xy: Array) -> Array:
        """Points (N, 2) of the original in the resized picture."""
        return (xy + 0.5) * self.factor - 0.5

    def back(self, xy: Array) -> Array:
        """Points (N, 2) of the resized picture in the original."""
        return (xy + 0.5) / self.factor - 0.5

    @property
    def matrix(self) -> Array:
        """`forth` as (3, 3), for homographies and intrinsics."""
        (x, y), half = self.factor, self.factor / 2 - 0.5
        return np.array([[x, 0, half[0]], [0, y, half[1]], [0, 0, 1]])


@dataclass(frozen=True)
class ScaledTruth:
    """The truth of two pictures, seen through resized ones."""

    truth: Truth
    scale0: Scale
    scale1: Scale

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Places (N, 2) and `Standing` (N,)."""
        xy1, standing = self.truth(self.scale0.back(xy0))
        return self.scale1.forth(xy1), standing


def resized(picture: Array, size: tuple[int, int]) -> tuple[Array, Scale]:
    """(H, W, 3) uint8 at another (width, height), with the way there; a picture of that size as it is."""
    before = np.array(picture.shape[1::-1])
    if tuple(before) == size:
        return picture, Scale(np.ones(2))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
    return small, Scale(np.array(size) / before)


def long_side(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The (width, height) whose longer side is at most `side`, in the same proportion; smaller ones as they are."""
    return _times(size, min(1.0, side / max(size)))


def short_side(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The (width, height) whose shorter side is `side`, in the same proportion, be it larger."""
    return _times(size, side / min(size))


def scaled_pose(pose: RelativePose, scale0: Scale, scale1: Scale) -> RelativePose:
    """The cameras of the resized pictures."""
    return replace(pose, K0=scale0.matrix @ pose.K0, K1=scale1.matrix @ pose.K1)


def scaled_homography(H: Array, scale0: Scale, scale1: Scale) -> Array:
    """The map between the resized pictures."""
    return scale1.matrix @ H @ np.linalg.inv(scale0.matrix)


def _times(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
