"""Runs trained at once are the runs alone: same data, same steps, and nobody's trouble is another's."""

import time
from dataclasses import replace

import pytest
import torch
from mnist_world import strokes, tiny

from training.experiments.colored_mnist import backbone, together
from training.experiments.colored_mnist.domains import split_images
from training.experiments.colored_mnist.pictures import open_pictures
from training.experiments.colored_mnist.reading import new_classifier, train_classifier
from training.experiments.colored_mnist.run import SweepContext, load_backbone, run_trials
from training.experiments.colored_mnist.settings import PhaseSettings
from training.experiments.colored_mnist.stack import Descent, Stack, flat_weights
from training.experiments.colored_mnist.sweep import Means, plan_sweep, sweep, teams
from training.experiments.colored_mnist.trial import MnistTrial
from training.models.unet import build_model
from training.settings import ModelSettings, OptimizerSettings

CPU = torch.device("cpu")
SMALL = ModelSettings(widths=(8, 8), blocks=(1, 1), channels=4, heads=2, dropout=0.0, initial="local")
SEEDS = (3, 1, 4)


def settings(steps=4, dropout=0.0, **optimizer):
    rates = OptimizerSettings(lr_start=1.0, cycle_beta1=True, **optimizer)
    return tiny(model=replace(SMALL, dropout=dropout), backbone=PhaseSettings(steps, 4, rates))


def world(chosen):
    return open_pictures(strokes(), chosen.picture, 0), split_images(90, 0)


def at_once(chosen, norm="inf", lam=1.0, compiled=False):
    return together.train_backbones(
        *world(chosen), [MnistTrial(norm, lam, seed) for seed in SEEDS], chosen, CPU, compiled
    )


def alone(chosen, seed, norm="inf", lam=1.0, compiled=False):
    return backbone.train_backbone(*world(chosen), MnistTrial(norm, lam, seed), chosen, CPU, compiled)


def off_by(model, other, start):
    """Mean difference of weights, as a share of how far training moved them."""
    a, b, c = (flat_weights(each) for each in (model, other, start))
    return float((a - b).abs().mean() / (b - c).abs().mean())


@pytest.mark.parametrize(("norm", "lam"), [("inf", 1.0), ("2", 0.5)])
# the last one clips so far that AdamW's eps counts: a common norm would shorten every step
@pytest.mark.parametrize("optimizer", [{}, {"clip_value": 1e-3}, {"clip_norm": 1e-7}], ids=str)
def test_runs_at_once_are_the_runs_alone(norm, lam, optimizer):
    chosen = settings(**optimizer)
    for seed, one in zip(SEEDS, at_once(chosen, norm, lam), strict=True):
        other = alone(chosen, seed, norm, lam)
        for kind in ("train", "validation"):
            got, expected = (dict(getattr(each.curve, kind)) for each in (one, other))
            assert got == pytest.approx(expected, abs=2e-5)
        assert one.validation_loss == pytest.approx(other.validation_loss, abs=2e-5)
        assert off_by(one.model, other.model, build_model(chosen.model, seed)) < 0.01


@pytest.mark.parametrize("norm", ["image", "pixel"])
def test_a_stack_answers_as_its_networks(norm):
    models = [build_model(replace(SMALL, norm=norm), seed).double().eval() for seed in SEEDS]
    pictures = torch.rand(3, 2, 3, 32, 32, dtype=torch.float64)
    expected = torch.stack([model(each) for model, each in zip(models, pictures, strict=True)])
    torch.testing.assert_close(Stack(models).evaluate(pictures), expected, atol=1e-9, rtol=0)


def test_dropout_changes_no_data(monkeypatch):
    seen = {True: [], False: []}
    chosen = settings(dropout=0.5)
    real = backbone.views_of
    for module, stacked in ((together, True), (backbone, False)):

        def record(source, index, chosen, seed, step, stacked=stacked):
            views = real(source, index, chosen, seed, step)
            if step < backbone.VALIDATION:
                seen[stacked].append((seed, step, views))
            return views

        monkeypatch.setattr(module, "views_of", record)
    models = at_once(chosen)
    others = [alone(chosen, seed) for seed in SEEDS]
    order = sorted(seen[True], key=lambda item: SEEDS.index(item[0]))
    for (*key, (pictures, matches)), (*other, (again, partners)) in zip(order, seen[False], strict=True):
        assert key == other
        assert torch.equal(pictures, again)
        assert torch.equal(matches.xy1, partners.xy1)
    assert models[1].curve.train != others[1].curve.train  # dropout is there, and is drawn for all at once
    again = at_once(chosen)
    assert [one.curve for one in models] == [one.curve for one in again]


def test_classifiers_at_once_are_those_alone():
    rates = OptimizerSettings(lr_start=1.0, clip_value=3.0)
    chosen = replace(settings(), classifier=PhaseSettings(4, 4, rates))
    backbones = [build_model(chosen.model, seed).eval() for seed in SEEDS]
    made = together.train_classifiers(backbones, *world(chosen), SEEDS, chosen)
    for seed, model, one in zip(SEEDS, backbones, made, strict=True):
        other = train_classifier(model, *world(chosen), seed, chosen)
        assert off_by(one, other, new_classifier(seed, chosen)) < 0.01


