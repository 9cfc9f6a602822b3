"""An even choice keeps order and both ends, and never takes an item twice."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scenegen.shards.choice import evenly


@given(st.integers(1, 500), st.integers(2, 250))
def test_few_of_many(length, count):
    chosen = evenly(range(length), count)
    assert len(chosen) == min(length, count)
    assert list(chosen) == sorted(set(chosen))
    assert (chosen[0], chosen[-1]) == (0, length - 1)
    gaps = [b - a for a, b in pairwise(chosen)]
    assert not gaps or max(gaps) - min(gaps) <= 1
