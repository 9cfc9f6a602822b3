"""Subsets of the matches that many-to-many objectives use."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from match_maker import random_matches

from training.objectives.anchors import choose, evenly_among, first, join, near


@given(seed=st.integers(0, 999), count=st.integers(0, 12), entries=st.integers(0, 9))
def test_first_keeps_the_order_and_marks_the_rest_absent(seed, count, entries):
    matches = random_matches(seed, 3, entries, 5, 5)
    points = first(matches, matches.positive, count)
    assert points.xy0.shape == (3, min(count, entries), 2)
    for b in range(3):
        kept = points.present[b]
        expected = matches.positive[b].nonzero().flatten()[:count]
        assert int(kept.sum()) == len(expected)
        assert torch.equal(points.xy0[b][kept], matches.xy0[b][expected])
        assert torch.equal(points.xy1[b][kept], matches.xy1[b][expected])


@given(seed=st.integers(0, 999), count=st.integers(1, 12), entries=st.integers(0, 9))
def test_spread_covers_what_the_mask_sets_and_nothing_else(seed, count, entries):
    matches = random_matches(seed, 3, entries, 5, 5)
    points = evenly_among(matches, matches.negative, count)
    for b in range(3):
        valid = matches.xy1[b][matches.negative[b]]
        if not len(valid):
            assert not points.present[b].any()
            continue
        assert points.present[b].all()
        found = {tuple(xy) for xy in points.xy1[b].tolist()}
        assert found <= {tuple(xy) for xy in valid.tolist()}
        assert len(found) == min(count, len(valid))


def test_a_spread_of_nothing_is_empty():
    matches = random_matches(0, 3, 9, 5, 5)
    assert evenly_among(matches, matches.valid, 0).xy0.shape == (3, 0, 2)


def test_points_are_joined_and_chosen_by_pair():
    matches = random_matches(0, 3, 20, 5, 5)
    a, b = evenly_among(matches, matches.positive, 4), evenly_among(matches, matches.valid & False, 4)
    both = join(a, b)
    chosen = choose(torch.tensor([True, False, True]), a, b)
    for name in ("xy0", "xy1", "present"):
        first_part, second_part = getattr(a, name), getattr(b, name)
        assert torch.equal(getattr(both, name)[:, :4], first_part)
        assert torch.equal(getattr(both, name)[:, 4:], second_part)
        assert torch.equal(getattr(chosen, name)[1], second_part[1])
        assert torch.equal(getattr(chosen, name)[::2], first_part[::2])


def test_near_is_a_disc():
    a = torch.tensor([[[0, 0], [4, 4]]], dtype=torch.int32)
    b = torch.tensor([[[3.0, 4.0], [0.0, 0.1], [4.0, 9.0]]])
    assert near(a, b, 5.0).tolist() == [[[True, True, False], [True, False, True]]]
