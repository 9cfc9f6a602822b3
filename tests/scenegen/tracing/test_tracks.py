"""Tracks against closed-form scenes: nothing here is compared with the code under test itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import Boxes, box, boxes_in_room, inside_out, looking_along_z, scene, sheets, sphere, view

from scenegen.geometry import Camera, View, choose_pixels, look_at, project, unproject
from scenegen.rays import view_rays
from scenegen.seeding import Stage, generator
from scenegen.status import Status
from scenegen.tracing.tracer import Hits
from scenegen.tracing.tracks import TracedRays, follow, judge, tolerance_m, trace

RNG = lambda seed=0: generator(seed, Stage.RAYS)  # noqa: E731
ALL = {s: int(s) for s in Status}


def dense(v):
    return choose_pixels(v.camera.width, v.camera.height, (1, 1), RNG())


def test_one_pixel_in_every_cell():
    xy = choose_pixels(640, 480, (2, 4), RNG()).astype(int)
    assert xy.shape == (38400, 2)
    assert len(np.unique((xy[:, 1] // 4) * 320 + xy[:, 0] // 2)) == 38400
    # uniform within the cell, unlike sampling by surface area
    assert np.abs(np.bincount((xy[:, 1] % 4) * 2 + xy[:, 0] % 2) / 38400 - 1 / 8).max() < 0.01


def test_sizes_that_are_no_multiple_of_the_cell_stay_inside():
    xy = choose_pixels(33, 35, (2, 4), RNG())
    assert xy.shape == (16 * 8, 2)
    assert xy[:, 0].max() < 32
    assert xy[:, 1].max() < 32


TOLERANCE = 5e-5
"""What two hits of one surface may lie apart at normal incidence, over their distance: 0.15 mm at 3 m."""


def judged(tolerances, instance=1, cosine=1.0, distance_m=3.0, doubled=False, behind=False):
    """The verdict on a point of instance 1 whose back ray met `instance` so many tolerances before it."""
    away = distance_m * np.array([np.sqrt(1 - cosine**2), 0, -cosine if behind else cosine])
    b = view(away, (0, 0, 0))
    own = TracedRays(
        b, np.zeros((1, 2), np.uint16), np.ones(1, np.float32), np.ones(1, np.uint16),
        points=np.zeros((1, 3)), normals=np.array([[0.0, 0, 1]]), doubled=np.array([doubled]),
    )  # fmt: skip
    t = 1 - tolerances * TOLERANCE / max(cosine, 0.05)
    zero = np.zeros(1, np.float32)
    hits = Hits(np.array([instance], np.uint16), np.zeros(1, np.int32), zero, zero, np.array([t], np.float32))
    return Status(judge(own, np.arange(1), b, hits)[0])


@pytest.mark.parametrize("distance_m", [0.3, 3.0, 20.0])
@pytest.mark.parametrize("cosine", [1.0, 0.5, 0.1, 0.02])
def test_a_verdict_by_how_many_tolerances_lie_between(cosine, distance_m):
    """One tolerance is the point itself, four are something before it, two are too close to call."""

    def verdicts(instance):
        return [judged(k, instance, cosine, distance_m) for k in (4, 2, 0.9, 0, -0.9, -2, -4)]

    too_close = Status.AMBIGUOUS
    assert verdicts(1) == [Status.OCCLUDED, too_close, *[Status.VISIBLE] * 3, too_close, too_close]
    assert verdicts(2) == [Status.OCCLUDED, *[too_close] * 6]


def test_a_point_with_a_second_surface_or_seen_from_behind_is_never_visible():
    assert [judged(k, doubled=True) for k in (4, 2, 0)] == [Status.OCCLUDED, Status.AMBIGUOUS, Status.AMBIGUOUS]
    assert [judged(k, behind=True) for k in (4, 2, 0)] == [Status.OCCLUDED, Status.AMBIGUOUS, Status.AMBIGUOUS]


def test_a_point_seen_in_the_plane_of_its_face_is_seen_from_no_side():
    assert [judged(k, cosine=0.0) for k in (4, 2, 0)] == [Status.OCCLUDED, Status.AMBIGUOUS, Status.AMBIGUOUS]


def analytic(truth: Boxes, a, b, xy0):
    """Depth, target pixel, blocked or not, and distance from silhouettes, by formulas only."""
    d = view_rays(a, xy0.astype(float))
    depth, _ = truth.first_hit(a.position, d)
    points = a.position + d * depth[:, None]
    xy, z = project(b.camera.K, b.T_world_cam, points)
    t, index = truth.first_hit(b.position, points - b.position)
    edge = np.zeros(len(xy0), bool)
    for dx, dy in np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), -1).reshape(-1, 2):
        _, index_near = truth.first_hit(b.position, view_rays(b, np.nan_to_num(xy) + np.array([dx, dy])))
        edge |= index_near != index
    return depth, xy, z, t < 1 - 1e-4, edge


@pytest.mark.parametrize("camera_b", [(2.2, 1.5, 1.6), (-2.0, -2.0, 0.9), (0.3, 2.2, 2.3), (2.5, -2.0, 0.2)])
def test_boxes_in_a_room_status_and_subpixel_error(camera_b):
    truth = boxes_in_room()
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5)), view(camera_b, (0.2, 0, 0.6))
    rays = trace(truth.scene(), a, dense(a))
    track = follow(truth.scene(), rays, b)
    depth, xy, z, hidden, edge = analytic(truth, a, b, rays.xy0)
    assert np.abs(rays.depth0 - depth).max() < 1e-5
    front = z > 0
    inside = front & (xy > -0.5).all(1) & (xy < np.array([b.camera.width, b.camera.height]) - 0.5).all(1)
    assert np.abs(track.xy - xy)[inside].max() < 1e-3
    expected = np.select(
        [~front, ~inside, hidden], [Status.BEHIND_CAMERA, Status.OUT_OF_VIEW, Status.OCCLUDED], Status.VISIBLE
    )
    judged = ~edge & (track.status != Status.AMBIGUOUS)
    assert (track.status[judged] == expected[judged]).all()
    assert (track.status == Status.AMBIGUOUS).mean() < 0.01
    assert judged.mean() > 0.8
    assert {Status.VISIBLE, Status.OCCLUDED} <= set(track.status[judged])


def oblong(position, target, fx_px, fy_px):
    """A camera whose pixels are not square and whose principal point is off the middle."""
    K = np.array([[fx_px, 0, 70.0], [0, fy_px, 66.0], [0, 0, 1]])
    return View(Camera(160, 120, K), look_at(position, target, 0.3))


@pytest.mark.parametrize(("fx_px", "fy_px"), [(90.0, 150.0), (170.0, 100.0)])
def test_pixels_that_are_not_square_are_traced_where_they_look(fx_px, fy_px):
    """Rays and projections written down anew, column by column: nothing of `geometry` but the poses."""
    truth = boxes_in_room()
    a, b = (oblong(p, (0.3, 0, 0.5), fx_px, fy_px) for p in [(-2.4, 1.6, 1.5), (2.2, 1.5, 1.6)])
    rays = trace(truth.scene(), a, dense(a))
    right, down, forward = a.T_world_cam[:3, :3].T
    x, y = rays.xy0.astype(float).T[..., None]
    directions = forward + (x - 70.0) / fx_px * right + (y - 66.0) / fy_px * down
    depth, _ = truth.first_hit(a.position, directions)
    assert np.abs(rays.depth0 - depth).max() < 1e-5
    offset = a.position + directions * depth[:, None] - b.position
    right, down, forward = b.T_world_cam[:3, :3].T
    z = offset @ forward
    xy = np.stack([fx_px * (offset @ right) / z + 70.0, fy_px * (offset @ down) / z + 66.0], -1)
    track = follow(truth.scene(), rays, b)
    seen = np.isin(track.status, [Status.VISIBLE, Status.OCCLUDED])
    assert seen.mean() > 0.3
    assert np.abs(track.xy - xy)[seen].max() < 1e-3


def test_sphere_depth_and_horizon():
    ball = scene(sphere(1.0, rings=400))
    a, b = view((3.0, 0, 0), (0, 0, 0)), view((2.0, 2.2, 0.5), (0, 0, 0))
    rays = trace(ball, a, dense(a))
    d = view_rays(a, rays.xy0.astype(float))
    aa, bb, cc = (d * d).sum(1), 2 * d @ a.position, a.position @ a.position - 1
    disc = bb * bb - 4 * aa * cc
    t = (-bb - np.sqrt(np.maximum(disc, 0))) / (2 * aa)
    clear = disc > 0.3
    assert (rays.instance[clear] == 1).all()
    assert (rays.instance[disc < 0] == 0).all()
    assert np.abs(rays.depth0 - t)[clear].max() < 2e-4  # the mesh is inscribed: 400 rings
    track = follow(ball, rays, b)
    assert (track.status[rays.instance == 0] == Status.NO_HIT).all()
    assert np.isnan(track.xy[rays.instance == 0]).all()
    # a point p of a unit sphere is seen from c exactly when p.c > 1
    height = (rays.points / np.linalg.norm(rays.points, axis=1, keepdims=True)) @ b.position - 1
    known = clear & (np.abs(height) > 0.05) & (track.status != Status.OUT_OF_VIEW)
    assert ((track.status == Status.VISIBLE) == (height > 0))[known].all()
    assert (track.status[known & (height < 0)] == Status.OCCLUDED).all()


@pytest.mark.parametrize("distance_m", [0.5, 2.0, 4.0, 8.0])
@pytest.mark.parametrize("steepness", [0.05, 0.005])
def test_grazing_plane_is_never_rejected(distance_m, steepness):
    """The absolute 1e-6 m test of the official generator rejects up to 47 % here."""
    n = 60
    grid = np.stack(np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n)), -1).reshape(-1, 2) * 10 - 5
    i = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate([np.stack([i, i + 1, i + n + 1], 1), np.stack([i, i + n + 1, i + n], 1)])
    from scenes import mesh

    floor = scene(mesh(np.c_[grid + 0.137, np.zeros(n * n)], faces))
    a = view((-distance_m / 2, 0, 1.6 * steepness * distance_m), (distance_m / 2, 0, 0))
    b = view((-distance_m / 2, 0.4, steepness * distance_m), (distance_m / 2, 0, 0))
    rays = trace(floor, a, dense(a))
    track = follow(floor, rays, b)
    seen = np.isin(track.status, [Status.VISIBLE, Status.OCCLUDED, Status.AMBIGUOUS])
    assert seen.sum() > 100
    assert (track.status[seen] == Status.VISIBLE).all()


def test_labels_are_not_mirrored_and_have_no_half_pixel_shift():
    """A point to the camera's right has the larger x; the optical axis meets the image at ((W-1)/2, (H-1)/2)."""
    a = view((0, -3, 1), (0, 0, 1))
    right_of_centre = box((0.5, -0.1, 0.9), (0.7, 0.1, 1.1))
    room = inside_out(box((-4, -4, 0), (4, 4, 3)))
    rays = trace(scene(room, right_of_centre), a, dense(a))
    assert rays.xy0[rays.instance == 2, 0].min() > a.camera.width / 2
    above = box((-0.1, -0.1, 1.5), (0.1, 0.1, 1.7))
    rays = trace(scene(room, above), a, dense(a))
    assert rays.xy0[rays.instance == 2, 1].max() < a.camera.height / 2
    xy, _ = project(a.camera.K, a.T_world_cam, np.array([[0.0, 0, 1]]))
    assert np.allclose(xy, [(160 - 1) / 2, (120 - 1) / 2])


