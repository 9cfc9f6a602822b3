"""InfoNCE against a loop in plain floats, and its values at collapse and with perfect features."""

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

from training.objectives.infonce import InfoNceSettings, infonce
from training.objectives.pixel_pairs import PixelPairs

COSINE, SQUARES = InfoNceSettings(), InfoNceSettings("l2", 1.0)
both = pytest.mark.parametrize("settings", [COSINE, SQUARES], ids=["cosine", "l2"])


def similarity(settings, a, b):
    return -(math.dist(a, b) ** 2) if settings is SQUARES else cosine(a, b) / settings.temperature


def slow_direction(settings, b, matches, queries, bank, own, other):
    """`queries` look for their match in `bank`; pixels of the bank's view are `other`, of the queries' `own`."""
    losses = []
    for n in where(matches.positive[b]):
        a = descriptor(queries, b, own[b, n])
        sums = 0.0
        for m in where(matches.valid[b]):
            if m == n or math.dist(other[b, m].tolist(), other[b, n].tolist()) > settings.radius_px:
                sums += math.exp(similarity(settings, a, descriptor(bank, b, other[b, m])))
        losses.append(math.log(sums) - similarity(settings, a, descriptor(bank, b, other[b, n])))
    return sum(losses) / max(len(losses), 1)


@both
@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 10))
def test_equals_the_loop(settings, seed, count):
    features, matches = random_features(seed, 2, 4, 6, 7), random_matches(seed, 2, count, 6, 7)
    terms = infonce(seen(*features, matches), settings)
    for b in range(2):
        forward, backward = (
            slow_direction(settings, b, matches, *direction) for direction in both_directions(features, matches)
        )
        assert terms["forward"][b].item() == pytest.approx(forward, rel=1e-9, abs=1e-9)
        assert terms["backward"][b].item() == pytest.approx(backward, rel=1e-9, abs=1e-9)
        assert terms["total"][b].item() == pytest.approx((forward + backward) / 2, rel=1e-9, abs=1e-9)


@both
def test_collapse_costs_the_log_of_the_pixels_compared(settings):
    settings = replace(settings, radius_px=0.0)
    matches = random_matches(0, 1, 20, 50, 50, padded=False)
    flat = torch.ones(1, 4, 50, 50)
    assert infonce(seen(flat, flat, matches), settings)["total"].item() == pytest.approx(math.log(20), rel=1e-5)


@both
def test_a_pixel_within_two_of_the_match_is_no_negative(settings):
    """Two anchors of one look: each costs log 2 where their matches are told apart, else nothing."""
    flat = torch.ones(1, 4, 9, 9)
    for gap, cost in ((1.5, 0.0), (2.0, 0.0), (2.5, math.log(2))):
        xy0 = torch.tensor([[[0, 0], [8, 8]]], dtype=torch.int32)
        xy1 = torch.tensor([[[1.0, 1.0], [1.0 + gap, 1.0]]])
        both_positive = torch.ones(1, 2, dtype=torch.bool)
        terms = infonce(seen(flat, flat, PixelPairs(xy0, xy1, both_positive, both_positive)), settings)
        assert terms["forward"].item() == pytest.approx(cost)
        assert terms["backward"].item() == pytest.approx(math.log(2))


@both
def test_gradients(settings):
    assert gradients_are_right(infonce, settings)


@both
def test_no_positives_is_a_differentiable_zero(settings):
    assert zero_without_positives(infonce, settings)


@both
def test_autocast_does_not_touch_the_arithmetic(settings):
    features, matches = random_features(3, 2, 8, 9, 9), random_matches(3, 2, 30, 9, 9)
    maps = [map.detach().float() for map in features]
    plain = infonce(seen(*maps, matches), settings)["total"]
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(infonce(seen(*maps, matches), settings)["total"], plain)
