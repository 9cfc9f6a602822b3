"""Positions far from the origin: float32 holds seven digits, and a site survey spends them on where the site lies."""

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import F32

FAR = 8.0
"""Distance of the box's centre, in diagonals of the box, beyond which the centre is taken off."""


def localized(points: NDArray) -> F32:
    """(N, 3) positions of a file as float32; where they lie far from the origin, relative to their box's centre.

    The centre is taken off in float64, so a model at UTM coordinates keeps its millimetres. Points that are not
    finite count for nothing and stay what they are. Every caller puts a mesh in its place afterwards, so that the
    file's own origin is of no use beyond reading.
    """
    points = np.asarray(points, np.float64)
    finite = np.isfinite(points).all(axis=1)
    if not finite.any():
        return points.astype(np.float32)
    low, high = points[finite].min(0), points[finite].max(0)
    centre = (low + high) / 2
    far = np.linalg.norm(centre) > FAR * np.linalg.norm(high - low)
    return (points - centre if far else points).astype(np.float32)
