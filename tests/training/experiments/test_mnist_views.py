"""Two views of a digit: their matches are true, and as frequent as in the official runs."""

from dataclasses import replace

import pytest
import torch

from training.experiments.colored_mnist.settings import ViewSettings, experiment
from training.experiments.colored_mnist.views import draw_warps, two_views
from training.objectives.gather import gather
from training.settings import AugmentSettings

PLAIN = ViewSettings()


def ramps(count):
    """Pictures whose colour says where on the picture a pixel lies."""
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    return torch.stack([x, y, x + y]).div(64).expand(count, -1, -1, -1)


def views(settings=PLAIN, count=256, seed=0):
    return two_views(ramps(count), settings, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("settings", [PLAIN, replace(PLAIN, perspective=0.1, kept=1.0)])
def test_positives_show_the_same_point(settings):
    first, second, matches = views(settings)
    gap = gather(first, matches.xy0, "nearest") - gather(second, matches.xy1, "bilinear")
    assert gap.abs().amax(1)[matches.positive].max() < 1e-4
    assert gap.abs().amax(1)[matches.negative].mean() > 0.05


def test_overlap_and_share_of_positives_are_those_of_the_official_runs():
    _, _, matches = views(count=2000)
    _, _, all_kept = views(replace(PLAIN, kept=1.0), count=2000)
    overlap = all_kept.positive.float().mean(1)
    assert overlap.mean().item() == pytest.approx(0.71, abs=0.01)
    assert overlap.std().item() == pytest.approx(0.08, abs=0.01)
    assert matches.valid.float().mean().item() == pytest.approx(0.997, abs=0.002)
    assert (matches.positive.sum() / matches.valid.sum()).item() == pytest.approx(0.177, abs=0.005)


def test_every_pixel_is_asked_once_and_partners_lie_inside():
    _, _, matches = views(count=16)
    order = matches.xy0[0, :, 1] * 32 + matches.xy0[0, :, 0]
    assert order.tolist() == list(range(1024))
    assert not (matches.positive & ~matches.valid).any()
    assert matches.xy1.min() >= 0
    assert matches.xy1.max() <= 31


def test_an_unturned_view_is_the_window_in_the_middle():
    still = replace(PLAIN, rotate=False, matrix_noise=0.0, shift_px=0, kept=1.0)
    first, second, matches = views(still, count=4)
    # the canvas has an odd side: the middle lies between two windows of whole pixels
    torch.testing.assert_close(matches.xy1[matches.positive], matches.xy0[matches.positive] + 0.5)
    torch.testing.assert_close(first[..., :-1, :-1], (second[..., :-1, :-1] + second[..., 1:, 1:]) / 2)


def test_warps_turn_by_any_angle_and_little_else():
    warps = draw_warps(4000, PLAIN, torch.Generator().manual_seed(0))
    x, y = warps[:, 0, 0], warps[:, 1, 0]
    quadrants = torch.bincount((x > 0).long() * 2 + (y > 0).long()) / 4000
    assert quadrants.tolist() == pytest.approx([0.25] * 4, abs=0.03)
    assert torch.linalg.det(warps[:, :2, :2]).median().item() == pytest.approx(1, abs=0.05)


def test_the_generator_decides():
    a, b, c = views(seed=1), views(seed=1), views(seed=2)
    assert torch.equal(a[0], b[0])
    assert torch.equal(a[2].xy1, b[2].xy1)
    assert not torch.equal(a[0], c[0])


def test_photometric_changes_are_made_where_they_are_asked_for():
    jitter = replace(PLAIN, augment=AugmentSettings(hue=0.1, saturation=0.5))
    assert not torch.equal(views(jitter, 8)[0], views(PLAIN, 8)[0])
    assert experiment("paper").view.augment != AugmentSettings()
    assert experiment("official").view.augment == AugmentSettings()
