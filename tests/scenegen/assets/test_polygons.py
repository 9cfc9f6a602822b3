"""Polygons to triangles: the area law, and rings that are hard."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from scenegen.assets.polygons import fan, triangulate

L = np.array([[3, 5, 0], [0, 5, 0], [0, 0, 0], [6, 0, 0], [6, 2.5, 0], [3, 2.5, 0]], float)
STAR = [(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)]


def area_vectors(points, triangles):
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return np.cross(b - a, c - a) / 2


def newell(ring):
    return np.cross(ring, np.roll(ring, -1, axis=0)).sum(0) / 2


def split(*rings):
    """Triangles of rings, as points, and of which ring each is."""
    points = np.concatenate(rings)
    sizes = np.array([len(r) for r in rings])
    triangles, origin = triangulate(points, np.arange(len(points)), sizes)
    return points, triangles, origin


def covers(ring, points, triangles):
    """Every triangle looks the polygon's way, and together they are as large as it."""
    vectors, whole = area_vectors(points, triangles), newell(ring)
    size = np.linalg.norm(whole)
    assert (vectors @ whole >= -1e-9 * size * size).all()
    assert np.linalg.norm(vectors, axis=1).sum() == pytest.approx(size, rel=1e-6)


@given(st.lists(st.integers(0, 9), max_size=30))
def test_fans_cover_each_polygon_from_its_first_corner(sizes):
    triangles, origin = fan(np.array(sizes, np.int64))
    assert np.bincount(origin, minlength=len(sizes)).tolist() == [max(s - 2, 0) for s in sizes]
    starts = np.cumsum([0, *sizes])
    for (a, b, c), p in zip(triangles.tolist(), origin.tolist(), strict=True):
        assert a == starts[p]
        assert c == b + 1 < starts[p + 1]


radii = st.lists(st.floats(0.05, 1), min_size=3, max_size=40)


@given(
    radii, st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3), st.tuples(*[st.floats(-1e3, 1e3)] * 3), st.integers(0, 39)
)
def test_triangles_of_a_simple_polygon_have_its_area(radius, seed, scale, place, turn):
    """Star-shaped rings of any radii, in any plane, from any first corner, both ways round."""
    angle = np.linspace(0, 2 * np.pi, len(radius), endpoint=False)
    flat = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) * np.array(radius)[:, None]
    ring = Rotation.random(rng=seed).apply(np.roll(flat, turn, axis=0)) * scale + np.array(place) * scale
    for way in (ring, ring[::-1]):
        covers(way, *split(way)[:2])


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-1, 1)), min_size=1, max_size=12))
def test_rings_of_any_corners_give_triangles_of_theirs(corners):
    """Crossing, flat, doubled, or a single point: at most as many triangles as a fan, all with corners of the ring."""
    ring = np.array(corners, float)
    _, triangles, origin = split(ring, ring[::-1], L)
    assert (triangles >= 0).all()
    assert (origin == np.sort(origin)).all()
    assert np.bincount(origin, minlength=3).tolist()[2] == 4
    assert np.bincount(origin, minlength=3)[0] <= max(len(ring) - 2, 0)
    starts = np.array([0, len(ring), 2 * len(ring)])[origin]
    assert (triangles >= starts[:, None]).all()
    assert (triangles < (starts + np.array([len(ring), len(ring), 6])[origin])[:, None]).all()


@given(st.integers(3, 30), st.integers(0, 29))
def test_convex_polygons_keep_their_fan(n, turn):
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    ring = np.roll(np.stack([np.cos(angle), np.sin(angle), 0.3 * np.cos(angle)], axis=1), turn, axis=0)
    triangles, origin = triangulate(ring, np.arange(n), np.array([n]))
    expected, of = fan(np.array([n]))
    np.testing.assert_array_equal(triangles, expected)
    np.testing.assert_array_equal(origin, of)


def test_corners_on_a_straight_edge_keep_the_fan():
    ring = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 1e-9], [2, 2, 0], [1, 2, 0], [0, 2, 0]], float)
    np.testing.assert_array_equal(split(ring)[1], fan(np.array([6]))[0])


def test_an_l_is_no_square():
    points, triangles, _ = split(L)
    assert np.linalg.norm(area_vectors(points, fan(np.array([6]))[0]), axis=1).sum() > 25
    covers(L, points, triangles)


@pytest.mark.parametrize("turn", range(4))
def test_a_concave_quad_is_cut_along_its_short_diagonal(turn):
    ring = np.roll(np.array([[0, 0, 0], [2, 0, 0], [0.3, 0.3, 0], [0, 2, 0]]), turn, axis=0)
    covers(ring, *split(ring)[:2])


def test_a_ring_with_a_hole_and_its_seam():
    angle = np.linspace(0, 2 * np.pi, 17)
    outer = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    ring = np.vstack([outer, outer[::-1] / 2])
    assert np.linalg.norm(newell(ring)) == pytest.approx(0.75 * np.linalg.norm(newell(outer)))
    covers(ring, *split(ring)[:2])


def test_a_bent_polygon_is_cut_in_its_mean_plane():
    ring = L + np.random.default_rng(0).normal(0, 0.02, L.shape)
    points, triangles, _ = split(ring)
    assert len(triangles) == 4
    assert np.linalg.norm(area_vectors(points, triangles), axis=1).sum() == pytest.approx(22.5, rel=0.02)


def test_polygons_do_not_mix():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    rings = [square, L, square[:3], square[:2], L[::-1] + 9, square * 2]
    points, triangles, origin = split(*rings)
    assert np.bincount(origin, minlength=6).tolist() == [2, 4, 1, 0, 4, 2]
    for k in (0, 1, 2, 4, 5):
        covers(rings[k], points, triangles[origin == k])


def test_many_polygons_are_looked_at_in_blocks(monkeypatch):
    monkeypatch.setattr("scenegen.assets.polygons._BLOCK", 7)
    rings = [L + np.array([k, 0, 0]) for k in range(9)]
    points, triangles, origin = split(*rings)
    for k, ring in enumerate(rings):
        covers(ring, points, triangles[origin == k])


@pytest.mark.parametrize("spoilt", [np.nan, np.inf, 1e308])
def test_corners_that_are_no_numbers_do_no_harm(spoilt):
    ring = L.copy()
    ring[1, 0] = spoilt
    with np.errstate(all="ignore"):
        assert len(split(ring, L)[1]) >= 4


def test_ten_thousand_corners_take_a_moment():
    rng = np.random.default_rng(0)
    angle = np.sort(rng.random(10_000)) * 2 * np.pi
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) * (0.2 + rng.random((10_000, 1)))
    before = time.process_time()
    covers(ring, *split(ring)[:2])
    split(rng.random((10_000, 3)))  # crosses itself all over
    assert time.process_time() - before < 20
