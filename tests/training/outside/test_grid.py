"""Maps at pixels: exact centres, exact values on them, nothing beyond the hull."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import interpolate

from training.outside.grid import at_pixels


@given(
    stride=st.one_of(st.integers(1, 16), st.floats(0.5, 9)),
    offset=st.floats(-4, 8),
    cells=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_a_map_of_its_own_cell_centres_becomes_pixel_coordinates_inside_the_hull(stride, offset, cells, size):
    y, x = (offset + stride * np.arange(count) for count in cells)
    ramp = torch.from_numpy(np.stack(np.meshgrid(x, y)).astype(np.float32))
    got = at_pixels(ramp, stride, offset, size).numpy()
    true = np.stack(np.meshgrid(np.arange(size[1]).clip(x[0], x[-1]), np.arange(size[0]).clip(y[0], y[-1])))
    assert got.shape == (2, *size)
    np.testing.assert_allclose(got, true, atol=1e-4)


def test_at_stride_1_nothing_changes():
    cells = torch.randn(3, 7, 9)
    assert torch.equal(at_pixels(cells, 1, 0, (7, 9)), cells)


def test_a_pixel_on_a_centre_gets_the_cells_own_values():
    cells = torch.randn(3, 4, 5)
    got = at_pixels(cells, 3, 1, (12, 15))
    assert torch.equal(got[:, 1::3, 1::3], cells)


@pytest.mark.parametrize("stride", [2, 4, 8])
def test_cells_that_cover_their_pixels_are_read_as_torch_reads_them(stride):
    cells = torch.randn(1, 5, 6, 7)
    true = interpolate(cells, scale_factor=stride, mode="bilinear", align_corners=False)
    got = at_pixels(cells[0], stride, (stride - 1) / 2, (6 * stride, 7 * stride))
    torch.testing.assert_close(got, true[0], atol=1e-5, rtol=0)