def test_the_same_view_maps_every_pixel_to_itself():
    truth = boxes_in_room()
    a = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5))
    rays = trace(truth.scene(), a, dense(a))
    track = follow(truth.scene(), rays, a)
    assert np.abs(track.xy - rays.xy0).max() < 1e-4
    assert (track.status == Status.VISIBLE).mean() > 0.995


def test_points_are_exactly_what_is_stored():
    """project(unproject(xy0, depth0)) is rays/xy: readers can rebuild every target from float32 depth."""
    truth = boxes_in_room()
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5)), view((2.2, 1.5, 1.6), (0.2, 0, 0.6))
    rays = trace(truth.scene(), a, dense(a))
    again, _ = project(b.camera.K, b.T_world_cam, unproject(a.camera.K, a.T_world_cam, rays.xy0, rays.depth0))
    track = follow(truth.scene(), rays, b)
    assert np.abs(again - track.xy)[track.status == Status.VISIBLE].max() < 1e-4


def test_swapping_the_views_gives_the_same_verdict():
    truth = boxes_in_room()
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5)), view((2.2, 1.5, 1.6), (0.2, 0, 0.6))
    rays = trace(truth.scene(), a, dense(a))
    forth = follow(truth.scene(), rays, b)
    seen = np.flatnonzero(forth.status == Status.VISIBLE)
    # trace the very sub-pixel target from the other side: it must come back to the source pixel
    from scenegen.tracing.raycaster import nearest, surface

    d = view_rays(b, forth.xy[seen].astype(float))
    hits = nearest(truth.scene(), b.position[None], d)
    back, _ = project(a.camera.K, a.T_world_cam, surface(truth.scene(), hits, b.position[None], d).points)
    error = np.abs(back - rays.xy0[seen]).max(1)
    assert np.quantile(error, 0.995) < 1e-2
    assert np.median(error) < 1e-3


