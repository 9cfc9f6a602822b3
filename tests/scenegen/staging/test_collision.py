import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging_rooms import IDS, LIBRARY, box, cube, load, prepared, scene_of, slab, surface_points, true_distance

from scenegen.assets.mesh import concatenate
from scenegen.geometry import compose, inverse, quaternion_rotation, transform
from scenegen.staging.collision import Pose, clear
from scenegen.staging.objects import PlacedObject, loaded_object
from scenegen.staging.surfaces import room_skin
from scenegen.tracing.raycaster import Scene

SPACE, EMPTY = prepared().space, prepared().scene
ROOM = SPACE.room.mesh
CLEARANCE, TOLERANCE = 0.05, 0.015


def pose(asset, position, q=(1, 0, 0, 0), scale=1.0, clearance=CLEARANCE, resting=False) -> Pose:
    loaded = load(asset) if isinstance(asset, str) else asset
    return Pose(loaded, compose(quaternion_rotation(q), position, scale), clearance, resting)


def put(tried: Pose, instance=2) -> PlacedObject:
    return PlacedObject("x", "x", tried.T, instance, "float", tried.loaded)


def with_objects(*placed) -> Scene:
    return Scene((*EMPTY.bodies, *(p.body() for p in placed)))


def gap(a: Pose, mesh, T) -> float:
    """Least distance between samples of the object and another mesh, in the world."""
    points = transform(a.T, surface_points(a.loaded.model.mesh, 700, np.random.default_rng(0)))
    return true_distance(mesh, transform(inverse(T), points)).min() * np.linalg.norm(T[:3, 0])


positions = st.tuples(st.floats(-2.3, 2.3), st.floats(-1.8, 1.8), st.floats(0.1, 2.4))
turns = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)
assets = st.sampled_from(sorted(LIBRARY)[:5])


@settings(max_examples=40, deadline=None)
@given(assets, positions, turns)
def test_what_is_clear_of_the_room_is_truly_so(asset, position, q):
    tried = pose(asset, position, q)
    if clear(tried, EMPTY, SPACE.surface, []):
        assert gap(tried, ROOM, np.eye(4)) > CLEARANCE - TOLERANCE


@settings(max_examples=60, deadline=None)
@given(assets, positions, turns)
def test_what_is_far_from_everything_is_clear(asset, position, q):
    middle_free = SPACE.free.points[np.argmin(np.linalg.norm(SPACE.free.points - position, axis=1))]
    tried = pose(asset, middle_free, q)
    if true_distance(ROOM, middle_free[None])[0] > tried.reach():
        assert clear(tried, EMPTY, SPACE.surface, [])


@settings(max_examples=60, deadline=None)
@given(assets, assets, st.tuples(*[st.floats(-0.7, 0.7)] * 3), turns, turns)
def test_what_is_clear_of_an_object_is_truly_so(one, two, offset, q, r):
    first = pose(one, (0, -0.5, 1.3), q)
    other = put(first)
    tried = pose(two, np.array((0, -0.5, 1.3)) + offset, r)
    if clear(tried, with_objects(other), SPACE.surface, [other]):
        assert gap(tried, first.loaded.model.mesh, first.T) > CLEARANCE - TOLERANCE
        assert gap(first, tried.loaded.model.mesh, tried.T) > CLEARANCE - TOLERANCE
    elif clear(tried, EMPTY, SPACE.surface, []):
        assert np.linalg.norm(offset) < first.reach() + tried.reach()


def test_nothing_is_swallowed():
    """A small cube inside a large one touches no surface of it, and still is no place for it."""
    big, small = loaded_object(cube(1.2)), loaded_object(cube(0.1))
    outer, inner = pose(big, (0, -0.5, 1.3)), pose(small, (0.1, -0.5, 1.3))
    assert clear(outer, EMPTY, SPACE.surface, [])
    assert not clear(inner, with_objects(put(outer)), SPACE.surface, [put(outer)])
    assert not clear(outer, with_objects(put(inner)), SPACE.surface, [put(inner)])


@pytest.mark.parametrize("width", [0.004, 0.03])
def test_a_thin_pole_through_a_slab_is_found(width):
    pole = box((-width / 2, -width / 2, 0), (width / 2, width / 2, 2.5))
    shell = box((-2, -2, 0), (2, 2, 2.5), inward=True)
    for mesh in ([shell, pole], [shell]):
        room = concatenate(mesh)
        tried = pose(loaded_object(slab((0.6, 0.5, 0.04))), (0.11, 0.07, 1.2))
        assert clear(tried, scene_of(room), room_skin(room), []) == (len(mesh) == 1)


def test_a_tip_under_a_slab_is_found_wherever_it_points():
    """The tip is 3 cm below a large slab whose own samples are far apart: the tip's samples must tell."""
    sheet = loaded_object(slab((1.6, 1.6, 0.02)))
    shell = box((-2, -2, 0), (2, 2, 2.5), inward=True)
    for x, y in np.random.default_rng(0).uniform(-0.6, 0.6, (8, 2)):
        for gap_m in (0.03, 0.07):
            room = concatenate([shell, box((x, y, 0), (x + 0.01, y + 0.01, 1.19 - gap_m))])
            tried = pose(sheet, (0, 0, 1.2))
            assert clear(tried, scene_of(room), room_skin(room), []) == (gap_m > CLEARANCE)


def test_clearance_decides():
    """A cube of 0.3 m whose face is 7 cm from the wall at x = -2.5."""
    at = (-2.5 + 0.15 + 0.07, -1, 1.3)
    assert clear(pose("cube/0", at, clearance=0.05), EMPTY, SPACE.surface, [])
    assert not clear(pose("cube/0", at, clearance=0.09), EMPTY, SPACE.surface, [])


def test_a_resting_object_may_touch_its_support_but_no_wall():
    stand = {"clearance": 0.005, "resting": True}
    assert clear(pose("cube/0", (0, -1, 0.151), **stand), EMPTY, SPACE.surface, [])
    assert not clear(pose("cube/0", (0, -1, 0.149), **stand), EMPTY, SPACE.surface, [])
    assert not clear(pose("cube/0", (-2.5 + 0.152, -1, 0.151), **stand), EMPTY, SPACE.surface, [])
    assert not clear(pose("cube/0", (0, -1, 0.151), clearance=0.005), EMPTY, SPACE.surface, [])


@pytest.mark.parametrize(("height_m", "free"), [(0.01, True), (0.04, False), (0.12, False)])
def test_only_the_lowest_two_centimetres_of_a_resting_object_may_come_near(height_m, free):
    """A cube of 0.3 m stands 2 mm beside a block of this height; its clearance is 5 mm."""
    shell = box((-2, -2, 0), (2, 2, 2.5), inward=True)
    room = concatenate([shell, box((0.152, -0.3, 0), (0.4, 0.3, height_m))])
    tried = pose("cube/0", (0, 0, 0.151), clearance=0.005, resting=True)
    assert clear(tried, scene_of(room), room_skin(room), []) == free


def test_scale_counts():
    at = (0.0, -0.5, 1.3)
    assert clear(pose("cube/0", at, scale=3.0), EMPTY, SPACE.surface, [])
    assert not clear(pose("cube/0", at, scale=9.0), EMPTY, SPACE.surface, [])


def test_library_of_the_tests_is_complete():
    assert sorted(i for ids in IDS.values() for i in ids) == sorted(LIBRARY)
