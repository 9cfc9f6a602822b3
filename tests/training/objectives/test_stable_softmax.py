"""Competition over l-inf distances: a loop in plain floats, the optimum, collapse, and gradients where D = 0."""

import math
from dataclasses import replace

import pytest
import torch
from bit_codes import (
    codes,
    distinct_matches,
    slow_direction,
    terms_without_positives,
    totals_with_and_without_autocast,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import (
    both_directions,
    descriptor,
    gradients_are_right,
    random_features,
    random_matches,
    seen,
    where,
)

from training.objectives.stable_softmax import StableSoftmaxSettings, inverse_temperature, stable_softmax

SETTINGS = StableSoftmaxSettings(bits=3.0, radius_px=2.0)


def slow_bits(b, matches, features):
    """Mean square distance from ±1/4 of all values of the bank of both views."""
    means = []
    for map, xy in zip(features, (matches.xy0, matches.xy1), strict=True):
        values = [v for n in where(matches.valid[b]) for v in descriptor(map, b, xy[b, n])]
        means.append(sum((abs(v) - 0.25) ** 2 for v in values) / max(len(values), 1))
    return sum(means) / 2


def largest(a, c):
    """l-inf distance."""
    return max(abs(p - q) for p, q in zip(a, c, strict=True))


@hypothesis_settings(max_examples=20)
@given(seed=st.integers(0, 999), count=st.integers(4, 10))
def test_equals_the_loop(seed, count):
    features, matches = random_features(seed, 2, 4, 6, 7), random_matches(seed, 2, count, 6, 7, padded=False)
    terms = stable_softmax(seen(*features, matches), SETTINGS)
    for b in range(2):
        forward, backward = (
            slow_direction(b, matches, *way, descriptor, largest) for way in both_directions(features, matches)
        )
        bits = slow_bits(b, matches, features)
        assert terms["forward"][b].item() == pytest.approx(forward, rel=1e-9, abs=1e-9)
        assert terms["backward"][b].item() == pytest.approx(backward, rel=1e-9, abs=1e-9)
        assert terms["bits"][b].item() == pytest.approx(bits, rel=1e-9, abs=1e-9)
        assert terms["total"][b].item() == pytest.approx((forward + backward) / 2 + 3 * bits, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("count", [16, 1000, 4096])
def test_the_temperature_makes_a_bank_at_the_optimum_cost_less_than_one_in_its_size(count):
    sharpness = inverse_temperature(torch.tensor([count])).item()
    assert math.log1p((count - 1) * math.exp(-0.5 * sharpness)) < 1 / count
    assert math.log1p((count - 1) * math.exp(-0.4 * sharpness)) > 1 / count  # and no sharper than it must be


def test_the_optimum_of_the_stable_loss_is_one_here():
    matches = distinct_matches(40, 20, 20)
    maps = codes(matches, 20, 20).requires_grad_()
    terms = stable_softmax(seen(maps[0], maps[1], matches), SETTINGS)
    assert terms["bits"].item() == 0
    assert terms["total"].item() < 1 / 40
    (slope,) = torch.autograd.grad(terms["total"].sum(), maps)
    assert slope.abs().max() < 0.01


def test_collapse_costs_the_log_of_the_pixels_compared_and_is_left():
    matches = distinct_matches(40, 40, 40)
    flat = torch.zeros(1, 8, 40, 40)
    terms = stable_softmax(seen(flat, flat, matches), replace(SETTINGS, radius_px=0.0))
    assert terms["total"].item() == pytest.approx(math.log(40) + 3 / 16, rel=1e-5)
    maps = [(0.01 * map).detach().requires_grad_() for map in random_features(0, 1, 8, 40, 40)]
    near = stable_softmax(seen(*maps, matches), SETTINGS)
    slopes = torch.autograd.grad(near["forward"].sum(), maps)
    apart = stable_softmax(seen(*(m - 0.01 * s for m, s in zip(maps, slopes, strict=True)), matches), SETTINGS)
    assert apart["forward"].item() < near["forward"].item()


def test_gradients():
    assert gradients_are_right(stable_softmax, SETTINGS)


def test_no_positives_leaves_the_bits_alone():
    terms, slopes = terms_without_positives(stable_softmax, SETTINGS)
    assert terms["forward"][0] == terms["backward"][0] == 0
    assert terms["total"][0].item() == pytest.approx(3 * terms["bits"][0].item())
    assert torch.isfinite(slopes).all()


def test_autocast_does_not_touch_the_arithmetic():
    assert torch.equal(*totals_with_and_without_autocast(stable_softmax, SETTINGS))