def test_the_other_side_of_a_sheet_is_ambiguous_not_visible():
    from scenes import mesh

    sheet = mesh([[-1, 0, 0], [1, 0, 0], [1, 0, 2], [-1, 0, 2]], [[0, 1, 2], [0, 2, 3]])
    front, behind = view((0, -2, 1), (0, 0, 1), f_px=400), view((0.2, 2, 1), (0, 0, 1), f_px=400)
    track = follow(scene(sheet), trace(scene(sheet), front, dense(front)), behind)
    assert set(np.unique(track.status)) <= {Status.AMBIGUOUS, Status.OUT_OF_VIEW}
    assert (track.status == Status.AMBIGUOUS).any()


def test_two_coincident_bodies_are_ambiguous():
    room = inside_out(box((-3, -3, 0), (3, 3, 3)))
    slab = box((-1, -1, 0.00002), (1, 1, 0.00004))  # a sheet 0.02 mm above the floor
    a, b = view((0, -2, 1.5), (0, 0, 0), f_px=300), view((1, -2, 1.5), (0, 0, 0), f_px=300)
    rays = trace(scene(room, slab), a, dense(a))
    on_slab = rays.instance == 2
    assert on_slab.mean() > 0.3
    inner = on_slab & (np.abs(rays.points[:, :2]) < 0.95).all(1)
    status = follow(scene(room, slab), rays, b).status[inner]
    assert set(np.unique(status)) <= {Status.AMBIGUOUS, Status.OUT_OF_VIEW}