def test_an_overflow_is_skipped_by_its_network_alone():
    """Float16's scales, on a CPU: the second loss is infinite in the second of three steps."""

    def train(broken):
        stack = Stack([build_model(SMALL, seed) for seed in SEEDS])
        descent = Descent(stack, PhaseSettings(9, 4, OptimizerSettings(lr_start=1.0)), "float32")
        for arithmetic in descent._arithmetic:
            arithmetic._scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        for step in range(3):
            descent.set_rate(step)
            answers = stack.train(torch.rand(3, 2, 3, 32, 32, generator=torch.Generator().manual_seed(step)))
            losses = list(answers.square().mean((1, 2, 3, 4)))
            if broken and step == 1:
                before, losses[1] = stack.snapshot(1), losses[1] * float("inf")
            descent.descend(losses)
            if broken and step == 1:
                assert torch.equal(before, stack.snapshot(1))
        assert not torch.equal(stack.snapshot(1), flat_weights(build_model(SMALL, SEEDS[1])))
        return stack, [a._scaler.get_scale() for a in descent._arithmetic], descent._optimizers

    healthy, _, _ = train(False)
    broken, scales, optimizers = train(True)
    for member in (0, 2):
        assert torch.equal(healthy.snapshot(member), broken.snapshot(member))
    assert scales == [1024.0, 512.0, 1024.0]
    assert [float(o.state[w]["step"]) for o, w in zip(optimizers, broken.weights, strict=True)] == [3, 2, 3]


@pytest.mark.parametrize("norm", ["image", "pixel"])
def test_reduced_arithmetic_reaches_every_layer(norm):
    stack = Stack([build_model(replace(SMALL, norm=norm), seed) for seed in SEEDS])
    pictures = torch.rand(3, 2, 3, 32, 32)
    exact, reduced = stack.train(pictures), stack.train(pictures, torch.bfloat16)
    assert reduced.dtype == torch.bfloat16
    assert 0 < (exact - reduced).detach().abs().mean() < 0.05 * exact.detach().abs().mean()
    reduced.float().square().mean().backward()
    assert all(w.grad is not None and w.grad.dtype == torch.float32 and w.grad.isfinite().all() for w in stack.weights)


def test_teams():
    trials = plan_sweep(("inf", "2"), (1.0, 0.5), 3)
    assert teams(trials, 1) == [[trial] for trial in trials]
    made = teams(trials, 2)
    assert [len(team) for team in made] == [2, 1, 2, 1, 2, 1, 2, 1]
    assert all(len({trial.cell for trial in team}) == 1 for team in made)
    assert made[0] == [MnistTrial("inf", 1.0, 0), MnistTrial("inf", 1.0, 1)]
    assert sorted(trial for team in made for trial in team) == sorted(trials)


def test_a_sweep_at_once_makes_what_is_missing(tmp_path):
    chosen, said = settings(), []

    def run(size, seeds):
        trials = [MnistTrial("inf", 1.0, seed) for seed in seeds]
        return sweep(trials, chosen, strokes(), tmp_path, Means(CPU, together=size), lambda *row: said.append(row))

    first = run(1, [1])
    rows = run(3, [0, 1, 2, 3, 4])
    assert [(row.seed, done, of) for row, done, of in said] == [(1, 1, 1), (0, 1, 4), (2, 2, 4), (3, 3, 4), (4, 4, 4)]
    assert rows[0] == replace(first[0], **{name: pytest.approx(getattr(rows[0], name)) for name in _MEASURED})
    shares = {row.seed: row.backbone_s for row in rows}
    assert shares[0] == shares[2] == shares[3] != shares[4]
    for row in rows:
        load_backbone(tmp_path, row.trial, chosen)
    run(3, [0, 1, 2, 3, 4])
    assert len(said) == 5


_MEASURED = ("id_acc", "ood_acc", "backbone_loss", "backbone_s", "classifier_s")


def test_rows_at_once_are_those_alone(tmp_path):
    chosen = settings()
    context = SweepContext(strokes(), chosen, (1.0,), tmp_path, CPU)
    trials = [MnistTrial("inf", 1.0, seed) for seed in SEEDS]
    start = time.perf_counter()
    rows = run_trials(trials, context)
    assert sum(row.backbone_s + row.classifier_s for row in rows) < time.perf_counter() - start  # shares, not sums
    for row, trial in zip(rows, trials, strict=True):
        (other,) = run_trials([trial], context)
        assert (row.trial, row.id_acc, row.ood_acc) == (trial, other.id_acc, other.ood_acc)
        assert row.backbone_loss == pytest.approx(other.backbone_loss, abs=2e-5)


def test_the_best_state_is_kept_not_the_last():
    progress = backbone.Progress("initial")
    for done, loss in enumerate((float("nan"), 0.5, 0.2, 0.3), 1):
        progress.validated(done, loss, lambda done=done: f"after {done}")
    assert (progress.best, progress.loss) == ("after 3", 0.2)
    assert [loss for _, loss in progress.curve.validation][1:] == [0.5, 0.2, 0.3]


@pytest.mark.slow
@pytest.mark.parametrize("stacked", [False, True])
def test_compiled_runs_are_the_eager_ones(stacked):
    chosen = settings()
    run = at_once if stacked else lambda chosen, compiled=False: [alone(chosen, 3, compiled=compiled)]
    for one, other in zip(run(chosen, compiled=True), run(chosen), strict=True):
        assert dict(one.curve.train) == pytest.approx(dict(other.curve.train), abs=2e-5)
        assert off_by(one.model, other.model, build_model(chosen.model, 3)) < 0.02
