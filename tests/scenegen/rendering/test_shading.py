"""Light against closed forms: one lamp over a plane, shadows, two sides, no acne, no leaks."""

import numpy as np
import pytest
import scenes

from scenegen.assets.mesh import WHITE, Material, Mesh, texture_from_image
from scenegen.geometry import compose, rotation_about, transform
from scenegen.lights import Lighting, PointLight
from scenegen.rays import pixel_rays
from scenegen.rendering.shading import Known, illuminate, lamp_strength
from scenegen.rendering.surfaces import build_table
from scenegen.rendering.surfels import EyeRays, gather_surfels
from scenegen.srgb import srgb_to_linear
from scenegen.tracing.raycaster import Scene, nearest

DARK = (0.0, 0.0, 0.0)


def plane(half=5.0):
    corners = [[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]]
    return scenes.mesh(corners, [[0, 1, 2], [0, 2, 3]])


def seen(scene, view):
    rays = EyeRays(view.position.astype(np.float32)[None], pixel_rays(view), 1 / view.camera.f_px)
    tables = {b.mesh: build_table(b.mesh) for b in scene.bodies}
    return gather_surfels(scene, tables, rays, nearest(scene, rays.origin, rays.directions))


def expected_irradiance(points, normal, lamp):
    to_lamp = np.asarray(lamp.position) - points
    d = np.linalg.norm(to_lamp, axis=1)
    return lamp.radius_m**2 / (lamp.radius_m**2 + d**2) * np.maximum(to_lamp @ normal, 0) / d


def test_irradiance_of_a_plane_is_the_documented_formula():
    scene, lamp = scenes.scene(plane()), PointLight((0.5, -0.3, 1.5), (0.9, 0.8, 0.7), 1.7)
    surfels = seen(scene, scenes.view((1, 1, 3), (0, 0, 0)))
    light, lit = illuminate(scene, surfels, Lighting((lamp,), (0.1, 0.2, 0.3), (0.7, 0.7, 0.7)))
    points = surfels.point.T.astype(float)
    irradiance = expected_irradiance(points, np.array([0, 0, 1.0]), lamp)[:, None] * lamp.color + [0.1, 0.2, 0.3]
    np.testing.assert_allclose(light.T, irradiance * srgb_to_linear(np.array([0.6, 0.5, 0.4])), rtol=1e-4)
    assert (lit == 1).all()
    np.testing.assert_allclose(points[:, 2], 0, atol=1e-5)


def test_ambient_mixes_by_the_normal():
    scene = scenes.scene(scenes.inside_out(scenes.box((-2, -2, 0), (2, 2, 3))))
    surfels = seen(scene, scenes.view((0, -1.5, 1.5), (0, 2, 1.5)))
    light, _ = illuminate(scene, surfels, Lighting((), (1.0, 1.0, 1.0), (0.5, 0.25, 0.0)))
    share = (light / surfels.albedo).T
    for z, expected in ((1, (1, 1, 1)), (0, (0.75, 0.625, 0.5)), (-1, (0.5, 0.25, 0))):
        rows = np.abs(surfels.normal[2] - z) < 0.01
        assert rows.any()
        np.testing.assert_allclose(share[rows], np.broadcast_to(expected, (rows.sum(), 3)), atol=1e-5)


def test_shadow_of_a_box_is_where_geometry_says():
    low, high, lamp = np.array([-0.4, -0.3, 0.5]), np.array([0.4, 0.3, 0.9]), np.array([0.2, 0.1, 2.5])
    scene = scenes.scene(plane(), scenes.box(low, high))
    surfels = seen(scene, scenes.view((0, -4, 3), (0, 0, 0), size=(320, 240), f_px=250))
    strength = lamp_strength(scene, surfels, PointLight(tuple(lamp), (1, 1, 1)))
    floor = surfels.point[2] < 1e-3
    points = surfels.point[:, floor].T.astype(float)
    # distance in the slab test tells how near a point is to the border of the shadow
    with np.errstate(divide="ignore"):
        near, far = (low - points) / (lamp - points), (high - points) / (lamp - points)
    margin = np.maximum(near, far).min(1) - np.minimum(near, far).max(1)
    assert (strength[floor][margin > 0.005] == 0).all()
    assert (strength[floor][margin < -0.005] > 0).all()
    assert (margin > 0.005).sum() > 500


