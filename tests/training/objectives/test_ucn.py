"""The correspondence contrastive loss against a brute-force search in plain floats, at collapse and at its optimum."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import assume, given
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

from training.objectives.ucn import RADIUS_PX, UcnSettings, ucn

MARGIN = UcnSettings().margin


def mined(b, n, matches, queries, bank, own, other):
    """Distance to the nearest candidate where that one is a negative of entry n: a list of one or none."""
    a = unit(descriptor(queries, b, own[b, n]))
    gaps = {m: math.dist(a, unit(descriptor(bank, b, other[b, m]))) for m in where(matches.valid[b])}
    nearest = min(gaps.values())
    away = {math.dist(other[b, m].tolist(), other[b, n].tolist()) > RADIUS_PX for m in gaps if gaps[m] < nearest + 1e-9}
    assume(len(away) == 1)  # two entries of one pixel, one on either side of the radius
    return [nearest] if away == {True} else []


@hypothesis_settings(max_examples=40)
@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_equals_the_loop(seed, count):
    features, matches = random_features(seed, 2, 4, 12, 12), random_matches(seed, 2, count, 12, 12)
    terms = ucn(seen(*features, matches), UcnSettings())
    for b in range(2):
        squares, hinges = [], []
        for n in where(matches.positive[b]):
            a, own = descriptor(features[0], b, matches.xy0[b, n]), descriptor(features[1], b, matches.xy1[b, n])
            squares.append(math.dist(unit(a), unit(own)) ** 2)
            for direction in both_directions(features, matches):
                hinges += [max(0, MARGIN - gap) ** 2 for gap in mined(b, n, matches, *direction)]
        twice = 2 * max(len(squares) + len(hinges), 1)
        assert terms["positive"][b].item() == pytest.approx(sum(squares) / twice, abs=1e-9)
        assert terms["negative"][b].item() == pytest.approx(sum(hinges) / twice, abs=1e-9)
        assert terms["total"][b].item() == pytest.approx((sum(squares) + sum(hinges)) / twice, abs=1e-9)


def test_collapse_costs_a_third_of_the_squared_margin_at_most():
    """All candidates are equally near: the first stands for each anchor's nearest, few of which are near it."""
    matches = random_matches(0, 2, 60, 90, 90)
    flat = torch.full((2, 4, 90, 90), 0.3, requires_grad=True)
    value = ucn(seen(flat, flat, matches), UcnSettings(1.0))["total"]
    assert (value <= 1 / 3 + 1e-6).all()
    assert value.tolist() == pytest.approx([1 / 3, 1 / 3], rel=0.1)
    value.sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()


def test_found_matches_have_no_negatives():
    """Of each two matches the descriptors are 0.1 apart, well inside the margin; still nothing is mined."""
    matches = random_matches(0, 1, 30, 20, 20, padded=False)
    matches = replace(matches, xy1=matches.xy0.float())
    x, y = torch.meshgrid(torch.arange(20.0), torch.arange(20.0), indexing="xy")
    place = torch.stack([torch.ones_like(x), x / 100, y / 100]).unsqueeze(0)
    assert ucn(seen(place, place, matches), UcnSettings())["total"].item() == 0


def test_gradients():
    assert gradients_are_right(ucn, UcnSettings())


def test_no_positives_is_a_differentiable_zero():
    assert zero_without_positives(ucn, UcnSettings())
