import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging_rooms import box, scene_of

from scenegen.geometry import View, look_at, pinhole
from scenegen.staging.covisibility import COARSE, FINE, grid_pixels, overlap_matrix, seen_share, sparse_view

AHEAD = np.array([0.0, 1, 0])
CAMERA = pinhole(640, 480, 500)
WALL = box((-20, 3, -20), (20, 3.1, 20))
EMPTY = box((-20, -20, -20), (20, 20, 20), inward=True)


def view(position, target=None, camera=CAMERA) -> View:
    position = np.asarray(position, float)
    return View(camera, look_at(position, position + AHEAD if target is None else target))


def matrix(scene, *views):
    return overlap_matrix(scene, sparse_view(scene, views))


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 5), st.floats(1, 4))
def test_parallel_cameras_before_a_wall(baseline, away):
    """Closed form: the share that stays in the picture is 1 - f b / (d W)."""
    scene = scene_of(WALL)
    found = matrix(scene, view((0, 3 - away, 0)), view((baseline, 3 - away, 0)))
    expected = max(0.0, 1 - 500 * baseline / (away * 640))
    assert found[0, 1] == pytest.approx(expected, abs=1.01 / FINE)
    assert found[1, 0] == pytest.approx(expected, abs=1.01 / FINE)
    np.testing.assert_array_equal(np.diag(found), 1)


def test_an_occluder_takes_its_shadow():
    """A board before the second camera's left half hides the left half of the wall from it."""
    board = box((-5, 0.5, -5), (0, 0.51, 5))
    scene = scene_of(WALL, board)
    seen = sparse_view(scene_of(WALL), (view((0, 0, 0)),))
    assert seen_share(scene, seen, (view((0, 0, 0)),))[0] == pytest.approx(0.5, abs=1 / FINE)


def test_same_camera_sees_all_it_sees():
    scene = scene_of(EMPTY, box((-0.5, 1, -0.5), (0.5, 2, 0.5)), box((0.7, 2, -1), (1.5, 2.5, 1)))
    one = view((0.2, -1, 0.4), (0, 2, 0))
    np.testing.assert_array_equal(matrix(scene, one, one), 1)


def test_grazing_surfaces_are_not_lost_to_the_tolerance():
    """A floor seen at a few degrees from afar: everything in both pictures is visible in both."""
    scene = scene_of(box((-50, -50, -0.1), (50, 50, 0)))
    one = View(CAMERA, look_at((0, 0, 0.3), (0, 8, 0)))
    two = View(CAMERA, look_at((0.05, 0, 0.3), (0.05, 8, 0)))
    assert matrix(scene, one, two)[0, 1] > 0.95


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_swapping_views_transposes_the_matrix(seed):
    rng = np.random.default_rng(seed)
    scene = scene_of(
        EMPTY, *(box(p, p + s) for p, s in rng.uniform((-2, 0, -2), (2, 2, 1), (4, 2, 3)) * [[[1], [0.4]]])
    )
    views = [view(rng.uniform(-1, 1, 3) - [0, 2, 0], rng.uniform(-0.5, 0.5, 3) + AHEAD) for _ in range(3)]
    forth, back = matrix(scene, *views), matrix(scene, *views[::-1])
    np.testing.assert_array_equal(forth, back[::-1, ::-1])
    assert ((forth >= 0) & (forth <= 1)).all()
    assert forth.dtype == np.float32


def test_the_two_sides_of_a_leaf_are_two_surfaces():
    leaf = box((-5, 3, -5), (5, 3, 5), drop=range(2, 12))  # no thickness
    leaf = type(leaf)(np.float32([[-5, 3, -5], [5, 3, -5], [5, 3, 5], [-5, 3, 5]]), np.int32([[0, 1, 2], [0, 2, 3]]),
                      np.zeros(2, np.int32), leaf.materials)  # fmt: skip
    found = matrix(scene_of(leaf), view((0, 1, 0)), view((0, 5, 0), (0, 3, 0)))
    assert found[0, 1] == 0
    assert found[1, 0] == 0


def test_behind_the_camera_is_not_seen():
    scene = scene_of(EMPTY)
    found = matrix(scene, view((0, 0, 0)), view((0, 0, 0), (0, -1, 0)))
    assert found[0, 1] == 0


def test_a_glance_has_true_depth_instance_and_normal():
    scene = scene_of(WALL, box((0, 1, -1), (1, 2, 1)))
    seen = sparse_view(scene, (view((0, 0, 0)), view((0, -1, 0))), COARSE)
    xy = grid_pixels(CAMERA, COARSE)
    front = (xy[:, 0] > 320) & (np.abs(xy[:, 1] - 239.5) < 200)
    assert (seen.instance[0, front] == 2).all()
    np.testing.assert_allclose(seen.depth[0, front], 1, rtol=1e-5)
    np.testing.assert_allclose(seen.depth[1, xy[:, 0] < 300], 4, rtol=1e-5)
    np.testing.assert_allclose(seen.normals[0, front], np.tile([0, -1, 0], (front.sum(), 1)), atol=1e-6)
    assert (seen.facing[0, front] > 0).all()
    assert seen.hit.all()


@pytest.mark.parametrize("size", [(640, 480), (64, 48), (320, 320), (1024, 256)])
def test_the_grid_is_even_and_inside(size):
    xy = grid_pixels(pinhole(*size, 500))
    assert (xy >= -0.5).all()
    assert (xy <= np.array(size) - 0.5).all()
    np.testing.assert_allclose(xy.mean(0), (np.array(size) - 1) / 2)
    assert len(np.unique(xy[:, 0])) == FINE