def test_behind_the_camera_has_no_pixel():
    truth = boxes_in_room()
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5)), view((0, -2.2, 1.5), (0, -2.4, 1.5))
    track = follow(truth.scene(), trace(truth.scene(), a, dense(a)), b)
    behind = track.status == Status.BEHIND_CAMERA
    assert behind.mean() > 0.5
    assert np.isnan(track.xy[behind]).all()
    assert np.isfinite(track.xy[~behind]).all()


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.floats(-np.pi, np.pi)] * 3), st.tuples(*[st.floats(-1, 1)] * 3))
def test_a_rigid_motion_of_everything_changes_nothing(angles, shift):
    from scipy.spatial.transform import Rotation

    from scenegen.geometry import View, compose
    from scenegen.tracing.raycaster import Body, Scene

    T = compose(Rotation.from_euler("xyz", angles).as_matrix(), shift)
    truth = boxes_in_room()
    a, b = view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), size=(64, 48), f_px=50), view((2.2, 1.5, 1.6), (0, 0, 1), (64, 48), 50)
    still = truth.scene()
    moved = Scene(tuple(Body(x.mesh, x.bvh, T @ x.T_world_body, x.instance) for x in still.bodies))
    first = follow(still, trace(still, a, dense(a)), b)
    a2, b2 = (View(v.camera, T @ v.T_world_cam) for v in (a, b))
    second = follow(moved, trace(moved, a2, dense(a2)), b2)
    assert (first.status == second.status).mean() > 0.997
    both = (first.status == Status.VISIBLE) & (second.status == Status.VISIBLE)
    assert np.quantile(np.abs(first.xy - second.xy)[both], 0.995) < 1e-3


