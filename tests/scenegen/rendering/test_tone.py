"""The tone curve and sRGB tables."""

import numpy as np

from scenegen.rendering.tone import SHOULDER, decode_fixed, tone, tone_map
from scenegen.srgb import linear_to_srgb, srgb_to_linear


def test_encode_inverts_decode():
    x = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(x)), x, atol=1e-6)


def test_tone_is_identity_then_a_smooth_shoulder_below_one():
    x = np.linspace(0, 8, 4001)
    y = tone(x)
    assert np.array_equal(y[x < SHOULDER], x[x < SHOULDER])
    slope = np.diff(y) / np.diff(x)
    assert (slope >= 0).all()
    assert (np.diff(slope) <= 1e-9).all()
    assert y.max() <= 1
    assert 0.8 < tone(1.0) < 0.95


def test_bytes_are_within_half_a_level_and_monotone():
    x = np.linspace(0, 3.9, 30000).astype(np.float32)
    exact = 255 * linear_to_srgb(tone(x))
    assert np.abs(tone_map(x) - exact).max() < 0.75
    assert (np.diff(tone_map(x).astype(int)) >= 0).all()


def test_bytes_beyond_the_table_are_clipped():
    assert tone_map(np.array([1e6, -1.0], np.float32)).tolist() == [255, 0]


def test_bytes_survive_decode_and_encode():
    levels = np.arange(256)
    dark = levels[srgb_to_linear(levels / 255) < SHOULDER]
    assert np.array_equal(tone_map(decode_fixed((dark * 16).astype(np.intp))), dark)