@pytest.mark.parametrize("height", [0.002, 0.05, 0.5, 3.0])
def test_no_acne_on_a_plane(height):
    # a bright lamp is asked for shadows at all but the very last grazing angles
    scene, lamp = scenes.scene(plane(8)), PointLight((1.0, 2.0, height), (50, 50, 50), 5.0)
    surfels = seen(scene, scenes.view((-6, -5, 1.2), (0, 0, 0)))
    expected = expected_irradiance(surfels.point.T.astype(float), np.array([0, 0, 1.0]), lamp)
    strength = lamp_strength(scene, surfels, lamp)
    assert (strength[expected > 1e-4] > 0).all()


def test_no_acne_on_a_smooth_sphere_and_its_far_side_is_dark():
    ball = scenes.sphere(rings=64)
    normals = (ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)).astype(np.float32)
    ball = Mesh(ball.vertices, ball.faces, ball.face_material, ball.materials, normals=normals)
    scene, lamp = scenes.scene(ball), PointLight((2.0, -3.0, 2.0), (1, 1, 1), 3.0)
    surfels = seen(scene, scenes.view((0, -4, 0), (0, 0, 0)))
    to_lamp = np.asarray(lamp.position)[:, None] - surfels.point
    cosine = np.einsum("ij,ij->j", to_lamp / np.linalg.norm(to_lamp, axis=0), surfels.point)
    strength = lamp_strength(scene, surfels, lamp)
    assert (strength[cosine > 0.05] > 0).all()
    assert (strength[cosine < -0.02] == 0).all()
    np.testing.assert_allclose(surfels.normal, surfels.point, atol=0.02)


def test_no_light_leaks_into_a_closed_room():
    scene = scenes.scene(scenes.inside_out(scenes.box((-2, -2, 0), (2, 2, 3))))
    surfels = seen(scene, scenes.view((0.7, -1.2, 1.5), (-2, 2, 0)))
    for outside in ((2.3, 0, 1), (0, 0, 3.5), (-2.2, 2.2, -0.2), (5, 5, 5)):
        assert not lamp_strength(scene, surfels, PointLight(outside, (9, 9, 9), 9.0)).any()
    assert (lamp_strength(scene, surfels, PointLight((0, 0, 1.5), (1, 1, 1))) > 0).all()


def test_both_sides_of_a_face_are_lit_alike():
    view, lighting = scenes.view((1, 1, 3), (0, 0, 0)), Lighting((PointLight((0, 0, 2), (1, 1, 1)),), DARK, DARK)
    results = []
    for mesh in (plane(), scenes.inside_out(plane())):
        scene = scenes.scene(mesh)
        results.append(illuminate(scene, seen(scene, view), lighting)[0])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)
    below = scenes.scene(plane())
    assert not illuminate(below, seen(below, scenes.view((1, 1, -3), (0, 0, 0))), lighting)[0].any()


def test_emission_shows_albedo_in_the_dark():
    glow = Material("lamp", (0.8, 0.7, 0.2), emission=1.0)
    mesh = plane()
    scene = scenes.scene(Mesh(mesh.vertices, mesh.faces, mesh.face_material, (glow,)))
    light, _ = illuminate(scene, seen(scene, scenes.view((1, 1, 3), (0, 0, 0))), Lighting((), DARK, DARK))
    np.testing.assert_allclose(light.T, np.broadcast_to(srgb_to_linear(np.array(glow.color)), light.T.shape), rtol=1e-5)


