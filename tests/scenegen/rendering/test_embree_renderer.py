"""Whole pictures by Embree: depth, orientation of textures, mip levels, layers, determinism."""

import gc

import numpy as np
import scenes

from scenegen.assets.mesh import WHITE, Material, Mesh, texture_from_image
from scenegen.geometry import Camera, View, look_at, pixel_grid, rotate
from scenegen.lights import Lighting, PointLight
from scenegen.rays import pixel_rays, view_rays
from scenegen.rendering import BACKGROUND, open_renderer
from scenegen.rendering.embree_renderer import EmbreeRenderer

WHITE_ROOM = Lighting((), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
LAMP = Lighting((PointLight((1, -2, 3), (0.8, 0.8, 0.8)),), (0.3, 0.3, 0.3), (0.2, 0.2, 0.2))


def poster(image, width, height, repeat=1.0, emission=0.5):
    """An upright picture in the plane y = 0, to be looked at along +y; shown without tone by its emission."""
    x, z = width / 2, height / 2
    vertices = np.array([[-x, 0, -z], [x, 0, -z], [x, 0, z], [-x, 0, z]], np.float32)
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * repeat
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    material = Material("poster", WHITE, texture_from_image(image), emission)
    return Mesh(vertices, faces, np.zeros(2, np.int32), (material,), uv=uv)


def frame_of(mesh, view, lighting=WHITE_ROOM):
    return EmbreeRenderer().render(scenes.scene(mesh), view, lighting)


def test_pixel_rays_are_view_rays():
    view = scenes.view((1, 2, 3), (0, 0.5, 1), size=(65, 48), roll_rad=0.3)
    expected = view_rays(view, pixel_grid(65, 48)).astype(np.float32)
    np.testing.assert_allclose(pixel_rays(view), expected, rtol=0, atol=1e-7)


def test_a_camera_with_two_focal_lengths_photographs_what_its_rays_meet():
    """Depth by the formula of the pinhole, written down anew; the picture's edges are where the labels' are."""
    K = np.array([[40.0, 0, 30], [0, 70, 26], [0, 0, 1]])
    view = View(Camera(65, 48, K), look_at((-2.4, 1.6, 1.5), (0.3, 0, 0.5), 0.3))
    truth = scenes.boxes_in_room()
    frame = EmbreeRenderer().render(truth.scene(), view, WHITE_ROOM)
    right, down, forward = view.T_world_cam[:3, :3].T
    y, x = np.mgrid[:48, :65].reshape(2, -1, 1)
    depth, index = truth.first_hit(view.position, forward + (x - 30) / 40 * right + (y - 26) / 70 * down)
    assert np.abs(frame.depth.ravel() - depth).max() < 1e-5
    assert (frame.instance.ravel() == index + 1).mean() > 0.999
    assert set(index) == {0, 1, 2}


def test_a_picture_on_the_wall_is_upright_and_not_mirrored():
    image = np.random.default_rng(1).integers(20, 120, (30, 40, 3)).astype(np.uint8)
    # 4 m wide seen from 4 m with f = 40 px: exactly one pixel per texel
    view = scenes.view((0, -4, 0), (0, 0, 0), size=(40, 30), f_px=40.0)
    frame = frame_of(poster(image, 4.0, 3.0), view)
    # all but the 8 % that may be blended with their neighbours
    assert (np.abs(frame.rgb.astype(int) - image) <= 3).mean() > 0.91
    assert (np.abs(frame.rgb[:, ::-1].astype(int) - image) <= 3).mean() < 0.2


def test_a_far_chequerboard_does_not_sparkle():
    board = ((np.indices((64, 64)).sum(0) % 2) * 200 + 20).astype(np.uint8)
    mesh = poster(np.repeat(board[..., None], 3, 2), 60, 60, repeat=40)
    frame = frame_of(mesh, scenes.view((0, -20, 0), (0, 0, 0)))
    assert frame.instance.all()
    assert frame.rgb.std(axis=(0, 1)).max() < 4
    slanted = frame_of(mesh, scenes.view((0, -6, -9), (0, 0, 4)))
    assert slanted.rgb[slanted.instance > 0].std(axis=0).max() < 8


def test_depth_of_a_sphere_is_the_closed_form():
    view = scenes.view((0, -4, 0), (0, 0, 0))
    frame = frame_of(scenes.sphere(rings=256), view)
    d = view_rays(view, pixel_grid(160, 120))
    o = view.position
    a, b, c = (d * d).sum(1), 2 * d @ o, o @ o - 1
    root = b * b - 4 * a * c
    t = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / (2 * a), 0).reshape(120, 160)
    well_inside = (root > 0.5).reshape(120, 160)
    np.testing.assert_allclose(frame.depth[well_inside], t[well_inside], atol=5e-4)
    assert not frame.depth[(root < -0.5).reshape(120, 160)].any()
    normal = rotate(view.T_world_cam.T, (o + d * t.reshape(-1, 1)))
    error = frame.normal.reshape(-1, 3)[well_inside.ravel()] / 127 - normal[well_inside.ravel()]
    assert np.abs(error).max() < 0.03