@pytest.mark.parametrize("distance_m", [0.3, 1.0, 5.0, 20.0])
@pytest.mark.parametrize("one_body", [True, False])
def test_a_second_surface_within_a_tolerance_behind_the_first_is_seen(distance_m, one_body):
    """Sheets across the line of sight, near and far; at twice the scale twice as far.

    Of one body only those in the farther half are told from the first: nearer ones are taken for it.
    """
    a = looking_along_z(16, 12, 400.0)
    for gap, doubled in [
        (0.2, [not one_body, not one_body]), (0.75, [True, not one_body]), (1.5, [False, True]), (3.0, [False, False]),
    ]:  # fmt: skip
        second = distance_m * (1 + gap * TOLERANCE)
        whole = scene(sheets(distance_m, second)) if one_body else scene(sheets(distance_m), sheets(second))
        for scale, expected in zip((1.0, 2.0), doubled, strict=True):
            assert (trace(whole, a, dense(a), scale=scale).doubled == expected).all()
        assert (trace(whole, a, dense(a)).doubled == doubled[0]).all()


def test_a_ray_back_that_slips_past_an_edge_is_no_second_surface():
    """A hit on a triangle's plane beside the triangle, as rounding may make it: nothing is there on the way back."""
    whole, a = scene(sheets(2.0, half_m=0.5)), looking_along_z(64, 48, 64.0)
    xy0 = np.array([[62, 24]], np.uint16)  # 0.95 m aside
    one = np.ones(1, np.float32)
    hits = Hits(np.ones(1, np.uint16), np.zeros(1, np.int32), 0 * one, 0 * one, 2 * one)
    rays = trace(whole, a, xy0, hits)
    assert rays.depth0.tolist() == [2.0]
    assert rays.points[0, 0] == (62 - 31.5) / 64 * 2
    assert not rays.doubled.any()


def point_rays(view, points, normal=(0, 0, -1.0)):
    """Rays of the room that met points, whatever there is."""
    count = len(points)
    return TracedRays(
        view, np.zeros((count, 2), np.uint16), np.ones(count, np.float32), np.ones(count, np.uint16),
        np.array(points, np.float64), np.tile(np.array(normal), (count, 1)), np.zeros(count, bool),
    )  # fmt: skip