def test_vertex_colors_are_mixed_linearly_in_the_encoded_values():
    corners = np.array([[-5, -5, 0], [5, -5, 0], [-5, 5, 0]], np.float32)
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
    white = (Material("w", (1.0, 1.0, 1.0)),)
    mesh = Mesh(corners, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), white, colors=colors)
    surfels = seen(scenes.scene(mesh), scenes.view((-1, -1, 3), (-1.01, -1, 0)))
    v = (surfels.point[1] + 5) / 10
    u = (surfels.point[0] + 5) / 10
    expected = srgb_to_linear(np.stack([1 - u - v, u, v]))
    inside = u + v < 1
    np.testing.assert_allclose(surfels.albedo[:, inside], expected[:, inside], atol=0.01)


def test_a_placed_body_looks_like_the_same_mesh_in_world_coordinates():
    T = compose(rotation_about([1, 2, 3], 0.7), [0.3, -0.2, 0.8], 0.4)
    ball = scenes.sphere(rings=24)
    normals = (ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)).astype(np.float32)
    ball = Mesh(ball.vertices, ball.faces, ball.face_material, ball.materials, normals=normals)
    world = (ball.vertices @ T[:3, :3].T / 0.4 / np.linalg.norm(ball.vertices, axis=1, keepdims=True)).astype(
        np.float32
    )
    baked = Mesh(transform(T, ball.vertices).astype(np.float32), ball.faces, ball.face_material, ball.materials, world)
    view, lamp = scenes.view((2, -2, 2), (0.3, -0.2, 0.8)), PointLight((0, -3, 3), (1, 1, 1))
    placed, direct = (scenes.Scene((scenes.body(plane(), 1), scenes.body(*b))) for b in ((ball, 2, T), (baked, 2)))
    a, b = seen(placed, view), seen(direct, view)
    assert (a.ray == b.ray).mean() > 0.99
    same = a.ray == b.ray
    np.testing.assert_allclose(a.normal[:, same], b.normal[:, same], atol=2e-3)
    np.testing.assert_allclose(lamp_strength(placed, a, lamp)[same], lamp_strength(direct, b, lamp)[same], atol=5e-3)


def test_one_point_has_one_color_from_everywhere():
    scene = scenes.scene(plane(), scenes.box((-0.4, -0.3, 0), (0.4, 0.3, 0.5)))
    lighting = Lighting((PointLight((1, 1, 2.5), (0.7, 0.7, 0.7)),), (0.3, 0.3, 0.3), (0.1, 0.1, 0.1))
    first = seen(scene, scenes.view((2, -2, 2), (0, 0, 0)))
    light, lit = illuminate(scene, first, lighting)
    eye = np.array([-1.0, -2.5, 1.8])
    back = (first.point.T - eye).astype(np.float32)
    rays = EyeRays(eye.astype(np.float32)[None], back, 1 / 125)
    hits = nearest(scene, rays.origin, rays.directions)
    again = gather_surfels(scene, {b.mesh: build_table(b.mesh) for b in scene.bodies}, rays, hits)
    other, other_lit = illuminate(scene, again, lighting)
    rows = np.abs(again.t - 1) < 1e-4
    same = rows & (lit[again.ray] == other_lit)
    assert same.sum() > 0.99 * rows.sum() > 1000
    np.testing.assert_allclose(other[:, same], light[:, again.ray[same]], atol=1e-3)


def test_known_lamps_are_not_asked_and_doubtful_ones_are():
    scene = scenes.scene(plane(), scenes.box((-0.4, -0.3, 0.5), (0.4, 0.3, 0.9)))
    surfels = seen(scene, scenes.view((0, -4, 3), (0, 0, 0)))
    lighting = Lighting((PointLight((9, 9, 9), DARK), PointLight((0.2, 0.1, 2.5), (1, 1, 1))), DARK, DARK)
    light, lit = illuminate(scene, surfels, lighting)
    for_all = [np.full(1, bits, np.uint8) for bits in range(4)]
    same, same_lit = illuminate(scene, surfels, lighting, Known(for_all[0b01], for_all[0]))
    assert np.array_equal(light, same)
    assert np.array_equal(lit, same_lit)
    again, again_lit = illuminate(scene, surfels, lighting, Known(lit, ~lit))
    assert np.array_equal(light, again)
    assert np.array_equal(lit, again_lit)
    _, all_lit = illuminate(scene, surfels, lighting, Known(for_all[0b10], for_all[0]))
    shadowed = (lit & 2 == 0) & (surfels.point[2] < 1e-3)
    assert shadowed.any()
    assert (all_lit[shadowed] & 2 == 2).all()
    _, none_lit = illuminate(scene, surfels, lighting, Known(for_all[0], for_all[0b10]))
    assert (lit & 2).any()
    assert not (none_lit & 2).any()


