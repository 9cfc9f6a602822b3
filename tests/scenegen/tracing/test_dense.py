"""Verdicts on whole pictures: those of the traced rays, and those of formulas."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import box, boxes_in_room, inside_out, looking_along_z, scene, sheets, view
from staged import SMALL, real_config, shown

from scenegen.geometry import View, pixel_grid, project
from scenegen.lenses import parse
from scenegen.rays import view_rays
from scenegen.status import Status
from scenegen.tracing import dense
from scenegen.tracing.raycaster import Bvh, Scene, pixel_hits
from scenegen.tracing.tracer import tracer
from scenegen.tracing.tracks import follow, trace

WAYS = {"compiled": dense.visibility, "readable": dense.visibility_readably}
either_way = pytest.mark.parametrize("way", WAYS)


def formula(truth, a, b):
    """(H, W) statuses of the pixels of `a` in `b` by formulas, and where they hang on no edge."""
    directions = view_rays(a, pixel_grid(a.camera.width, a.camera.height))
    depth, hit = truth.first_hit(a.position, directions)
    points = a.position + directions * depth[:, None]
    xy, z = project(b.camera.K, b.T_world_cam, points)
    with np.errstate(invalid="ignore"):
        inside = ((xy > -0.5) & (xy < np.array([b.camera.width, b.camera.height]) - 0.5)).all(1)
        border = (np.abs(xy + 0.5) < 1e-3).any(1) | (
            np.abs(xy - [b.camera.width - 0.5, b.camera.height - 0.5]) < 1e-3
        ).any(1)
    t, met = truth.first_hit(b.position, points - b.position)
    status = np.where(t > 1 - 1e-6, Status.VISIBLE, Status.OCCLUDED)
    status = np.where(inside, status, Status.OUT_OF_VIEW)
    status = np.where(z > 0, status, Status.BEHIND_CAMERA)
    clear = ~border & ((np.abs(1 - t) > 1e-2) | (met == hit)) & (np.abs(z) > 1e-6)
    shape = (a.camera.height, a.camera.width)
    return status.reshape(shape), clear.reshape(shape)


ANGLE = st.floats(0, 2 * np.pi)


@either_way
@settings(max_examples=10, deadline=None)
@given(first=ANGLE, second=ANGLE, height=st.floats(0.9, 2.2), roll=st.sampled_from([0.0, 0.7, -2.0]))
def test_every_pixel_has_the_verdict_of_the_formula(way, first, second, height, roll):
    truth = boxes_in_room()
    a, b = (
        view((2.4 * np.cos(angle), 2.0 * np.sin(angle), height), (0.1, 0.1, 0.7), (80, 60), 60.0, turned)
        for angle, turned in ((first, roll), (second, -roll / 2))
    )
    if np.linalg.norm(a.position - b.position) < 0.3:
        return
    found = WAYS[way](truth.scene(), a, [b])[..., 0]
    expected, clear = formula(truth, a, b)
    decided = clear & (found != Status.AMBIGUOUS)
    assert (found[decided] == expected[decided]).all()
    assert decided.mean() > 0.97


@either_way
def test_views_that_see_nothing_and_cameras_behind(way):
    wall = scene(box((1.0, -50, -50), (1.1, 50, 50)))
    ahead, away = view((0, 0, 0), (1, 0, 0), (16, 12), 20.0), view((0.01, 0, 0), (-1, 0, 0), (16, 12), 20.0)
    assert (WAYS[way](wall, ahead, [away]) == Status.BEHIND_CAMERA).all()
    assert (WAYS[way](wall, away, [ahead]) == Status.NO_HIT).all()
    assert WAYS[way](wall, ahead, [ahead, away]).shape == (12, 16, 2)


@either_way
def test_a_second_surface_within_the_tolerance_is_never_called_visible(way):
    """A sheet 0.05 mm behind another one, 2.5 m away, where 0.125 mm are one and the same."""
    room = inside_out(box((-3, -3, 0), (3, 3, 3)))
    twice = scene(room, box((-0.5, -0.5, 0), (0.5, 0.5, 1)), box((-0.49995, -0.49995, 0), (0.49995, 0.49995, 0.99995)))
    a, b = view((2.5, 0.3, 1.5), (0, 0, 0.5), (64, 48), 60.0), view((2.4, -0.5, 1.7), (0, 0, 0.5), (64, 48), 60.0)
    on_box = (pixel_hits(twice, a).instance == 2).reshape(48, 64)
    found = WAYS[way](twice, a, [b])[..., 0]
    assert on_box.sum() > 100
    assert not (found[on_box] == Status.VISIBLE).any()
    assert (found[on_box] == Status.AMBIGUOUS).sum() > 100


def agrees(config):
    """Share of pixels with the verdict that `tracks` gives to them one by one, over all ordered pairs of views."""
    s = shown(config)
    same = []
    for i, a in enumerate(s.views):
        others = s.views[:i] + s.views[i + 1 :]
        xy0 = pixel_grid(a.camera.width, a.camera.height).astype(np.uint16)
        rays = trace(s.scene, a, xy0, pixel_hits(s.scene, a))
        rows = [follow(s.scene, rays, other).status for other in others]
        found = dense.visibility(s.scene, a, others).reshape(-1, len(others)).T
        same.append((found == np.stack(rows)).mean())
    return np.mean(same)


def test_a_staged_sample_has_the_verdicts_of_its_rays():
    assert agrees(replace(SMALL, views=3)) > 0.99999


def test_a_scanned_room_has_too(shared_data):
    assert agrees(real_config(shared_data)) > 0.99999


def test_the_layer_has_what_the_rays_have():
    s = shown(replace(SMALL, views=3, layers=("rgb", "depth", "visibility")))
    x, y = s.of("rays/xy0").astype(int).T
    assert (s.of("rays/status") == s.of("visibility")[0][y, x].T).all()


def seen_from(dx_px, dy_px):
    """A view that sees each pixel of the picture of a wall 2 m away so many pixels to the right and below."""
    return looking_along_z(x=-dx_px * 2 / 64, y=-dy_px * 2 / 64)


@either_way
@pytest.mark.parametrize(("dx_px", "dy_px"), [(0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5), (3, -2), (-70, 0), (0, 60)])
def test_the_border_of_a_picture_is_outside(way, dx_px, dy_px):
    """Half a pixel aside, the outermost ones lie on the border itself, without rounding."""
    wall, a = scene(sheets(2.0, half_m=9.0)), looking_along_z()
    found = WAYS[way](wall, a, [seen_from(dx_px, dy_px)])[..., 0]
    y, x = np.mgrid[0:48, 0:64]
    inside = (x + dx_px > -0.5) & (x + dx_px < 63.5) & (y + dy_px > -0.5) & (y + dy_px < 47.5)
    assert (found == np.where(inside, Status.VISIBLE, Status.OUT_OF_VIEW)).all()


TOLERANCE = 5e-5
"""What two hits of one surface may lie apart at normal incidence, over their distance."""


@either_way
@pytest.mark.parametrize("distance_m", [0.3, 5.0])
@pytest.mark.parametrize("one_body", [True, False])
def test_a_second_surface_is_one_within_a_tolerance(way, distance_m, one_body):
    a = looking_along_z(16, 12, 400.0)
    for gap, verdict in ((0.75, Status.AMBIGUOUS), (1.5, Status.VISIBLE)):
        second = distance_m * (1 + gap * TOLERANCE)
        whole = scene(sheets(distance_m, second)) if one_body else scene(sheets(distance_m), sheets(second))
        assert (WAYS[way](whole, a, [a, a]) == verdict).all()


@either_way
@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 1), (5, 5), (9, 3)])
def test_the_last_rays_of_a_picture_look_back_too(way, width, height):
    """Pictures whose pixels fill no whole number of packets."""
    a = looking_along_z(width, height, 400.0)
    whole = scene(sheets(0.5, 0.5 * (1 + 0.75 * TOLERANCE)))
    assert (WAYS[way](whole, a, [a]) == Status.AMBIGUOUS).all()


def through(lens, f_px):
    """A wide picture's places (X/Z, Y/Z), and the verdict on each in a view of that lens and focal length."""
    wall, a = scene(sheets(2.0, half_m=9.0)), looking_along_z(f_px=20.0)
    b = View(replace(looking_along_z(f_px=f_px).camera, lens=parse(lens)), a.T_world_cam)
    y, x = np.mgrid[0:48, 0:64]
    return (x - 31.5) / 20, (y - 23.5) / 20, lambda way: WAYS[way](wall, a, [b])[..., 0]


