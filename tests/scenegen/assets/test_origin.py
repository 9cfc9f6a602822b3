"""Positions far from the origin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_files import CUBE_V

from scenegen.assets.origin import FAR, localized


@given(st.tuples(*[st.floats(-1e8, 1e8)] * 3), st.floats(1e-3, 1e3))
def test_a_shape_stays_what_it_is_wherever_it_lies(place, scale):
    points = CUBE_V * scale + np.array(place)
    found = localized(points).astype(np.float64)
    exact = points - points[0]  # what float64 still holds
    diagonal = np.linalg.norm(exact.max(0) - exact.min(0))
    np.testing.assert_allclose(found - found[0], exact, atol=2e-6 * max(diagonal, 1e-12) * FAR)


def test_near_the_origin_positions_are_as_written():
    points = CUBE_V * 0.3 + [1, -2, 0.5]
    np.testing.assert_array_equal(localized(points), points.astype(np.float32))


def test_far_away_the_middle_of_the_box_is_taken_off():
    found = localized(CUBE_V * 0.25 + [400_000, 5_600_000, 100])
    np.testing.assert_array_equal(found, CUBE_V * 0.25 - 0.125)


def test_points_that_no_face_uses_decide_nothing():
    points = np.vstack([CUBE_V * 0.25 + [400_000, 5_600_000, 100], [[0, 0, 0], [np.nan, 0, 0]]])
    found = localized(points, np.arange(8).reshape(2, 4))
    np.testing.assert_array_equal(found[:8], CUBE_V * 0.25 - 0.125)
    assert np.ptp(localized(points)[:8, 1]) != pytest.approx(0.25)  # else the test says nothing


def test_points_that_are_no_numbers_count_for_nothing():
    points = np.vstack([CUBE_V + 1e6, [[np.inf, 0, 0]]])
    np.testing.assert_array_equal(localized(points)[:8], CUBE_V - 0.5)
    assert not np.isfinite(localized(np.full((2, 3), np.nan))).any()
    assert localized(np.zeros((0, 3))).shape == (0, 3)
