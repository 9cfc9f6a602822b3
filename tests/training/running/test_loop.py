"""The loop: what a step is, that a step number is all it needs, and what it refuses."""

import math
from dataclasses import replace

import pytest
import torch
from training_world import tiny, write_shards

from training.data.loader import open_pairs, train_batches
from training.errors import DivergenceError
from training.objectives.objective import Stateless
from training.running.loop import clip, make_optimizer, require_finite, set_rate, train
from training.running.places import ALONE, Places
from training.running.schedule import learning_rate
from training.running.trainee import build_trainee
from training.settings import AugmentSettings, OptimizerSettings

STEPS = 6


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    settings = tiny()
    data = open_pairs(write_shards(tmp_path_factory.mktemp("shards")), "train", settings.data, settings.seed)
    return [batch for epoch in range(2) for batch in train_batches(data, settings.batch, epoch, settings.seed)]


def start(settings):
    trainee = build_trainee(settings)
    return trainee, make_optimizer(trainee, settings.optimizer)


def run(settings, batches, trainee, optimizer, begin=0):
    return list(train(trainee, batches, optimizer, settings, steps=STEPS, start=begin))


def test_the_states_say_what_happened(batches):
    settings = tiny()
    model, optimizer = start(settings)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    states = run(settings, batches, model, optimizer)
    assert [state.step for state in states] == [1, 2, 3, 4, 5, 6]
    assert [state.lr for state in states] == [learning_rate(k, STEPS, settings.optimizer) for k in range(STEPS)]
    assert all(state.pairs == 2 and state.cells0.shape == (2, 8, 16, 16) for state in states)
    assert all(
        not state.losses["total"].requires_grad and state.losses["total"].dtype == torch.float32 for state in states
    )
    assert all(state.gradient_norm > 0 for state in states)
    assert any(not torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_a_step_needs_its_number_and_nothing_else(batches):
    """Training on from a copy after step 3 gives the same bits, whatever was drawn in between."""
    settings = tiny(data=replace(tiny().data, augment=AugmentSettings(hue=0.1, saturation=0.3)))
    model, optimizer = start(settings)
    straight = run(settings, batches, model, optimizer)
    again, other = start(settings)
    first = run(settings, batches[:3], again, other)
    torch.rand(1000)
    resumed, third = start(settings)
    resumed.load_state_dict(again.state_dict())
    third.load_state_dict(other.state_dict())
    second = run(settings, batches[3:], resumed, third, begin=3)
    assert [s.losses["total"].item() for s in first + second] == [s.losses["total"].item() for s in straight]
    assert all(
        torch.equal(a, b) for a, b in zip(model.state_dict().values(), resumed.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize(("seed", "places"), [(1, ALONE), (0, Places(0, 2)), (0, Places(1, 2))])
def test_seed_and_place_change_what_is_drawn(batches, seed, places):
    losses = []
    for chosen, where in ((tiny(), ALONE), (tiny(seed=seed), places)):
        model, optimizer = start(tiny())
        states = train(model, batches[:1], optimizer, chosen, steps=STEPS, places=where)
        losses.append(next(states).losses["total"].item())
    assert losses[0] != losses[1]


def test_a_constant_objective_moves_only_by_weight_decay(batches):
    """An independent computation of one AdamW step: with a zero gradient only the decay is left."""
    settings = tiny(optimizer=OptimizerSettings(weight_decay=0.5, warmup=0.0))
    model, optimizer = start(settings)
    before = [p.detach().clone() for p in model.parameters() if p.requires_grad]
    model.objective = Stateless(lambda seen, _: {"total": 0 * (seen.features0 + seen.features1).sum((1, 2, 3))}, None)
    zero = run(settings, batches[:1], model, optimizer)
    after = [p.detach() for p in model.parameters() if p.requires_grad]
    for old, new in zip(before, after, strict=True):
        torch.testing.assert_close(new, old * (1 - zero[0].lr * 0.5))


def test_it_learns_to_minimise(batches):
    settings = tiny(optimizer=OptimizerSettings(lr=5e-3))
    model, optimizer = start(settings)
    states = list(train(model, batches[:1] * 60, optimizer, settings, steps=60))
    first, last = (sum(s.losses["total"].item() for s in part) / 5 for part in (states[:5], states[-5:]))
    assert last < first - 0.05


def test_clipping():
    def gradients():
        parameter = torch.nn.Parameter(torch.zeros(4))
        parameter.grad = torch.tensor([3.0, -4.0, 0.0, 0.0])
        return parameter

    plain, by_norm, by_value = gradients(), gradients(), gradients()
    for parameter, settings in (
        (plain, OptimizerSettings()),
        (by_norm, OptimizerSettings(clip_norm=1.0)),
        (by_value, OptimizerSettings(clip_value=3.5)),
    ):
        assert clip([parameter], settings) == 5.0  # the norm before clipping
    assert plain.grad.tolist() == [3, -4, 0, 0]
    torch.testing.assert_close(by_norm.grad, torch.tensor([0.6, -0.8, 0, 0]), atol=1e-5, rtol=0)
    assert by_value.grad.tolist() == [3, -3.5, 0, 0]


def test_the_rate_and_beta1_reach_the_optimiser():
    _, optimizer = start(tiny())
    settings = OptimizerSettings(cycle_beta1=True)
    assert set_rate(optimizer, 49, 1000, settings) == pytest.approx(1e-3)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1e-3)
    assert optimizer.param_groups[0]["betas"] == pytest.approx((0.85, 0.99))


def test_frozen_weights_are_left_out():
    model, optimizer = start(tiny())
    trained = sum(p.numel() for group in optimizer.param_groups for p in group["params"])
    assert trained == sum(p.numel() for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_stops_with_its_step_and_parts(bad):
    require_finite(3, {"total": -0.25, "within": 1e30})
    with pytest.raises(
        DivergenceError, match=r"step 12: the loss is not finite \(total (nan|-?inf), within 0.5\); .*--lr"
    ) as error:
        require_finite(12, {"total": bad, "within": 0.5})
    assert error.value.step == 12
