"""Lens models against OpenCV, against formulas written down anew, and against their own derivatives and inverses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import LENSES

from scenegen.errors import LensError
from scenegen.geometry import look_at, pinhole, pixel_directions, pixel_grid, project, unproject
from scenegen.lenses import CHOICES, PINHOLE, Lens, jacobian, parse, shift, straighten, stretch

BENT = LENSES[1:]
small = st.floats(-0.3, 0.3)
tilts = st.floats(-0.02, 0.02)
browns = st.builds(lambda k1, k2, p1, p2, k3: Lens("brown", (k1, k2, p1, p2, k3)), small, small, tilts, tilts, small)
turns = st.floats(-0.1, 0.1)
fisheyes = st.builds(lambda *k: Lens("fisheye", k), turns, turns, turns, turns)
lenses = browns | fisheyes


def places(seed, reach, count=50):
    """Places (2, N) evenly in a disc."""
    rng = np.random.default_rng(seed)
    radius, angle = reach * np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
    return radius * np.cos(angle), radius * np.sin(angle)


def moved(lens, x, y):
    across, down = shift(lens, x, y)
    return x + across, y + down


@pytest.mark.parametrize("text", [*BENT, "brown:0.3,-0.05,-0.01,0.02,0.004", "fisheye:0.1,-0.02,0.01,-0.004"])
def test_opencv_projects_to_the_same_pixels(text):
    cv2 = pytest.importorskip("cv2")
    lens = parse(text)
    x, y = places(1, min(0.99 * lens.reach, 3.0), 500)
    points, camera = np.stack([x, y, np.ones_like(x)], -1) * 2.5, pinhole(640, 480, 400.0, lens)
    by = cv2.fisheye.projectPoints if lens.model == "fisheye" else cv2.projectPoints
    wanted = by(points[:, None], np.zeros(3), np.zeros(3), camera.K, lens.array)[0][:, 0]
    found, z = project(camera.K, np.eye(4), points, lens)
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    np.testing.assert_array_equal(z, 2.5)


def test_an_equidistant_fisheye_is_angles():
    """Without coefficients a pixel lies as many focal lengths from the middle as its ray does radians off the axis."""
    camera = pinhole(401, 401, 150.0, parse("fisheye:0,0,0,0"))
    angles = np.deg2rad([0, 1e-7, 10, 45, 60, 84])
    points = np.stack([np.sin(angles), np.zeros(6), np.cos(angles)], -1)
    found, _ = project(camera.K, np.eye(4), points, camera.lens)
    np.testing.assert_allclose(found, np.stack([200 + 150 * angles, np.full(6, 200.0)], -1), atol=1e-9)
    rays = pixel_directions(camera.K, found, camera.lens)
    np.testing.assert_allclose(np.arctan2(rays[:, 0], rays[:, 2]), angles, atol=1e-13)


@given(lenses, st.integers(0, 10**6))
def test_what_a_lens_moves_it_moves_back(lens, seed):
    """To float64's accuracy of what was moved: near the reach, where a lens hardly tells places apart, its square root."""
    x, y = places(seed, min(0.97 * lens.reach, 5.0))
    there = moved(lens, x, y)
    back = straighten(lens, *there)
    least = stretch(lens, x, y)[0]
    np.testing.assert_array_less(np.hypot(back[0] - x, back[1] - y) * least, 1e-12 * (1 + np.hypot(*there)))
    again = moved(lens, *back)
    np.testing.assert_array_less(np.hypot(again[0] - there[0], again[1] - there[1]), 1e-12 * (1 + np.hypot(*there)))


@pytest.mark.parametrize("text", LENSES)
def test_pixels_come_back_from_the_world(text):
    camera = pinhole(160, 120, 125.0, parse(text))
    T, xy = look_at((1, 2, 1.5), (0, 0, 0.3), 0.4), pixel_grid(160, 120)
    depth = np.random.default_rng(0).uniform(0.2, 8, len(xy))
    again, z = project(camera.K, T, unproject(camera.K, T, xy, depth, camera.lens), camera.lens)
    np.testing.assert_allclose(again, xy, atol=1e-9)
    np.testing.assert_allclose(z, depth, rtol=1e-12)


@given(lenses, st.integers(0, 10**6))
def test_jacobians_are_the_derivatives(lens, seed):
    x, y = places(seed, min(0.9 * lens.reach, 3.0))
    step = 1e-6
    along_x = (np.stack(moved(lens, x + step, y)) - moved(lens, x - step, y)) / (2 * step)
    along_y = (np.stack(moved(lens, x, y + step)) - moved(lens, x, y - step)) / (2 * step)
    xx, xy, yy = jacobian(lens, x, y)
    scale = 1 + np.abs(np.stack([xx, xy, yy])).max()
    np.testing.assert_allclose(np.stack([along_x, along_y]), [[xx, xy], [xy, yy]], atol=1e-6 * scale)


