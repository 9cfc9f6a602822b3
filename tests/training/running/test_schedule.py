"""The schedule is torch's OneCycleLR as a pure function."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.running.schedule import beta1, learning_rate, phase
from training.settings import OptimizerSettings

DEFAULT = OptimizerSettings()
CYCLED = OptimizerSettings(cycle_beta1=True)


def one_cycle(steps, settings):
    """(rates, beta1s) as PyTorch steps through them."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.AdamW([parameter], betas=settings.betas)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=settings.lr, total_steps=steps, pct_start=settings.warmup, div_factor=25,
        final_div_factor=1e4, cycle_momentum=settings.cycle_beta1,
    )  # fmt: skip
    rates, betas = [], []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        betas.append(optimizer.param_groups[0]["betas"][0])
        optimizer.step()
        schedule.step() if len(rates) < steps else None
    return rates, betas


@pytest.mark.parametrize("settings", [DEFAULT, CYCLED, OptimizerSettings(warmup=0.3), OptimizerSettings(warmup=1.0)])
@pytest.mark.parametrize("steps", [30, 100, 937])
def test_equals_one_cycle(settings, steps):
    rates, betas = one_cycle(steps, settings)
    assert [learning_rate(k, steps, settings) for k in range(steps)] == pytest.approx(rates, rel=1e-12, abs=1e-18)
    assert [beta1(k, steps, settings) for k in range(steps)] == pytest.approx(betas, rel=1e-12)


def test_the_ends_are_those_of_the_paper():
    assert learning_rate(0, 1000, DEFAULT) == pytest.approx(4e-5)
    assert learning_rate(49, 1000, DEFAULT) == pytest.approx(1e-3)
    assert learning_rate(999, 1000, DEFAULT) == pytest.approx(4e-9)
    assert [beta1(k, 1000, CYCLED) for k in (0, 49, 999)] == pytest.approx([0.95, 0.85, 0.95])
    assert beta1(17, 1000, DEFAULT) == 0.9


@given(steps=st.integers(1, 5000), warmup=st.floats(0, 1), share=st.floats(0, 1))
def test_every_step_of_every_run_has_a_rate_between_the_ends(steps, warmup, share):
    settings = OptimizerSettings(warmup=warmup, cycle_beta1=True)
    step = min(int(share * steps), steps - 1)
    assert 0 <= phase(step, steps, warmup)[1] <= 1
    assert (
        settings.lr_end * settings.lr * (1 - 1e-12) <= learning_rate(step, steps, settings) <= settings.lr * (1 + 1e-12)
    )
    assert 0.85 - 1e-12 <= beta1(step, steps, settings) <= 0.95 + 1e-12
    assert math.isfinite(learning_rate(step, steps, settings))


@given(steps=st.integers(3, 2000), warmup=st.floats(0, 1))
def test_it_rises_once_and_falls_once(steps, warmup):
    settings = OptimizerSettings(warmup=warmup)
    rates = [learning_rate(k, steps, settings) for k in range(steps)]
    peak = rates.index(max(rates))
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
