"""Baselines: what they describe, and that they find what was moved."""

import cv2
import numpy as np
import pytest
import torch

from training.evaluation.baselines import DenseSift, RgbDetail, RgbPatches, untrained
from training.evaluation.nearest import nearest
from training.settings import ModelSettings


def picture(height=32, width=40, seed=0):
    """A smooth random picture (3, H, W) uint8."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (height // 4, width // 4, 3)).astype(np.uint8)
    return torch.from_numpy(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)).permute(2, 0, 1)


def test_rgb_patches_are_the_neighbourhood():
    image = picture()
    patches = RgbPatches(5)(image[None])[0]
    assert patches.shape == (75, 32, 40)
    assert patches.dtype == torch.float32
    torch.testing.assert_close(patches[:, 10, 20].reshape(3, 5, 5), image[:, 8:13, 18:23].float() / 255)
    assert (patches[:, 0, 0].reshape(3, 5, 5)[:, :3, :3] == image[:, 0, 0].float()[:, None, None] / 255).all()


def test_dense_sift_equals_opencv_at_a_pixel_far_from_the_border():
    image = picture(64, 80)
    found = DenseSift(4.0)(image[None])[0]
    assert found.shape == (128, 64, 80)
    grey = cv2.cvtColor(np.ascontiguousarray(image.permute(1, 2, 0).numpy()), cv2.COLOR_RGB2GRAY)
    _, truth = cv2.SIFT.create().compute(grey, [cv2.KeyPoint(41.0, 30.0, 4.0, 0.0)])
    np.testing.assert_array_equal(found[:, 30, 41].numpy(), truth[0])
    assert found.isfinite().all()


@pytest.mark.parametrize("descriptor", [RgbPatches(), DenseSift(4.0)])
def test_a_shifted_picture_is_found_at_its_shift(descriptor):
    image = picture(64, 80)
    first, second = descriptor(image[None, :, :48, :60])[0], descriptor(image[None, :, 5:53, 7:67])[0]
    y, x = np.mgrid[24:40:4, 28:44:4].reshape(2, -1)
    index, _ = nearest(first[:, y, x].T.contiguous(), second.flatten(1).T.contiguous())
    error = np.hypot(index.numpy() % 60 - (x - 7), index.numpy() // 60 - (y - 5))
    assert (error <= 1).mean() > 0.9


def test_the_untrained_network_follows_from_its_seed():
    settings = ModelSettings(widths=(8, 8), blocks=(1, 1), channels=4, heads=2)
    image = picture()[None]
    one, same, other = (untrained(settings, seed)(image) for seed in (1, 1, 2))
    assert one.shape == (1, 4, 32, 40)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert untrained(settings, 1).name == "untrained"


def test_detail_does_not_see_a_change_of_brightness():
    images = torch.randint(20, 120, (1, 3, 20, 24), dtype=torch.uint8)
    detail = RgbDetail(5)(images)
    assert detail.shape == (1, 75, 20, 24)
    torch.testing.assert_close(RgbDetail(5)(images + 100), detail)
    assert not torch.allclose(RgbPatches(5)(images + 100), RgbPatches(5)(images))