@given(lenses, st.integers(0, 10**6))
def test_nothing_folds_within_the_reach(lens, seed):
    """Lengths grow everywhere, so two places of a disc, which is convex, are never moved to one."""
    x, y = places(seed, min(0.999 * lens.reach, 20.0), 300)
    assert (stretch(lens, x, y)[0] > 0).all()


@given(st.floats(-0.3, -0.05), st.floats(-0.3, 0), tilts, tilts, st.floats(-0.3, 0))
def test_the_reach_of_a_barrel_ends_where_it_folds(k1, k2, p1, p2, k3):
    lens = Lens("brown", (k1, k2, p1, p2, k3))
    angle = math.atan2(-p1, -p2)
    x, y = np.array([math.cos(angle) * lens.reach]), np.array([math.sin(angle) * lens.reach])
    assert stretch(lens, x, y)[0] == pytest.approx(0, abs=1e-6)


def test_a_point_beyond_the_reach_has_no_pixel_though_the_formula_gives_one():
    """OpenCV folds it back to the middle of the picture."""
    cv2 = pytest.importorskip("cv2")
    camera = pinhole(640, 480, 500.0, parse("brown:-0.3,0,0,0,0"))
    assert camera.lens.reach == pytest.approx(1 / math.sqrt(0.9))
    point = np.array([[1.8, 0.1, 1.0]])
    folded = cv2.projectPoints(point, np.zeros(3), np.zeros(3), camera.K, camera.lens.array)[0].ravel()
    assert np.abs(folded - camera.K[:2, 2]).max() < 30
    assert np.isnan(project(camera.K, np.eye(4), point, camera.lens)[0]).all()


def test_pixels_that_no_direction_reaches_are_nan():
    lens = parse("brown:-0.3,0,0,0,0")  # its disc of radius 1.05 falls on one of radius 0.70
    x, y = straighten(lens, np.array([0.5, 0.71, 5.0, np.nan]), np.zeros(4))
    assert np.isfinite(x).tolist() == np.isfinite(y).tolist() == [True, False, False, False]


def test_zero_coefficients_of_brown_move_nothing_by_a_bit():
    x, y = places(3, 4.0, 1000)
    lens = parse("brown:0,0,0,0,0")
    for found in (moved(lens, x, y), straighten(lens, x, y), straighten(PINHOLE, x, y)):
        assert (np.stack(found) == np.stack([x, y])).all()
    assert all((part == unit).all() for part, unit in zip(jacobian(lens, x, y), (1, 0, 1), strict=True))


@pytest.mark.parametrize("text", [*LENSES, "brown:0.1,-0.0001,1e-07,0.3333333333333333,0"])
def test_texts_are_read_back(text):
    assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "brown",
        "brown:0.1",
        "brown:1,2,3,4,5,6",
        "fisheye:a,0,0,0",
        "fisheye:nan,0,0,0",
        "pinhole:1",
        "pinhole:",
        "brown:",
        "thin:0",
        "fisheye:0,0,0, 1_0",
        "fisheye:1_0,0,0,0",
    ],
)
def test_what_is_no_lens_is_told_what_is(text):
    with pytest.raises(ValueError, match=r"^must be pinhole or brown:K1,K2,P1,P2,K3 or fisheye:K1,K2,K3,K4$"):
        parse(text)
    assert "\n" not in CHOICES


@pytest.mark.parametrize("text", ["brown:1e308,1e308,0,0,0", "fisheye:0,0,0,9e999", "brown:0,0,0,0,-1e30"])
def test_coefficients_that_are_a_slip_are_refused(text):
    with pytest.raises(ValueError, match=r"^coefficients must be at most 1e\+09 in size$"):
        parse(text)


def test_a_lens_of_no_known_model_or_too_few_coefficients_is_refused():
    for wrong in (("thin", ()), ("brown", (1.0,)), ("pinhole", (0.0,)), ("fisheye", (math.inf, 0.0, 0.0, 0.0))):
        with pytest.raises(ValueError, match="lens"):
            Lens(*wrong)


@pytest.mark.parametrize("wrong", ["x", (0.0, 0.0, 0.0, 0.0, "x"), None, 3])
def test_coefficients_that_are_no_numbers_are_refused(wrong):
    with pytest.raises(LensError) as error:
        Lens("brown", wrong)
    assert str(error.value) == f"coefficients {wrong!r}: must be (a number, ...)"
    assert error.value.exit_code == 2
