"""Smooth-AP against ranks in plain floats: the sum of sigmoids, its limit, its bounds and its value at collapse."""

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

from training.objectives import smooth_ap as module
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.smooth_ap import SmoothApSettings, smooth_ap

SOFT = SmoothApSettings(temperature=0.1)


def mean_average_precision(above, b, matches, queries, bank, own, other):
    """1 / (1 + sum of `above` over the negatives' cosines less the match's), averaged over the queries."""
    precisions = []
    for n in where(matches.positive[b]):
        a = descriptor(queries, b, own[b, n])
        best = cosine(a, descriptor(bank, b, other[b, n]))
        rank = 1.0
        for m in where(matches.valid[b]):
            if math.dist(other[b, m].tolist(), other[b, n].tolist()) > module.RADIUS_PX:
                rank += above(cosine(a, descriptor(bank, b, other[b, m])) - best)
        precisions.append(1 / rank)
    return sum(precisions) / len(precisions) if precisions else 1.0


def assert_losses(settings, above, seed, count, tolerance):
    features, matches = random_features(seed, 2, 4, 6, 7), random_matches(seed, 2, count, 6, 7)
    terms = smooth_ap(seen(*features, matches), settings)
    for b in range(2):
        forward, backward = (
            1 - mean_average_precision(above, b, matches, *direction)
            for direction in both_directions(features, matches)
        )
        assert terms["forward"][b].item() == pytest.approx(forward, abs=tolerance)
        assert terms["backward"][b].item() == pytest.approx(backward, abs=tolerance)
        assert terms["total"][b].item() == pytest.approx((forward + backward) / 2, abs=tolerance)


@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 10))
def test_equals_the_loop(seed, count):
    assert_losses(SOFT, lambda gap: 1 / (1 + math.exp(-gap / SOFT.temperature)), seed, count, 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_small_temperature_counts_ranks(seed):
    assert_losses(SmoothApSettings(1e-9), lambda gap: float(gap > 0), seed, 10, 1e-6)


@given(seed=st.integers(0, 999), temperature=st.floats(1e-3, 1.0))
def test_the_value_lies_in_0_to_1(seed, temperature):
    features, matches = random_features(seed, 2, 4, 20, 20), random_matches(seed, 2, 40, 20, 20)
    value = smooth_ap(seen(*features, matches), SmoothApSettings(temperature))["total"]
    assert ((value >= 0) & (value < 1)).all()


def test_collapse_costs_what_half_of_the_negatives_above_cost(monkeypatch):
    monkeypatch.setattr(module, "RADIUS_PX", 0.0)
    matches = random_matches(0, 1, 21, 50, 50, padded=False)
    flat = torch.ones(1, 4, 50, 50)
    assert smooth_ap(seen(flat, flat, matches), SOFT)["total"].item() == pytest.approx(20 / 22, rel=1e-5)


def test_a_pixel_within_two_of_the_match_is_no_negative():
    """Two anchors of one look: each ranks 1 1/2 where their matches are told apart, else 1."""
    flat = torch.ones(1, 4, 9, 9)
    for gap, cost in ((1.5, 0.0), (2.0, 0.0), (2.5, 1 / 3)):
        xy0 = torch.tensor([[[0, 0], [8, 8]]], dtype=torch.int32)
        xy1 = torch.tensor([[[1.0, 1.0], [1.0 + gap, 1.0]]])
        both_positive = torch.ones(1, 2, dtype=torch.bool)
        terms = smooth_ap(seen(flat, flat, PixelPairs(xy0, xy1, both_positive, both_positive)), SmoothApSettings())
        assert terms["forward"].item() == pytest.approx(cost)
        assert terms["backward"].item() == pytest.approx(1 / 3)


def test_unmistakable_matches_cost_nothing():
    matches = random_matches(0, 1, 30, 20, 20, padded=False)
    matches = replace(matches, xy1=matches.xy0.float())
    one_hot = torch.eye(400).view(1, 400, 20, 20)
    assert smooth_ap(seen(one_hot, one_hot, matches), SmoothApSettings())["total"].item() < 1e-6


def test_gradients():
    assert gradients_are_right(smooth_ap, SOFT)


def test_no_positives_is_a_differentiable_zero():
    assert zero_without_positives(smooth_ap, SOFT)
