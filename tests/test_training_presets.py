"""The presets hold what the paper and the official code print."""

import pytest

from training.errors import RequestError
from training.objectives.stable import StableSettings
from training.presets import PRESETS, preset
from training.schedule import learning_rate
from training.settings import AugmentSettings, FitSettings, ModelSettings
from training.trainee import build_trainee


def test_paper():
    it = preset("paper")
    assert (it.epochs, it.steps, it.batch, it.data.crop) == (6, 0, 32, 256)
    assert (it.objective, it.loss) == ("stable", StableSettings("inf", 1.0, scale="paper"))
    assert it.pixels.positives <= 1 / 8  # the paper's bound for Experiment 2
    assert it.model == ModelSettings()
    assert it.model.widths == (16, 16, 32, 32, 64)
    rates = it.optimizer
    assert [learning_rate(step, 1000, rates) for step in (0, 49, 999)] == pytest.approx([4e-5, 1e-3, 4e-9])
    assert (rates.betas, rates.weight_decay, rates.cycle_beta1) == ((0.9, 0.99), 1e-6, False)
    assert (rates.clip_norm, rates.clip_value) == (0, 0)
    jitter = it.data.augment
    assert jitter.hue > 0 < jitter.saturation
    assert jitter == AugmentSettings(hue=jitter.hue, saturation=jitter.saturation)  # and nothing else


def test_official_differs_where_the_code_does():
    it, paper = preset("official"), preset("paper")
    assert it.loss == StableSettings("inf", 1.0, scale="official")
    assert (it.optimizer.weight_decay, it.optimizer.clip_value, it.optimizer.cycle_beta1) == (0.0, 3.0, True)
    augment = it.data.augment
    assert (augment.brightness, augment.saturation, augment.hue) == (0.3, 0.3, 0.1)
    assert (augment.autocontrast_p, augment.blur_p, augment.posterize_p, augment.equalize_p) == (0.1, 0.1, 0.1, 0.1)
    assert augment.grayscale_p == 0.05
    assert (it.batch, it.epochs, it.model, it.data.crop) == (paper.batch, paper.epochs, paper.model, paper.data.crop)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_built(name):
    it = preset(name)
    assert isinstance(it, FitSettings)
    build_trainee(it)
    assert it.data.crop % 2 ** len(it.model.widths) == 0  # no padding in training


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(RequestError, match="--preset fast: unknown; choose one of paper, official, quick"):
        preset("fast")
