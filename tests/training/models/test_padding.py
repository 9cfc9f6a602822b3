"""Mirroring up to a multiple: NumPy's symmetric padding, with a decision and without."""

import numpy as np
import pytest
import torch

from training.models.padding import mirror, pad_to_multiple

PICTURE = torch.rand(2, 3, 13, 5, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("multiple", [1, 4, 13, 32])
def test_it_is_symmetric_padding(multiple):
    more = [(0, -side % multiple) for side in PICTURE.shape[-2:]]
    expected = np.pad(PICTURE.numpy(), ((0, 0), (0, 0), *more), mode="symmetric")
    np.testing.assert_array_equal(pad_to_multiple(PICTURE, multiple), expected)
    np.testing.assert_array_equal(mirror(mirror(PICTURE, -2, multiple), -1, multiple), expected)


def test_a_picture_of_the_right_size_is_not_copied():
    assert pad_to_multiple(PICTURE[..., :12, :4], 4).data_ptr() == PICTURE.data_ptr()
