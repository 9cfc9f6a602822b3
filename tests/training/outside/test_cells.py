"""What a descriptor returned against what it says."""

import numpy as np
import pytest
import torch

from training.errors import RequestError
from training.outside.cells import checked_cells
from training.outside.stated import Stated

EIGHT = Stated("peer.py:f", "f", stride_px=8)
GOOD = np.random.default_rng(0).normal(size=(2, 30, 40))


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", ">f4"])
def test_floats_of_any_kind_become_float32(kind):
    got = checked_cells(GOOD.astype(kind), EIGHT, (240, 320))
    assert got.dtype == torch.float32
    np.testing.assert_array_equal(got.numpy(), GOOD.astype(kind).astype(np.float32))


def test_tensors_are_taken_with_gradients_and_views_of_any_order():
    tensor = torch.from_numpy(GOOD).bfloat16().requires_grad_()
    got = checked_cells(tensor, EIGHT, (240, 320))
    assert torch.equal(got, tensor.detach().float())
    assert not got.requires_grad
    flipped = GOOD.transpose(0, 2, 1)[:, ::-1]
    assert np.array_equal(checked_cells(flipped, EIGHT, (320, 240)), flipped.astype(np.float32))


@pytest.mark.parametrize("shape", [(30, 40), (31, 40), (30, 41), (31, 41)])
def test_a_last_cell_may_be_left_out_or_cut(shape):
    assert checked_cells(np.ones((2, *shape)), EIGHT, (241, 321)).shape == (2, *shape)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, r"returned nothing, not an array \(D, h, w\) of floats"),
        ([[[1.0]]], r"returned list, not an array \(D, h, w\) of floats"),
        (GOOD.astype(np.int64), "returned int64, not floats"),
        (torch.ones(2, 30, 40, dtype=torch.uint8), "returned uint8, not floats"),
        (GOOD.astype(object), "returned object, not floats"),
        (GOOD.astype(complex), "returned complex128, not floats"),
        (np.repeat(GOOD, 2, 2), r"says stride 8 .* and returned \(2, 30, 80\); state its grid by stride_px"),
        (
            np.ones((64, 60, 80)),
            r"says stride 8 \(so \(D, 30, 40\) for 320x240\) and returned \(64, 60, 80\); state its grid by stride_px",
        ),
        (GOOD[0], r"says stride 8 .* and returned \(30, 40\); .*"),
        (GOOD[None], r"says stride 8 .* and returned \(1, 2, 30, 40\); .*"),
        (GOOD.transpose(1, 2, 0), r"says stride 8 .* and returned \(30, 40, 2\); .*"),
        (GOOD[:, :-1], r"says stride 8 .* and returned \(2, 29, 40\); .*"),
        (GOOD[:0], r"says stride 8 .* and returned \(0, 30, 40\); .*"),
        (
            np.where(np.arange(40) == 7, np.nan, GOOD),
            r"returned NaN or infinity, .*, for a picture of 320x240 px",
        ),
        (np.full((1, 30, 40), 1e300), r"returned NaN or infinity, also as float32, for a picture of 320x240 px"),
    ],
)
def test_anything_else_is_refused_in_a_line(returned, message):
    with pytest.raises(RequestError, match=rf"^peer\.py:f {message}$"):
        checked_cells(returned, EIGHT, (240, 320))


def test_both_grids_that_would_do_are_told():
    with pytest.raises(RequestError, match=r"\(so \(D, 30 or 31, 40 or 41\) for 321x241\)"):
        checked_cells(np.ones((2, 30, 42)), EIGHT, (241, 321))
