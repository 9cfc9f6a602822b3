"""Codes of one bit a channel against brute force."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from training.evaluation.codes import nearest_codes, nearest_of, packed
from training.evaluation.nearest import comparable, nearest, nearest_pixels


def cloud(seed, count, channels):
    """Descriptors of both signs, some of them 0 and some equal."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy((rng.integers(-2, 3, (count, channels)) / 2).astype(np.float32))


def differing(queries, bank):
    """Bits that differ, by SciPy."""
    return np.rint(cdist(queries > 0, bank > 0, "hamming") * queries.shape[1]).astype(int)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 7, 64, 65, 300]), st.integers(1, 90), st.integers(0, 5))
def test_near_are_all_within_the_slack_of_the_nearest_in_order(seed, channels, count, slack):
    queries, bank = cloud(seed, 9, channels), cloud(seed + 1, count, channels)
    found = nearest_codes(packed(queries), packed(bank), slack)
    table = differing(queries, bank)
    query, row = np.nonzero(table <= table.min(1, keepdims=True) + slack)
    assert found.query.tolist() == query.tolist()
    assert found.row.tolist() == row.tolist()
    assert found.bits.tolist() == table[query, row].tolist()


def test_the_answer_does_not_hang_on_how_many_queries_are_held_at_once(monkeypatch):
    queries, bank = packed(cloud(0, 50, 64)), packed(cloud(1, 40, 64))
    whole = nearest_codes(queries, bank, 3)
    monkeypatch.setattr("training.evaluation.codes.ENTRIES", 100)
    pieces = nearest_codes(queries, bank, 3)
    assert all(np.array_equal(a, b) for a, b in zip(whole, pieces, strict=True))


def test_ranked_again_by_the_descriptors_the_lowest_of_equal_rows_wins():
    bank = torch.tensor([[3.0, 1.0], [1.0, 2.0], [1.0, 2.0], [1.0, -2.0]])
    queries = torch.tensor([[1.0, 2.0], [1.0, -1.0]])
    found = nearest_codes(packed(queries), packed(bank))
    assert found.query.tolist() == [0, 0, 0, 1]  # the last of the bank has another sign
    assert nearest_of(queries, bank, found, "l2").tolist() == [1, 3]


def test_with_slack_for_all_bits_the_nearest_is_that_of_the_exact_search():
    draw = torch.Generator().manual_seed(0)
    queries, bank = (torch.randn(count, 16, generator=draw) for count in (20, 200))
    found = nearest_codes(packed(queries), packed(bank), 16)
    for norm in ("l2", "linf", "l1"):
        assert nearest_of(queries, bank, found, norm).tolist() == nearest(queries, bank, norm)[0].tolist()


def test_the_distance_hamming_counts_the_channels_whose_signs_differ():
    maps = [cloud(seed, 30, 12).T.reshape(12, 5, 6).contiguous() for seed in (3, 4)]
    xy0 = torch.tensor([[0, 0], [5, 4], [2, 3]])
    rows = differing(*(each.flatten(1).T for each in maps))[xy0[:, 1] * 6 + xy0[:, 0]].argmin(1)
    assert nearest_pixels(*maps, xy0, "hamming").tolist() == [[row % 6, row // 6] for row in rows]
    codes, norm = comparable(maps[0], "hamming")
    assert (norm, set(codes.unique().tolist())) == ("l1", {0.0, 1.0})
