"""Choosing and colouring points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scenegen.geometry import quaternion_rotation
from scenegen.inspect.points import far_apart, inner, position_colors, quaternion


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 2**31), st.integers(0, 99))
def test_spread_points_are_distinct_and_start_where_told(points, count, start, seed):
    xy = np.random.default_rng(seed).permutation(60)[:points, None] * np.array([[3, -2]])
    chosen = far_apart(xy, count, start)
    assert len(chosen) == min(count, points)
    assert len(set(chosen.tolist())) == len(chosen)
    if len(chosen):
        assert chosen[0] == start % points


def test_spread_points_are_further_apart_than_random_ones():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 100, (2000, 2))

    def nearest(rows):
        apart = np.linalg.norm(xy[rows][:, None] - xy[rows][None], axis=2) + 1e9 * np.eye(len(rows))
        return apart.min()

    assert nearest(far_apart(xy, 40, 7)) > 9
    assert nearest(rng.choice(2000, 40, replace=False)) < 5


def test_points_keep_away_from_those_taken():
    xy = np.random.default_rng(0).uniform(0, 100, (500, 2))
    taken = xy[far_apart(xy, 10)]
    some = xy[far_apart(xy, 5, 3, taken)]
    apart = np.linalg.norm(np.r_[taken, some][:, None] - some[None], axis=2)
    assert apart[apart > 0].min() > 15
    assert (apart[:10] > 15).all()
    assert np.array_equal(far_apart(xy, 5, 3, np.zeros((0, 2))), far_apart(xy, 5, 3))


def test_equal_points_do_no_harm():
    assert len(far_apart(np.zeros((9, 2)), 4)) == 4


def test_colors_are_of_the_corners_and_between():
    corners = position_colors(np.array([[0, 0], [99, 0], [0, 49], [99, 49], [500, -7]]), 100, 50)
    assert corners.shape == (5, 3)
    assert (corners >= 0).all()
    assert (corners <= 1).all()
    assert np.array_equal(corners[1], corners[4])
    middle = position_colors(np.array([[49.5, 24.5]]), 100, 50)
    assert np.allclose(middle, corners[:4].mean(0))
    # down is lighter, right is yellower
    assert (corners[2:4].sum(1) > corners[:2].sum(1)).all()
    assert corners[1, 2] < corners[0, 2]


def test_inner_pixels_keep_away_from_every_border():
    xy = np.array([[2, 2], [1, 50], [97, 47], [98, 47], [50, 48], [np.nan, 3]])
    assert inner(xy, 100, 50).tolist() == [True, False, True, False, False, False]


def test_quaternions_turn_as_their_matrices():
    for q in np.random.default_rng(0).normal(size=(50, 4)):
        R = quaternion_rotation(q)
        assert np.allclose(quaternion_rotation(quaternion(R)), R)
