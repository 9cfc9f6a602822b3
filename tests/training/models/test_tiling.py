"""Tiles of the pixel variant equal the whole picture, and a tile's margin holds all that its pixels see."""

import pytest
import torch
from networks import picture, shaken

from training.errors import RequestError
from training.models.tiling import alignment, seen_interval, tiles
from training.settings import ModelSettings

PIXEL = ModelSettings(widths=(8, 8), blocks=(1, 1), channels=4, heads=2, norm="pixel")
SMALL = ModelSettings((32, 64, 64), (1, 2, 2), norm="pixel")


@torch.no_grad()
@pytest.mark.parametrize("size", [(200, 151), (16, 16), (9, 130), (1, 1), (64, 177)])
@pytest.mark.parametrize("tile", [30, 48, 1000])
def test_tiles_equal_the_whole_picture(size, tile):
    model, images = shaken(PIXEL), picture(1, 3, *size)
    whole = model(images)
    together = torch.full_like(whole, torch.nan)
    for part in tiles(model, images, tile):
        together[..., part.rows, part.columns] = part.features
    assert torch.allclose(together, whole, atol=1e-5 * whole.abs().max().item(), rtol=1e-5)


@torch.no_grad()
def test_the_tiles_are_real():
    parts = list(tiles(shaken(PIXEL), picture(1, 3, 200, 151), 48))
    assert len(parts) == 5 * 4
    assert sum(p.features[0, 0].numel() for p in parts) == 200 * 151


def test_an_output_sees_nothing_beyond_its_interval():
    model, images = shaken(PIXEL), picture(1, 3, 16, 320).requires_grad_()
    start, stop = 160, 176
    model(images)[..., start:stop].square().sum().backward()
    seen = images.grad.abs().sum((0, 1, 2)).nonzero()[:, 0]
    first, last = seen_interval(PIXEL, start, stop)
    assert first <= seen.min() < first + alignment(PIXEL)  # and the margin is no larger than the grid makes it
    assert last - alignment(PIXEL) <= seen.max() < last


@pytest.mark.parametrize(("settings", "step", "margin"), [(ModelSettings(norm="pixel"), 128, 640), (SMALL, 32, 128)])
def test_margins(settings, step, margin):
    """What a tile on the grid is widened by, far from the border."""
    assert alignment(settings) == step
    start, stop = seen_interval(settings, 10_000 * step, 10_001 * step)
    assert max(10_000 * step - start, stop - 10_001 * step) == margin


@torch.no_grad()
def test_the_pixel_variant_attends_beyond_a_pixel():
    """The window is really used: a change inside the attention's window reaches further than convolutions do."""
    attention = shaken(PIXEL).middle[1]
    x = picture(1, 8, 10, 6)
    y = x.clone()
    y[:, 0, 5, 1] += 1
    changed = (attention(x) - attention(y)).abs().sum(1)[0] > 1e-6
    expected = torch.zeros(10, 6, dtype=torch.bool)
    expected[4:8, 0:4] = True
    assert torch.equal(changed, expected)


def test_refusals():
    images = picture(1, 3, 8, 8)
    with pytest.raises(RequestError, match=r"norm=image.*leave --tile at 0"):
        next(tiles(shaken(ModelSettings((8, 8), (1, 1), 4, 2)), images, 16))
    with pytest.raises(RequestError, match="tile of 0 pixels"):
        next(tiles(shaken(PIXEL), images, 0))
