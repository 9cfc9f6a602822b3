"""The dual softmax against a matrix of likelihoods in plain floats, InfoNCE, and its value at collapse."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import (
    both_directions,
    cosine,
    descriptor,
    gradients_are_right,
    random_features,
    random_matches,
    seen,
    where,
    zero_without_positives,
)

from training.objectives.dual_softmax import DualSoftmaxSettings, dual_softmax
from training.objectives.infonce import InfoNceSettings, infonce

PLAIN, FOCAL = DualSoftmaxSettings(temperature=0.2), DualSoftmaxSettings(temperature=0.2, focal_gamma=2.0)
each_form = pytest.mark.parametrize("settings", [PLAIN, FOCAL, DualSoftmaxSettings(0.2, 0.5)], ids=["0", "2", "0.5"])


def softmax_at_match(settings, b, n, matches, queries, bank, own, other):
    """Share of the match of entry n in a softmax over the candidates of one view."""
    a = descriptor(queries, b, own[b, n])
    weights = {
        m: math.exp(cosine(a, descriptor(bank, b, other[b, m])) / settings.temperature)
        for m in where(matches.valid[b])
        if m == n or math.dist(other[b, m].tolist(), other[b, n].tolist()) > settings.radius_px
    }
    return weights[n] / sum(weights.values())


@each_form
@hypothesis_settings(max_examples=20)
@given(seed=st.integers(0, 999), count=st.integers(0, 10))
def test_equals_the_loop(settings, seed, count):
    features, matches = random_features(seed, 2, 4, 6, 7), random_matches(seed, 2, count, 6, 7)
    terms = dual_softmax(seen(*features, matches), settings)
    for b in range(2):
        losses, plain = [], []
        for n in where(matches.positive[b]):
            row, column = (
                softmax_at_match(settings, b, n, matches, *direction)
                for direction in both_directions(features, matches)
            )
            plain.append(-math.log(row * column))
            losses.append((1 - row * column) ** settings.focal_gamma * plain[-1])
        assert terms["total"][b].item() == pytest.approx(sum(losses) / max(len(losses), 1), rel=1e-7, abs=1e-7)
        assert terms["nll"][b].item() == pytest.approx(sum(plain) / max(len(plain), 1), rel=1e-7, abs=1e-7)


def test_without_focus_it_is_twice_infonce():
    features, matches = random_features(1, 2, 4, 30, 30), random_matches(1, 2, 60, 30, 30)
    value = dual_softmax(seen(*features, matches), DualSoftmaxSettings(temperature=0.07))["total"]
    torch.testing.assert_close(value, 2 * infonce(seen(*features, matches), InfoNceSettings())["total"])


@each_form
def test_collapse_costs_the_log_of_the_pixels_compared(settings):
    settings = replace(settings, radius_px=0.0)
    matches = random_matches(0, 1, 20, 50, 50, padded=False)
    flat = torch.ones(1, 4, 50, 50)
    expected = 2 * (1 - 1 / 20**2) ** settings.focal_gamma * math.log(20)
    assert dual_softmax(seen(flat, flat, matches), settings)["total"].item() == pytest.approx(expected, rel=1e-5)


@each_form
def test_a_certain_match_costs_nothing_and_has_a_finite_gradient(settings):
    matches = random_matches(0, 1, 1, 50, 50, padded=False)
    matches.positive[:] = True
    maps = torch.ones(1, 4, 50, 50, requires_grad=True)
    value = dual_softmax(seen(maps, maps, matches), settings)["total"]
    assert value.item() == 0
    value.sum().backward()
    assert maps.grad is not None
    assert maps.grad.isfinite().all()


@each_form
def test_gradients(settings):
    assert gradients_are_right(dual_softmax, settings)


@each_form
def test_no_positives_is_a_differentiable_zero(settings):
    assert zero_without_positives(dual_softmax, settings)
