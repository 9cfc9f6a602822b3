"""Cells between which descriptors are interpolated: places, borders, and reading at once against reading everywhere."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.models.ending import Ending
from training.models.lattice import EVERY_PIXEL, Lattice
from training.objectives.gather import gather, read_features


def cells(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_cell_covers_its_pixels():
    """The mean of the pixels of a cell's area is its centre: 0.5 for the first of 2 px, 1.5 for the first of 4."""
    for step in (1, 2, 4):
        pixels = torch.arange(3 * step, dtype=torch.float64)
        centres = pixels.view(3, step).mean(1, keepdim=True)
        torch.testing.assert_close(Lattice(step).place(centres), torch.arange(3, dtype=torch.float64)[:, None])


@given(st.integers(0, 999), st.sampled_from([2, 4]))
def test_a_ramp_stays_a_ramp(seed, step):
    """Cells that hold their centre's x give each pixel its x, between the outer cells' centres."""
    x = (torch.arange(5, dtype=torch.float64) + 0.5) * step - 0.5
    wide = Lattice(step).everywhere(x.expand(1, 1, 3, 5), 3 * step, 5 * step)[0, 0]
    inner = torch.arange(5 * step, dtype=torch.float64).clamp(float(x[0]), float(x[-1]))
    torch.testing.assert_close(wide, inner.expand_as(wide))


@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_reading_some_pixels_equals_reading_all(step, unit):
    lattice, map = Lattice(step, Ending(unit)), cells(0, 2, 5, 7, 6)
    height, width = 7 * step - (step > 1), 6 * step - (step > 1)
    xy = torch.stack(
        [torch.randint(0, side, (2, 40), generator=torch.Generator().manual_seed(1)) for side in (width, height)], -1
    )
    everywhere = lattice.everywhere(map, height, width)
    assert everywhere.shape == (2, 5, height, width)
    torch.testing.assert_close(
        read_features(map, xy, "nearest", lattice), gather(everywhere, xy, "nearest"), rtol=1e-6, atol=1e-6
    )
    nudged = xy + 0.4
    torch.testing.assert_close(
        read_features(map, nudged.float(), "nearest", lattice),
        gather(everywhere, nudged, "nearest"),
        rtol=1e-5,
        atol=1e-5,
    )


def test_between_pixels_the_cells_are_read_and_not_the_pixels():
    lattice, map = Lattice(2), cells(3, 1, 4, 6, 6)
    xy = torch.tensor([[[3.5, 5.25]]])
    expected = gather(map, (xy + 0.5) / 2 - 0.5, "bilinear")
    torch.testing.assert_close(read_features(map, xy, "bilinear", lattice), expected)


def test_length_one_after_interpolation():
    map = cells(4, 1, 8, 4, 4)
    values = read_features(map, torch.tensor([[[3, 2], [4, 5]]]), "nearest", Lattice(2, Ending(unit_length=True)))
    torch.testing.assert_close(values.norm(dim=1), torch.ones(1, 2, dtype=torch.float64))
    wide = Lattice(2, Ending(unit_length=True)).everywhere(map, 8, 8)
    torch.testing.assert_close(wide.norm(dim=1), torch.ones(1, 8, 8, dtype=torch.float64))


def test_every_pixel_is_taken_as_it_is():
    map = cells(5, 1, 3, 4, 4)
    assert EVERY_PIXEL.everywhere(map, 4, 4) is not None
    assert torch.equal(EVERY_PIXEL.everywhere(map, 4, 4), map)
    assert torch.equal(EVERY_PIXEL.everywhere(map, 3, 2), map[..., :3, :2])
