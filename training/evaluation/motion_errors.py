"""How far an estimated homography or relative pose is from the true one."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def corner_error_px(estimated: Array | None, true: Array, size: Array) -> float:
    """Mean distance of the four corners of view 0 under both maps (3, 3); infinite without a finite estimate.

    `size` (2,) is the width and height of view 0; its corners lie half a pixel outside of the outermost centres.
    """
    if estimated is None or not np.isfinite(estimated).all():
        return math.inf
    width, height = size.tolist()
    corners = np.array([[x, y] for x in (-0.5, width - 0.5) for y in (-0.5, height - 0.5)])
    distance = np.linalg.norm(warp(estimated, corners) - warp(true, corners), axis=1).mean()
    return math.inf if np.isnan(distance) else float(distance)  # a corner on the horizon of either has no place


def pose_error_deg(estimated: Array | None, true: Array) -> float:
    """Larger one of the angles between rotations, and between directions of translation, of (4, 4); infinite without.

    The sign of the direction is not told apart, as the published protocols do. A true translation of 0 has no
    direction: the rotation alone counts.
    """
    if estimated is None or not np.isfinite(estimated).all():
        return math.inf
    rotation = rotation_angle_deg(estimated[:3, :3].T @ true[:3, :3])
    return max(rotation, _direction_angle_deg(estimated[:3, 3], true[:3, 3]))


def rotation_angle_deg(R: Array) -> float:
    """Angle of a rotation (3, 3), exact near 0 and near 180."""
    sine = np.linalg.norm([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    return math.degrees(math.atan2(sine, np.trace(R) - 1))


def _direction_angle_deg(a: Array, b: Array) -> float:
    """Angle of two directions (3,), at most 90; 0 where one has no length, as atan2(0, 0) is."""
    return math.degrees(math.atan2(np.linalg.norm(np.cross(a, b)), abs(float(a @ b))))


def warp(H: Array, xy: Array) -> Array:
    """Points (N, 2) under a homography (3, 3); not finite on its horizon."""
    moved = np.column_stack([xy, np.ones(len(xy))]) @ H.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return moved[:, :2] / moved[:, 2:]