def test_layers_agree_with_each_other():
    scene = scenes.scene(
        scenes.inside_out(scenes.box((-3, -3, 0), (3, 3, 2.5))), scenes.box((-0.3, -0.3, 0), (0.3, 0.3, 0.6))
    )
    view = scenes.view((2, -2, 1.5), (0, 0, 0.3))
    frame = EmbreeRenderer().render(scene, view, LAMP)
    assert frame.rgb.shape == frame.normal.shape == (120, 160, 3)
    assert (frame.rgb.dtype, frame.depth.dtype, frame.instance.dtype, frame.normal.dtype) == (
        np.uint8,
        np.float32,
        np.uint16,
        np.int8,
    )
    assert frame.hits is not None
    assert np.array_equal(frame.hits.instance.reshape(120, 160), frame.instance)
    assert set(np.unique(frame.instance)) == {1, 2}
    toward = (pixel_grid(160, 120) - view.camera.K[:2, 2]) / 125.0
    along = np.einsum("ij,ij->i", frame.normal.reshape(-1, 3), np.c_[toward, np.ones(len(toward))])
    assert (along < 0).all()
    np.testing.assert_allclose(np.linalg.norm(frame.normal.astype(float), axis=2), 127, atol=1)


def test_nothing_is_background():
    frame = frame_of(scenes.box((50, 50, 50), (51, 51, 51)), scenes.view((0, 0, 0), (-1, 0, 0)))
    assert (frame.rgb == BACKGROUND).all()
    assert not frame.depth.any()
    assert not frame.instance.any()
    assert not frame.normal.any()


def test_edges_are_blended_and_labels_are_not():
    # a box turned against the pixel grid: its silhouette must have in-between colours
    view = scenes.view((0, -4, 0), (0, 0, 0), roll_rad=0.2)
    frame = frame_of(scenes.box((-0.7, -0.7, -0.7), (0.7, 0.7, 0.7)), view)
    flat = {tuple(frame.rgb[60, 80]), BACKGROUND}
    blended = [c for c in {tuple(c) for c in frame.rgb.reshape(-1, 3)} if c not in flat]
    assert len(blended) >= 2
    low, high = np.min([*flat], axis=0), np.max([*flat], axis=0)
    assert all((low <= c).all() and (c <= high).all() for c in np.array(blended))
    assert set(np.unique(frame.instance)) == {0, 1}


def test_same_arguments_give_the_same_bytes():
    scene = scenes.scene(scenes.inside_out(scenes.box((-3, -3, 0), (3, 3, 2.5))), scenes.sphere(0.4))
    view = scenes.view((2, -2, 1.5), (0, 0, 0.3), size=(320, 240), f_px=250)
    renderer = EmbreeRenderer()
    a, b, c = (
        renderer.render(scene, view, LAMP),
        renderer.render(scene, view, LAMP),
        open_renderer("embree").render(scene, view, LAMP),
    )
    for layer in ("rgb", "depth", "instance", "normal"):
        assert getattr(a, layer).tobytes() == getattr(b, layer).tobytes() == getattr(c, layer).tobytes()


def test_tables_live_no_longer_than_their_mesh():
    renderer = EmbreeRenderer()
    scene = scenes.scene(scenes.sphere(rings=8))
    renderer.render(scene, scenes.view((0, -4, 0), (0, 0, 0)), LAMP)
    assert len(renderer._tables) == 1
    del scene
    gc.collect()
    assert len(renderer._tables) == 0


def test_normals_look_at_the_camera_even_where_smooth_ones_do_not():
    ball = scenes.sphere(rings=6)
    normals = (ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)).astype(np.float32)
    ball = Mesh(ball.vertices, ball.faces, ball.face_material, ball.materials, normals=normals)
    frame = frame_of(ball, scenes.view((0, -2.5, 0), (0, 0, 0)))
    toward = (pixel_grid(160, 120) - [79.5, 59.5]) / 125.0
    along = np.einsum("ij,ij->i", frame.normal.reshape(-1, 3) / 127, np.c_[toward, np.ones(len(toward))])
    assert along.max() < 0.01
    assert np.abs(along).max() > 0.9
