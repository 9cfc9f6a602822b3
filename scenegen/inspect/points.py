"""Choosing a few of many points so that they can be told apart, and a colour for each."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

CORNERS = np.array([[[0.15, 0.25, 0.95], [0.90, 0.35, 0.05]], [[0.55, 0.85, 1.00], [1.00, 0.93, 0.30]]])
"""(2, 2, 3) colours at the corners of a picture: light downwards, blue to yellow rightwards. Both differences
are seen with every common kind of colour blindness."""


def far_apart(xy: NDArray, count: int, start: int = 0, taken: NDArray | None = None) -> NDArray[np.int64]:
    """Indices of up to `count` of the points (N, 2), far from each other and from those `taken` (K, 2).

    The first is `start % N`, or the farthest from those taken; each further one is the farthest from all
    before it.
    """
    points = np.asarray(xy, np.float64)
    away = np.full(len(points), np.inf)
    for point in () if taken is None else np.asarray(taken, np.float64):
        away = np.minimum(away, np.square(points - point).sum(1))
    chosen: list[int] = []
    for _ in range(min(count, len(points))):
        first = not chosen and np.isinf(away).all()
        chosen.append(start % len(points) if first else int(away.argmax()))
        away = np.minimum(away, np.square(points - points[chosen[-1]]).sum(1))
    return np.array(chosen, np.int64)


def position_colors(xy: NDArray, width: int, height: int) -> NDArray[np.float64]:
    """(N, 3) colours, 0 to 1, of pixels (N, 2): near pixels have near colours."""
    x = np.clip(np.asarray(xy, np.float64)[:, :1] / max(width - 1, 1), 0, 1)
    y = np.clip(np.asarray(xy, np.float64)[:, 1:] / max(height - 1, 1), 0, 1)
    (a, b), (c, d) = CORNERS
    return (a * (1 - x) + b * x) * (1 - y) + (c * (1 - x) + d * x) * y


def inner(xy: NDArray, width: int, height: int, margin: float = 0.02) -> NDArray[np.bool_]:
    """(N,) whether pixels (N, 2) lie inside a picture, `margin` of its width from every border."""
    edge = margin * width
    low, high = np.array([edge, edge]), np.array([width - 1 - edge, height - 1 - edge])
    return np.all((xy >= low) & (xy <= high), axis=1)


def quaternion(rotation: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The unit quaternion (w, x, y, z) of a rotation (3, 3)."""
    x, y, z, w = Rotation.from_matrix(rotation).as_quat()
    return float(w), float(x), float(y), float(z)
