"""Poses and intrinsics in the conventions of elsewhere, turned into ours: camera to world, OpenCV axes, pixel centres.

What comes as text has few digits, so rotations are made orthonormal again; what is no rotation is no pose.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.geometry import compose, inverse, quaternion_rotation

F64 = NDArray[np.float64]
SLACK = 0.02
"""Largest departure from an orthonormal matrix that few digits explain."""
HALF_PX = 0.5
"""Taken from principal points where the corner of the top-left pixel is (0, 0)."""
OPENGL_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""Camera axes x right, y up, z backward to x right, y down, z forward."""


def rigid(T: ArrayLike) -> F64 | None:
    """(4, 4) the nearest rigid transform to a pose of (3, 4) or (4, 4); None where it is not finite, or no pose."""
    given = np.asarray(T, np.float64)
    if given.shape not in ((3, 4), (4, 4)) or not np.isfinite(given).all():
        return None
    R = given[:3, :3]
    if np.abs(R @ R.T - np.eye(3)).max() > SLACK or np.linalg.det(R) < 0:
        return None
    U, _, Vt = np.linalg.svd(R)
    return compose(U @ Vt, given[:3, 3])


def of_quaternion(wxyz: ArrayLike, translation: ArrayLike) -> F64 | None:
    """(4, 4) a rigid transform of a quaternion (w, x, y, z) of any length and a translation; None as `rigid`."""
    q = np.asarray(wxyz, np.float64)
    if not np.isfinite(q).all() or np.linalg.norm(q) < 1e-6:
        return None
    return rigid(compose(quaternion_rotation(q), translation))


def inverted(T: F64 | None) -> F64 | None:
    """World to camera to camera to world, and back; None stays None."""
    return None if T is None else inverse(T)


def intrinsics(fx: float, fy: float, cx: float, cy: float, corner: bool = False) -> F64:
    """(3, 3) intrinsics; `corner`: the principal point counts from the corner of the top-left pixel."""
    shift = HALF_PX if corner else 0.0
    return np.array([[fx, 0, cx - shift], [0, fy, cy - shift], [0, 0, 1.0]])
