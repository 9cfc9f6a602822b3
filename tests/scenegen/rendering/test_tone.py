"""The tone curve and sRGB tables."""

import numpy as np

from scenegen.rendering.tone import SHOULDER, decode_fixed, to_bytes, tone
from scenegen.srgb import decode, encode


def test_encode_inverts_decode():
    x = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(encode(decode(x)), x, atol=1e-6)


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
    exact = 255 * encode(tone(x))
    assert np.abs(to_bytes(x) - exact).max() < 0.75
    assert (np.diff(to_bytes(x).astype(int)) >= 0).all()


def test_bytes_beyond_the_table_are_clipped():
    assert to_bytes(np.array([1e6, -1.0], np.float32)).tolist() == [255, 0]


def test_bytes_survive_decode_and_encode():
    levels = np.arange(256)
    dark = levels[decode(levels / 255) < SHOULDER]
    assert np.array_equal(to_bytes(decode_fixed((dark * 16).astype(np.intp))), dark)
