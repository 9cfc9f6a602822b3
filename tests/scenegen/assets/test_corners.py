"""Attributes of corners: what makes a vertex, and colours of every kind of number."""

import numpy as np
import pytest

from scenegen.assets.corners import majority, rgb_bytes, unique_corners


def test_corners_that_agree_in_every_key_are_one_vertex():
    first, vertex = unique_corners(np.array([2, 0, 2, 2]), np.array([1, 1, 1, 0]))
    assert (first.tolist(), vertex.tolist()) == ([1, 3, 0], [2, 0, 2, 1])


def test_keys_too_large_for_one_number_are_still_told_apart():
    keys = [np.array([0, 1 << 40, 1 << 40]), np.array([1 << 40, 0, 1 << 40])]
    assert unique_corners(*keys)[1].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("colors", "expected"),
    [
        (np.array([[0, 128, 255]], np.uint8), [0, 128, 255]),
        (np.array([[0, 32768, 65535]], np.uint16), [0, 128, 255]),
        (np.array([[256, 511, 512]], np.uint16), [1, 1, 2]),
        (np.array([[0, 128, 255]], np.uint16), [0, 128, 255]),  # bytes in wider numbers
        (np.array([[0.0, 0.5, 1.0]]), [0, 128, 255]),
        (np.array([[0.0, 1.5, 254.6]], np.float32), [0, 2, 255]),
        (np.array([[np.nan, np.inf, 1.0]]), [0, 0, 255]),
        (np.array([[-5, 300, 7]], np.int32), [0, 255, 7]),
    ],
)
def test_colors_of_every_kind_of_number_become_bytes(colors, expected):
    found = rgb_bytes(np.c_[colors, colors[:, :1]])
    assert (found.dtype, found.tolist()) == (np.uint8, [expected])


def test_the_value_of_two_corners_of_three_stands_for_the_face():
    assert majority(np.array([[1, 2, 2], [3, 1, 3], [4, 4, 5], [6, 7, 8]])).tolist() == [2, 3, 4, 6]
