"""Sampling: each pixel from its place, by an analytic ramp; nothing aliased; black outside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ramp import levels_at, ramp_picture, tolerance

from training.data.sampling import sampled, spacing
from training.data.transforms.homography import grid, inside, linear, moved, rotation, scaling, translation

WIDTH, HEIGHT = 60, 50


def test_the_identity_copies():
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    assert np.array_equal(sampled(noise, grid(50)), noise[:, :50])
    shifted = sampled(noise, moved(translation(7, 3), grid(40)))
    assert np.array_equal(shifted, noise[3:43, 7:47])


def test_outside_is_black_and_the_outer_half_pixel_is_not():
    white = np.full((8, 8, 3), 255, np.uint8)
    window = sampled(white, moved(translation(-2.6, 0), grid(8)))
    assert window[:, :, 0].tolist() == [[0, 0, 0] + [255] * 5] * 8  # -2.6, -1.6, -0.6 are outside
    assert not sampled(white, moved(translation(100, 0), grid(8))).any()
    assert not sampled(white, np.full((2, 4, 4), np.nan)).any()


@given(st.floats(-3.2, 3.2), st.floats(0.2, 3.0), st.floats(-20, 20), st.floats(-20, 20), st.floats(-0.004, 0.004))
def test_a_ramp_keeps_its_colors_wherever_it_is_looked_at(angle, factor, x, y, bend):
    H = translation(29.5 + x, 24.5 + y) @ linear(factor * rotation(angle)) @ translation(-15.5, -15.5)
    H[2, :2] = bend, -bend
    places = moved(H / H[2, 2], grid(32))
    window = sampled(ramp_picture(WIDTH, HEIGHT), places)
    # what was averaged over the border of the picture is no ramp any more
    margin = spacing(places) / 2 + 0.5
    clear = inside(places - margin, WIDTH - round(2 * margin + 1), HEIGHT - round(2 * margin + 1))
    error = np.moveaxis(window[..., :2], -1, 0) - levels_at(places)
    assert np.abs(error[:, clear]).max(initial=0) <= tolerance(spacing(places))


def test_a_picture_twice_as_large_is_averaged():
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    window = sampled(np.repeat(board[..., None], 3, -1), moved(scaling(2.0), grid(32)))
    assert np.abs(window.astype(int) - 127.5).max() < 1


@pytest.mark.parametrize("factor", [1.5, 3.3, 7.0, 20.0])
@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_fine_texture_does_not_alias(factor, angle):
    noise = np.random.default_rng(1).integers(0, 256, (700, 700, 3)).astype(np.uint8)
    side = int(600 / factor / 1.4)
    H = translation(350, 350) @ linear(factor * rotation(angle)) @ translation(-side / 2, -side / 2)
    deviation = sampled(noise, moved(H, grid(side))).std()
    assert deviation < 1.25 * 74 / factor  # white noise of deviation 74, averaged over factor x factor pixels


def test_spacing_is_the_longest_step():
    assert spacing(moved(linear(np.diag([1.5, 4.0])), grid(5))) == pytest.approx(4)
    assert spacing(np.full((2, 3, 3), np.nan)) == 1


def test_the_picture_is_left_as_it_was():
    picture = ramp_picture(WIDTH, HEIGHT)
    before = picture.copy()
    sampled(picture, moved(scaling(1.5), grid(40)))
    assert np.array_equal(picture, before)
