"""Deep values to 8 bits: the range is used, its order is kept, and nothing of it depends on the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from training.photo.depth import as_uint8, percentiles, stretched

FINITE = st.floats(-1e6, 1e6, width=32)
PICTURES = arrays.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=FINITE)


def test_a_dim_scan_of_16_bits_fills_the_range():
    scan = np.random.default_rng(0).integers(0, 1200, (200, 300)).astype(np.uint16)
    levels = stretched(scan)
    assert levels.dtype == np.uint8
    assert (levels.min(), levels.max()) == (0, 255)
    assert abs(levels.mean() - 127.5) < 1
    assert np.abs(levels - (scan / 1199 * 255)).max() < 2.5


def test_a_hot_pixel_darkens_nothing():
    scan = np.tile(np.arange(1000, dtype=np.uint16), (400, 1))
    hot = scan.copy()
    hot[7, 7] = 65535
    assert np.abs(stretched(hot).astype(int) - stretched(scan))[hot == scan].max() <= 1
    assert stretched(hot)[7, 7] == 255


def test_a_few_bright_pixels_on_black_are_seen():
    sky = np.zeros((300, 300), np.uint16)
    sky[10, 20], sky[30, 41] = 500, 1000
    levels = stretched(sky)
    assert (levels[10, 20], levels[30, 41], np.count_nonzero(levels)) == (128, 255, 2)


@pytest.mark.parametrize("value", [0, 7, -3, np.nan, np.inf])
def test_a_flat_picture_is_black(value):
    assert not stretched(np.full((3, 4), value, np.float32)).any()


@given(PICTURES)
def test_order_is_kept(picture):
    levels = stretched(picture).ravel()
    assert (np.diff(levels[np.argsort(picture.ravel(), kind="stable")].astype(int)) >= 0).all()


@given(PICTURES, st.sampled_from([0.25, 2.0, 1024.0]))
def test_the_unit_does_not_matter(picture, unit):
    assert np.array_equal(stretched(picture * np.float32(unit)), stretched(picture))


@given(PICTURES)
def test_the_percentiles_of_a_small_picture_are_exact(picture):
    low, high = percentiles(picture)
    expected = np.percentile(picture.astype(np.float64), (0.5, 99.5))
    if expected[0] == expected[1]:
        expected = (picture.min(), picture.max())
    np.testing.assert_allclose((low, high), expected)


def test_channels_share_a_range_so_that_colors_stay():
    color = np.zeros((50, 50, 3), np.uint16)
    color[..., 0] = np.linspace(0, 1000, 2500).reshape(50, 50)
    color[..., 1] = color[..., 0] // 2
    levels = stretched(color)
    assert np.abs(levels[..., 1] - levels[..., 0] / 2.0)[levels[..., 0] < 250].max() <= 1
    assert not levels[..., 2].any()


def test_between_clips_and_rounds():
    assert as_uint8(np.array([-5.0, 0.0, 1.0, 4.9, 5.0, 80.0]), 0, 5).tolist() == [0, 0, 51, 250, 255, 255]
    assert as_uint8(np.array([1, 2]), 3, 3).tolist() == [0, 0]
