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

from training.objectives.pixel_pairs import PixelPairs
from training.objectives.triplet import FARTHEST, RADIUS_PX, TripletSettings, triplet

HARDEST, SEMI_HARD = TripletSettings(), TripletSettings(mining="semi-hard")


def square(a, b):
    return math.dist(unit(a), unit(b)) ** 2


def hardest(squares, own):
    return min(squares, default=FARTHEST)


def semi_hard(squares, own):
    return min((each for each in squares if each >= own), default=max(squares, default=FARTHEST))


MINED = {HARDEST: hardest, SEMI_HARD: semi_hard}
both = pytest.mark.parametrize("settings", MINED, ids=["hardest", "semi-hard"])


def negative_squares(b, n, matches, queries, bank, own, other):
    """Squared distances of entry n's descriptor to the candidates beyond the radius."""
    a = descriptor(queries, b, own[b, n])
    return [
        square(a, descriptor(bank, b, other[b, m]))
        for m in where(matches.valid[b])
        if math.dist(other[b, m].tolist(), other[b, n].tolist()) > RADIUS_PX
    ]


@both
@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_equals_the_loop(settings, seed, count):
    features, matches = random_features(seed, 2, 4, 12, 12), random_matches(seed, 2, count, 12, 12)
    terms = triplet(seen(*features, matches), settings)
    for b in range(2):
        losses = []
        for n in where(matches.positive[b]):
            a, match = descriptor(features[0], b, matches.xy0[b, n]), descriptor(features[1], b, matches.xy1[b, n])
            own = square(a, match)
            ways = (negative_squares(b, n, matches, *way) for way in both_directions(features, matches))
            losses.append(max(0, settings.margin + own - min(MINED[settings](squares, own) for squares in ways)))
        assert terms["total"][b].item() == pytest.approx(sum(losses) / max(len(losses), 1), abs=1e-9)


@pytest.mark.parametrize("mining", ["hardest", "semi-hard"])
def test_collapse_costs_the_margin_with_a_finite_gradient(mining):
    matches = random_matches(0, 2, 40, 40, 40)
    flat = torch.full((2, 4, 40, 40), 0.3, requires_grad=True)
    terms = triplet(seen(flat, flat, matches), TripletSettings(0.7, mining))
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


@both
def test_a_match_without_candidates_is_held_against_the_farthest(settings):
    """Opposite descriptors: p^2 = 4 = n^2, which leaves the margin; the match itself is no candidate."""
    xy, there = torch.tensor([[[1, 1]]]), torch.tensor([[True]])
    alone = PixelPairs(xy.int(), xy.float(), there, there)
    features = torch.ones(1, 4, 8, 8)
    terms = triplet(seen(features, -features, alone), settings)
    assert [terms[name].item() for name in ("total", "positive", "negative")] == pytest.approx([settings.margin, 4, 4])


@both
def test_gradients(settings):
    assert gradients_are_right(triplet, settings)


@both
def test_no_positives_is_a_differentiable_zero(settings):
    assert zero_without_positives(triplet, settings)
