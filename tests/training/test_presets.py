"""The presets hold what the paper and the official code print."""

import json
import math
from dataclasses import asdict, replace
from typing import get_args

import pytest
from training_world import write_shards

from training.coding import flat
from training.data.transforms.registry import with_images
from training.errors import RequestError
from training.objectives.cover import CoverSettings
from training.objectives.stable import StableSettings
from training.presets import PRESETS, PresetName, preset
from training.running.fit import fit
from training.running.logs import LOG, read_lines
from training.running.schedule import learning_rate
from training.running.trainee import build_trainee
from training.settings import AugmentSettings, DataSettings, FitSettings, ModelSettings
from training.weights.trained import FILE
from training.weights.weights_file import read_weights


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


def test_builtin_is_what_the_weights_of_the_package_were_trained_by():
    """In their last run, but for its length, its seed, and what a run that goes on from weights is given."""
    trained, now = (
        flat(json.loads(text)) for text in (read_weights(FILE).about.settings, json.dumps(asdict(preset("builtin"))))
    )
    differ = {name for name in trained | now if trained.get(name) != now.get(name)}
    assert differ == {"steps", "seed", "init_from", "optimizer.lr", "data.positives_across", "model.code_gain"}
    assert now["data.positives_across"] == now["model.code_gain"] == 0  # younger than the file


def test_cover():
    it = preset("cover")
    assert (it.objective, it.loss, it.model.network) == ("cover", CoverSettings(), "cover")
    assert (it.batch, it.epochs, it.steps, it.data.crop) == (24, 100, 0, 384)
    assert build_trainee(it).network.map_channels == (512, 256, 128, 64, 32)
    rates = it.optimizer
    assert (rates.weight_decay, rates.clip_norm, rates.clip_value) == (1e-4, 1, 0)
    assert learning_rate(0, 1000, rates) == pytest.approx(9.375e-6)


def test_the_cosine_of_cover_is_assigned(tmp_path):
    """The released code computes the falling rate and trains at a constant one; here each step has its own."""
    small = replace(preset("cover"), batch=2, steps=4, data=DataSettings(crop=16, min_matches=4, workers=0))
    small = replace(small, model=replace(small.model, widths=(8,) * 5, channels=8))
    fit(small, write_shards(tmp_path / "shards"), tmp_path / "run", "cpu")
    rates = [record["lr"] for record in read_lines(tmp_path / "run" / LOG)]
    expected = [9.375e-6 * (1 + math.cos(math.pi * step / 3)) / 2 for step in range(4)]
    assert rates == pytest.approx(expected)


def test_the_largest_shift_of_covers_transform_is_within_the_presets_reach():
    """Translations of up to 0.3 of 576 px lie beyond the 62 px of local steps, which is all that the paper has."""
    run = with_images(preset("cover"), "cover")
    shift_px = run.views.ranges.translation * run.views.canvas * run.data.crop
    assert run.loss.amplitude * (2**run.loss.levels - 1) == 62 < shift_px == pytest.approx(172.8)
    assert run.loss.coarsest == "global"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_built(name):
    it = preset(name)
    assert isinstance(it, FitSettings)
    build_trainee(it)
    assert it.data.crop % 2 ** len(it.model.widths) == 0  # no padding in training


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(RequestError, match="--preset fast: unknown; choose one of paper, official, cover, quick"):
        preset("fast")


def test_the_command_line_offers_every_preset():
    assert tuple(PRESETS) == get_args(PresetName)