@pytest.mark.parametrize(("tolerances", "scale", "verdict"), [
    (4.0, 1.0, Status.OCCLUDED), (4.0, 2.0, Status.AMBIGUOUS), (2.0, 1.0, Status.AMBIGUOUS), (7.0, 2.0, Status.OCCLUDED),
])  # fmt: skip
def test_what_lies_before_a_point_is_judged_by_its_distance(tolerances, scale, verdict):
    distance_m = 2.0
    before = sheets(distance_m * (1 - tolerances * TOLERANCE), half_m=0.1)
    whole, b = scene(sheets(distance_m), before), looking_along_z()
    rays = point_rays(b, [[0, 0, distance_m], [0.5, 0.3, distance_m]])
    assert follow(whole, rays, b, scale).status.tolist() == [verdict, Status.VISIBLE]
    if scale == 1:
        assert follow(whole, rays, b).status.tolist() == [verdict, Status.VISIBLE]


def test_the_border_of_a_picture_is_outside_and_what_is_beside_the_camera_is_behind_it():
    """Half a pixel beyond the middle of the outermost ones, exactly, in float64 and in float32."""
    b, wall = looking_along_z(), scene(sheets(2.0, half_m=3.0))
    half_x, half_y, hair = 1.0, 0.75, 1e-4
    points = [(sign * x, sign * y, 2.0) for x, y in ((half_x, 0), (0, half_y)) for sign in (1, -1)]
    inner = [(x * (1 - hair), y * (1 - hair), z) for x, y, z in points]
    outer = [(x * (1 + hair), y * (1 + hair), z) for x, y, z in points]
    for group, verdict in ((points, Status.OUT_OF_VIEW), (outer, Status.OUT_OF_VIEW), (inner, Status.VISIBLE)):
        track = follow(wall, point_rays(b, group), b)
        assert track.status.tolist() == [verdict] * 4
        assert np.isfinite(track.xy).all()
    assert follow(wall, point_rays(b, points), b).xy[:, 0].tolist() == [63.5, -0.5, 31.5, 31.5]
    beside = follow(wall, point_rays(b, [(0.5, 0, 0), (0, -0.5, 0), (0, 0, -1)]), b)
    assert beside.status.tolist() == [Status.BEHIND_CAMERA] * 3
    assert np.isnan(beside.xy).all()


def test_the_tolerance_grows_with_distance_and_slant():
    """0.15 mm at 3 m; at grazing incidence, whichever side is seen, up to twenty times that."""
    cosine = np.array([1.0, -0.5, 0.05, 0.01, 0.0])
    np.testing.assert_allclose(tolerance_m(np.full(5, 3.0), cosine), 1.5e-4 * np.array([1, 2, 20, 20, 20]))
    np.testing.assert_allclose(tolerance_m(np.array([1.0, 4.0]), np.ones(2), 3.0), [1.5e-4, 6e-4])


def test_a_ray_that_meets_nothing_has_no_depth_and_no_point():
    a = looking_along_z(32, 24, 16.0)
    rays = trace(scene(sheets(2.0, half_m=0.5)), a, dense(a))
    hit = (np.abs(rays.xy0 - [15.5, 11.5]) / 16 * 2 < 0.5).all(1)
    assert len(rays) == 32 * 24
    assert (rays.instance == hit).all()
    assert (rays.depth0 == np.where(hit, 2, 0)).all()
    assert (rays.depth0.dtype, rays.points.dtype) == (np.float32, np.float64)
    assert np.isnan(rays.points[~hit]).all()
    assert np.isnan(rays.normals[~hit]).all()
    assert (rays.points[hit, 2] == 2).all()
    assert (rays.normals[hit] == [0, 0, -1]).all()
    assert not rays.doubled.any()


def test_normals_are_turned_towards_the_camera():
    """A sheet from both sides; its own normal is the same."""
    whole, below, above = scene(sheets(2.0)), looking_along_z(8, 6, 40.0), view((0, 0, 4), (0, 0, 2.0), (8, 6), 40.0)
    for v, up in ((below, -1), (above, 1)):
        np.testing.assert_allclose(trace(whole, v, dense(v)).normals, np.tile([0.0, 0, up], (48, 1)), atol=1e-12)
