"""Laws of the camera and of rigid motions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from scenegen.errors import UsageError
from scenegen.geometry import (
    Camera,
    Scaling,
    View,
    angle_between,
    choose_pixels,
    compose,
    cross,
    inverse,
    lengths,
    look_at,
    normalize,
    pinhole,
    pixel_directions,
    pixel_grid,
    project,
    quaternion_rotation,
    rotate,
    rotation_about,
    rotation_between,
    rotations_about,
    shaped,
    transform,
    unproject,
)
from scenegen.rays import pixel_rays, view_rays

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


@pytest.mark.parametrize("target", [(1, 2, 3), (1, np.nan, 3), (np.inf, 0, 0)])
def test_look_at_nowhere_is_refused(target):
    with pytest.raises(UsageError, match=r"^position and target: must be finite, and two points$"):
        look_at((1, 2, 3), target)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: shaped("p", [[1, 2], [3]], "N", 2), "p: must be (N, 2) numbers, in rows of one length"),
        (lambda: shaped("p", [[1, 2, 3]], "N", 2), "p of shape (1, 3): must be (N, 2) numbers"),
        (lambda: shaped("p", 1.0, 3), "p of shape (): must be (3,) numbers"),
        (lambda: shaped("p", "x"), "p: must be a number"),
        (lambda: compose(np.eye(4)), "rotation of shape (4, 4): must be (3, 3) numbers"),
        (lambda: compose(translation=(1, 2)), "translation of shape (2,): must be (3,) numbers"),
        (lambda: compose(scale=1j), "scale: must be a number"),
        (lambda: look_at((0, 0), (0, 0, 1)), "position of shape (2,): must be (3,) numbers"),
        (lambda: look_at((0, 0, 0), "up"), "target: must be (3,) numbers, in rows of one length"),
        (lambda: look_at((0, 0, 0), (0, 0, 1), "x"), "roll_rad: must be a number"),
        (lambda: pinhole(32.5, 24, 30.0), "width 32.5: must be a whole number"),
        (lambda: pinhole(32, 24, "30"), "f_px '30': must be a number"),
    ],
)
def test_arrays_of_another_shape_are_refused_by_name(wrong, said):
    with pytest.raises(UsageError) as error:
        wrong()
    assert str(error.value) == said


def test_what_is_of_the_shape_comes_as_float64():
    assert shaped("p", [[1, 2], [3, 4]], "N", 2).dtype == np.float64
    assert shaped("p", np.zeros((0, 2)), "N", 2).shape == (0, 2)
    assert shaped("p", 3).shape == ()


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


@given(poses, cameras)
def test_the_rays_of_a_whole_picture_are_those_of_its_pixels(T, camera):
    view = View(camera, T)
    rays = pixel_rays(view)
    assert rays.dtype == np.float32
    np.testing.assert_allclose(rays, view_rays(view, pixel_grid(64, 48)), rtol=1e-5, atol=1e-5)


def test_a_view_tells_where_it_is_and_where_it_looks():
    view = View(pinhole(64, 48, 50), look_at((1, 2, 3), (1, 5, 3)))
    assert view.position.tolist() == [1, 2, 3]
    np.testing.assert_allclose(view.forward, [0, 1, 0], atol=1e-12)
    assert view.camera.f_px == 50
    assert Camera(64, 48, np.array([[40.0, 0, 30], [0, 70, 20], [0, 0, 1]])).f_px == 40


@given(arrays(np.float64, (5, 3), elements=finite), arrays(np.float64, (5, 3), elements=finite))
def test_lengths_and_cross_products_are_numpys_bit_for_bit(a, b):
    assert (lengths(a) == np.linalg.norm(a, axis=-1)).all()
    assert (cross(a, b) == np.cross(a, b)).all()


def test_vectors_without_length_stay_as_they_are():
    tiny = np.array([[0.0, 0, 0], [0, 3, 4], [0, 0, -1e-300], [1e-3, 0, 0]])
    assert normalize(tiny[:2]).tolist() == [[0, 0, 0], [0, 0.6, 0.8]]
    assert normalize(tiny[3]).tolist() == [1, 0, 0]


@given(vectors, arrays(np.float64, 4, elements=st.floats(-7, 7)))
def test_rotations_about_an_axis_are_scipys(axis, angles):
    expected = Rotation.from_rotvec(axis / np.linalg.norm(axis) * angles[:, None]).as_matrix()
    np.testing.assert_allclose(rotations_about(axis, angles), expected, atol=1e-12)
    np.testing.assert_allclose(rotation_about(axis, angles[0]), expected[0], atol=1e-12)


@given(quaternions)
def test_the_rotation_of_a_quaternion_is_scipys(q):
    np.testing.assert_allclose(quaternion_rotation(q), Rotation.from_quat(np.roll(q, -1)).as_matrix(), atol=1e-12)


@given(vectors, vectors)
def test_no_rotation_between_two_directions_is_smaller(a, b):
    turned = Rotation.from_matrix(rotation_between(a, b)).magnitude()
    assert turned == pytest.approx(angle_between(a, b), abs=1e-6)


@pytest.mark.parametrize("axis", [(0, 0, 2), (0, -1, 0), (3, 0, 0), (1, 1, 0), (0.3, -0.2, 0.9)])
def test_directions_along_one_line(axis):
    """The same one, its opposite, and others as near to these as can be told apart."""
    np.testing.assert_array_equal(rotation_between(axis, np.multiply(3, axis)), np.eye(3))
    around = rotation_between(axis, np.negative(axis))
    np.testing.assert_allclose(around @ around, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(around @ axis, np.negative(axis), atol=1e-12)
    assert np.linalg.det(around) == pytest.approx(1)
    aside = normalize(np.cross(axis, (0.4, 0.5, 0.6)))
    for sign in (1, -1):
        near = sign * normalize(axis) + 1e-6 * aside
        np.testing.assert_allclose(rotation_between(axis, near) @ normalize(axis), normalize(near), atol=1e-9)


@given(vectors, vectors, finite)
def test_up_is_up_whatever_the_roll_turns(position, target, roll):
    """Unrolled, the picture's right is level; rolled, right and down turn clockwise about the line of sight."""
    z = normalize(target - position)
    if np.linalg.norm(target - position) < 1e-3 or abs(z[2]) > 0.999:
        return
    straight, rolled = look_at(position, target), look_at(position, target, roll)
    assert abs(straight[2, 0]) < 1e-9
    assert straight[:3, 3].tolist() == position.tolist()
    np.testing.assert_allclose(Rotation.from_rotvec(roll * z).as_matrix() @ straight[:3, :3], rolled[:3, :3], atol=1e-9)


