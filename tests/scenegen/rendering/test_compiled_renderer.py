"""The compiled renderer beside its readable twin: the same layers, and pictures within one grey level."""

import gc

import numpy as np
import pytest
import scenes
from hypothesis import given, settings
from hypothesis import strategies as st

from scenegen.assets.mesh import WHITE, Material, Mesh, texture_from_image
from scenegen.geometry import Camera, View, compose, look_at, quaternion_rotation
from scenegen.lights import Lighting, PointLight
from scenegen.rendering.compiled.lamps import following
from scenegen.rendering.compiled_renderer import CompiledRenderer
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.rendering.shadows import plan_shadows
from scenegen.tracing.raycaster import Scene

WRAPS = ("repeat", "mirror", "clamp")
SHADED = 0.003
"""Share of pixels that may differ by more: where a level decides whether a pixel is one of the strongest edges."""


def painted(rng, mesh):
    """A mesh with materials, coordinates, vertex colours and smooth normals by chance."""
    count, faces = int(rng.integers(1, 4)), len(mesh.faces)
    image = rng.integers(0, 256, (int(rng.integers(1, 40)), int(rng.integers(1, 40)), 3)).astype(np.uint8)
    wrap = WRAPS[rng.integers(3)], WRAPS[rng.integers(3)]
    materials = tuple(
        Material(
            str(k),
            WHITE if rng.random() < 0.5 else tuple(rng.random(3)),
            texture_from_image(image, wrap) if rng.random() < 0.6 else None,
            float(rng.choice([0, 0.3, 1])),
            glow=tuple(0.3 * rng.random(3)) if rng.random() < 0.4 else (0.0, 0.0, 0.0),
            glow_texture=texture_from_image(image[::2], wrap) if rng.random() < 0.5 else None,
        )
        for k in range(count)
    )
    vertices = len(mesh.vertices)
    normals = mesh.vertices - mesh.vertices.mean(0) + 0.1 * rng.normal(size=(vertices, 3))
    return Mesh(
        mesh.vertices,
        mesh.faces,
        rng.integers(count, size=faces).astype(np.int32),
        materials,
        uv=rng.normal(size=(vertices, 2)).astype(np.float32) * 3 if rng.random() < 0.7 else None,
        colors=rng.integers(0, 256, (vertices, 3)).astype(np.uint8) if rng.random() < 0.4 else None,
        normals=_unit(normals) if rng.random() < 0.6 else None,
    )


def _unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def painted_scene(rng):
    """A room, open or closed, and objects, turned, scaled and moved."""
    room = scenes.inside_out(scenes.box((-3, -3, -1), (3, 3, 2)))
    if rng.random() < 0.5:
        room = scenes.mesh(room.vertices, room.faces[: -int(rng.integers(1, 6))])
    bodies = [scenes.body(painted(rng, room), 1)]
    for k, shape in enumerate((scenes.box((-1, -1, -1), (1, 1, 1)), scenes.sphere(1.0, 12), scenes.sphere(0.7, 5))):
        T = compose(quaternion_rotation(rng.normal(size=4)), rng.uniform(-1.5, 1.5, 3), rng.uniform(0.2, 0.7))
        bodies.append(scenes.body(painted(rng, shape), k + 2, T))
    return Scene(tuple(bodies))


def lights(rng):
    lamps = [
        PointLight(tuple(rng.uniform(-2, 2, 3)), tuple(rng.uniform(0, 1, 3)), float(rng.uniform(0.5, 3)))
        for _ in range(rng.integers(4))
    ]
    return Lighting(tuple(lamps), tuple(0.3 * rng.random(3)), tuple(0.3 * rng.random(3)))


def some_view(rng, size):
    K = np.array([[60.0, 0, size[0] / 2 - 3], [0, 70, size[1] / 2], [0, 0, 1]])
    return View(Camera(*size, K), look_at(tuple(rng.uniform(-2.5, 2.5, 3)), tuple(rng.uniform(-1, 1, 3)), 0.3))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(64, 48), (61, 47), (1, 1), (3, 50), (50, 2)]))
def test_the_layers_are_the_twins_and_the_picture_is_within_a_level(seed, size):
    rng = np.random.default_rng(seed)
    scene, view, lighting = painted_scene(rng), some_view(rng, size), lights(rng)
    mine, twin = (renderer.render(scene, view, lighting) for renderer in (CompiledRenderer(), EmbreeRenderer()))
    np.testing.assert_array_equal(mine.depth, twin.depth)
    np.testing.assert_array_equal(mine.instance, twin.instance)
    assert np.abs(mine.normal.astype(int) - twin.normal).max() <= 1
    differing = np.abs(mine.rgb.astype(int) - twin.rgb).max(2) > 1
    assert differing.sum() <= max(2, SHADED * differing.size)
    for layer in ("rgb", "depth", "instance", "normal"):
        assert getattr(mine, layer).dtype == getattr(twin, layer).dtype
        assert getattr(mine, layer).shape == getattr(twin, layer).shape


def test_the_same_arguments_give_the_same_bytes():
    rng = np.random.default_rng(5)
    scene, view, lighting = painted_scene(rng), some_view(rng, (64, 48)), lights(rng)
    first, second = (CompiledRenderer().render(scene, view, lighting) for _ in range(2))
    assert first.rgb.tobytes() == second.rgb.tobytes()
    assert first.normal.tobytes() == second.normal.tobytes()


def test_tables_live_no_longer_than_their_mesh():
    renderer = CompiledRenderer()
    scene = scenes.scene(scenes.box((-1, -1, -1), (1, 1, 1)))
    renderer.render(scene, scenes.view((0, -4, 0), (0, 0, 0)), Lighting((), (1.0,) * 3, (1.0,) * 3))
    assert len(renderer._tables) == 1
    del scene
    gc.collect()
    assert len(renderer._tables) == 0


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 4), (9, 7), (16, 13)])
def test_who_follows_is_whom_the_twin_lets_follow(shape):
    rng = np.random.default_rng(0)
    for _ in range(20):
        label = rng.integers(1, 3, shape).astype(np.uint32)
        bent = rng.random(shape) < 0.1
        out = np.empty(label.size, bool)
        following(label.ravel(), bent.ravel(), shape, out)
        assert np.array_equal(out.reshape(shape), plan_shadows(label, bent, np.zeros(shape, np.int32)).follows)


@pytest.mark.parametrize("height", [0.002, 0.05, 0.5])
def test_no_acne_where_light_grazes(height):
    floor = scenes.mesh(np.array([[-8, -8, 0], [8, -8, 0], [8, 8, 0], [-8, 8, 0]]), [[0, 1, 2], [0, 2, 3]])
    T = compose(quaternion_rotation(np.array([0.3, 0.7, -0.5, 0.4])), [3.0, -2.0, 1.0], 1.7)
    scene = Scene((scenes.body(scenes.box((50, 50, 50), (51, 51, 51)), 1), scenes.body(floor, 2, T)))
    at = lambda *metres: tuple(T[:3, :3] @ metres + T[:3, 3])  # noqa: E731
    dark = (0.0, 0.0, 0.0)
    lamp = Lighting((PointLight(at(1.0, 2.0, height), (50, 50, 50), 5.0),), dark, dark)
    view = scenes.view(at(-6, -5, 1.2), at(0, 0, 0))
    mine, twin = (renderer.render(scene, view, lamp) for renderer in (CompiledRenderer(), EmbreeRenderer()))
    assert (mine.rgb[mine.instance == 2] > 0).mean() > 0.5
    assert np.abs(mine.rgb.astype(int) - twin.rgb).max() <= 1
