"""Packets beside the readable twin and beside nothing: the same hits, whatever the number of rays."""

import gc

import numpy as np
import pytest
import scenes
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import posed_scene

from scenegen.geometry import Camera, View, compose, look_at, pinhole
from scenegen.lenses import parse
from scenegen.rays import pixel_rays
from scenegen.tracing import embree
from scenegen.tracing.raycaster import Body, Bvh, Scene, blocked, nearest, pixel_hits
from scenegen.tracing.tracer import tracer


def retraced(scene, name):
    """The same bodies, by another tracer."""
    return Scene(tuple(Body(b.mesh, Bvh(b.mesh, tracer(name)), b.T_world_body, b.instance) for b in scene.bodies))


def both(scene):
    return retraced(scene, "packets"), retraced(scene, "embreex")


def columns(hits):
    return hits.instance, hits.primitive, hits.u, hits.v, hits.t


def rays_of(rng, count, shared):
    origins = rng.uniform(-2, 2, (1 if shared else count, 3))
    return origins, rng.normal(size=(count, 3))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 15, 16, 17, 500]), st.booleans())
def test_a_mesh_in_its_own_place_is_hit_bit_for_bit_as_by_the_twin(seed, count, shared):
    rng = np.random.default_rng(seed)
    mine, twin = both(scenes.scene(scenes.sphere(2.5, 9)))
    origins, directions = rays_of(rng, count, shared)
    for a, b in zip(
        columns(nearest(mine, origins, directions)), columns(nearest(twin, origins, directions)), strict=True
    ):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    far = float(rng.uniform(0.1, 2))
    np.testing.assert_array_equal(blocked(mine, origins, directions, far), blocked(twin, origins, directions, far))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_placed_meshes_are_hit_as_by_the_twin_but_for_rounding(seed):
    rng = np.random.default_rng(seed)
    mine, twin = both(posed_scene(rng))
    origins, directions = rays_of(rng, 400, shared=False)
    a, b = nearest(mine, origins, directions), nearest(twin, origins, directions)
    same = (a.instance == b.instance) & (a.primitive == b.primitive)
    assert same.mean() > 0.99  # rays that graze an edge may differ
    assert np.abs(a.t - b.t)[same & np.isfinite(b.t)].max() < 1e-5 * 10
    clear = np.abs(b.t - 1) > 1e-4
    assert (blocked(mine, origins, directions) == blocked(twin, origins, directions))[clear & same].all()


@pytest.fixture
def library_anew():
    """The library is opened anew, here and afterwards."""
    embree.library.cache_clear()
    yield
    embree.library.cache_clear()


@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_packets_of_any_width_hit_the_same(monkeypatch, library_anew, lanes):
    rng = np.random.default_rng(lanes)
    _, twin = both(scene := posed_scene(rng))
    monkeypatch.setattr(embree, "_NATIVE", {lanes: 0})  # property 0, the version, is always true
    embree.library.cache_clear()
    mine = retraced(scene, "packets")
    assert embree.library().lanes == lanes
    view = View(pinhole(33, 18, 20.0), look_at((-2.4, 1.6, 1.5), (0.3, 0, 0.5), 0.3))
    a, b = pixel_hits(mine, view), pixel_hits(twin, view)
    assert ((a.instance == b.instance) & (a.primitive == b.primitive)).mean() > 0.98
    origins, directions = rays_of(rng, 101, shared=False)
    a, b = blocked(mine, origins, directions), blocked(twin, origins, directions)
    assert (a == b).mean() > 0.98


def test_a_processor_without_packets_takes_the_narrowest(monkeypatch, library_anew):
    monkeypatch.setattr(embree.Library, "_property", lambda _, number: 40400 if number == 0 else 0)
    embree.library.cache_clear()
    assert embree.library().lanes == 4


@pytest.mark.parametrize("moved", [False, True])
def test_the_room_is_met_in_its_own_place_or_as_an_instance(moved):
    """A room that was moved is an instance like any other; what is nearer wins either way."""
    room, thing = scenes.box((-3, -3, -3), (3, 3, 3)), scenes.box((-1, -1, -1), (1, 1, 1))
    T = compose(translation=(0, 0, 0.5) if moved else (0, 0, 0))
    bodies = tuple(Body(m, Bvh(m, tracer("packets")), T, n) for n, m in ((1, room), (7, thing)))
    scene = Scene((bodies[0], Body(thing, bodies[1].bvh, compose(translation=(0.5, 0, 0)), 7)))
    assert (scene.world.still is None) == moved
    hits = nearest(scene, np.array([[0.5, 0, 2.0]]), np.array([[0, 0, -1.0], [0, 0, 1.0], [1.0, 0, -0.1]]))
    assert hits.instance.tolist() == [7, 1, 1]
    np.testing.assert_allclose(hits.t, [1, 1.5 if moved else 1, 2.5], rtol=1e-6)
    alone = Scene(scene.bodies[:1])
    assert nearest(alone, np.array([[0, 0, 2.0]]), np.array([[0, 0, -1.0]])).instance.tolist() == [1]


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (5, 3), (33, 18)])
@pytest.mark.parametrize("lens", scenes.LENSES)
def test_pixels_are_the_rays_through_their_centres(size, lens):
    scene = retraced(scenes.boxes_in_room().scene(), "packets")
    K = np.array([[40.0, 0, size[0] / 3], [0, 55, size[1] / 2], [0, 0, 1]])
    view = View(Camera(*size, K, parse(lens)), look_at((-2.4, 1.6, 1.5), (0.3, 0, 0.5), 0.3))
    rays = nearest(scene, view.position[None], pixel_rays(view))
    for a, b in zip(columns(pixel_hits(scene, view)), columns(rays), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_scene_keeps_its_meshes_and_gives_them_back():
    scene = retraced(scenes.scene(scenes.box((-1, -1, -1), (1, 1, 1))), "packets")
    world = scene.world
    del scene
    gc.collect()
    rays = np.zeros((1, 3), np.float32), np.array([[0, 0, 1.0]], np.float32)
    assert world.nearest(*rays).instance.tolist() == [1]
    for _ in range(200):  # handles that stayed would add up to gigabytes
        Bvh(scenes.sphere(1.0, 60), tracer("packets"))


def test_rays_that_are_not_finite_are_refused():
    scene = retraced(scenes.scene(scenes.box((-1, -1, -1), (1, 1, 1))), "packets")
    with pytest.raises(AssertionError, match="finite"):
        nearest(scene, np.zeros((1, 3)), np.array([[0, 0, np.nan]]))
