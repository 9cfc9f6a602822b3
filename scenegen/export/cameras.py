"""Cameras in the conventions of other tools; ours are those of `scenegen.geometry`."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

HALF_PX = 0.5
"""Added to our pixel coordinates where the corner of the top-left pixel is (0, 0): COLMAP, nerfstudio, glue-factory."""
INTRINSICS = ("w", "h", "fl_x", "fl_y", "cx", "cy")
OPENGL_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""Camera axes x right, y down, z forward to x right, y up, z backward, and back."""


def corner_intrinsics(K: Array) -> Array:
    """(3, 3) intrinsics whose pixel (0, 0) is the corner of the top-left pixel rather than its centre."""
    moved = K.copy()
    moved[:2, 2] += HALF_PX
    return moved


def focal_and_center(K: Array) -> tuple[float, float, float, float]:
    """fx, fy, cx, cy of (3, 3) intrinsics."""
    return float(K[0, 0]), float(K[1, 1]), float(K[0, 2]), float(K[1, 2])


def transforms_intrinsics(K: Array, width: int, height: int) -> dict[str, float]:
    """Intrinsics by the names that they have in the frames of transforms.json and scene_meta.json."""
    return dict(zip(INTRINSICS, (width, height, *focal_and_center(K)), strict=True))


def opengl_pose(T_world_cam: Array) -> Array:
    """(4, 4) camera to world for a camera that looks along -z with y up."""
    return T_world_cam @ OPENGL_OPENCV


def canonical_quaternion(rotation: Array) -> Array:
    """(4,) unit quaternion (w, x, y, z) of a (3, 3) rotation, w not negative."""
    x, y, z, w = Rotation.from_matrix(rotation).as_quat(canonical=True)
    return np.array([w, x, y, z])


def numbers_line(*arrays: Array | float) -> str:
    """Numbers in one line, separated by blanks, exact to the last bit."""
    return " ".join(repr(float(value)) for array in arrays for value in np.ravel(array))
