"""What a benchmark yields: two pictures, the pixels of the first that are asked about, and what is true of them."""

from dataclasses import dataclass
from enum import IntEnum
from math import nan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.lenses import PINHOLE, Lens

Array = NDArray[Any]


class Standing(IntEnum):
    """What is known of a point of view 0 in view 1."""

    UNKNOWN = 0
    """No truth, or within its noise: never counted."""
    VISIBLE = 1
    OCCLUDED = 2
    """Something nearer stands before it: no match there is right."""
    OUTSIDE = 3
    """It lies outside of the picture."""


class Truth(Protocol):
    """Where any point of view 0 lies in view 1."""

    def __call__(self, xy0: Array) -> tuple[Array, Array]:
        """Points (N, 2) to their true places (N, 2) float64 and their `Standing` (N,) uint8."""
        ...


@dataclass(frozen=True)
class RelativePose:
    """Two cameras and where the second stands. Pixel centres are at whole numbers."""

    K0: Array
    """(3, 3) float64 intrinsics of view 0, px."""
    K1: Array
    """(3, 3) float64 intrinsics of view 1, px."""
    T_1_0: Array
    """(4, 4) float64, from camera 0 to camera 1 (OpenCV axes); the unit of length does not matter."""
    lenses: tuple[Lens, Lens] = (PINHOLE, PINHOLE)
    """What bends the rays before K0 and K1."""


@dataclass(frozen=True)
class Pair:
    """Two pictures with truth. Pixels are (x, y); the top-left pixel's centre is (0, 0)."""

    images: tuple[Array, Array]
    """(H, W, 3) uint8 each; the sizes may differ."""
    xy0: Array
    """(R, 2) int64 pixels of view 0 that are asked about."""
    xy1: Array
    """(R, 2) float32 true places in view 1; meaningless where not visible."""
    visible: Array
    """(R,) bool: seen by view 1; the others are occluded or outside (distractors)."""
    scene: str
    """What was drawn at random, and is drawn again for the intervals: a room, a sequence, a place."""
    name: str = ""
    """Name of the pair in pictures and files."""
    overlap: float = nan
    """Share of view 0's surface that view 1 sees, where it is known."""
    view_angle_deg: float = nan
    """Angle between the optical axes, where it is known."""
    baseline_m: float = nan
    """Distance of the cameras, where it is known."""
    truth: Truth | None = None
    """Where any other point lies, for matches that the descriptor chooses itself."""
    homography: Array | None = None
    """(3, 3) float64 from view 0 to view 1, where one map holds for the whole picture."""
    pose: RelativePose | None = None
    """The cameras, where they are known."""


def asked(truth: Truth, size0: tuple[int, int], queries: int, generator: np.random.Generator) -> tuple[Array, ...]:
    """`xy0`, `xy1`, `visible` of a pair: random pixels of view 0 (width, height) with at most `queries` visible ones.

    There are at most as many distractors as visible ones. Pixels of unknown standing are never asked.
    """
    width, height = size0
    number = generator.permutation(width * height)[: 64 * queries]
    xy0 = np.stack([number % width, number // width], axis=1)
    xy1, standing = truth(xy0.astype(np.float64))
    seen = np.flatnonzero(standing == Standing.VISIBLE)[:queries]
    unseen = np.flatnonzero((standing == Standing.OCCLUDED) | (standing == Standing.OUTSIDE))[: len(seen)]
    rows = np.concatenate([seen, unseen])
    return xy0[rows], xy1[rows].astype(np.float32), standing[rows] == Standing.VISIBLE


def chosen(visible: Array, queries: int, generator: np.random.Generator) -> Array:
    """Rows of at most `queries` visible points, at random, then of at most as many others; `visible` is (R,) bool."""
    seen, unseen = np.flatnonzero(visible), np.flatnonzero(~visible)
    seen = generator.permutation(seen)[:queries]
    return np.concatenate([seen, generator.permutation(unseen)[: len(seen)]])


def size_of(picture: Array) -> tuple[int, int]:
    """Width and height of a picture (H, W, ...)."""
    height, width = picture.shape[:2]
    return width, height


def is_regular(matrix: Array, side: int) -> bool:
    """Whether a matrix has `side` rows and columns of finite numbers, and an inverse."""
    square = matrix.shape == (side, side) and bool(np.isfinite(matrix).all())
    return square and np.linalg.matrix_rank(matrix) == side
