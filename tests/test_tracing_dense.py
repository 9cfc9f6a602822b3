"""Verdicts on whole pictures: those of the traced rays, and those of formulas."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import box, boxes_in_room, inside_out, scene, view
from staged import SMALL, real_config, shown

from scenegen.geometry import pixel_grid, project, view_rays
from scenegen.tracing import dense
from scenegen.tracing.raycaster import pixel_hits
from scenegen.tracing.status import Status
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
@given(first=ANGLE, second=ANGLE, height=st.floats(0.9, 2.2))
def test_every_pixel_has_the_verdict_of_the_formula(way, first, second, height):
    truth = boxes_in_room()
    a, b = (
        view((2.4 * np.cos(angle), 2.0 * np.sin(angle), height), (0.1, 0.1, 0.7), (80, 60), 60.0)
        for angle in (first, second)
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
