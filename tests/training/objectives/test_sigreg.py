"""Descriptors that are a Gaussian: the statistic against its closed form, the objective against a loop."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import random_features, random_matches, seeded, seen
from scipy.integrate import trapezoid

from training.objectives.gather import gather
from training.objectives.sigreg import SigRegSettings, epps_pulley, normality, sigreg
from training.seeding import generator_of

ROOT = math.sqrt(2 * math.pi)
FEW = SigRegSettings(directions=5)


def exact(values):
    """T in closed form: all the integrals of products of exp(i t x) and Gaussians are Gaussians themselves."""
    n = len(values)
    pairs = sum(math.exp(-((x - y) ** 2) / 2) for x in values for y in values) / n**2
    return ROOT * (pairs - math.sqrt(2) * sum(math.exp(-(x**2) / 4) for x in values) / n + 1 / math.sqrt(3))


def even(count):
    return torch.full((count,), 1 / count, dtype=torch.float64)


@given(values=st.lists(st.floats(-3, 3), min_size=1, max_size=8))
def test_the_statistic_equals_its_closed_form(values):
    column = torch.tensor(values, dtype=torch.float64).unsqueeze(1)
    assert epps_pulley(column, even(len(values)), 65).item() == pytest.approx(exact(values), abs=1e-5)
    assert epps_pulley(column, even(len(values)), 17).item() == pytest.approx(exact(values), abs=5e-3)


@pytest.mark.parametrize("knots", [2, 3, 4, 7, 17, 18])
def test_the_integral_is_the_trapezoid_rule_over_both_signs(knots):
    values = torch.randn(20, 1, generator=seeded(0), dtype=torch.float64)
    t = np.linspace(-5, 5, knots)
    gap = np.exp(1j * values.numpy() * t).mean(0) - np.exp(-(t**2) / 2)
    expected = trapezoid(abs(gap) ** 2 * np.exp(-(t**2) / 2), t)
    assert epps_pulley(values, even(20), knots).item() == pytest.approx(expected, rel=1e-9)


def test_a_normal_sample_costs_what_is_expected_of_its_size():
    """E T = sqrt(2 pi) (1 - 1 / sqrt 3) / n: the mean of 4,000 samples is within some percent of it."""
    samples = torch.randn(50, 4000, generator=seeded(0), dtype=torch.float64)
    expected = ROOT * (1 - 1 / math.sqrt(3)) / 50
    assert epps_pulley(samples, even(50), 17).mean().item() == pytest.approx(expected, rel=0.06)


@given(value=st.floats(-3, 3))
def test_a_constant_sample_has_a_price_that_grows_with_its_distance_from_zero(value):
    price = ROOT * (1 - math.sqrt(2) * math.exp(-(value**2) / 4) + 1 / math.sqrt(3))
    constant = torch.full((7, 1), value, dtype=torch.float64)
    assert epps_pulley(constant, even(7), 33).item() == pytest.approx(price, abs=1e-4)
    assert price >= 0.4089


def slow(settings, seed, features, matches, b):
    """Agreement of pair b, and the normality of the whole batch, in plain floats."""
    channels = features[0].shape[1]
    read = [gather(map, xy, "nearest").tolist() for map, xy in zip(features, (matches.xy0, matches.xy1), strict=True)]
    rows = [
        [[view[pair][c][n] for c in range(channels)] for view in read]
        for pair in range(len(matches.valid))
        for n in matches.positive[pair].nonzero().flatten().tolist()
    ]
    own = matches.positive[b].nonzero().flatten().tolist()
    gaps = [sum((read[0][b][c][n] - read[1][b][c][n]) ** 2 for c in range(channels)) for n in own]
    drawn = torch.randn(channels, settings.directions, generator=generator_of("cpu", seed)).tolist()
    statistics = []
    for m in range(settings.directions):
        u = [drawn[c][m] / math.hypot(*(drawn[k][m] for k in range(channels))) for c in range(channels)]
        values = [math.sqrt(channels) * sum(p * q for p, q in zip(u, z, strict=True)) for row in rows for z in row]
        statistics.append(exact(values) if values else 0.0)
    return sum(gaps) / max(len(gaps), 1), sum(statistics) / len(statistics)


@hypothesis_settings(max_examples=25)
@given(seed=st.integers(0, 999), count=st.integers(0, 10))
def test_equals_the_loop(seed, count):
    settings = SigRegSettings(weight=0.3, directions=4, knots=65)
    maps, matches = random_features(seed, 2, 3, 6, 7), random_matches(seed, 2, count, 6, 7)
    features = [map.detach() for map in maps]
    terms = sigreg(seen(*features, matches, seed=seed), settings)
    for b in range(2):
        agreement, gaussian = slow(settings, seed, features, matches, b)
        assert terms["agreement"][b].item() == pytest.approx(agreement, abs=1e-6)
        assert terms["normality"][b].item() == pytest.approx(gaussian, abs=1e-5)
        assert terms["total"][b].item() == pytest.approx(0.7 * agreement + 0.3 * gaussian, abs=1e-5)


def test_the_gradient_is_that_of_the_values():
    features, matches = random_features(1, 2, 3, 4, 4), random_matches(1, 2, 8, 4, 4)
    assert torch.autograd.gradcheck(lambda a, b: sigreg(seen(a, b, matches), FEW)["total"], features)


def test_a_turned_sample_is_as_far_from_the_gaussian():
    """In law over directions: 4,096 of them are near their mean, for the corners of a cube and for a turned one."""
    settings = SigRegSettings(directions=4096)
    corners = torch.randint(2, (200, 3), generator=seeded(0)).double() - 0.3
    turn = torch.linalg.qr(torch.randn(3, 3, generator=seeded(1), dtype=torch.float64)).Q
    present = torch.ones(200, dtype=torch.bool)
    straight, turned = (normality(sample, present, settings, 0).item() for sample in (corners, corners @ turn))
    assert turned == pytest.approx(straight, rel=0.03)
    assert straight > 0.05


def test_other_seeds_are_other_directions():
    features, matches = random_features(1, 2, 3, 9, 9), random_matches(1, 2, 30, 9, 9)
    first, second = (sigreg(seen(*features, matches, seed=seed), FEW)["normality"][0].item() for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize("channels", [4, 64])
def test_collapse_costs_more_than_a_gaussian_whatever_the_number_of_channels(channels):
    settings, drawn = SigRegSettings(), random_matches(0, 2, 900, 60, 60, padded=False)
    matches = replace(drawn, xy1=drawn.xy0.float())
    gaussian = torch.randn(2, channels, 60, 60, generator=seeded(0)) / channels**0.5
    flat, turned = torch.zeros_like(gaussian), torch.roll(gaussian, 1, 0)
    same = sigreg(seen(gaussian, gaussian, matches), settings)
    assert same["agreement"].tolist() == [0, 0]
    assert same["total"].max().item() < 0.01
    collapsed = sigreg(seen(flat, flat, matches), settings)["total"]
    assert collapsed.tolist() == pytest.approx([0.409 * settings.weight] * 2, rel=1e-2)
    strangers = sigreg(seen(gaussian, turned, matches), settings)["agreement"]
    assert strangers.tolist() == pytest.approx([2, 2], rel=0.15)


def test_autocast_does_not_touch_the_arithmetic():
    features, matches = random_features(3, 2, 8, 9, 9), random_matches(3, 2, 30, 9, 9)
    maps = [map.detach().float() for map in features]
    plain = sigreg(seen(*maps, matches), FEW)["total"]
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(sigreg(seen(*maps, matches), FEW)["total"], plain)


def test_no_positives_is_a_differentiable_zero():
    features, matches = random_features(3, 2, 8, 9, 9), random_matches(3, 2, 30, 9, 9)
    matches.positive[:] = False
    value = sigreg(seen(*features, matches), FEW)["total"]
    assert value.tolist() == [0, 0]
    value.sum().backward()
    assert all(map.grad is not None and map.grad.abs().max() == 0 for map in features)