@pytest.mark.parametrize("height", [2.0, -2.0])
def test_straight_up_and_down_the_y_axis_is_up_in_the_picture(height):
    for off in (0.0, 0.01):
        T = look_at((0, 0, 0), (off, 0, height))
        np.testing.assert_allclose(T[:3, 1], [0, -1, 0], atol=1e-12)
        np.testing.assert_allclose(T[:3, :3].T @ T[:3, :3], np.eye(3), atol=1e-12)
    beside = look_at((0, 0, 0), (0.05, 0, height))  # far enough from the pole: up is up again
    assert abs(beside[2, 0]) < 1e-12
    assert beside[2, 1] < 0


def test_points_a_hair_apart_are_no_direction():
    with pytest.raises(UsageError, match="two points"):
        look_at((0, 0, 0), (0, 0, 0.9e-9))
    assert look_at((0, 0, 0), (0, 1.1e-9, 0))[:3, 2].tolist() == [0, 1, 0]


def test_a_similarity_scales_then_turns_then_moves():
    quarter = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    T = compose(quarter, (10, 20, 30), 2.0)
    assert transform(T, [1, 0, 0]).tolist() == [10, 22, 30]
    assert rotate(T, [1, 0, 0]).tolist() == [0, 2, 0]
    assert compose().tolist() == np.eye(4).tolist()
    assert (T @ inverse(T)).tolist() == np.eye(4).tolist()


def test_pixels_are_chosen_in_whole_cells_row_by_row():
    """A picture of 7 x 9 has 3 x 2 cells of 2 x 4; in some draw each pixel of a cell is the one, and none beyond."""
    draws = np.stack([choose_pixels(7, 9, (2, 4), np.random.default_rng(seed)) for seed in range(300)])
    assert draws.shape == (300, 6, 2)
    assert draws.dtype == np.uint16
    for k, (column, row) in enumerate([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]):
        found = {(int(x), int(y)) for x, y in draws[:, k]}
        assert found == {(2 * column + i, 4 * row + j) for i in range(2) for j in range(4)}


@pytest.mark.parametrize(("a", "b", "angle"), [((2, 0, 0), (0, 3, 0), 90), ((1, 0, 0), (-5, 0, 0), 180)])
def test_angles_of_directions_of_any_length(a, b, angle):
    assert np.rad2deg(angle_between(a, b)) == pytest.approx(angle)
    assert angle_between(a, a) == 0
    assert angle_between((0.1, 0.2, 0.3), (0.1, 0.2, 0.3)) < 1e-7  # rounded, their product may be above 1


def test_scaled_intrinsics_are_a_copy():
    K = np.array([[250.0, 3, 140], [0, 240, 90], [0, 0, 1]])
    before = K.copy()
    Scaling(np.array([0.5, 2.0])).intrinsics(K)
    assert (before == K).all()
