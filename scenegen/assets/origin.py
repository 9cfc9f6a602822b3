"""Positions far from the origin: float32 holds seven digits, and a site survey spends them on where the site lies."""

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import F32

FAR = 8.0
"""Distance of the box's centre, in diagonals of the box, beyond which the centre is taken off."""


def localized(points: NDArray, used: NDArray | None = None) -> F32:
    """(N, 3) positions of a file as float32; where they lie far from the origin, relative to their box's centre.

    The centre is taken off in float64, so a model at UTM coordinates keeps its millimetres. `used`: indices of the
    points that faces have (any shape); the box is of those, so that a stray point decides nothing. Points that are
    not finite count for nothing and stay what they are. Every caller puts a mesh in its place afterwards, so that the
    file's own origin is of no use beyond reading.
    """
    points = np.asarray(points, np.float64)
    counted = _counted(points, used)
    if not len(counted):
        return points.astype(np.float32)
    low, high = counted.min(0), counted.max(0)
    centre = (low + high) / 2
    far = np.linalg.norm(centre) > FAR * np.linalg.norm(high - low)
    return (points - centre if far else points).astype(np.float32)


def _counted(points: NDArray, used: NDArray | None) -> NDArray:
    """The points that are finite and used; none is copied where all are."""
    counted = np.isfinite(points.sum(axis=1))
    if used is not None:
        faced = np.zeros(len(points), bool)
        faced[used] = True
        counted &= faced
    return points if counted.all() else points[counted]