@either_way
def test_a_lens_puts_points_elsewhere_and_what_it_folds_back_is_outside(way):
    """k1 < 0: radii up to 1 / sqrt(-3 k1) grow, those beyond would come back into the picture."""
    x, y, found = through("brown:-0.1,0,0,0,0", 20.0)
    within = x * x + y * y <= 1 / 0.3
    assert 0 < (~within).sum() < 100
    assert (found(way) == np.where(within, Status.VISIBLE, Status.OUT_OF_VIEW)).all()
    x, y, found = through("brown:0.1,0,0,0,0", 20.0)
    grown = 1 + 0.1 * (x * x + y * y)
    inside = (np.abs(20 * x * grown) < 32) & (np.abs(20 * y * grown) < 24)
    assert (found(way) == np.where(inside, Status.VISIBLE, Status.OUT_OF_VIEW)).all()


@either_way
def test_a_fisheye_sees_what_a_pinhole_of_its_focal_length_does_not(way):
    x, y, found = through("fisheye:0,0,0,0", 30.0)
    r = np.hypot(x, y)
    shrunk = np.arctan(r) / r
    inside = (np.abs(30 * x * shrunk) < 32) & (np.abs(30 * y * shrunk) < 24)
    assert (inside != ((np.abs(30 * x) < 32) & (np.abs(30 * y) < 24))).any()
    assert (found(way) == np.where(inside, Status.VISIBLE, Status.OUT_OF_VIEW)).all()


