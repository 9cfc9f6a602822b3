"""What a surface element is made of: colour x texture x vertex colour in linear light, wraps, glow, per closed form."""

from dataclasses import replace

import numpy as np
import pytest
import scenes

from scenegen.assets.mesh import WHITE, Material, Mesh, mean_albedo, texture_from_image
from scenegen.lights import Lighting
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.rendering.shading import illuminate
from scenegen.rendering.surfaces import build_table
from scenegen.rendering.surfels import EyeRays, gather_surfels
from scenegen.rendering.tone import tone_map
from scenegen.srgb import srgb_to_linear
from scenegen.tracing.raycaster import Scene, nearest

DARK = (0.0, 0.0, 0.0)
NIGHT = Lighting((), DARK, DARK)
DAY = Lighting((), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
QUADRANTS = np.array([[[250, 10, 10], [10, 250, 10]], [[10, 10, 250], [240, 240, 20]]], np.uint8)
QUADRANTS = np.kron(QUADRANTS, np.ones((32, 32, 1), np.uint8))


def wall(material, uv=((0, 0), (1, 0), (1, 1), (0, 1)), colors=None):
    """A square of 2 x 2 m in x and y at z = 0, seen from above; corners counter-clockwise from the lower left."""
    vertices = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    uv = None if uv is None else np.array(uv, np.float32)
    colors = None if colors is None else np.array(colors, np.uint8)
    return Mesh(vertices, faces, np.zeros(2, np.int32), (material,), uv=uv, colors=colors)


def looked_up(mesh, points, spread=1e-4):
    """Surface elements straight below points (x, y)."""
    scene = Scene((scenes.body(mesh, 1),))
    points = np.asarray(points, np.float64)
    eye = np.array([[0, 0, 3.0]], np.float32)
    rays = EyeRays(eye, (np.column_stack([points, np.zeros(len(points))]) - eye).astype(np.float32), spread)
    return scene, gather_surfels(scene, {mesh: build_table(mesh)}, rays, nearest(scene, rays.origin, rays.directions))


def albedo(mesh, points, **more):
    return looked_up(mesh, points, **more)[1].albedo.T


CENTRES = [(-0.5, 0.5), (0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)]
COLOURS = QUADRANTS[[16, 16, 48, 48], [16, 48, 16, 48]]


@pytest.mark.parametrize("factor", [WHITE, (0.2, 0.5, 0.9), (0.0, 1.0, 0.04)])
def test_albedo_is_the_product_of_color_texture_and_vertex_color_in_linear_light(factor):
    material = Material("m", factor, texture_from_image(QUADRANTS))
    vertex = (120, 255, 30)
    expected = srgb_to_linear(np.array(factor)) * srgb_to_linear(COLOURS / 255)
    np.testing.assert_allclose(albedo(wall(material), CENTRES), expected, atol=0.002)
    tinted = albedo(wall(material, colors=[vertex] * 4), CENTRES)
    np.testing.assert_allclose(tinted, expected * srgb_to_linear(np.array(vertex) / 255), atol=0.002)


def test_a_white_factor_costs_nothing():
    table = build_table(wall(Material("m", WHITE, texture_from_image(QUADRANTS))))
    assert table.tint is None
    assert table.glow is None
    assert table.pool is not None
    assert table.pool.wrap is None


def test_a_plain_material_beside_a_tinted_texture_keeps_its_color():
    tinted = Material("t", (0.5, 0.5, 0.5), texture_from_image(QUADRANTS))
    mesh = replace(
        wall(tinted), materials=(tinted, Material("p", (0.2, 0.4, 0.6))), face_material=np.array([0, 1], np.int32)
    )
    lower, upper = albedo(mesh, [(0.5, -0.5), (-0.5, 0.5)])
    np.testing.assert_allclose(
        lower, srgb_to_linear(np.array([0.5] * 3)) * srgb_to_linear(COLOURS[3] / 255), atol=0.002
    )
    np.testing.assert_allclose(upper, srgb_to_linear(np.array([0.2, 0.4, 0.6])), atol=0.003)


def test_without_coordinates_the_mean_light_of_the_texture_is_taken():
    material = Material("m", (0.5, 1.0, 1.0), texture_from_image(QUADRANTS))
    mean = srgb_to_linear(QUADRANTS / 255).mean((0, 1)) * srgb_to_linear(np.array([0.5, 1, 1]))
    np.testing.assert_allclose(mean_albedo(material), mean, atol=0.003)
    np.testing.assert_allclose(albedo(wall(material, uv=None), [(0.3, 0.2)])[0], mean, atol=0.003)


# Wraps: coordinates from -1 to 2, or far from 0, on two triangles -----------------------------------

NINE = [(x, y) for y in (2 / 3, 0, -2 / 3) for x in (-2 / 3, 0, 2 / 3)]
OFFSET = 0.11
"""Off the middle of a cell, so that a mirrored picture differs."""


def shown(wrap, turns=0):
    """Which quadrant (0..3) is seen in each of nine cells, a ninth of the wall each, one picture wide."""
    uv = np.array([(-1, -1), (2, -1), (2, 2), (-1, 2)]) + turns
    mesh = wall(Material("m", WHITE, texture_from_image(QUADRANTS, wrap)), uv=uv)
    seen = albedo(mesh, np.array(NINE) + OFFSET)
    near = np.abs(seen[:, None] - srgb_to_linear(COLOURS / 255)[None]).sum(-1)
    assert (near.min(1) < 0.01).all()
    return near.argmin(1).reshape(3, 3).tolist()


def test_repeated_mirrored_and_clamped_as_named():
    # u = 0.66, v = 0.66 of a cell: upper right, quadrant 1; mirrored it is upper left (0), lower right (3), lower left (2)
    assert shown(("repeat", "repeat")) == [[1, 1, 1]] * 3
    assert shown(("repeat", "repeat"), turns=7) == [[1, 1, 1]] * 3
    assert shown(("mirror", "mirror")) == [[2, 3, 2], [0, 1, 0], [2, 3, 2]]
    assert shown(("mirror", "mirror"), turns=2) == [[2, 3, 2], [0, 1, 0], [2, 3, 2]]
    assert shown(("mirror", "mirror"), turns=-5) == [[1, 0, 1], [3, 2, 3], [1, 0, 1]]
    assert shown(("clamp", "clamp")) == [[0, 1, 1], [0, 1, 1], [2, 3, 3]]
    assert shown(("clamp", "repeat")) == [[0, 1, 1]] * 3
    assert shown(("clamp", "clamp"), turns=5) == [[1, 1, 1]] * 3
    assert shown(("repeat", "clamp")) == [[1, 1, 1], [1, 1, 1], [3, 3, 3]]
    assert shown(("mirror", "clamp")) == [[0, 1, 0], [0, 1, 0], [2, 3, 2]]


# Glow -----------------------------------------------------------------------------------------------


def test_glow_is_seen_at_night_as_it_is_and_added_by_day():
    material = Material("lamp", (0.5, 0.5, 0.5), glow=(0.25, 0.5, 2.0))
    for lighting, light in ((NIGHT, 0.0), (DAY, 1.0)):
        scene, surfels = looked_up(wall(material), CENTRES)
        radiance, _ = illuminate(scene, surfels, lighting)
        expected = np.array([0.25, 0.5, 2.0]) + light * srgb_to_linear(np.array([0.5] * 3))
        np.testing.assert_allclose(radiance.T, np.tile(expected, (4, 1)), rtol=1e-5)


@pytest.mark.parametrize("texture", [None, texture_from_image(np.full((8, 4, 3), 99, np.uint8))])
def test_a_glow_texture_is_read_at_the_same_place_at_its_own_size(texture):
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, -1)
    material = Material("m", WHITE, texture, glow=(2.0, 1.0, 0.5), glow_texture=texture_from_image(QUADRANTS))
    glow = looked_up(wall(material), CENTRES)[1].glow
    assert glow is not None
    np.testing.assert_allclose(glow.T, np.array([2.0, 1.0, 0.5]) * srgb_to_linear(COLOURS / 255), atol=0.005)
    fine = replace(material, glow=(1.0, 1.0, 1.0), glow_texture=texture_from_image(board))
    # 64 texels on 2 m: with a footprint of 4 texels the board is grey, with a tiny one it is not
    sharp = looked_up(wall(fine), np.array(CENTRES) + 1 / 64, spread=1e-4)[1].glow
    blurred = looked_up(wall(fine), CENTRES, spread=4 * 2 / 64)[1].glow
    assert sharp is not None
    assert blurred is not None
    assert set(np.rint(sharp.ravel()).tolist()) <= {0.0, 1.0}
    assert np.abs(sharp - 0.5).min() > 0.4
    np.testing.assert_allclose(blurred, 0.5, atol=0.01)


