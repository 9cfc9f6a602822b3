"""From matches to a homography or a relative pose: the robust estimators, by name, with their inlier thresholds.

Results depend on the estimator and its threshold more than on many a descriptor, so every table names both. Pixels
have their centres at whole numbers; a principal point moves with them, so no half pixel is added. The estimators know
pinholes alone: matches through a lens are moved to where a pinhole with the same K has them, and thresholds hold there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scenegen.lenses import Lens, straighten
from training.evaluation.pair import RelativePose

Array = NDArray[Any]
ITERATIONS = 10_000
"""Largest number of hypotheses."""
CONFIDENCE = 0.99999
"""Probability of a good hypothesis at which the search ends."""


@dataclass(frozen=True)
class Estimator:
    """One library's robust estimation."""

    title: str
    """Library and method."""
    homography: Callable[[Array, Array, float], Array | None]
    """Matches (M, 2), (M, 2) and the inlier threshold in px of view 1 to (3, 3); None where there is none."""
    pose: Callable[[Array, Array, RelativePose, float], Array | None]
    """The same with the cameras' intrinsics to (4, 4), the translation of length 1; None where there is none."""


def _cv2_homography(xy0: Array, xy1: Array, px: float) -> Array | None:
    if len(xy0) < 4:
        return None
    cv2.setRNGSeed(0)
    found, _ = cv2.findHomography(
        xy0.astype(np.float64), xy1.astype(np.float64), cv2.RANSAC, px, maxIters=ITERATIONS, confidence=CONFIDENCE
    )
    return found


def _cv2_pose(xy0: Array, xy1: Array, pose: RelativePose, px: float) -> Array | None:
    """The essential matrix in normalised coordinates, the threshold divided by the mean focal length."""
    xy0, xy1 = straightened(xy0, xy1, pose)
    if len(xy0) < 5:
        return None
    cv2.setRNGSeed(0)
    rays0, rays1 = _normalised(xy0, pose.K0), _normalised(xy1, pose.K1)
    focal_px = float(np.mean([K[axis, axis] for K in (pose.K0, pose.K1) for axis in (0, 1)]))
    essential, inliers = cv2.findEssentialMat(
        rays0, rays1, np.eye(3), cv2.RANSAC, CONFIDENCE, px / focal_px, ITERATIONS
    )
    if essential is None:
        return None
    best: tuple[int, Array | None] = (0, None)
    for candidate in np.split(essential, len(essential) // 3):
        count, R, t, _ = cv2.recoverPose(candidate, rays0, rays1, np.eye(3), 1e9, mask=inliers.copy())[:4]
        if count > best[0]:
            best = count, _rigid(R, t)
    return best[1]


def straightened(xy0: Array, xy1: Array, pose: RelativePose) -> tuple[Array, Array]:
    """Matches (M, 2), (M, 2) where pinholes would have them, without those that no ray meets through the lenses."""
    ends = _straight(xy0, pose.K0, pose.lenses[0]), _straight(xy1, pose.K1, pose.lenses[1])
    met = np.isfinite(np.concatenate(ends, axis=1)).all(axis=1)
    return ends[0][met], ends[1][met]


def _straight(xy: Array, K: Array, lens: Lens) -> Array:
    """Pixels (M, 2) as a pinhole has them; NaN beyond the reach of the lens."""
    if not lens.bends:
        return xy
    places = np.stack(straighten(lens, *_normalised(xy, K).T), axis=1)
    return (np.column_stack([places, np.ones(len(xy))]) @ K.T)[:, :2]


def _normalised(xy: Array, K: Array) -> Array:
    """Pixels (M, 2) on the plane at depth 1."""
    homogeneous = np.column_stack([xy.astype(np.float64), np.ones(len(xy))])
    return (homogeneous @ np.linalg.inv(K).T)[:, :2]


def _poselib_homography(xy0: Array, xy1: Array, px: float) -> Array | None:
    import poselib

    if len(xy0) < 4:
        return None
    found, about = poselib.estimate_homography(
        xy0.astype(np.float64), xy1.astype(np.float64), {"max_reproj_error": px, **_options()}, {}
    )
    return found if about["num_inliers"] >= 4 else None


def _poselib_pose(xy0: Array, xy1: Array, pose: RelativePose, px: float) -> Array | None:
    import poselib

    xy0, xy1 = straightened(xy0, xy1, pose)
    if len(xy0) < 5:
        return None
    cameras = (_camera(pose.K0), _camera(pose.K1))
    found, about = poselib.estimate_relative_pose(
        xy0.astype(np.float64), xy1.astype(np.float64), *cameras, {"max_epipolar_error": px, **_options()}, {}
    )
    return _rigid(found.R, found.t) if about["num_inliers"] >= 5 else None


def _options() -> dict[str, Any]:
    return {"max_iterations": ITERATIONS, "success_prob": CONFIDENCE, "seed": 0}


def _camera(K: Array) -> dict[str, Any]:
    """PoseLib's pinhole camera. Its width and height are not used by the estimators."""
    parameters = [K[0, 0], K[1, 1], K[0, 2], K[1, 2]]
    return {"model": "PINHOLE", "width": int(2 * K[0, 2] + 1), "height": int(2 * K[1, 2] + 1), "params": parameters}


def _rigid(R: Array, t: Array) -> Array:
    """(4, 4) of a rotation and a direction, which gets length 1."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = R, np.ravel(t) / max(float(np.linalg.norm(t)), 1e-12)
    return T


ESTIMATORS: dict[str, Estimator] = {
    "poselib": Estimator("PoseLib LO-RANSAC", _poselib_homography, _poselib_pose),
    "opencv": Estimator("OpenCV RANSAC", _cv2_homography, _cv2_pose),
}
"""All of them, by name."""
