"""Values as they are written on the command line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.cli.values import read_names, read_range, read_size
from scenegen.config import Range, Size


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_ranges(low, high):
    assert read_range(f"{low!r}:{high!r}") == Range(low, high)
    assert read_range(repr(low)) == Range(low, low)


@given(st.integers(0, 99999), st.integers(0, 99999))
def test_sizes(width, height):
    assert read_size(f"{width}x{height}") == Size(width, height)


@pytest.mark.parametrize("text", ["", "x", "640", "640x", "x480", "640X480", "640x480x3", "-1x2", "6.4x2", "64 0x480"])
def test_bad_sizes(text):
    with pytest.raises(ValueError, match="is not WIDTHxHEIGHT, as in 640x480"):
        read_size(text)


@pytest.mark.parametrize("text", ["", "a", "1:b", "1:2:3", ":"])
def test_bad_ranges(text):
    with pytest.raises(ValueError, match=r"is not LOW:HIGH, as in 0\.2:0\.9"):
        read_range(text)


def test_names():
    assert read_names("rgb, depth,") == ("rgb", "depth")
