"""Truths: maps with a closed form, and no half pixel lost between sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.geometry import Scaling
from training.evaluation.motion_errors import warp
from training.evaluation.pair import RelativePose, Standing, asked
from training.evaluation.truths.flow import FlowTruth
from training.evaluation.truths.planar import PlanarTruth
from training.evaluation.truths.scaled import (
    ScaledTruth,
    long_side,
    resized,
    scaled_homography,
    scaled_pose,
    short_side,
)

points = st.lists(st.tuples(st.floats(-5, 700), st.floats(-5, 500)), min_size=1, max_size=8).map(np.array)
factors = st.tuples(st.floats(0.1, 3), st.floats(0.1, 3)).map(lambda both: Scaling(np.array(both)))


def test_a_resized_picture_shows_a_point_where_scaling_says():
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[20:28, 40:48] = 255  # its middle is at (43.5, 23.5)
    small, scale = resized(picture, (40, 15))
    weight = small[..., 0].astype(float)
    y, x = np.indices(weight.shape)
    middle = np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()
    np.testing.assert_allclose(middle, scale.forth(np.array([43.5, 23.5])), atol=0.05)
    same, nothing = resized(picture, (80, 60))
    assert same is picture
    assert nothing.factor.tolist() == [1, 1]


@given(points, factors, factors)
def test_a_scaled_homography_moves_scaled_points_alike(xy, scale0, scale1):
    H = np.array([[0.9, -0.1, 40], [0.12, 1.05, -20], [1e-4, -5e-5, 1]])
    expected = scale1.forth(warp(H, xy))
    np.testing.assert_allclose(warp(scaled_homography(H, scale0, scale1), scale0.forth(xy)), expected, atol=1e-6)
    size1 = (640, 480)
    truth = ScaledTruth(PlanarTruth(H, size1), scale0, scale1)
    np.testing.assert_allclose(truth(scale0.forth(xy))[0], expected, atol=1e-6)


def test_a_scaled_camera_sees_a_point_at_its_scaled_pixel():
    K = np.array([[500, 0, 319.5], [0, 510, 239.5], [0, 0, 1.0]])
    scale = Scaling(np.array([0.5, 0.25]))
    pose = scaled_pose(RelativePose(K, K, np.eye(4)), scale, Scaling(np.ones(2)))
    point = np.array([0.3, -0.2, 2.0])
    full, small = (matrix @ point for matrix in (K, pose.K0))
    np.testing.assert_allclose(small[:2] / small[2], scale.forth(full[:2] / full[2]))
    assert np.array_equal(pose.K1, K)


@pytest.mark.parametrize(
    ("rule", "size", "expected"),
    [
        (long_side, (640, 480), (320, 240)),
        (long_side, (200, 300), (200, 300)),
        (long_side, (2000, 3), (320, 1)),
        (short_side, (640, 480), (427, 320)),
        (short_side, (200, 300), (320, 480)),
    ],
)
def test_sizes(rule, size, expected):
    assert rule(size, 320) == expected


def test_a_plane_shows_what_lies_inside_and_before_the_horizon():
    H = np.array([[1, 0, 10], [0, 1, 0], [0, 0, 1.0]])
    xy1, standing = PlanarTruth(H, (100, 50))(np.array([[0, 0], [89.4, 10], [89.6, 10], [-10.6, 0], [0, 49.6]]))
    np.testing.assert_allclose(xy1[:, 0], [10, 99.4, 99.6, -0.6, 10])
    assert standing.tolist() == [Standing.VISIBLE, Standing.VISIBLE, *[Standing.OUTSIDE] * 3]
    tilted = np.array([[1, 0, 0], [0, 1, 0], [-0.1, 0, 1.0]])  # x = 10 is the horizon
    xy1, standing = PlanarTruth(tilted, (10_000, 10_000))(np.array([[5.0, 5], [10, 5], [15, -5]]))
    assert np.isfinite(xy1).all(1).tolist() == [True, False, False]  # a mirror image is no place
    assert standing.tolist() == [Standing.VISIBLE, Standing.OUTSIDE, Standing.OUTSIDE]
    _, standing = PlanarTruth(-tilted, (10_000, 10_000))(np.array([[5.0, 5], [15, -5]]))  # its sign means nothing
    assert standing.tolist() == [Standing.VISIBLE, Standing.OUTSIDE]


def test_flow_is_known_where_both_show_it():
    flow = np.zeros((2, 3, 4), np.float32)
    flow[0], flow[1, 1, 2] = 1.5, -2
    covisible = np.ones((3, 4), bool)
    covisible[0, 0] = False
    xy1, standing = FlowTruth(flow, covisible)(np.array([[2.4, 0.6], [0, 0], [9, 9]]))
    np.testing.assert_allclose(xy1, [[3.9, -1.4], [1.5, 0], [10.5, 9]], atol=1e-6)
    assert standing.tolist() == [Standing.VISIBLE, Standing.UNKNOWN, Standing.VISIBLE]


def test_what_is_asked_is_known_and_no_more_than_wanted():
    def truth(xy0):
        standing = np.select([xy0[:, 0] < 10, xy0[:, 0] < 20], [Standing.UNKNOWN, Standing.OCCLUDED], Standing.VISIBLE)
        return xy0 + 0.25, standing.astype(np.uint8)

    xy0, xy1, visible = asked(truth, (40, 30), 25, np.random.default_rng(0))
    assert visible.sum() == (~visible).sum() == 25
    assert (xy0[visible, 0] >= 20).all()
    assert ((xy0[~visible, 0] >= 10) & (xy0[~visible, 0] < 20)).all()
    np.testing.assert_array_equal(xy1, (xy0 + 0.25).astype(np.float32))
    assert len(np.unique(xy0, axis=0)) == 50
    again = asked(truth, (40, 30), 25, np.random.default_rng(0))[0]
    assert np.array_equal(again, xy0)