@either_way
def test_the_other_side_of_a_sheet_is_not_the_one_that_was_seen(way):
    below, above = looking_along_z(16, 12, 40.0), view((0, 0, 4), (0.0, 0.1, 2.0), (16, 12), 40.0)
    whole = scene(sheets(2.0))
    assert (WAYS[way](whole, below, [above, below])[..., 0] != Status.VISIBLE).all()
    assert (WAYS[way](whole, below, [above, below])[..., 1] == Status.VISIBLE).all()


@either_way
def test_a_picture_of_any_size_has_each_of_its_pixels(way):
    """Sides that are no multiple of a tile."""
    wall = scene(sheets(2.0, half_m=9.0))
    for width, height in ((1, 1), (5, 3), (4, 2), (9, 1), (3, 7)):
        a = looking_along_z(width, height, 8.0)
        aside = looking_along_z(width, height, 8.0, x=0.25)  # by one pixel
        found = WAYS[way](wall, a, [a, aside])
        assert found.shape == (height, width, 2)
        assert (found[..., 0] == Status.VISIBLE).all()
        assert (found[:, 0, 1] == Status.OUT_OF_VIEW).all()
        assert (found[:, 1:, 1] == Status.VISIBLE).all()


@either_way
@pytest.mark.parametrize("distance_m", [0.5, 5.0])
@pytest.mark.parametrize(
    ("off", "verdict"),
    [(0.0, Status.VISIBLE), (5e-4, Status.VISIBLE), (-5e-4, Status.VISIBLE),
     (2e-3, Status.OCCLUDED), (-2e-3, Status.AMBIGUOUS)],
)  # fmt: skip
def test_a_hit_is_moved_onto_the_plane_of_its_face_where_that_is_near(way, distance_m, off, verdict):
    """By a thousandth of its distance at most: else the plane is seen edge-on, and the tracer's own word is taken."""
    wall, a = scene(sheets(distance_m, half_m=9.0)), looking_along_z()
    hits = pixel_hits(wall, a)
    moved = replace(hits, t=hits.t * np.float32(1 + off))
    other = looking_along_z(x=0.01)
    found = WAYS[way](wall, a, [a, other], moved)
    assert np.isin(found, [verdict, Status.OUT_OF_VIEW]).all()
    assert (found[..., 0] == verdict).all()


def test_neighbours_are_traced_together():
    """Each pixel once, eight at a time from a tile of 4 x 2 where the picture has whole ones."""
    order = dense._order(12, 6)
    assert sorted(order) == list(range(72))
    for tile in order.reshape(-1, 8):
        assert (np.ptp(tile % 12), np.ptp(tile // 12)) == (3, 1)
    assert sorted(dense._order(7, 5)) == list(range(35))


def test_a_tracer_that_compiled_code_cannot_ask_gives_the_same():
    truth = boxes_in_room().scene()
    by_embreex = Scene(tuple(replace(body, bvh=Bvh(body.mesh, tracer("embreex"))) for body in truth.bodies))
    a, b = (view((2.2, y, 1.6), (0, 0, 0.5), (64, 48), 60.0) for y in (0.3, -0.6))
    same = dense.visibility(by_embreex, a, [b]) == dense.visibility(truth, a, [b])
    assert same.mean() > 0.998  # at edges one of the two may meet the other face


def test_an_eye_on_a_surface_is_no_way_back_to_it():
    """The point that a pixel shows is the eye itself, and other views see it."""
    place = scene(inside_out(box((-3, -3, -1), (3, 3, 2))), sheets(0.0))
    here, there = view((0, 0, 0), (0.1, 0.05, -1), (9, 7)), view((0.3, 0.2, 1.5), (0, 0, 0))
    hits = pixel_hits(place, here)
    assert not hits.t.any()
    for way in WAYS.values():
        assert (way(place, here, [there, here], hits) == (Status.VISIBLE, Status.BEHIND_CAMERA)).all()
