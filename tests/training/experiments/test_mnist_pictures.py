"""Colours and labels: their frequencies, and that they are drawn as the preset says."""

import pytest
import torch
from mnist_world import strokes

from training.experiments.colored_mnist.pictures import labels_and_colors, open_pictures, paint
from training.experiments.colored_mnist.settings import PictureSettings, experiment


def draw(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("preset", "agreement"), [("official", (0.9, 0.8, 0.1)), ("paper", (0.85, 0.85, 0.10))])
def test_frequencies_of_each_domain(preset, agreement):
    count = 60_000
    digits, domain = torch.arange(count) % 10, torch.arange(count) // 10 % 3
    uniform = torch.rand(count, 2, generator=draw(0))
    label, color = labels_and_colors(digits, domain, uniform, experiment(preset).picture)
    assert ((digits >= 5) == label).float().mean().item() == pytest.approx(0.75, abs=0.01)
    for k, share in enumerate(agreement):
        assert (label == color)[domain == k].float().mean().item() == pytest.approx(share, abs=0.01)


def test_a_digit_is_colored_by_leaving_out_red_or_green():
    grey = torch.tensor([0.0, 0.5, 1.0]).reshape(1, 1, 1, 3).expand(2, -1, -1, -1)
    picture = paint(grey, torch.tensor([False, True]), PictureSettings())
    assert picture[0, :, 0].tolist() == [[0, 0, 0], [0, 0.5, 1], [0, 0.5, 1]]
    assert picture[1, :, 0].tolist() == [[0, 0.5, 1], [0, 0, 0], [0, 0.5, 1]]


def test_a_background_is_colored_and_the_digit_white():
    grey = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2).expand(2, -1, -1, -1)
    picture = paint(grey, torch.tensor([False, True]), PictureSettings(colored="background"))
    assert (picture[..., 1] == 1).all()
    assert not torch.equal(picture[0, ..., 0], picture[1, ..., 0])


def test_what_is_redrawn_differs_between_accesses_and_what_is_not_does_not():
    index = torch.arange(60)
    for preset, same in (("official", False), ("paper", True)):
        source = open_pictures(strokes(), experiment(preset).picture, 0)
        (a, first), (b, second) = source.take(index, draw(0)), source.take(index, draw(1))
        assert torch.equal(first, second) == same
        assert torch.equal(a, b) == same
        assert a.shape == (60, 3, 32, 32)
        assert a.min() >= 0
        assert a.max() <= 1
        repeated, labels = source.take(index, draw(0))
        assert torch.equal(repeated, a)
        assert torch.equal(labels, first)