def test_a_glow_texture_without_coordinates_glows_at_its_mean():
    material = Material("m", glow=(1.0, 1.0, 1.0), glow_texture=texture_from_image(QUADRANTS))
    glow = looked_up(wall(material, uv=None), [(0.1, 0.2)])[1].glow
    assert glow is not None
    np.testing.assert_allclose(glow[:, 0], srgb_to_linear(QUADRANTS / 255).mean((0, 1)), atol=0.003)


def test_only_what_glows_gives_light_in_a_picture_of_both():
    lamp = wall(Material("lamp", (0.0, 0.0, 0.0), glow=(0.2, 0.3, 0.4)))
    plain = replace(
        wall(Material("plain", (0.5, 0.5, 0.5))),
        vertices=wall(Material("")).vertices + np.array([2.5, 0, 0], np.float32),
    )
    scene = Scene((scenes.body(lamp, 1), scenes.body(plain, 2)))
    view = scenes.view((1.2, 0, 5), (1.2, 0.001, 0), size=(64, 48), f_px=60)
    frame = EmbreeRenderer().render(scene, view, NIGHT)
    for instance, light in ((1, (0.2, 0.3, 0.4)), (2, DARK)):
        inside = frame.rgb[frame.instance == instance]
        assert np.array_equal(np.median(inside, axis=0), tone_map(np.array(light, np.float32)))


def test_an_unlit_material_shows_its_albedo_under_any_light():
    material = Material("m", (0.8, 0.6, 0.9), texture_from_image(QUADRANTS), emission=1.0)
    for lighting in (NIGHT, DAY):
        scene, surfels = looked_up(wall(material), CENTRES)
        radiance, _ = illuminate(scene, surfels, lighting)
        np.testing.assert_allclose(
            radiance.T, srgb_to_linear(np.array([0.8, 0.6, 0.9])) * srgb_to_linear(COLOURS / 255), atol=0.003
        )
