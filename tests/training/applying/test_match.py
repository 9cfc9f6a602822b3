"""Matches of two photos, and their picture."""

import math

import numpy as np
import pytest
import torch
from photo_world import saved
from PIL import Image
from torch import nn
from torch.nn import functional
from training_world import TINY

from training.applying import match as module
from training.applying.match import match, match_features, match_photos, sought
from training.applying.match_picture import over_all_cells, position_colors
from training.errors import ImageError, RequestError
from training.models.lattice import EVERY_PIXEL, enlarged
from training.photo import read_photo
from training.running.checkpoint import Checkpoint
from training.weights.trained import Trained
from training.weights.weights import weights_of

SCENE = np.asarray(Image.fromarray(np.random.default_rng(5).integers(0, 255, (30, 40, 3), np.uint8)).resize((160, 120)))


class Patches(nn.Module):
    """A descriptor that needs no training: the colours of 5 x 5 pixels."""

    name = "patches"
    lattice = EVERY_PIXEL

    def forward(self, images):
        x = images.float() / (255 if images.dtype == torch.uint8 else 1)
        return functional.unfold(functional.pad(x, (2,) * 4, mode="replicate"), 5).unflatten(2, x.shape[2:])


def test_a_shifted_photo_is_matched_by_its_shift():
    found = match_photos(Patches(), SCENE[:, :140], SCENE[:, 10:150], grid=6)
    assert found.asked > 400
    assert len(found) > 0.7 * found.asked
    shift = found.xy1 - found.xy0
    assert np.mean(np.abs(shift - [-10, 0]).max(1) < 0.5) > 0.98
    assert (np.diff(found.ratio) >= 0).all()
    assert found.ratio.max() <= 0.9


def test_pixels_are_those_of_the_photo_on_disk():
    large = np.asarray(Image.fromarray(SCENE).resize((1280, 960)))
    found = match_photos(Patches(), large, SCENE, grid=40, ratio=1.0, back_px=700.0)
    assert found.asked == 16 * 12
    assert found.xy0.min() > 20
    assert found.xy0[:, 0].max() > 1200


def test_matches_that_do_not_come_back_are_dropped():
    features0 = torch.tensor([0.0, 0.0, 0.0, 1.0]).reshape(1, 1, 4)  # the first three share one nearest pixel
    features1 = torch.tensor([0.1, 1.1, 9.0, 9.0]).reshape(1, 1, 4)
    found = match_features(features0, features1, grid=1, ratio=1.0, back_px=0.0)
    assert sorted(map(tuple, found.xy0)) == [(0.0, 0.0), (3.0, 0.0)]
    assert len(match_features(features0, features1, grid=1, ratio=1.0, back_px=2.0)) == 4


def test_a_repeated_thing_is_not_distinct():
    tile = SCENE[:40, :40]
    twice = np.concatenate((tile, tile), axis=1)
    assert len(match_photos(Patches(), tile, twice, grid=4, ratio=0.5)) <= 0.1 * 100
    assert len(match_photos(Patches(), tile, twice, grid=4, ratio=1.0)) > 50


def test_nothing_is_distinct_in_a_collapsed_map():
    flat = torch.zeros(3, 40, 40)
    assert len(match_features(flat, flat, grid=8, back_px=100.0)) == 0


@pytest.fixture
def fake_run(monkeypatch, tmp_path):
    checkpoint = Checkpoint(TINY, 1, 1, "", {}, {}, {})
    trained = Trained(Patches(), weights_of(checkpoint).about, "", None)
    monkeypatch.setattr(module, "open_trained", lambda run, device: trained)
    return tmp_path


def test_one_pixel_a_cell_and_then_all_around_find_what_all_pixels_find():
    """Of maps that are interpolated between cells of 2 x 2 pixels."""
    cells = torch.randn(2, 16, 24, 32, generator=torch.Generator().manual_seed(0))
    first, second = enlarged(torch.cat([cells[:1], 0.9 * cells[:1].roll(3, 3) + 0.1 * cells[1:]]), 2)
    queries = first[:, 5:40:3, 10:50:3].flatten(1).T
    exact, all_values = sought(queries, second, "l2")
    found, values = sought(queries, second, "l2", 2)
    assert ((exact - found).abs().amax(1) <= 1).float().mean() > 0.95
    assert (values >= all_values - 1e-5).all()
    assert found.min() >= 0
    assert (found.amax(0) <= torch.tensor([63, 47])).all()


def test_the_picture_is_written(fake_run, tmp_path):
    a, b, out = saved(tmp_path / "a.png", SCENE), saved(tmp_path / "b.png", SCENE[:, 12:]), tmp_path / "m.png"
    found = match(fake_run, a, b, out, "cpu", grid=8)
    picture = read_photo(out)
    assert len(found) > 50
    assert picture.shape[0] == 680
    assert 1400 < picture.shape[1] < 1700


def test_refusals(fake_run, tmp_path):
    a = saved(tmp_path / "a.png", SCENE[:20, :20])
    with pytest.raises(RequestError, match=r"m\.xyz: no picture format"):
        match(fake_run, a, a, tmp_path / "m.xyz", "cpu")
    with pytest.raises(RequestError, match="cannot be written"):
        match(fake_run, a, a, tmp_path / "none" / "m.png", "cpu")
    with pytest.raises(RequestError, match="--grid 0"):
        match(fake_run, a, a, tmp_path / "m.png", "cpu", grid=0)
    with pytest.raises(ImageError, match="cannot be read"):
        match(fake_run, a, tmp_path / "b.png", tmp_path / "m.png", "cpu")


def test_the_lines_drawn_are_spread_over_the_photo():
    xy = np.concatenate((np.full((90, 2), 5.0), np.full((10, 2), 95.0)))
    chosen = over_all_cells(xy, (100, 100), 10)
    assert len(chosen) == 10
    assert (xy[chosen, 0] == 95).sum() == 5
    assert over_all_cells(xy, (100, 100), 500).tolist() == list(range(100))


def test_colors_vary_with_the_place():
    colors = position_colors(np.array([[0, 0], [99, 0], [0, 99]], np.float32), (100, 100))
    assert colors.shape == (3, 3)
    assert ((colors >= 0) & (colors <= 1)).all()
    assert len(np.unique(colors.round(2), axis=0)) == 3


@pytest.mark.slow
def test_stereo_photos_against_the_true_disparity(shared_data):
    folder = shared_data / "pairs" / "middlebury_cones"
    found = match_photos(Patches(), read_photo(folder / "im2.png"), read_photo(folder / "im6.png"), grid=16)
    x, y = found.xy0.round().astype(int).T
    disparity = np.asarray(Image.open(folder / "disp2.pgm"))[y, x] / 4.0
    error = np.hypot(*(found.xy1 - found.xy0 + np.stack((disparity, 0 * disparity), axis=1)).T)[disparity > 0]
    assert len(error) > 200
    assert np.mean(error < 3) > 0.8


@pytest.mark.parametrize(
    "options", [{"grid": 0}, {"ratio": 0.0}, {"ratio": 1.5}, {"back_px": -1.0}, {"back_px": math.nan}]
)
def test_impossible_options_are_refused_from_python_too(options):
    with pytest.raises(RequestError, match=r"give grid >= 1, 0 < ratio <= 1, back >= 0$"):
        match_photos(Patches(), SCENE, SCENE, **options)
