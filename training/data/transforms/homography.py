"""Maps between pixel frames as 3 x 3 matrices, float64, named `H_to_from`.

Many points are one array (2, ...), the plane of x before the plane of y.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import Scaling

Array = NDArray[Any]
BEND_LIMIT = 2.0
"""Standard deviations at which a perspective part is cut off, so that no horizon crosses a window."""


def translation(x: float, y: float) -> Array:
    """From p to p + (x, y)."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def linear(matrix: Array) -> Array:
    """From p to A p for A (2, 2)."""
    lifted = np.eye(3)
    lifted[:2, :2] = matrix
    return lifted


def rotation(angle_rad: float) -> Array:
    """(2, 2), from +x to +y."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, -sin], [sin, cos]])


def scaling(factor: float) -> Array:
    """From a frame to one of `factor` times as many pixels: the *borders* of the outer pixels stay borders."""
    return Scaling(np.array([factor, factor])).matrix


def middle(side_px: int) -> Array:
    """(2,) the middle of a square frame."""
    return np.full(2, (side_px - 1) / 2)


def moved(H: Array, xy: Array) -> Array:
    """(2, ...) float64 where H sends points (2, ...); NaN for those on or behind its horizon."""
    x, y = xy
    depth = H[2, 0] * x + H[2, 1] * y + H[2, 2]
    depth = np.where(depth > 0, depth, np.nan)
    return np.stack([(row[0] * x + row[1] * y + row[2]) / depth for row in H[:2]])


def bend(std: float, side_px: int, rng: np.random.Generator) -> Array:
    """A random perspective: the last row has normal entries of `std` per half side, cut off at BEND_LIMIT of them."""
    bent = np.eye(3)
    bent[2, :2] = std * rng.standard_normal(2).clip(-BEND_LIMIT, BEND_LIMIT) / (side_px / 2)
    return bent


def grid(side_px: int) -> Array:
    """(2, side, side) float64 the pixels of a square frame."""
    return pixels(side_px, side_px)


def pixels(width: int, height: int) -> Array:
    """(2, height, width) float64 the pixels of a frame."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    return np.stack([x, y])


def inside(xy: Array, width: int, height: int) -> Array:
    """(...) bool: which points (2, ...) lie in a frame, its outer pixels' borders included; NaN does not."""
    x, y = xy
    return (x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5)
