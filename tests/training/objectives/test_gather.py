"""Reading feature maps at pixels: against a plain loop, PyTorch's own sampler, and finite differences."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from match_maker import seeded
from torch.nn.functional import grid_sample

from training.objectives.gather import gather, nearest_pixel, widened

SIZES = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 7), st.integers(1, 7))


def draw(seed, size, count, reach=1.0):
    """A map and points over `reach` pixels more than the picture."""
    generator = seeded(seed)
    batch, channels, height, width = size
    features = torch.randn(batch, channels, height, width, generator=generator, dtype=torch.float64)
    span = torch.tensor([width, height]) + 2 * reach
    return features, torch.rand(batch, count, 2, generator=generator) * span - 0.5 - reach


def loop_nearest(features, b, d, x, y):
    height, width = features.shape[-2:]
    column = min(max(math.floor(x + 0.5), 0), width - 1)
    row = min(max(math.floor(y + 0.5), 0), height - 1)
    return features[b, d, row, column].item()


def loop_bilinear(features, b, d, x, y):
    height, width = features.shape[-2:]
    x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
    value = 0.0
    for row in range(height):
        for column in range(width):
            value += max(0.0, 1 - abs(x - column)) * max(0.0, 1 - abs(y - row)) * features[b, d, row, column].item()
    return value


@pytest.mark.parametrize(("sampling", "reference"), [("nearest", loop_nearest), ("bilinear", loop_bilinear)])
@given(size=SIZES, count=st.integers(0, 5), seed=st.integers(0, 999), channels_last=st.booleans())
def test_equals_a_plain_loop(sampling, reference, size, count, seed, channels_last):
    features, xy = draw(seed, size, count)
    if channels_last:
        features = features.contiguous(memory_format=torch.channels_last)
    read = gather(features, xy, sampling)
    assert read.shape == (size[0], size[1], count)
    for b in range(size[0]):
        for d in range(size[1]):
            for n in range(count):
                x, y = xy[b, n].tolist()
                assert read[b, d, n].item() == pytest.approx(reference(features, b, d, x, y), abs=1e-5)


@given(size=SIZES, seed=st.integers(0, 999))
def test_bilinear_equals_grid_sample(size, seed):
    features, xy = draw(seed, size, 6)
    height, width = features.shape[-2:]
    grid = 2 * xy.double() / torch.tensor([max(width - 1, 1), max(height - 1, 1)]) - 1
    theirs = grid_sample(features, grid.unsqueeze(1), align_corners=True, padding_mode="border")[:, :, 0]
    torch.testing.assert_close(gather(features, xy, "bilinear"), theirs, atol=1e-5, rtol=0)


def test_halves_go_up():
    points = torch.tensor([[-0.5, 0.5], [1.5, 2.4999], [2.5, -0.51]])
    assert nearest_pixel(points).tolist() == [[0, 1], [2, 2], [3, -1]]
    assert nearest_pixel(torch.tensor([[3, 4]], dtype=torch.int32)).tolist() == [[3, 4]]


def test_whole_pixels_are_read_exactly_by_both():
    features = torch.randn(2, 3, 5, 6, generator=seeded(1))
    xy = torch.tensor([[[0, 0], [5, 4], [2, 3]]], dtype=torch.int32).expand(2, -1, -1)
    expected = torch.stack([features[:, :, 0, 0], features[:, :, 4, 5], features[:, :, 3, 2]], dim=2)
    assert torch.equal(gather(features, xy, "nearest"), expected)
    assert torch.equal(gather(features, xy.float(), "bilinear"), expected)
    assert torch.equal(gather(features, xy, "bilinear"), expected)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("sampling", ["nearest", "bilinear"])
def test_gradient(sampling, channels_last):
    features, xy = draw(3, (2, 3, 4, 5), 7)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    features = features.contiguous(memory_format=layout).requires_grad_()
    xy[:, 1] = xy[:, 0]  # a pixel that is read twice gets both gradients
    assert torch.autograd.gradcheck(lambda f: gather(f, xy, sampling), features)


@pytest.mark.parametrize("sampling", ["nearest", "bilinear"])
def test_keeps_the_type_of_the_features(sampling):
    features, xy = draw(0, (1, 2, 3, 3), 4)
    assert gather(features.bfloat16(), xy, sampling).dtype == torch.bfloat16


@pytest.mark.parametrize(("dtype", "wide"), [("bfloat16", "float32"), ("float32", "float32"), ("float64", "float64")])
def test_wide_reading_is_float32_at_least(dtype, wide):
    features, points = draw(0, (2, 3, 5, 6), 9)
    narrow = features.to(getattr(torch, dtype))
    values = widened(gather(narrow, points, "bilinear"))
    assert values.dtype == getattr(torch, wide)
    assert torch.equal(values, gather(narrow, points, "bilinear").to(values.dtype))
