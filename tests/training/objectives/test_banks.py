"""Searches for a match: who is compared with whom, and the hardest of them by brute force."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import both_directions, cosine, descriptor, random_features, random_matches, seen, unit, where

from training.objectives import banks
from training.objectives.banks import both_ways, difference_to_hardest, difference_to_match

RADIUS_PX = 3.0


@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_each_anchor_has_its_match_at_its_own_place_and_negatives_beyond_the_radius(seed, count):
    features, matches = random_features(seed, 2, 3, 9, 9), random_matches(seed, 2, count, 9, 9)
    searches = both_ways(seen(*features, matches), RADIUS_PX)
    for search, (queries, bank, own, other) in zip(searches, both_directions(features, matches), strict=True):
        for b in range(2):
            positives = where(matches.positive[b])
            order = positives + [-1] * (count - len(positives)) + where(matches.negative[b])
            assert where(search.present[b]) == list(range(len(positives)))
            assert where(search.candidates[b]) == [c for c, entry in enumerate(order) if entry >= 0]
            for place, n in enumerate(positives):
                assert search.queries[b, :, place].tolist() == descriptor(queries, b, own[b, n])
                assert search.matches[b, :, place].tolist() == descriptor(bank, b, other[b, n])
                assert where(search.negative[b, place]) == [
                    c
                    for c in where(search.candidates[b])
                    if math.dist(other[b, order[c]].tolist(), other[b, n].tolist()) > RADIUS_PX
                ]


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(banks, "ANCHORS", 5)
    monkeypatch.setattr(banks, "EXTRA", 7)
    features, matches = random_features(1, 2, 3, 9, 9), random_matches(1, 2, 60, 9, 9)
    for search in both_ways(seen(*features, matches), RADIUS_PX):
        assert search.queries.shape == (2, 3, 5)
        assert search.bank.shape == (2, 3, 12)
        assert search.negative.shape == (2, 5, 12)


def test_512_anchors_meet_each_other_and_1024_pixels_more():
    """What a pair has beyond that is left out, so that a search is a matrix of 512 x 1536 at most."""
    features, matches = random_features(1, 1, 2, 60, 60), random_matches(1, 1, 3000, 60, 60)
    for search in both_ways(seen(*features, matches), RADIUS_PX):
        assert search.negative.shape == (1, 512, 1536)
        assert search.present.all()
        assert search.candidates.all()


@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_the_hardest_is_the_nearest_in_angle_of_those_allowed(seed, count):
    features, matches = random_features(seed, 2, 3, 9, 9), random_matches(seed, 2, count, 9, 9)
    search, _ = both_ways(seen(*features, matches), RADIUS_PX)
    allowed = search.candidates.unsqueeze(1).expand_as(search.negative)
    difference, negative = difference_to_hardest(search, allowed)
    for b in range(2):
        for m in where(search.present[b]):
            a = search.queries[b, :, m].tolist()
            scores = {c: cosine(a, search.bank[b, :, c].tolist()) for c in where(allowed[b, m])}
            best = max(scores, key=lambda c: scores[c])
            expected = [u - v for u, v in zip(unit(a), unit(search.bank[b, :, best].tolist()), strict=True)]
            assert difference[b, :, m].tolist() == pytest.approx(expected)
            assert bool(negative[b, m]) == bool(search.negative[b, m, best])
    assert not negative[~search.present].any()


@pytest.mark.parametrize("radius_px", [RADIUS_PX, 99.0])
def test_where_nothing_is_allowed_nothing_is_found(radius_px):
    """Neither where no candidate is a negative, nor where there are some and none of them may be taken."""
    features, matches = random_features(1, 2, 3, 9, 9), random_matches(1, 2, 30, 9, 9)
    search, _ = both_ways(seen(*features, matches), radius_px)
    assert search.negative.any() == (radius_px < 99)
    assert not difference_to_hardest(search, torch.zeros_like(search.negative))[1].any()


def test_the_difference_to_the_match_is_that_of_directions():
    features, matches = random_features(1, 2, 3, 9, 9), random_matches(1, 2, 30, 9, 9)
    search, _ = both_ways(seen(*features, matches), RADIUS_PX)
    longer, _ = both_ways(seen(7 * features[0], features[1], matches), RADIUS_PX)
    torch.testing.assert_close(difference_to_match(longer), difference_to_match(search))
    cosines = (search.queries * search.matches).sum(1) / search.queries.norm(dim=1) / search.matches.norm(dim=1)
    torch.testing.assert_close(difference_to_match(search).square().sum(1), 2 - 2 * cosines)


@pytest.mark.parametrize(("dtype", "inside"), [("bfloat16", "float32"), ("float32", "float32"), ("float64", "float64")])
def test_arithmetic_is_float32_at_least(dtype, inside):
    features, matches = random_features(1, 2, 3, 9, 9), random_matches(1, 2, 30, 9, 9)
    search, _ = both_ways(seen(*(map.to(getattr(torch, dtype)) for map in features), matches), RADIUS_PX)
    with torch.autocast("cpu", torch.bfloat16):
        scores = banks.cosine(search.queries, search.bank)
    assert search.queries.dtype == search.bank.dtype == scores.dtype == getattr(torch, inside)
