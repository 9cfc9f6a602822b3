"""Maps between frames: laws, horizons, and the one convention about pixel centres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.transforms.homography import grid, inside, linear, middle, moved, rotation, scaling, translation

SHIFTS = st.floats(-50, 50)


@given(SHIFTS, SHIFTS, st.floats(-7, 7), st.floats(0.1, 10))
def test_a_map_and_its_inverse_cancel(x, y, angle, factor):
    H = translation(x, y) @ linear(rotation(angle)) @ scaling(factor)
    points = grid(9)
    np.testing.assert_allclose(moved(np.linalg.inv(H), moved(H, points)), points, atol=1e-9)


@given(st.integers(1, 40), st.floats(0.05, 20))
def test_scaling_keeps_the_borders_of_a_frame(side, factor):
    borders = np.array([[-0.5, side - 0.5], [-0.5, side - 0.5]])
    np.testing.assert_allclose(moved(scaling(factor), borders), [[-0.5, side * factor - 0.5]] * 2, atol=1e-9)


def test_rotation_goes_from_x_to_y_about_the_middle():
    about = translation(*middle(5)) @ linear(rotation(np.pi / 2)) @ translation(*-middle(5))
    np.testing.assert_allclose(moved(about, np.array([4.0, 2.0])), [2, 4], atol=1e-12)


def test_the_grid_holds_x_before_y():
    assert grid(4)[:, 1, 3].tolist() == [3, 1]


def test_what_lies_on_or_behind_the_horizon_is_nowhere():
    H = np.eye(3)
    H[2, 0] = -0.5
    places = moved(H, np.array([[0.0, 1, 2, 3], [1.0, 1, 1, 1]]))
    np.testing.assert_allclose(places[:, :2], [[0, 2], [1, 2]])
    assert np.isnan(places[:, 2:]).all()
    assert inside(places, 9, 9).tolist() == [True, True, False, False]


@pytest.mark.parametrize(("x", "expected"), [(-0.5, True), (-0.51, False), (3.49, True), (3.5, False)])
def test_borders_of_outer_pixels_belong_to_the_frame(x, expected):
    assert inside(np.array([x, 1.0]), 4, 3) == expected
    assert inside(np.array([1.0, x]), 3, 4) == expected
