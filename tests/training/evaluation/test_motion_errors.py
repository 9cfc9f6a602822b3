"""Errors of homographies and poses on known motions, and where metrics elsewhere are known to go wrong."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.geometry import rotation_about
from training.evaluation.motion_errors import corner_error_px, pose_error_deg, rotation_angle_deg, warp

SIZE = np.array([640, 480])


def pose(angle_deg=0.0, direction=(1, 0, 0), axis=(0, 1, 0)):
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = rotation_about(axis, math.radians(angle_deg)), direction
    return T


def test_a_shift_moves_every_corner_alike():
    shift = np.array([[1, 0, 3], [0, 1, 4], [0, 0, 1.0]])
    assert corner_error_px(shift, np.eye(3), SIZE) == pytest.approx(5)
    assert corner_error_px(3 * shift, shift, SIZE) == pytest.approx(0, abs=1e-9)  # its scale means nothing
    assert corner_error_px(None, shift, SIZE) == math.inf
    assert corner_error_px(np.full((3, 3), np.nan), shift, SIZE) == math.inf


def test_corners_are_those_of_the_area_not_of_the_outermost_centres():
    double = np.diag([2.0, 1, 1])
    expected = np.mean([0.5, 639.5])  # x of the corners is -0.5 and 639.5
    assert corner_error_px(double, np.eye(3), SIZE) == pytest.approx(expected)


@given(st.floats(0, 179.9), st.floats(0, 89))
def test_the_larger_angle_counts(turn, tilt):
    direction = (math.cos(math.radians(tilt)), math.sin(math.radians(tilt)), 0)
    assert pose_error_deg(pose(turn, direction), pose()) == pytest.approx(max(turn, tilt), abs=1e-6)


def test_the_sign_of_the_direction_is_not_told_apart():
    assert pose_error_deg(pose(0, (-1, 0, 0)), pose(0, (1, 0, 0))) == pytest.approx(0, abs=1e-9)
    assert pose_error_deg(pose(0, (0, 1, 0)), pose(0, (1, 0, 0))) == pytest.approx(90)


def test_a_camera_that_only_turned_is_judged_by_its_turn():
    assert pose_error_deg(pose(3, (0, 1, 0)), pose(0, (0, 0, 0))) == pytest.approx(3)


def test_no_estimate_is_a_failure():
    assert pose_error_deg(None, pose()) == math.inf


def test_an_estimate_that_is_no_number_is_a_failure_and_not_unknown():
    assert pose_error_deg(np.full((4, 4), np.nan), pose()) == math.inf
    far = np.array([[1, 0, 0.5], [0, 1, 0.5], [1, 0, 0.5]])  # the corner (-0.5, -0.5) is at 0 / 0
    assert corner_error_px(far, np.eye(3), SIZE) == math.inf


@given(st.floats(0, 180))
def test_angles_are_exact_near_0_and_180(angle):
    assert rotation_angle_deg(rotation_about((1, 2, 3), math.radians(angle))) == pytest.approx(angle, abs=1e-6)


def test_the_horizon_is_not_finite():
    H = np.array([[1, 0, 0], [0, 1, 0], [0.1, 0, -1.0]])
    assert not np.isfinite(warp(H, np.array([[10.0, 5.0]]))).any()
    assert np.isfinite(warp(H, np.array([[9.0, 5.0]]))).all()
