"""`stable_bits` of a network that ends in settled codes."""

from dataclasses import replace

import pytest
import torch
from training_world import TINY

from training.models.networks import build_network
from training.objectives import stable_bits, stable_codes
from training.objectives.options import CODE_BITS, CODE_GAIN
from training.objectives.registry import with_objective


@pytest.fixture
def picture():
    return torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(0))


def settled(features):
    """Share of the channels within a fifth of one of the two values that all would have."""
    return ((features.abs() * features.shape[1] ** 0.5 - 1).abs() < stable_bits.NEAR).float().mean().item()


def test_the_loss_is_that_of_bits():
    assert stable_codes.KIND.make(stable_codes.KIND.settings(), None, None).loss is stable_bits.stable_bits
    assert stable_codes.KIND.settings is stable_bits.KIND.settings
    assert stable_codes.KIND.distance is stable_bits.KIND.distance


@pytest.mark.parametrize("network", ["unet", "fpn"])
def test_channels_are_settled_before_the_first_step(picture, network):
    run = with_objective(replace(TINY, model=replace(TINY.model, network=network)), "stable-codes")
    codes = build_network(run.model, 0)(picture)
    assert codes.shape[1] == CODE_BITS
    torch.testing.assert_close(codes.square().sum(1), torch.ones(1, 24, 32))
    without = build_network(replace(run.model, code_gain=0.0), 0)(picture)
    assert settled(codes) > 0.7 > 0.4 > settled(without)


def test_normally_distributed_channels_settle_by_the_gain_alone():
    """As `CODE_GAIN` says of itself."""
    from training.models.ending import Ending

    values = torch.randn(4, CODE_BITS, 50, 50, generator=torch.Generator().manual_seed(3))
    assert settled(Ending(True, CODE_GAIN)(values)) == pytest.approx(0.9, abs=0.01)
