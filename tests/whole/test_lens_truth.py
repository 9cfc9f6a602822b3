"""Labels through lenses against closed-form scenes: rays by another inversion, projections by OpenCV, hits by formulas."""

from dataclasses import replace

import numpy as np
import pytest
import scenes
from scenes import LENSES, boxes_in_room, view
from staged import SMALL, shown

from scenegen.geometry import View, choose_pixels, inverse, pixel_grid, project, rotate, transform
from scenegen.lights import Lighting
from scenegen.rays import view_rays
from scenegen.rendering.compiled_renderer import CompiledRenderer
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.seeding import Stage, generator
from scenegen.status import Status
from scenegen.tracing.dense import visibility, visibility_readably
from scenegen.tracing.raycaster import nearest, surface
from scenegen.tracing.tracks import follow, trace

cv2 = pytest.importorskip("cv2")
BENT = LENSES[1:]
TRUTH = boxes_in_room()
DAY = Lighting((), (1.0,) * 3, (1.0,) * 3)


def dense(v):
    return choose_pixels(v.camera.width, v.camera.height, (1, 1), generator(0, Stage.RAYS))


def projected(v: View, points):
    """Pixels (N, 2) by OpenCV, and z-depths."""
    local = transform(inverse(v.T_world_cam), points)
    by = cv2.fisheye.projectPoints if v.camera.lens.model == "fisheye" else cv2.projectPoints
    return by(local[:, None], np.zeros(3), np.zeros(3), v.camera.K, v.camera.lens.array)[0][:, 0], local[:, 2]


def looked(v: View, xy):
    """World directions (N, 3) with z = 1 through pixels, by a search that asks OpenCV where directions fall."""
    flat = View(v.camera, np.eye(4))
    found = (xy - v.camera.K[:2, 2]) / v.camera.f_px
    for _ in range(200):
        there, _ = projected(flat, np.column_stack([found, np.ones(len(xy))]))
        found = found + 0.7 * (xy - there) / v.camera.f_px
    assert np.abs(there - xy).max() < 1e-9
    return rotate(v.T_world_cam, np.column_stack([found, np.ones(len(xy))]))


@pytest.mark.parametrize("text", BENT)
@pytest.mark.parametrize("camera_b", [(2.2, 1.5, 1.6), (-2.0, -2.0, 0.9), (2.5, -2.0, 0.2)])
def test_boxes_in_a_room_depth_status_and_subpixel_error(text, camera_b):
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), lens=text), view(camera_b, (0.2, 0, 0.6), lens=text)
    rays = trace(TRUTH.scene(), a, dense(a))
    track = follow(TRUTH.scene(), rays, b)
    directions = looked(a, rays.xy0.astype(float))
    depth, _ = TRUTH.first_hit(a.position, directions)
    assert np.abs(rays.depth0 - depth).max() < 2e-5
    points = a.position + directions * depth[:, None]
    xy, z = projected(b, points)
    # beyond the reach of the lens OpenCV folds points back into the picture
    off_axis = np.linalg.norm(transform(inverse(b.T_world_cam), points)[:, :2], axis=1) / np.abs(z)
    front, near = z > 0, off_axis < b.camera.lens.reach
    inside = front & near & (xy > -0.5).all(1) & (xy < np.array([160, 120]) - 0.5).all(1)
    t, index = TRUTH.first_hit(b.position, points - b.position)
    edge = np.zeros(len(xy), bool)
    for dx, dy in np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), -1).reshape(-1, 2):
        close = np.clip(np.nan_to_num(xy) + np.array([dx, dy]), -0.5, (159.5, 119.5))
        edge |= TRUTH.first_hit(b.position, view_rays(b, close))[1] != index
    assert np.abs(track.xy - xy)[inside].max() < 1e-3
    expected = np.select(
        [~front, ~inside, t < 1 - 1e-4], [Status.BEHIND_CAMERA, Status.OUT_OF_VIEW, Status.OCCLUDED], Status.VISIBLE
    )
    judged = ~(edge & inside) & (track.status != Status.AMBIGUOUS)
    assert (track.status[judged] == expected[judged]).all()
    assert judged.mean() > 0.8
    assert {Status.VISIBLE, Status.OUT_OF_VIEW} <= set(track.status[judged])
    assert np.isnan(track.xy[front & ~near]).all()


