"""Robust estimators recover known motions from matches with outliers, each alike."""

import math

import numpy as np
import pytest

from scenegen.geometry import rotation_about
from scenegen.lenses import PINHOLE, Lens, shift
from training.evaluation.estimators import ESTIMATORS, straightened
from training.evaluation.motion_errors import corner_error_px, pose_error_deg, warp
from training.evaluation.pair import RelativePose

H = np.array([[0.9, -0.1, 40], [0.12, 1.05, -20], [1e-4, -5e-5, 1]])


@pytest.fixture(params=sorted(ESTIMATORS))
def estimator(request):
    return ESTIMATORS[request.param]


def outliers(xy1, rng, share=0.4):
    wrong = rng.random(len(xy1)) < share
    xy1[wrong] = rng.uniform(0, 480, (wrong.sum(), 2))
    return xy1.astype(np.float32)


def test_a_homography_comes_back(estimator):
    rng = np.random.default_rng(0)
    xy0 = rng.uniform(0, 480, (300, 2)).astype(np.float32)
    found = estimator.homography(xy0, outliers(warp(H, xy0) + rng.normal(0, 0.2, xy0.shape), rng), 3.0)
    assert corner_error_px(found, H, np.array([640, 480])) < 1


def test_a_pose_comes_back_from_cameras_of_two_kinds(estimator):
    rng = np.random.default_rng(1)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = rotation_about((0.2, 1, 0.1), math.radians(12)), (0.5, 0.05, 0.1)
    K0, K1 = (
        np.array([[500, 0, 319.5], [0, 510, 239.5], [0, 0, 1.0]]),
        np.array([[620, 0, 300], [0, 610, 250], [0, 0, 1.0]]),
    )
    points = np.column_stack([rng.uniform(-1, 1, (400, 2)), rng.uniform(2, 5, 400)])
    xy0, xy1 = (K @ points.T for K, points in ((K0, points), (K1, points @ T[:3, :3].T + T[:3, 3])))
    xy0, xy1 = ((xy[:2] / xy[2]).T + rng.normal(0, 0.2, (400, 2)) for xy in (xy0, xy1))
    pose = RelativePose(K0, K1, T)
    found = estimator.pose(xy0.astype(np.float32), outliers(xy1, rng, 0.3), pose, 2.0)
    assert pose_error_deg(found, T) < 2
    assert np.linalg.norm(found[:3, 3]) == pytest.approx(1)


LENSES = (
    (Lens("brown", (-0.28, 0.08, 1e-3, -5e-4, 0.0)), Lens("fisheye", (-0.02, 0.004, 0.0, 0.0))),
    (Lens("fisheye", (0.03, -0.01, 0.0, 0.0)), PINHOLE),
)


@pytest.mark.parametrize("lenses", LENSES, ids=["brown and fisheye", "fisheye and pinhole"])
def test_exact_matches_through_lenses_give_the_true_pose(estimator, lenses):
    """The pixels are made by the formulas of the lenses, the pose is found from pixels alone."""
    rng = np.random.default_rng(3)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = rotation_about((0.2, 1, 0.1), math.radians(12)), (0.5, 0.05, 0.1)
    K = np.array([[300, 0, 319.5], [0, 300, 239.5], [0, 0, 1.0]])
    points = np.column_stack([rng.uniform(-2, 2, (400, 2)), rng.uniform(2, 5, 400)])
    xy0, xy1 = seen(points, K, lenses[0]), seen(points @ T[:3, :3].T + T[:3, 3], K, lenses[1])
    assert pose_error_deg(estimator.pose(xy0, xy1, RelativePose(K, K, T, lenses), 0.5), T) < 0.1
    assert pose_error_deg(estimator.pose(xy0, xy1, RelativePose(K, K, T), 0.5), T) > 0.5


def test_matches_where_no_ray_comes_through_the_lens_are_left_out():
    barrel = Lens("brown", (-0.3, 0.0, 0.0, 0.0, 0.0))
    xy = np.array([[0.0, 0.0], [10.0, 20.0], [0.0, 1e3]])
    pose = RelativePose(np.diag([100.0, 100, 1]), np.diag([100.0, 100, 1]), np.eye(4), (PINHOLE, barrel))
    kept0, kept1 = straightened(xy, xy, pose)
    assert np.array_equal(kept0, xy[:2])
    assert (np.linalg.norm(kept1, axis=1) >= np.linalg.norm(xy[:2], axis=1)).all()


def seen(points, K, lens):
    """Pixels (N, 2) of points in a camera."""
    x, y = (points[:, :2] / points[:, 2:]).T
    bent = np.stack([x, y]) + np.stack(shift(lens, x, y))
    return np.stack([K[0, 0] * bent[0] + K[0, 2], K[1, 1] * bent[1] + K[1, 2]], axis=1)


def test_the_same_matches_give_the_same_answer(estimator):
    rng = np.random.default_rng(2)
    xy0 = rng.uniform(0, 480, (80, 2)).astype(np.float32)
    xy1 = outliers(warp(H, xy0), rng, 0.6)
    one, two = (estimator.homography(xy0, xy1, 3.0) for _ in range(2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("count", [0, 3])
def test_too_few_matches_give_none(estimator, count):
    xy = np.arange(2 * count, dtype=np.float32).reshape(-1, 2) ** 2
    assert estimator.homography(xy, xy, 3.0) is None
    assert estimator.pose(xy, xy, RelativePose(np.eye(3), np.eye(3), np.eye(4)), 2.0) is None


def test_matches_in_one_point_give_none_or_a_failure_and_no_error(estimator):
    xy = np.ones((20, 2), np.float32)
    found = estimator.homography(xy, xy, 3.0)
    assert found is None or corner_error_px(found, H, np.array([640, 480])) > 10
    estimator.pose(xy, xy, RelativePose(np.eye(3), np.eye(3), np.eye(4)), 2.0)
