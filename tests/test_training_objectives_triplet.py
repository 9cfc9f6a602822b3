"""The triplet margin against a brute-force search in plain floats, its value at collapse and at its optimum."""

import math
from dataclasses import replace

import pytest
import torch
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
    unit,
    where,
    zero_without_positives,
)

from training.objectives.triplet import FARTHEST, RADIUS_PX, TripletSettings, triplet

MARGIN = TripletSettings().margin


def square(a, b):
    return math.dist(unit(a), unit(b)) ** 2


def nearest_square(b, n, matches, queries, bank, own, other):
    """Squared distance of entry n's descriptor to the nearest candidate beyond the radius."""
    a = descriptor(queries, b, own[b, n])
    return min(
        (
            square(a, descriptor(bank, b, other[b, m]))
            for m in where(matches.valid[b])
            if math.dist(other[b, m].tolist(), other[b, n].tolist()) > RADIUS_PX
        ),
        default=FARTHEST,
    )


@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_equals_the_loop(seed, count):
    features, matches = random_features(seed, 2, 4, 12, 12), random_matches(seed, 2, count, 12, 12)
    terms = triplet(seen(*features, matches), TripletSettings())
    for b in range(2):
        losses = []
        for n in where(matches.positive[b]):
            a, own = descriptor(features[0], b, matches.xy0[b, n]), descriptor(features[1], b, matches.xy1[b, n])
            hardest = min(nearest_square(b, n, matches, *way) for way in both_directions(features, matches))
            losses.append(max(0, MARGIN + square(a, own) - hardest))
        assert terms["total"][b].item() == pytest.approx(sum(losses) / max(len(losses), 1), abs=1e-9)


def test_collapse_costs_the_margin_with_a_finite_gradient():
    matches = random_matches(0, 2, 40, 40, 40)
    flat = torch.full((2, 4, 40, 40), 0.3, requires_grad=True)
    terms = triplet(seen(flat, flat, matches), TripletSettings(0.7))
    assert terms["total"].tolist() == pytest.approx([0.7, 0.7])
    assert terms["positive"].tolist() == terms["negative"].tolist() == [0, 0]
    terms["total"].sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()


@pytest.mark.parametrize(("margin", "cost"), [(1.9, 0), (2.5, 0.5)])
def test_unrelated_descriptors_are_2_apart(margin, cost):
    """One-hot descriptors: p = 0 and n^2 = 2, so margins up to 2 are met."""
    matches = random_matches(0, 1, 30, 20, 20, padded=False)
    matches = replace(matches, xy1=matches.xy0.float())
    one_hot = torch.eye(400).view(1, 400, 20, 20)
    value = triplet(seen(one_hot, one_hot, matches), TripletSettings(margin))["total"]
    assert value.item() == pytest.approx(cost, abs=1e-6)


def test_gradients():
    assert gradients_are_right(triplet, TripletSettings())


def test_no_positives_is_a_differentiable_zero():
    assert zero_without_positives(triplet, TripletSettings())
