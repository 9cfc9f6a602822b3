"""Mined negatives against a brute-force search."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import random_features, random_matches, seen

from training.objectives import hard, stable
from training.objectives.gather import gather


@pytest.mark.parametrize("p", ["inf", "1", "2"])
@hypothesis_settings(max_examples=30)
@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_the_negative_of_a_positive_is_its_nearest_candidate_beyond_the_radius(p, seed, count):
    features, matches = random_features(seed, 2, 3, 12, 12), random_matches(seed, 2, count, 12, 12)
    mined = hard.mine(*features, matches, p)
    half = mined.valid.shape[1] // 2
    bank = gather(features[1], matches.xy1, "nearest").detach()
    source = gather(features[0], matches.xy0, "nearest").detach()
    for b in range(2):
        positives = matches.positive[b].nonzero().flatten().tolist()
        assert int(mined.positive[b].sum()) == len(positives)
        for place, n in enumerate(positives):
            assert torch.equal(mined.xy1[b, place], matches.xy1[b, n])
            assert torch.equal(mined.xy0[b, half + place], matches.xy0[b, n])
            allowed = [
                m
                for m in matches.valid[b].nonzero().flatten().tolist()
                if math.dist(matches.xy1[b, m].tolist(), matches.xy1[b, n].tolist()) > hard.RADIUS_PX
            ]
            assert bool(mined.valid[b, half + place]) == bool(allowed)
            if allowed:
                gaps = [torch.linalg.vector_norm(source[b, :, n] - bank[b, :, m], float(p)).item() for m in allowed]
                best = gather(features[1], mined.xy1[b : b + 1, half + place :][:, :1].expand(2, -1, -1), "nearest")
                found = torch.linalg.vector_norm(source[b, :, n] - best[b, :, 0].detach(), float(p)).item()
                assert found == pytest.approx(min(gaps), rel=1e-5)


def test_a_search_in_chunks_finds_the_same(monkeypatch):
    features, matches = random_features(1, 2, 3, 30, 30), random_matches(1, 2, 60, 30, 30)
    whole = hard.mine(*features, matches, "inf")
    monkeypatch.setattr(hard, "CHUNK", 7)
    assert torch.equal(hard.mine(*features, matches, "inf").xy1, whole.xy1)


def test_the_form_of_the_loss_is_the_papers():
    features, matches = random_features(1, 2, 3, 30, 30), random_matches(1, 2, 60, 30, 30)
    terms = hard.stable_hard(seen(*features, matches), stable.StableSettings(p="2"))
    mined = hard.mine(*features, matches, "2")
    assert torch.equal(terms["total"], stable.within(*features, mined, "2", "paper"))
    easy = stable.within(*features, matches, "2", "paper")
    assert not torch.equal(terms["total"], easy)
