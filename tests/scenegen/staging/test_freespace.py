import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging_rooms import CUPBOARD, WALLS, box, furnished, l_shaped, open_scan, room_of, table, true_distance

from scenegen.assets.mesh import Mesh
from scenegen.assets.source import Room
from scenegen.staging.freespace import LEAST_CLEARANCE_M, directions, free_space
from scenegen.staging.surfaces import room_skin
from scenegen.tracing.raycaster import Bvh


def measure(room, seed=0, candidates=1500):
    return free_space(room, Bvh(room.mesh), room_skin(room.mesh), np.random.default_rng(seed), candidates)


def flipped(room) -> Room:
    m = room.mesh
    faces = np.ascontiguousarray(m.faces[:, ::-1])
    return Room(room.id, Mesh(m.vertices, faces, m.face_material, m.materials), room.ceiling_m, {})


def shuffled(room) -> Room:
    """The same room with half of its faces turned at random."""
    m = room.mesh
    turn = np.random.default_rng(0).random(len(m.faces)) < 0.5
    faces = np.where(turn[:, None], m.faces[:, ::-1], m.faces).astype(np.int32)
    return Room(room.id, Mesh(m.vertices, faces, m.face_material, m.materials), room.ceiling_m, {})


@settings(max_examples=8, deadline=None)
@given(st.tuples(st.floats(2, 8), st.floats(2, 8), st.floats(2, 4)))
def test_clearance_of_an_empty_box_is_that_of_its_walls(size):
    w, d, h = size
    free = measure(room_of([box((-w / 2, -d / 2, 0), (w / 2, d / 2, h), WALLS, inward=True)], h), candidates=300)
    p = free.points
    truth = np.min([w / 2 - np.abs(p[:, 0]), d / 2 - np.abs(p[:, 1]), p[:, 2], h - p[:, 2]], axis=0)
    # where two walls are as near, the samples may name the wrong one of them
    assert (free.clearance > truth - 1e-5).all()
    assert (free.clearance < truth + 0.01).all()
    assert np.mean(free.clearance < truth + 1e-5) > 0.95
    assert len(free) > 200
    assert free.closed.min() == 1
    assert np.abs(p[:, 0]).max() <= w / 2 - 0.1


@pytest.mark.parametrize("change", [lambda r: r, flipped, shuffled])
def test_the_inside_of_a_cupboard_is_not_free(change):
    free = measure(change(furnished()))
    low, high = np.array(CUPBOARD)
    assert not ((free.points > low) & (free.points < high)).all(1).any()
    assert len(free) > 1000


@pytest.mark.parametrize(("change", "winding"), [(lambda r: r, 1), (flipped, -1), (shuffled, 0)])
def test_winding_is_found(change, winding):
    assert measure(change(furnished())).winding == winding


@pytest.mark.parametrize("change", [lambda r: r, flipped, shuffled])
def test_what_lies_beyond_the_walls_is_not_free(change):
    free = measure(change(l_shaped()))
    assert not ((free.points[:, 0] > 0.5) & (free.points[:, 1] > 0)).any()
    assert len(free) > 900


def test_clearance_never_exceeds_the_truth_by_more_than_centimetres():
    room = furnished()
    free = measure(room)
    truth = true_distance(room.mesh, free.points)
    assert free.clearance.min() > LEAST_CLEARANCE_M
    assert (free.clearance - truth).max() < 0.03
    assert (free.clearance - truth).min() > -1e-6


def test_an_open_scan_has_free_space_inside_only():
    free = measure(open_scan())
    assert len(free) > 800
    assert free.closed.min() < 1
    assert (np.abs(free.points[:, :2]) < 2).all()
    assert free.points[:, 1].min() > -1  # beyond, there is nothing on two of four sides


def test_where_only_backs_are_seen_is_not_free():
    """The inside of an open bin whose faces look out alone: a scanner was never there."""
    bin_ = box((-1, -1, 0.001), (1, 1, 1.5), drop=(10, 11))
    shell = box((-2.5, -2, 0), (2.5, 2, 2.6), WALLS, inward=True)
    free = measure(room_of([shell, bin_]))
    assert not ((np.abs(free.points[:, :2]) < 1).all(1) & (free.points[:, 2] < 1)).any()
    assert ((np.abs(free.points[:, :2]) < 1).all(1) & (free.points[:, 2] > 1.6)).any()


def test_a_scan_of_one_side_is_free_in_front_of_it():
    """One wall and a strip of floor: no point has three walls around it, and still there is a front."""
    wall, floor = box((-2.5, 0.9, 0), (2.5, 1, 2.5), WALLS, drop=(6, 7)), box((-2.5, 0.4, -0.1), (2.5, 1, 0), WALLS)
    free = measure(room_of([wall, floor, table(0, 0.2), table(-1.5, -0.4)], 2.5))
    assert len(free) > 50
    assert (free.points[:, 1] < 0.9).all()


def test_same_seed_same_points_another_seed_others():
    room = furnished()
    one, same, other = measure(room, 3, 500), measure(room, 3, 500), measure(room, 4, 500)
    np.testing.assert_array_equal(one.points, same.points)
    np.testing.assert_array_equal(one.clearance, same.clearance)
    assert not np.array_equal(one.points[:50], other.points[:50])


def test_a_box_too_small_for_the_margin_has_none():
    assert len(measure(room_of([box((0, 0, 0), (0.1, 0.1, 0.1), inward=True)], 0.1))) == 0


def test_directions_are_unit_and_balanced():
    rays = directions(26)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=1), 1)
    np.testing.assert_allclose(rays.mean(0), 0, atol=0.02)
