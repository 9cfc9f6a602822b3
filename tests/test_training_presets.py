"""The presets hold what the paper and the official code print."""

import pytest

from training.errors import RequestError
from training.objectives.zoo import build_objective
from training.presets import PRESETS, preset
from training.settings import AugmentSettings, FitSettings, ModelSettings


def test_paper():
    it = preset("paper")
    assert (it.epochs, it.steps, it.batch, it.data.crop) == (6, 0, 32, 256)
    assert (it.objective.name, it.objective.p, it.objective.lam) == ("paper", "inf", 1.0)
    assert it.objective.positives <= 1 / 8  # the paper's bound for Experiment 2
    assert it.model == ModelSettings()
    assert it.model.widths == (16, 16, 32, 32, 64)
    rates = it.optimizer
    assert (rates.start_lr, rates.peak_lr, rates.end_lr, rates.warmup) == (4e-5, 1e-3, 4e-9, 0.05)
    assert (rates.betas, rates.weight_decay, rates.cycle_beta1) == ((0.9, 0.99), 1e-6, False)
    assert (rates.clip_norm, rates.clip_value) == (0, 0)
    jitter = it.data.augment
    assert jitter.hue > 0 < jitter.saturation
    assert jitter == AugmentSettings(hue=jitter.hue, saturation=jitter.saturation)  # and nothing else


def test_official_differs_where_the_code_does():
    it, paper = preset("official"), preset("paper")
    assert it.objective.name == "official"
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
    build_objective(it.objective)
    assert it.data.crop % 2 ** len(it.model.widths) == 0  # no padding in training


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(RequestError, match="--preset fast: unknown; choose one of paper, official, quick"):
        preset("fast")
