"""The contrastive hinge against a loop in plain floats, its kinds of non-matches, collapse and optimum."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import (
    descriptor,
    gradients_are_right,
    random_features,
    random_matches,
    seeded,
    seen,
    where,
    zero_without_positives,
)

from training.objectives.anchors import evenly_among
from training.objectives.don import CANDIDATES, RADIUS_PX, DonSettings, don, non_matches

MARGIN = DonSettings().margin


def with_objects(matches, seed=0, share=0.5):
    """The same matches with about `share` of the positives on objects."""
    draw = torch.rand(matches.positive.shape, generator=seeded(seed))
    return replace(matches, foreground=matches.positive & (draw < share))


def mean(values):
    return sum(values) / max(len(values), 1)


def hard_squares(features, b, matches, pool, slots):
    """What is missing to the margin, squared, of each positive and those non-matches of `slots` that are hard."""
    found = []
    for n in where(matches.positive[b]):
        a = descriptor(features[0], b, matches.xy0[b, n])
        for c in slots:
            gap = math.dist(a, descriptor(features[1], b, pool.xy1[b, c]))
            away = math.dist(matches.xy1[b, n].tolist(), pool.xy1[b, c].tolist()) > RADIUS_PX
            found += [(MARGIN - gap) ** 2] if away and gap < MARGIN else []
    return found


@pytest.mark.parametrize("objects", [False, True])
@hypothesis_settings(max_examples=15)
@given(seed=st.integers(0, 999), count=st.integers(0, 10))
def test_equals_the_loop(objects, seed, count):
    maps, matches = random_features(seed, 2, 3, 15, 15), random_matches(seed, 2, count, 15, 15)
    matches = with_objects(matches, seed) if objects else matches
    features = [map.detach() * 0.5 for map in maps]
    terms = don(seen(*features, matches), DonSettings())
    pool, masked = non_matches(matches, 0.5)
    for b in range(2):
        squares = [
            math.dist(descriptor(features[0], b, matches.xy0[b, n]), descriptor(features[1], b, matches.xy1[b, n])) ** 2
            for n in where(matches.positive[b])
        ]
        on_objects, others = (hard_squares(features, b, matches, pool, where(kind[b])) for kind in (masked, ~masked))
        assert terms["positive"][b].item() == pytest.approx(mean(squares), abs=1e-9)
        assert terms["masked"][b].item() == pytest.approx(mean(on_objects), abs=1e-9)
        assert terms["background"][b].item() == pytest.approx(mean(others), abs=1e-9)
        assert terms["negative"][b].item() == pytest.approx(mean(on_objects + others), abs=1e-9)
        assert terms["total"][b].item() == pytest.approx(mean(squares) + mean(on_objects + others), abs=1e-9)


def pixels(xy):
    return {tuple(each) for each in xy.tolist()}


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_the_asked_share_of_non_matches_lies_on_objects_and_the_rest_on_the_background(share):
    matches = with_objects(random_matches(1, 3, 400, 60, 60))
    pool, masked = non_matches(matches, share)
    assert pool.xy1.shape == (3, CANDIDATES, 2)
    assert pool.present.all()
    assert matches.foreground is not None
    for b in range(3):
        assert int(masked[b].sum()) == round(share * CANDIDATES)
        assert pixels(pool.xy1[b][masked[b]]) <= pixels(matches.xy1[b][matches.foreground[b]])
        room = matches.positive[b] & ~matches.foreground[b]
        assert pixels(pool.xy1[b][~masked[b]]) <= pixels(matches.xy1[b][room])


@pytest.mark.parametrize("share", [None, 0.0, 1.0])
def test_where_only_one_kind_is_seen_or_nothing_is_known_all_of_s_is_one_pool(share):
    matches = random_matches(1, 3, 400, 60, 60)
    matches = matches if share is None else with_objects(matches, share=share)
    pool, masked = non_matches(matches, 0.5)
    assert not masked.any()
    assert torch.equal(pool.xy1, evenly_among(matches, matches.valid, CANDIDATES).xy1)


def test_each_pair_chooses_for_itself():
    matches = with_objects(random_matches(1, 3, 400, 60, 60))
    assert matches.foreground is not None
    matches.foreground[1] = False
    _, masked = non_matches(matches, 0.5)
    assert masked.any(1).tolist() == [True, False, True]


@pytest.mark.parametrize("objects", [False, True])
def test_collapse_costs_the_squared_margin_with_a_finite_gradient(objects):
    matches = random_matches(0, 2, 40, 40, 40)
    matches = with_objects(matches) if objects else matches
    flat = torch.full((2, 4, 40, 40), 0.3, requires_grad=True)
    value = don(seen(flat, flat, matches), DonSettings())["total"]
    assert value.tolist() == pytest.approx([MARGIN**2, MARGIN**2])
    value.sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()


def test_descriptors_beyond_the_margin_cost_nothing():
    matches = random_matches(0, 1, 30, 20, 20, padded=False)
    matches = replace(matches, xy1=matches.xy0.float())
    one_hot = torch.eye(400).view(1, 400, 20, 20)
    assert don(seen(one_hot, one_hot, matches), DonSettings())["total"].item() == 0


def test_gradients():
    assert gradients_are_right(don, DonSettings(margin=1.5))


def test_no_positives_is_a_differentiable_zero():
    assert zero_without_positives(don, DonSettings())
