"""What a descriptor says of itself: what is unsaid, what text and numbers mean, what cannot be."""

import pytest

from training.errors import RequestError
from training.outside.stated import Stated, stated


def test_unsaid_is_a_descriptor_of_every_pixel_compared_by_cosine():
    assert stated("a.py:f", "f", {}.get) == Stated("a.py:f", "f", 1.0, 0.0, 1, "cosine")


def test_the_centre_of_a_cell_that_covers_its_pixels_is_their_middle():
    assert stated("a", "f", {"stride_px": 8}.get).offset_px == 3.5
    assert stated("a", "f", {"stride_px": 8, "offset_px": 0}.get).offset_px == 0


def test_text_is_read_as_numbers():
    said = {"stride_px": "4", "offset_px": "1.5", "multiple_px": "32", "distance": "linf", "name": "peer"}
    assert stated("a.onnx", "a", said.get) == Stated("a.onnx", "peer", 4.0, 1.5, 32, "linf")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"stride_px": "eight"}, "a: its stride_px is 'eight', must be a number of pixels"),
        ({"stride_px": (8, 8)}, r"a: its stride_px is \(8, 8\), must be a number of pixels"),
        ({"offset_px": float("nan")}, "a: its offset_px is nan, must be a number of pixels"),
        ({"offset_px": "inf"}, "a: its offset_px is 'inf', must be a number of pixels"),
        ({"stride_px": 0}, "a: its stride_px is 0, must be above 0"),
        ({"stride_px": -8}, "a: its stride_px is -8, must be above 0"),
        ({"multiple_px": 0}, "a: its multiple_px is 0, must be a whole number from 1 on"),
        ({"multiple_px": 1.5}, r"a: its multiple_px is 1\.5, must be a whole number from 1 on"),
        ({"distance": "l3"}, "a: its distance is 'l3', choose one of l2, l1, linf, cosine, hamming"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(said, message):
    with pytest.raises(RequestError, match=f"^{message}$"):
        stated("a", "f", said.get)


@pytest.mark.parametrize(
    ("stride", "side", "cells"), [(8, 240, (30,)), (8, 241, (30, 31)), (8, 5, (1,)), (1, 7, (7,)), (0.5, 7, (14,))]
)
def test_a_side_has_whole_cells_or_one_more(stride, side, cells):
    assert Stated("a", "f", stride_px=stride).cells(side) == cells
