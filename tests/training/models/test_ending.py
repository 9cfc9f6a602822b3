"""What descriptors go through at a network's end."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from training.models.ending import NOTHING, Ending, ending_of
from training.models.networks import build_network
from training.settings import ModelSettings

SMALL = ModelSettings(widths=(8, 8), blocks=(1, 1), channels=16, heads=2, dropout=0.0)


@pytest.fixture
def values():
    return torch.randn(2, 16, 5, 6, generator=torch.Generator().manual_seed(0))


def test_nothing_is_done_unless_asked(values):
    assert NOTHING(values) is values
    assert Ending(unit_length=False, gain=6.0)(values) is values


def test_unit_length(values):
    torch.testing.assert_close(Ending(True)(values), functional.normalize(values, dim=1))


@pytest.mark.parametrize("gain", [0.1, 1.0, 6.0])
def test_a_gain_is_the_formula(values, gain):
    f = values / values.square().mean(1, keepdim=True).sqrt()
    pressed = (gain * f).tanh()
    torch.testing.assert_close(Ending(True, gain)(values), pressed / pressed.square().sum(1, keepdim=True).sqrt())


def test_signs_stay_and_channels_settle(values):
    found = Ending(True, 100.0)(values)
    assert ((found > 0) == (values > 0)).all()
    torch.testing.assert_close(found.abs().median().item(), 0.25)
    shares = [((Ending(True, gain)(values).abs() / 0.25 - 1).abs() < 0.2).float().mean() for gain in (0.01, 3, 6, 20)]
    assert shares == sorted(shares)
    assert shares[0] < 0.3
    assert shares[-1] > 0.8


def test_a_scale_of_the_map_changes_nothing(values):
    torch.testing.assert_close(Ending(True, 6.0)(values), Ending(True, 6.0)(3 * values))


@pytest.mark.parametrize("network", ["unet", "cover", "fpn"])
def test_every_network_ends_so(network):
    plain = replace(SMALL, network=network)
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    ends = [replace(plain, unit_length=True, code_gain=gain) for gain in (0.0, 6.0)]
    raw, unit, pressed = (build_network(settings, 0)(picture) for settings in (plain, *ends))
    torch.testing.assert_close(unit, ending_of(ends[0])(raw))
    torch.testing.assert_close(pressed, ending_of(ends[1])(raw))
