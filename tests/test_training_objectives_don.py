"""The contrastive hinge against a loop in plain floats."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import random_features, random_matches, seen

from training.objectives.anchors import spread
from training.objectives.don import CANDIDATES, RADIUS_PX, DonSettings, don
from training.objectives.gather import gather

MARGIN = DonSettings().margin


@hypothesis_settings(max_examples=25)
@given(seed=st.integers(0, 999), count=st.integers(0, 10))
def test_equals_the_loop(seed, count):
    maps, matches = random_features(seed, 2, 3, 15, 15), random_matches(seed, 2, count, 15, 15)
    features = [map.detach() * 0.5 for map in maps]
    terms = don(seen(*features, matches), DonSettings())
    a, b = (gather(f, xy, "nearest") for f, xy in zip(features, (matches.xy0, matches.xy1), strict=True))
    pool = spread(matches, CANDIDATES)
    candidates = gather(features[1], pool.xy1, "nearest")
    for pair in range(2):
        squares, hard = [], []
        for n in matches.positive[pair].nonzero().flatten().tolist():
            squares.append(math.dist(a[pair, :, n].tolist(), b[pair, :, n].tolist()) ** 2)
            for c in range(candidates.shape[2]):
                gap = math.dist(a[pair, :, n].tolist(), candidates[pair, :, c].tolist())
                away = math.dist(matches.xy1[pair, n].tolist(), pool.xy1[pair, c].tolist()) > RADIUS_PX
                hard += [(MARGIN - gap) ** 2] if away and gap < MARGIN else []
        assert terms["positive"][pair].item() == pytest.approx(sum(squares) / max(len(squares), 1), abs=1e-5)
        assert terms["negative"][pair].item() == pytest.approx(sum(hard) / max(len(hard), 1), abs=1e-5)


def test_collapse_costs_the_squared_margin_with_a_finite_gradient():
    matches = random_matches(0, 2, 40, 40, 40)
    flat = torch.full((2, 4, 40, 40), 0.3, requires_grad=True)
    value = don(seen(flat, flat, matches), DonSettings())["total"]
    assert value.tolist() == pytest.approx([MARGIN**2, MARGIN**2])
    value.sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()
