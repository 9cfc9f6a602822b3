"""Warps of window 1: what is shown at a carried match is what the picture shows at the match."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from window_rays import PICTURE, all_visible, index_picture, random_rays

from scenegen.shards import Status
from training.data.sampling import sampled
from training.data.transforms.homography import BEND_LIMIT
from training.data.warp import draw_warp, moves, places, warped
from training.data.windows import Windows, carry, choose_windows, turned
from training.settings import DataSettings, WarpSettings

WILD = WarpSettings(180.0, 1.5, 1.4, 0.1)
SIZE = (24, 20)


def drawn(seed, settings=WILD, size=SIZE):
    return draw_warp(size, settings, np.random.default_rng(seed))


def test_by_default_nothing_moves():
    assert not moves(WarpSettings())
    np.testing.assert_allclose(drawn(0, WarpSettings()), np.eye(3), atol=1e-12)
    windows, _ = choose_windows(random_rays(np.random.default_rng(0)), PICTURE, DataSettings(crop=16), seed := _rng())
    assert windows.warp is None
    again = choose_windows(random_rays(np.random.default_rng(0)), PICTURE, DataSettings(crop=16), other := _rng())[0]
    assert (again, seed.random()) == (windows, other.random())


def _rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("name", ["warp_rotation_deg", "warp_zoom", "warp_stretch", "warp_perspective_std"])
def test_each_range_moves(name):
    value = {"warp_rotation_deg": 30.0, "warp_perspective_std": 0.05}.get(name, 1.5)
    settings = WarpSettings(**{name: value})
    assert moves(settings)
    assert np.abs(drawn(1, settings) - np.eye(3)).max() > 1e-4


def turn_and_scale(seed, settings):
    """Angle in degrees and the two scales of a warp without perspective."""
    matrix = drawn(seed, settings)[:2, :2]
    left, scales, right = np.linalg.svd(matrix)
    turn = left @ right
    return np.rad2deg(np.arctan2(turn[1, 0], turn[0, 0])), scales


def test_ranges_are_met_and_used():
    angles = [turn_and_scale(seed, WarpSettings(warp_rotation_deg=40))[0] for seed in range(300)]
    assert 38 < max(angles) <= 40
    assert -38 > min(angles) >= -40
    scales = np.array([turn_and_scale(seed, WarpSettings(warp_zoom=2.0))[1] for seed in range(300)])
    np.testing.assert_allclose(scales[:, 0], scales[:, 1])
    assert 1.95 < scales.max() <= 2
    assert 0.5 <= scales.min() < 0.52
    assert abs(np.mean(scales > 1) - 0.5) < 0.1  # halves are as likely as doubles
    ratios = [np.divide(*turn_and_scale(seed, WarpSettings(warp_stretch=1.5))[1]) for seed in range(300)]
    assert 1.45 < max(ratios) <= 1.5
    bends = [drawn(seed, WarpSettings(warp_perspective_std=0.1))[2, :2] for seed in range(300)]
    assert np.abs(bends).max() <= BEND_LIMIT * 0.1 * 2 / min(SIZE) + 1e-12


@given(st.integers(0, 2**32))
def test_the_middle_stays(seed):
    middle = (np.array(SIZE) - 1) / 2
    np.testing.assert_allclose(warped(middle[None], drawn(seed)), middle[None], atol=1e-9)


def read(window, xy):
    """(n, 3) bilinear values of an (h, w, 3) window at points (n, 2) inside it."""
    x, y = xy.T.astype(np.float32)
    return cv2.remap(window.astype(np.float32), x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]


@given(st.integers(0, 2**32), st.booleans())
def test_matches_are_where_they_are_shown(seed, mirrored):
    """Pictures whose colours are their places: a ramp is the same after any interpolation."""
    rng = np.random.default_rng(seed)
    windows = Windows((20, 10), (18, 12), SIZE, mirrored, draw_warp(SIZE, replace(WILD, warp_zoom=1.0), rng))
    xy0 = np.stack([rng.integers(20, 44, 200), rng.integers(10, 30, 200)], 1)
    rays = all_visible(xy0, rng.uniform(6, np.array(PICTURE) - 7, (200, 2)).astype(np.float32))
    window = turned(sampled(index_picture(1), places(windows.warp, windows.corner1, SIZE)), windows).transpose(1, 2, 0)
    carried = carry(rays, windows)
    seen = carried.status == Status.VISIBLE
    within = seen & ((carried.xy1 > 1) & (carried.xy1 < np.array(SIZE) - 2)).all(1)
    lit = (read((window[..., 2:] == 1).repeat(3, 2), carried.xy1) == 1).all(1)  # not at the border of the picture
    assert np.abs(read(window, carried.xy1)[within & lit, :2] - rays.xy1[within & lit]).max(initial=0) < 1.1
    assert (carried.status[~seen] == Status.OUT_OF_VIEW).all()


@given(st.integers(0, 2**32))
def test_beyond_the_horizon_nothing_is_seen(seed):
    warp = np.eye(3)
    warp[2, 0] = 0.2
    rays = random_rays(np.random.default_rng(seed))
    windows = Windows((0, 0), (30, 10), SIZE, warp=warp)
    carried = carry(rays, windows)
    assert np.isfinite(carried.xy1).all()
    starts = ((rays.xy0 >= 0) & (rays.xy0 < SIZE)).all(1)
    behind = 1 + 0.2 * (rays.xy1[starts][:, 0] - 30) <= 0
    assert (carried.status[behind] != Status.VISIBLE).all()


def test_chosen_windows_count_their_matches_after_the_warp():
    rng = np.random.default_rng(0)
    settings = DataSettings(crop=16, min_matches=4, warp=WILD)
    windows, positives = choose_windows(random_rays(rng), PICTURE, settings, rng)
    assert windows.warp is not None
    assert positives == (carry(random_rays(np.random.default_rng(0)), windows).status == Status.VISIBLE).sum()
