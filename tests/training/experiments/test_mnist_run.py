"""Runs of Experiment 1: repeatable, resumable, and able to see colour where there is nothing else to see."""

from dataclasses import replace
from itertools import islice

import pytest
import torch
from mnist_world import strokes, tiny
from networks import count_parameters

from training.errors import RequestError
from training.experiments.colored_mnist.backbone import image_batches, train_backbone
from training.experiments.colored_mnist.domains import split_images
from training.experiments.colored_mnist.ledger import open_ledger
from training.experiments.colored_mnist.pictures import open_pictures
from training.experiments.colored_mnist.reading import measure_accuracies, train_classifier
from training.experiments.colored_mnist.run import SweepContext, load_backbone, load_curve, run_trials
from training.experiments.colored_mnist.settings import PhaseSettings, PictureSettings, experiment
from training.experiments.colored_mnist.sweep import plan_sweep
from training.experiments.colored_mnist.trial import MnistTrial
from training.models.unet import build_model
from training.settings import OptimizerSettings

CPU = torch.device("cpu")


def run_trial(trial, context):
    (row,) = run_trials([trial], context)
    return row


def context(tmp_path, **changes):
    return SweepContext(strokes(), tiny(**changes), (1.0, 0.5), tmp_path, CPU)


def without_times(row):
    return replace(row, backbone_s=0.0, classifier_s=0.0)


@pytest.mark.parametrize("scale", [pytest.param("official", marks=pytest.mark.slow), "paper"])
@pytest.mark.parametrize(("norm", "lam"), [("inf", 1.0), pytest.param("1", 0.5, marks=pytest.mark.slow), ("2", 0.0)])
def test_a_run_is_a_function_of_its_trial(tmp_path, scale, norm, lam):
    here = context(tmp_path, scale=scale)
    one, two = (run_trial(MnistTrial(norm, lam, 3), here) for _ in range(2))
    assert without_times(one) == without_times(two)
    assert 0 <= one.id_acc <= 1
    other = run_trial(MnistTrial(norm, lam, 4), here)
    assert other.backbone_loss != one.backbone_loss


def test_what_a_run_leaves_is_what_it_measured(tmp_path):
    here, trial = context(tmp_path), MnistTrial("inf", 1.0, 0)
    row = run_trial(trial, here)
    curve = load_curve(tmp_path, trial)
    assert [step for step, _ in curve.train] == [1, 2, 3]
    assert min(loss for _, loss in curve.validation) == pytest.approx(row.backbone_loss, rel=1e-4)
    source, split = open_pictures(here.mnist, here.settings.picture, 0), split_images(90, 0)
    best = train_backbone(source, split, trial, here.settings, CPU)
    loaded = load_backbone(tmp_path, trial, here.settings)
    for name, weights in best.model.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], weights)
    with pytest.raises(RequestError, match=r"p-2_lam-1_seed-0/backbone.pt: no such file"):
        load_backbone(tmp_path, MnistTrial("2", 1.0, 0), here.settings)


@pytest.mark.slow
def test_a_classifier_uses_color_where_it_can():
    """An untrained identity shows the colours: in the domain where colour misleads, the answers are wrong."""
    settings = tiny(classifier=PhaseSettings(25, 12, OptimizerSettings(lr=1e-2, lr_start=0.2)), evaluated=0)
    settings = replace(settings, picture=PictureSettings(color_noise=(0.0, 0.0, 1.0)))
    source, split = open_pictures(strokes(120), settings.picture, 0), split_images(120, 0)

    class Show(torch.nn.Module):
        def forward(self, pictures):
            return torch.cat([pictures, pictures[:, :1]], 1)

    found = measure_accuracies(Show(), train_classifier(Show(), source, split, 0, settings), source, split, settings)
    assert found.known > 0.9
    assert found.unknown < 0.1


def test_an_epoch_is_a_random_order_of_its_own():
    images = torch.arange(100, 130)
    batches = image_batches(images, 10, 0, 0)
    seen, again = (torch.cat(list(islice(batches, 3))) for _ in range(2))
    assert sorted(seen.tolist()) == sorted(again.tolist()) == images.tolist()
    assert seen.tolist() != again.tolist()


@pytest.mark.slow
def test_leaks_change_the_training_images_alone(tmp_path):
    strict, leaky = context(tmp_path / "a"), context(tmp_path / "b", leaks=True)
    same, other = (run_trial(MnistTrial("inf", lam, 0), leaky) for lam in (1.0, 0.5))
    assert without_times(run_trial(MnistTrial("inf", 1.0, 0), strict)) == without_times(same)
    assert run_trial(MnistTrial("inf", 0.5, 0), strict).backbone_loss != other.backbone_loss


def test_the_most_telling_runs_come_first():
    trials = plan_sweep(("inf", "2"), (1.0, 0.9, 0.5, 0.0), 2)
    assert [t.lam for t in trials[::4]] == [1.0, 0.5, 0.0, 0.9]
    assert [t.norm for t in trials[:4]] == ["inf", "2", "inf", "2"]
    assert len(set(trials)) == 16
    assert len(plan_sweep(("inf", "1", "2"), (1.0, 0.9, 0.7, 0.5, 0.3, 0.1, 0.0), 10)) == 210


def test_a_folder_of_other_settings_is_refused(tmp_path):
    open_ledger(tmp_path / "a", tiny())
    open_ledger(tmp_path / "a", tiny())
    with pytest.raises(RequestError, match=r"holds a sweep of other settings \(partners is 4 there and 5 now\)"):
        open_ledger(tmp_path / "a", tiny(partners=5))
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match=r"--out .*: cannot be written"):
        open_ledger(tmp_path / "file", tiny())


def test_presets():
    assert count_parameters(build_model(experiment("official").model, 0))[0] == 993_664
    assert experiment("official").backbone.steps == 30_000
    assert experiment("official").classifier.steps == 12_000
    assert experiment("paper").backbone.optimizer.lr_end == 1e-4
    with pytest.raises(RequestError, match="--preset x: unknown; choose one of official, paper, quick"):
        experiment("x")