def test_no_acne_on_a_placed_body_far_from_its_own_origin():
    mesh = plane(400)
    mesh = Mesh(mesh.vertices + np.float32(900), mesh.faces, mesh.face_material, mesh.materials)
    T = compose(rotation_about([1, 0.7, 0.2], 0.8), [3.0, -2.0, 1.0], 0.02)
    T[:3, 3] -= T[:3, :3] @ [900, 900, 900]
    scene = Scene((scenes.body(scenes.box((50, 50, 50), (51, 51, 51)), 1), scenes.body(mesh, 2, T)))
    at = lambda *metres: transform(T, np.array(metres) / 0.02 + 900)  # noqa: E731
    lamp = PointLight(tuple(at(1.0, 2.0, 0.1)), (50, 50, 50), 5.0)
    surfels = seen(scene, scenes.view(at(-6, -5, 0.4), at(0, 0, 0)))
    expected = expected_irradiance(surfels.point.T.astype(float), T[:3, 2] / 0.02, lamp)
    strength = lamp_strength(scene, surfels, lamp)
    assert (expected > 2e-3).sum() > 1000
    assert (strength[expected > 2e-3] > 0).all()


def test_the_inside_of_a_smooth_sphere_is_lit_from_inside():
    ball = scenes.sphere(radius=2.0, rings=48)
    normals = (ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)).astype(np.float32)
    ball = Mesh(ball.vertices, ball.faces, ball.face_material, ball.materials, normals=normals)
    scene = scenes.scene(ball)
    surfels = seen(scene, scenes.view((0, -1, 0), (0, 2, 0)))
    np.testing.assert_allclose(surfels.normal, -surfels.point / 2, atol=0.02)
    assert (lamp_strength(scene, surfels, PointLight((0, 0, 0.5), (1, 1, 1))) > 0).all()


def textured_plane(half, repeat):
    rng = np.random.default_rng(9)
    image = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    m = plane(half)
    uv = (m.vertices[:, :2] / (2 * half) * repeat).astype(np.float32)
    return Mesh(m.vertices, m.faces, m.face_material, (Material("t", WHITE, texture_from_image(image)),), uv=uv)


def test_mip_levels_do_not_depend_on_how_a_body_is_scaled():
    view = scenes.view((1, 1, 3), (0, 0, 0))
    baked = scenes.Scene((scenes.body(textured_plane(4.0, 6.0), 1),))
    placed = scenes.Scene((scenes.body(textured_plane(80.0, 6.0), 1, compose(scale=0.05)),))
    a, b = seen(baked, view), seen(placed, view)
    assert np.quantile(np.abs(a.albedo - b.albedo), 0.97) < 0.02


def test_slanted_surfaces_are_filtered_more_than_facing_ones():
    scene = scenes.scene(textured_plane(40.0, 100.0))
    facing = seen(scene, scenes.view((0, 0, 4), (0, 0, 0))).albedo.std()
    # same distance, seen at 11 degrees: the footprint is five times as long
    eye = np.array([0, -4 * np.cos(0.2), 4 * np.sin(0.2)])
    slanted = seen(scene, scenes.view(eye, (0, 0, 0)))
    near = np.abs(slanted.t - 4) < 0.3
    assert near.sum() > 500
    assert slanted.albedo[:, near].std() < 0.5 * facing