@pytest.mark.parametrize("text", LENSES)
def test_depth_is_the_distance_along_the_axis_and_not_along_the_ray(text):
    """A wall across the axis has one depth in every pixel, through every lens."""
    wall = scenes.scene(scenes.box((-90, 2, -90), (90, 3, 90)))
    v = view((0, 0, 0), (0, 1, 0), lens=text)
    for renderer in (CompiledRenderer(), EmbreeRenderer()):
        np.testing.assert_allclose(renderer.render(wall, v, DAY).depth, 2.0, rtol=1e-5)
    np.testing.assert_allclose(trace(wall, v, dense(v)).depth0, 2.0, rtol=1e-6)


@pytest.mark.parametrize("text", BENT)
def test_a_visible_target_leads_back_to_its_pixel(text):
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), lens=text), view((2.2, 1.5, 1.6), (0.2, 0, 0.6), lens=text)
    rays = trace(TRUTH.scene(), a, dense(a))
    forth = follow(TRUTH.scene(), rays, b)
    seen = np.flatnonzero(forth.status == Status.VISIBLE)
    directions = view_rays(b, np.clip(forth.xy[seen].astype(float), -0.5, (159.5, 119.5)))
    hits = nearest(TRUTH.scene(), b.position[None], directions)
    points = surface(TRUTH.scene(), hits, b.position[None], directions).points
    error = np.abs(projected(a, points)[0] - rays.xy0[seen]).max(1)
    assert np.quantile(error, 0.99) < 1e-2
    assert np.median(error) < 1e-3


@pytest.mark.parametrize("text", BENT)
def test_the_layer_visibility_has_the_verdicts_of_the_rays(text):
    """Also between cameras of different lenses."""
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), lens=text), view((2.2, 1.5, 1.6), (0.2, 0, 0.6), lens=text)
    c = view((-2.0, -2.0, 0.9), (0.2, 0, 0.6))
    compiled, readable = (way(TRUTH.scene(), a, (b, c)) for way in (visibility, visibility_readably))
    assert (compiled != readable).mean() < 1e-4
    rays = trace(TRUTH.scene(), a, pixel_grid(160, 120).astype(np.uint16))
    assert (readable[..., 0].ravel() == follow(TRUTH.scene(), rays, b).status).all()


def test_zero_coefficients_give_the_pinholes_sample_bit_for_bit():
    layers = ("rgb", "depth", "instance", "normal", "visibility", "semantic")
    config = replace(SMALL, layers=layers)
    flat, bent = (
        shown(replace(config, cameras=replace(config.cameras, lens=lens))).sample
        for lens in ("pinhole", "brown:0,0,0,0,0")
    )
    assert bent.arrays.keys() - flat.arrays.keys() == {"camera/brown"}
    for name in (*layers, *flat.arrays):
        assert flat.array(name).tobytes() == bent.array(name).tobytes(), name


@pytest.mark.parametrize("text", BENT)
def test_the_picture_is_where_the_labels_are(text):
    """A bright box on a dark floor: the pixels that show it are those whose rays, by OpenCV, meet it."""
    v = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), lens=text)
    frame = CompiledRenderer().render(TRUTH.scene(), v, DAY)
    depth, index = TRUTH.first_hit(v.position, looked(v, pixel_grid(160, 120)))
    assert (frame.instance.ravel() == index + 1).mean() > 0.9995
    agree = frame.instance.ravel() == index + 1
    assert np.abs(frame.depth.ravel() - depth)[agree].max() < 1e-4


@pytest.mark.parametrize("text", BENT)
def test_the_compiled_renderer_is_its_twin(text):
    v = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), (61, 47), 50.0, 0.3, lens=text)
    mine, twin = (renderer.render(TRUTH.scene(), v, DAY) for renderer in (CompiledRenderer(), EmbreeRenderer()))
    np.testing.assert_array_equal(mine.depth, twin.depth)
    np.testing.assert_array_equal(mine.instance, twin.instance)
    assert (np.abs(mine.rgb.astype(int) - twin.rgb).max(2) > 1).mean() < 0.01


@pytest.mark.parametrize("text", BENT)
def test_a_line_in_space_is_bent_in_the_picture(text):
    """And straight through a pinhole: so the lens is there at all."""
    line = np.column_stack([np.linspace(-1, 1, 21), np.full(21, 2.0), np.full(21, 0.6)])
    for lens, bent in (("pinhole", False), (text, True)):
        v = view((0, 0, 0), (0, 1, 0), lens=lens)
        xy, _ = project(v.camera.K, v.T_world_cam, line, v.camera.lens)
        assert (np.ptp(xy[:, 1]) > 0.5) == bent
