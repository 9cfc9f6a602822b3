"""Pictures of another size than the truth was made for."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from scenegen.geometry import Scaling
from training.evaluation.pair import Array, RelativePose, Truth


@dataclass(frozen=True)
class ScaledTruth:
    """The truth of two pictures, seen through resized ones."""

    truth: Truth
    scale0: Scaling
    scale1: Scaling

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Places (N, 2) and `Standing` (N,)."""
        xy1, standing = self.truth(self.scale0.back(xy0))
        return self.scale1.forth(xy1), standing


def resized(picture: Array, size: tuple[int, int]) -> tuple[Array, Scaling]:
    """(H, W, 3) uint8 at another (width, height), with the way there; a picture of that size as it is."""
    before = np.array(picture.shape[1::-1])
    if tuple(before) == size:
        return picture, Scaling(np.ones(2))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
    return small, Scaling(np.array(size) / before)


def long_side(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The (width, height) whose longer side is at most `side`, in the same proportion; smaller ones as they are."""
    return _times(size, min(1.0, side / max(size)))


def short_side(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The (width, height) whose shorter side is `side`, in the same proportion, be it larger."""
    return _times(size, side / min(size))


def scaled_pose(pose: RelativePose, scale0: Scaling, scale1: Scaling) -> RelativePose:
    """The cameras of the resized pictures."""
    return replace(pose, K0=scale0.matrix @ pose.K0, K1=scale1.matrix @ pose.K1)


def scaled_homography(H: Array, scale0: Scaling, scale1: Scaling) -> Array:
    """The map between the resized pictures."""
    return scale1.matrix @ H @ np.linalg.inv(scale0.matrix)


def _times(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
