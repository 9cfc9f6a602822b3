"""Laws of the camera and of rigid motions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scenegen.geometry import (
    Camera,
    Scaling,
    View,
    angle_between,
    compose,
    inverse,
    look_at,
    normalize,
    pinhole,
    pixel_directions,
    pixel_grid,
    project,
    quaternion_rotation,
    rotation_about,
    rotation_between,
    transform,
    unproject,
    view_rays,
)

finite = st.floats(-10, 10)
vectors = arrays(np.float64, 3, elements=finite).filter(lambda v: np.linalg.norm(v) > 1e-3)
quaternions = arrays(np.float64, 4, elements=st.floats(-1, 1)).filter(lambda q: np.linalg.norm(q) > 1e-2)
factors = st.tuples(st.floats(0.1, 3), st.floats(0.1, 3))
poses = st.builds(lambda q, t: compose(quaternion_rotation(q), t), quaternions, vectors)


@given(poses, st.floats(0.1, 5))
def test_inverse_undoes(T, scale):
    T = T @ compose(scale=scale)
    assert np.allclose(T @ inverse(T), np.eye(4), atol=1e-9)


@given(quaternions)
def test_rotations_are_rotations(q):
    R = quaternion_rotation(q)
    assert np.allclose(R @ R.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(R) == pytest.approx(1)


@given(poses, st.floats(100, 2000), arrays(np.float64, (7, 2), elements=st.floats(-500, 1500)), st.floats(0.01, 50))
def test_project_undoes_unproject(T, f_px, xy, depth):
    K = pinhole(640, 480, f_px).K
    again, z = project(K, T, unproject(K, T, xy, np.full(7, depth)))
    assert np.allclose(again, xy, atol=1e-6)
    assert np.allclose(z, depth)


focals = st.floats(20, 2000)
cameras = st.builds(
    lambda fx, fy, cx, cy: Camera(64, 48, np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])),
    focals, focals, st.floats(0, 63), st.floats(0, 47),
)  # fmt: skip


def test_a_pixel_of_a_camera_with_two_focal_lengths_looks_along_the_formula():
    K = np.array([[50.0, 0, 30], [0, 80, 20], [0, 0, 1]])
    assert pixel_directions(K, np.array([[40.0, 36]])).tolist() == [[0.2, 0.2, 1]]
    xy, z = project(K, np.eye(4), [[0.2, 0.2, 1], [-0.4, 0.6, 2]])
    assert xy == pytest.approx(np.array([[40.0, 36], [20, 44]]))
    assert z.tolist() == [1, 2]


@given(poses, cameras, arrays(np.float64, (7, 2), elements=st.floats(-50, 100)), st.floats(0.01, 50))
def test_project_undoes_unproject_for_any_camera(T, camera, xy, depth):
    again, z = project(camera.K, T, unproject(camera.K, T, xy, np.full(7, depth)))
    assert np.allclose(again, xy, atol=1e-5)
    assert np.allclose(z, depth)


@given(poses, cameras)
def test_depth_is_z_depth_not_ray_length(T, camera):
    view = View(camera, T)
    xy = pixel_grid(64, 48)[::97]
    points = view.position + view_rays(view, xy) * 3.0
    assert np.allclose(project(view.camera.K, T, points)[1], 3.0)


def test_points_behind_have_no_pixel():
    xy, z = project(pinhole(64, 48, 50).K, np.eye(4), np.array([[0, 0, -1.0], [0, 0, 0], [0, 0, 1]]))
    assert np.isnan(xy[:2]).all()
    assert xy[2] == pytest.approx([31.5, 23.5])
    assert z[0] == -1


def test_the_centre_of_the_first_pixel_is_zero_zero():
    grid = pixel_grid(4, 3)
    assert grid[0].tolist() == [0, 0]
    assert grid[-1].tolist() == [3, 2]
    assert grid[1].tolist() == [1, 0]


@given(vectors, vectors)
def test_look_at_sees_the_target_in_the_middle_with_up_upwards(position, target):
    if np.linalg.norm(target - position) < 1e-3:
        return
    T = look_at(position, target)
    xy, z = project(pinhole(64, 48, 50).K, T, target[None])
    assert xy[0] == pytest.approx([31.5, 23.5], abs=1e-5)
    assert z[0] == pytest.approx(np.linalg.norm(target - position))
    assert np.linalg.det(T[:3, :3]) == pytest.approx(1)
    if abs(T[2, 2]) < 0.999:  # straight up or down there is no up to keep
        assert T[2, 1] <= 1e-9  # image y points down in the world


def test_look_at_nowhere_is_refused():
    with pytest.raises(ValueError, match="coincide"):
        look_at((1, 2, 3), (1, 2, 3))


def test_positive_roll_turns_the_camera_clockwise():
    T = look_at((0, 0, 0), (0, 1, 0), roll_rad=np.pi / 2)
    # the camera's right side now points down, so the world's up lies to the left
    assert T[:3, 0] == pytest.approx([0, 0, -1], abs=1e-12)


@given(vectors, vectors)
def test_rotation_between_takes_one_to_the_other(a, b):
    assert np.allclose(rotation_between(a, b) @ normalize(a), normalize(b), atol=1e-7)


def test_rotation_between_opposites():
    assert np.allclose(rotation_between((0, 0, 1), (0, 0, -1)) @ [0, 0, 1], [0, 0, -1])


@given(vectors, st.floats(0.01, 3.1))
def test_rotation_about_turns_by_the_angle(axis, angle):
    across = np.cross(axis, [1.0, 0.3, 0.2])
    if np.linalg.norm(across) < 1e-3 * np.linalg.norm(axis):
        return
    assert angle_between(across, rotation_about(axis, angle) @ across) == pytest.approx(angle, abs=1e-6)


def test_transform_takes_any_leading_shape():
    T = compose(translation=(1, 2, 3), scale=2)
    assert transform(T, np.ones((4, 5, 3))).shape == (4, 5, 3)
    assert transform(T, [1, 1, 1]).tolist() == [3, 4, 5]


@given(arrays(np.float64, (4, 2), elements=st.floats(-5, 700)), factors)
def test_scaling_there_and_back(xy, factor):
    scaling = Scaling(np.array(factor))
    there = scaling.forth(xy)
    np.testing.assert_allclose(scaling.back(there), xy, atol=1e-6)
    np.testing.assert_allclose((np.c_[xy, np.ones(4)] @ scaling.matrix.T)[:, :2], there, atol=1e-9)


def test_scaling_keeps_the_area_of_pixels():
    half = Scaling(np.array([0.5, 0.25]))
    np.testing.assert_array_equal(
        half.forth(np.array([[-0.5, -0.5], [0.5, 1.5], [1.5, 3.5]])), [[-0.5] * 2, [0, 0], [0.5, 0.5]]
    )


@given(st.floats(-100, 400), st.floats(-100, 400), factors)
def test_scaled_intrinsics_see_a_point_at_its_scaled_pixel(x, y, factor):
    scaling, K = Scaling(np.array(factor)), np.array([[250.0, 3, 140], [0, 240, 90], [0, 0, 1]])
    moved = scaling.intrinsics(K) @ np.linalg.inv(K) @ (x, y, 1)
    np.testing.assert_allclose(moved, [*scaling.forth(np.array([x, y])), 1], atol=1e-6)
    np.testing.assert_allclose(scaling.intrinsics(K), scaling.matrix @ K, atol=1e-9)
