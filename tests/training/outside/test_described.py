"""A descriptor from outside per pixel: padding, exact pixels, length, and that it cannot reach the pictures."""

import numpy as np
import pytest
import torch

from training.outside.described import Outside, OutsideDescriptor
from training.outside.stated import Stated

IMAGES = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 3, 21, 30), dtype=np.uint8))


def descriptor(describe, distance="l2", **said):
    return OutsideDescriptor(Outside(Stated("peer.py:f", "peer", **said), describe), distance, "")


def as_floats(picture):
    return picture.transpose(2, 0, 1).astype(np.float32)


def test_a_descriptor_of_every_pixel_stays_as_it_is():
    got = descriptor(as_floats)(IMAGES)
    assert got.dtype == torch.float32
    assert torch.equal(got, IMAGES.float())
    assert descriptor(as_floats).name == "peer"


@pytest.mark.parametrize("multiple", [1, 8, 32])
def test_cell_centres_become_pixels_whatever_is_padded(multiple):
    def centres(picture):
        rows, columns = (-(-side // 4) for side in picture.shape[:2])
        return np.stack(np.meshgrid(4 * np.arange(columns) + 1.0, 4 * np.arange(rows) + 1.0))

    got = descriptor(centres, stride_px=4, offset_px=1, multiple_px=multiple)(IMAGES[:1])[0]
    true = torch.stack(torch.meshgrid(torch.arange(30.0), torch.arange(21.0), indexing="xy"))
    torch.testing.assert_close(got[:, 1:20, 1:28], true[:, 1:20, 1:28])


def test_pictures_come_in_the_sides_that_are_asked_for_with_their_border_repeated():
    seen = []

    def describe(picture):
        seen.append(picture)
        return as_floats(picture)

    got = descriptor(describe, multiple_px=16)(IMAGES)
    assert torch.equal(got, IMAGES.float())
    assert [(picture.shape, picture.dtype) for picture in seen] == [((32, 32, 3), np.uint8)] * 2
    inside = IMAGES[1].permute(1, 2, 0).numpy()
    assert np.array_equal(seen[1], np.pad(inside, ((0, 11), (0, 2), (0, 0)), mode="edge"))


@pytest.mark.parametrize("multiple", [1, 16])
def test_a_function_that_writes_on_its_picture_writes_on_a_copy(multiple):
    def wipe(picture):
        picture[:] = 0
        return as_floats(picture)

    images = IMAGES.contiguous(memory_format=torch.channels_last).clone()
    descriptor(wipe, multiple_px=multiple)(images)
    assert torch.equal(images, IMAGES)


def test_length_is_1_at_the_pixels_where_cosine_compares_and_else_as_it_was():
    def coarse(picture):
        return np.random.default_rng(0).normal(size=(5, 6, 8)) * 3

    by_cosine, by_l2 = (descriptor(coarse, distance, stride_px=4)(IMAGES) for distance in ("cosine", "l2"))
    torch.testing.assert_close(by_cosine.norm(dim=1), torch.ones(2, 21, 30))
    torch.testing.assert_close(by_cosine, by_l2 / by_l2.norm(dim=1, keepdim=True))
    assert by_l2.norm(dim=1).std() > 0.1


def test_no_gradient_is_recorded():
    seen = []

    def describe(picture):
        seen.append(torch.is_grad_enabled())
        return as_floats(picture)

    descriptor(describe)(IMAGES)
    assert seen == [False, False]
