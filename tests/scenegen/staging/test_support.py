import numpy as np
import pytest
from staging_rooms import CUPBOARD, box, load, prepared, room_of

from scenegen.geometry import transform
from scenegen.staging.freespace import FreeSpace
from scenegen.staging.support import GAP_M, find_supports, footprint, preference, rest_poses
from scenegen.tracing.raycaster import Bvh

SPACE = prepared().space


def near_height(z):
    return SPACE.supports.points[np.abs(SPACE.supports.points[:, 2] - z) < 1e-3]


def test_floor_table_and_shelf_are_found():
    tops = near_height(0.74)
    assert len(tops) > 80
    assert (np.abs(tops[:, 0] + 0.8) <= 0.61).all()
    assert (np.abs(tops[:, 1] - 0.9) <= 0.36).all()
    assert len(near_height(0)) > 1000
    for level in np.linspace(0.1, 1.58, 4):
        assert len(near_height(level + 0.02)) > 10
    assert len(near_height(2.0)) > 50  # the top of the cupboard


def test_headroom_is_the_free_height():
    floor = np.abs(SPACE.supports.points[:, 2]) < 1e-3
    under = floor & (np.abs(SPACE.supports.points[:, :2] - [-0.8, 0.9]) < [0.5, 0.25]).all(1)
    clear = floor & (np.abs(SPACE.supports.points[:, :2] - [0, -1]) < 0.4).all(1)
    np.testing.assert_allclose(SPACE.supports.headroom_m[under], 0.70, atol=1e-3)
    np.testing.assert_allclose(SPACE.supports.headroom_m[clear], 2.59, atol=1e-3)


def test_nothing_stands_inside_the_cupboard():
    low, high = np.array(CUPBOARD)
    below = np.array([0, 0, 0.01])
    inside = ((SPACE.supports.points > low - below) & (SPACE.supports.points < high - below)).all(1)
    assert not inside.any()


def test_slopes_are_no_support():
    ramp = box((-1, -1, 0), (1, 1, 1.0))
    ramp.vertices[ramp.vertices[:, 0] < 0, 2] = 0
    room = room_of([box((-2, -2, 0), (2, 2, 2.5), inward=True), ramp], 2.5)
    free = FreeSpace(np.array([[0, 0, 1.5], [1.5, 1.5, 1], [-1.5, -1.5, 1]]), np.ones(3), np.ones(3), 1)
    found = find_supports(room.mesh, Bvh(room.mesh), free, 2.5).points
    assert len(found) > 20
    assert (found[:, 2] < 0.01).all()


def test_small_things_prefer_tables_and_large_ones_the_floor():
    raised = SPACE.supports.points[:, 2] > 0.2
    small, large = (preference(SPACE.supports, s, 0.2, np.zeros(3)) for s in (0.2, 1.2))
    assert small[raised].sum() > 0.7
    assert large[raised].sum() < 0.01
    assert small.sum() == pytest.approx(1)
    assert not preference(SPACE.supports, 1.0, 5.0, np.zeros(3)).any()


def test_the_footprint_of_a_stool_is_its_feet_and_what_they_span():
    sole = footprint(load("stool/0"), 1.0)
    np.testing.assert_allclose(sole.min(0), -0.17, atol=0.005)
    np.testing.assert_allclose(sole.max(0), 0.17, atol=0.005)


@pytest.mark.parametrize("asset", ["stool/0", "slab/1", "cube/0"])
def test_objects_stand_one_millimetre_above_their_support(asset):
    loaded = load(asset)
    beside = SPACE.supports.points[:, 0] < 1.2  # away from the cupboard, whose bottom is another support
    places = SPACE.supports.points[beside][::40]
    poses = rest_poses(SPACE.bvh, loaded, 1.0, places, np.random.default_rng(0))
    assert len(poses) > 10
    for T in poses:
        lowest = transform(T, loaded.model.mesh.vertices)[:, 2].min()
        aside = np.linalg.norm(places[:, :2] - T[:2, 3], axis=1)
        support = places[np.argmin(aside + 10 * np.abs(places[:, 2] - lowest))]
        assert lowest - support[2] == pytest.approx(GAP_M, abs=1e-5)
        np.testing.assert_allclose(T[2, :3], (0, 0, 1), atol=1e-12)


def test_nothing_stands_over_an_edge():
    edge = np.array([[-0.8 + 0.6, 0.9, 0.74]])  # the rim of the table
    assert rest_poses(SPACE.bvh, load("cube/0"), 1.0, edge, np.random.default_rng(0)) == []
    middle = np.array([[-0.8, 0.9, 0.74]])
    assert len(rest_poses(SPACE.bvh, load("cube/0"), 1.0, middle, np.random.default_rng(0))) == 1
