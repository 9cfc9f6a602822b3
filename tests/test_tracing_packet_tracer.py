"""Packets beside the readable twin and beside nothing: the same hits, whatever the number of rays."""

import gc

import numpy as np
import pytest
import scenes
from hypothesis import given, settings
from hypothesis import strategies as st
from test_raycaster import posed_scene

from scenegen.geometry import Camera, View, look_at, pixel_rays
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


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (5, 3), (33, 18)])
def test_pixels_are_the_rays_through_their_centres(size):
    scene = retraced(scenes.boxes_in_room().scene(), "packets")
    K = np.array([[40.0, 0, size[0] / 3], [0, 55, size[1] / 2], [0, 0, 1]])
    view = View(Camera(*size, K), look_at((-2.4, 1.6, 1.5), (0.3, 0, 0.5), 0.3))
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
