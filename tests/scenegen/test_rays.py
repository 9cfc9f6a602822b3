"""Rays of pictures through lenses: where they go, how wide they are, and what is refused."""

import numpy as np
import pytest
from scenes import LENSES, view

from scenegen.errors import UsageError
from scenegen.geometry import View, pinhole, pixel_directions, pixel_grid
from scenegen.lenses import PINHOLE, parse
from scenegen.rays import bundle, is_seen, pixel_plane, pixel_rays, pixel_widths, spreads, view_rays

FOLDED = "brown:-0.9,0,0,0,0"


@pytest.mark.parametrize("text", LENSES)
def test_rays_of_a_picture_are_those_of_its_pixels(text):
    v = view((1, 2, 1.5), (0, 0, 0.3), (33, 18), 30.0, 0.4, lens=text)
    xy = pixel_grid(33, 18)
    np.testing.assert_allclose(pixel_rays(v), view_rays(v, xy), atol=2e-7)
    x, y = np.broadcast_arrays(*pixel_plane(v.camera))
    assert x.shape == (18, 33)
    wanted = pixel_directions(v.camera.K, xy, v.camera.lens)[:, :2]
    np.testing.assert_allclose(np.stack([x.ravel(), y.ravel()], -1), wanted, atol=1e-12)
    rays, wide = bundle(v, xy + 0.3)
    np.testing.assert_allclose(rays, view_rays(v, xy + 0.3), atol=2e-7)
    assert wide.shape == ((len(xy),) if v.camera.lens.bends else (1,))


def test_of_zero_coefficients_they_are_the_pinholes_bit_for_bit():
    flat, bent = (view((1, 2, 1.5), (0, 0, 0.3), lens=text) for text in ("pinhole", "brown:0,0,0,0,0"))
    assert pixel_rays(flat).tobytes() == pixel_rays(bent).tobytes()
    assert (spreads(bent.camera, *pixel_plane(bent.camera)) == spreads(flat.camera, *pixel_plane(flat.camera))).all()


@pytest.mark.parametrize("text", LENSES[1:])
def test_a_footprint_has_the_area_that_the_rays_at_the_corners_of_its_pixel_cut_out(text):
    """Facing the ray, against the pinhole's 1 / f, which leaves out how steep its own rays are."""
    camera = pinhole(160, 120, 125.0, parse(text))
    xy = pixel_grid(160, 120)[::37]
    rays, (across, down) = (
        pixel_directions(camera.K, xy, camera.lens),
        [
            pixel_directions(camera.K, xy + step, camera.lens) - pixel_directions(camera.K, xy - step, camera.lens)
            for step in ((0.005, 0), (0, 0.005))
        ],
    )
    at_depth_1 = np.abs(across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]) * 1e4
    facing = at_depth_1 / np.linalg.norm(rays, axis=1)
    flat = np.linalg.norm(pixel_directions(camera.K, xy), axis=1)
    found = spreads(camera, rays[:, 0], rays[:, 1])
    np.testing.assert_allclose(found**2, facing * flat, rtol=1e-5)


@pytest.mark.parametrize("text", LENSES)
def test_a_width_is_the_fewest_pixels_that_a_step_at_depth_1_takes(text):
    camera = pinhole(160, 120, 125.0, parse(text))
    xy = pixel_grid(160, 120)[::97]
    angles = np.linspace(0, np.pi, 60, endpoint=False)
    steps = 1e-4 * np.stack([np.cos(angles), np.sin(angles)], -1)[:, None]
    away = pixel_directions(camera.K, xy + steps, camera.lens) - pixel_directions(camera.K, xy, camera.lens)
    longest = np.linalg.norm(away, axis=-1).max(0) / 1e-4
    np.testing.assert_allclose(pixel_widths(camera.K, camera.lens, xy), 1 / longest, rtol=2e-3)


def test_lenses_that_fold_the_picture_or_see_too_far_are_refused():
    for text, f_px, holds in (
        ("brown:-0.3,0,0,0,0", 640.0, True),
        ("brown:-0.3,0,0,0,0", 500.0, False),
        ("brown:0.5,0.1,0,0,0", 500.0, True),
        ("fisheye:0,0,0,0", 270.5, True),
        ("fisheye:0,0,0,0", 268.5, False),  # 400 px to the corner: 85.2 degrees
        ("fisheye:-0.3,0,0,0", 600.0, True),
        ("fisheye:-0.3,0,0,0", 500.0, False),
        ("pinhole", 20.0, True),
    ):
        assert is_seen(pinhole(640, 480, f_px).K, parse(text), 640, 480) == holds, (text, f_px)


@pytest.mark.parametrize("ask", [pixel_rays, lambda v: view_rays(v, np.zeros((1, 2))), lambda v: pixel_plane(v.camera)])
def test_a_camera_that_folds_its_picture_is_refused_in_a_line(ask):
    wanted = (
        r"^lens brown:-0\.9,0,0,0,0: at 160x120 and a focal length of 125 px the picture is folded over, or reaches "
        r"85 degrees from the axis: choose smaller coefficients, or a longer focal length$"
    )
    with pytest.raises(UsageError, match=wanted):
        ask(view((1, 2, 1.5), (0, 0, 0.3), lens=FOLDED))


def test_a_wide_pinhole_is_as_it_was():
    wide = View(pinhole(64, 48, 1.0, PINHOLE), np.eye(4))
    assert np.isfinite(pixel_rays(wide)).all()
