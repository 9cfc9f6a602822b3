"""Mip levels against plain floating point: mean light, odd sizes, and what eight bits leave of it."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenegen.assets.mips import halved, mip_levels
from scenegen.srgb import linear_to_srgb, srgb_to_linear


def plainly_halved(image):
    """Mean light of 2 x 2 texels, the last row and column doubled at odd sizes, as encoded values in 0..255."""
    light = srgb_to_linear(np.pad(image, ((0, image.shape[0] % 2), (0, image.shape[1] % 2), (0, 0)), mode="edge") / 255)
    return 255 * linear_to_srgb((light[0::2, 0::2] + light[1::2, 0::2] + light[0::2, 1::2] + light[1::2, 1::2]) / 4)


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_a_level_is_the_mean_light_of_the_one_before_to_rounding(h, w, seed):
    image = np.random.default_rng(seed).integers(0, 256, (h, w, 3)).astype(np.uint8)
    # the bytes are nearest to the exact mean, but for a 40th of a step that whole units of light cost
    assert np.abs(halved(image) - plainly_halved(image)).max() <= 0.53


def test_every_dark_mean_is_right_too():
    a, b = np.mgrid[0:40, 0:40].astype(np.uint8)
    image = np.stack([np.stack([a, b], -1).reshape(-1), np.stack([b, a], -1).reshape(-1)])[..., None].repeat(3, -1)
    assert np.abs(halved(image) - plainly_halved(image)).max() <= 0.53


@given(st.integers(1, 300), st.integers(1, 300))
def test_levels_halve_down_to_one_texel(h, w):
    levels = mip_levels(np.full((h, w, 3), (3, 77, 250), np.uint8))
    assert levels[0].shape == (h, w, 3)
    for above, below in itertools.pairwise(levels):
        assert below.shape == ((above.shape[0] + 1) // 2, (above.shape[1] + 1) // 2, 3)
    assert levels[-1].shape == (1, 1, 3)
    assert all((level == (3, 77, 250)).all() for level in levels), "one colour stays itself"


def test_black_and_white_squares_become_the_grey_that_gives_half_their_light():
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, -1)
    assert [int(level[0, 0, 0]) for level in mip_levels(board)[1:]] == [188] * 6
