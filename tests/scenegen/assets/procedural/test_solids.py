"""Solid parts: closed-form volumes, closed and outward skins, copies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solid_checks import is_closed, volume

from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.finishes import solid

GREY = solid("grey", (0.5, 0.5, 0.5))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 2), st.floats(0.1, 2), st.floats(0.1, 2), st.booleans())
def test_loft_of_two_rectangles_is_a_box_whatever_the_winding(w, d, h, turned):
    ring = np.array([(-w, -d), (w, -d), (w, d), (-w, d)]) / 2
    ring = ring[::-1] if turned else ring
    mesh = s.loft(GREY, [np.c_[ring, np.full(4, z)] for z in (0, h)])
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(w * d * h, rel=1e-5)


def test_loft_to_a_point_is_a_pyramid():
    ring = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    mesh = s.loft(GREY, [np.c_[ring, np.zeros(4)], np.tile((0.0, 0.0, 3.0), (4, 1))])
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(4)


def test_loft_keeps_a_round_side_smooth_and_its_rim_sharp():
    ring = s.oval(40)
    mesh = s.loft(GREY, [np.c_[ring, np.full(40, z)] for z in (0.0, 1.0)])
    side = np.abs(mesh.normals[:, 2]) < 0.5
    radial = mesh.vertices[side] * (1, 1, 0)
    np.testing.assert_allclose((mesh.normals[side] * radial).sum(1), 1, atol=1e-2)
    assert set(np.round(np.abs(mesh.normals[~side, 2]), 6)) == {1.0}


@pytest.mark.parametrize("part", [s.block(GREY, (1, 2, 3)), s.rod(GREY, (0, 0, 0), (0, 1, 1), 0.2), s.ball(GREY, 0.5)])
def test_parts_are_closed_and_stay_outward_when_mirrored(part):
    assert is_closed(part)
    mirrored = s.scaled(part, (-1, 1, 1))
    assert volume(part) > 0
    assert volume(mirrored) == pytest.approx(volume(part), rel=1e-4)


def test_profiles_lie_along_their_axes():
    outline = [(0, 0), (1, 0), (1, 2), (0, 2)]
    for make, low, high in (
        (s.profile_x, (5, 0, 0), (6, 1, 2)),
        (s.profile_y, (0, 5, 0), (1, 6, 2)),
        (s.profile_z, (0, 0, 5), (1, 2, 6)),
    ):
        mesh = make(GREY, outline, 5, 6)
        np.testing.assert_allclose(mesh.vertices.min(0), low, atol=1e-6)
        np.testing.assert_allclose(mesh.vertices.max(0), high, atol=1e-6)
        assert volume(mesh) == pytest.approx(2, rel=1e-5)


def test_scattered_equals_moved_copies():
    part, at = s.block(GREY, (1, 1, 1)), [(0, 0, 0), (3, 0, 0), (0, 4, 5)]
    many = s.scattered(part, at)
    assert volume(many) == pytest.approx(3, rel=1e-4)
    np.testing.assert_allclose(many.vertices[-len(part.vertices) :], s.moved(part, at[2]).vertices)


def test_clipping_presses_a_slanted_foot_level():
    leg = s.clipped_below(s.rod(GREY, (0, 0, 1), (0.5, 0, 0), 0.1), 0.0)
    assert leg.vertices[:, 2].min() == 0
