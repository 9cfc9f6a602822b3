import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from staging_rooms import box, furnished, table, true_distance

from scenegen.assets.mesh import Mesh
from scenegen.errors import AssetError
from scenegen.staging.surfaces import area_m2, distance, room_skin, skin, triangle_distance

COORDINATE = st.floats(-2, 2, width=32)


@given(arrays(np.float64, (3, 3), elements=COORDINATE), arrays(np.float64, 3, elements=COORDINATE))
def test_triangle_distance_agrees_with_an_independent_one(triangle, point):
    if np.linalg.norm(np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])) < 1e-3:
        return
    closest = trimesh.triangles.closest_point(triangle[None], point[None])[0]
    assert triangle_distance(point, triangle) == pytest.approx(np.linalg.norm(closest - point), abs=1e-7)


@pytest.mark.parametrize("triangle", [[[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 0, 0], [0, 0, 0], [2, 0, 0]]])
def test_degenerate_triangle_is_a_segment(triangle):
    assert triangle_distance(np.array([1.0, 3, 0]), np.array(triangle, float)) == pytest.approx(3)
    assert triangle_distance(np.array([5.0, 4, 0]), np.array(triangle, float)) == pytest.approx(5)


def test_a_point_is_its_distance_away():
    assert triangle_distance(np.array([3.0, 4, 0]), np.zeros((3, 3))) == pytest.approx(5)


def test_samples_lie_on_their_faces_and_share_the_area():
    mesh = table(0, 0)
    made = skin(mesh, 4000)
    assert triangle_distance(made.points, made.triangles(np.arange(4000))).max() < 1e-6
    share = np.bincount(made.face, minlength=len(mesh.faces)) / 4000
    np.testing.assert_allclose(share, area_m2(mesh) / area_m2(mesh).sum(), atol=1.01 / 4000)


def test_distance_is_never_below_the_truth_and_hardly_above():
    mesh = furnished().mesh
    points = np.random.default_rng(0).uniform([-2.4, -1.9, 0.1], [2.4, 1.9, 2.5], (2000, 3))
    truth, measured = true_distance(mesh, points), distance(room_skin(mesh), points)
    assert (measured >= truth - 1e-9).all()
    assert (measured - truth).max() < 0.03
    assert np.mean(measured - truth > 1e-9) < 0.05


def test_reach_only_cuts():
    surface = room_skin(furnished().mesh)
    points = np.random.default_rng(1).uniform([-2.4, -1.9, 0.1], [2.4, 1.9, 2.5], (2000, 3))
    full, cut = distance(surface, points), distance(surface, points, 0.1)
    np.testing.assert_array_equal(np.isfinite(cut), full <= 0.1)
    np.testing.assert_allclose(cut[full <= 0.1], full[full <= 0.1])


def test_no_points_no_distances():
    assert distance(skin(box((0, 0, 0), (1, 1, 1)), 50), np.empty((0, 3))).shape == (0,)


def test_a_mesh_without_area_is_refused():
    flat = Mesh(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), ())
    with pytest.raises(AssetError, match="no area") as caught:
        skin(flat, 10)
    assert caught.value.reason == "no_area"
