"""Matches of two photos, and their picture."""

import math

import numpy as np
import pytest
import torch
from photo_world import saved
from PIL import Image
from small_disk import files_up_to
from torch import nn
from torch.nn import functional
from training_world import TINY

from training.applying import match as module
from training.applying.match import match, match_features, match_photos, sought
from training.applying.match_picture import draw_matches, matches_figure, over_all_cells, position_colors
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


@pytest.mark.parametrize("name", ["a.png", "m", "m.xyz", ".", "none/m.png"])
def test_a_name_that_cannot_be_written_is_refused_before_any_work(tmp_path, monkeypatch, name):
    monkeypatch.setattr(module, "open_trained", None)
    a = saved(tmp_path / "a.png", SCENE[:20, :20])
    before = a.read_bytes()
    with pytest.raises(RequestError):
        match(tmp_path, a, a, tmp_path / name, "cpu")
    assert a.read_bytes() == before
    assert list(tmp_path.iterdir()) == [a]


def test_a_full_disk_leaves_the_old_picture_and_nothing_else(fake_run, tmp_path):
    a, out = saved(tmp_path / "a.png", SCENE), tmp_path / "m.png"
    out.write_bytes(b"old")
    before = sorted(tmp_path.iterdir())
    with files_up_to(9000), pytest.raises(RequestError, match=r"m\.png: cannot be written \(File too large\); change"):
        match(fake_run, a, a, out, "cpu", grid=40)
    assert out.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("shape", [(4, 2000, 3), (1000, 3, 3), (1, 1, 3), (480, 640, 3)])
def test_a_photo_of_any_shape_has_its_name_and_a_picture_that_can_be_opened(tmp_path, shape):
    photos = np.zeros(shape, np.uint8), np.zeros((30, 40, 3), np.uint8)
    names = r"a $\frac{x$ name.png", "b.png"
    figure = matches_figure(photos, names, (np.zeros((1, 2)), np.zeros((1, 2))), 5)
    width, height = figure.get_size_inches() * 100
    assert height == 680
    assert width <= 2 * 1600 + 3 * 24
    left, right, title = figure.axes[0].texts
    assert (left.get_text(), right.get_text(), title.get_text()) == (*names, "1 mutual match of 5 grid pixels")
    assert left.get_window_extent().x1 < right.get_window_extent().x0
    draw_matches(tmp_path / "m.png", photos, names, (np.zeros((1, 2)), np.zeros((1, 2))), 5)
    assert read_photo(tmp_path / "m.png").shape[:2] == (680, int(width))


def test_photos_are_drawn_at_the_ends_of_their_lines():
    """A square as wide as high and one half as wide: both 600 high, the second behind a gap."""
    photos = np.zeros((100, 100, 3), np.uint8), np.zeros((300, 150, 3), np.uint8)
    xy = np.array([[0.0, 0.0], [99.0, 49.0]]), np.array([[149.0, 299.0], [0.0, 0.0]])
    (axes,) = matches_figure(photos, ("a", "b"), xy, 5).axes
    assert [tuple(image.get_extent()) for image in axes.images] == [(0, 600, 600, 0), (624, 924, 600, 0)]
    lines = axes.collections[0].get_segments()
    np.testing.assert_allclose(lines, [[(3, 3), (923, 599)], [(597, 297), (625, 1)]])


def test_letters_that_the_font_lacks_are_no_warning(tmp_path, recwarn):
    draw_matches(tmp_path / "m.png", (SCENE, SCENE), ("写真.png", "b.png"), (np.zeros((0, 2)), np.zeros((0, 2))), 5)
    assert not recwarn.list


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
