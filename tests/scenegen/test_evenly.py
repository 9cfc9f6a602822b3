"""Even choices keep order, take nothing twice and lie equally far apart."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scenegen.evenly import evenly, from_first, middles


def gaps_alike(chosen):
    """Whether the numbers ascend by steps that differ by one at most."""
    gaps = [b - a for a, b in pairwise(chosen)]
    return not gaps or (min(gaps) > 0 and max(gaps) - min(gaps) <= 1)


@given(st.integers(1, 500), st.integers(2, 250))
def test_both_ends_are_among_the_chosen(length, count):
    chosen = evenly(range(length), count)
    assert len(chosen) == min(length, count)
    assert (chosen[0], chosen[-1]) == (0, length - 1)
    assert gaps_alike(chosen)


def test_one_item_is_the_first():
    assert evenly("abcdefg", 1) == ("a",)
    assert evenly("", 3) == ()


@given(st.integers(0, 500), st.integers(0, 600))
def test_from_the_first_on(count, limit):
    chosen = from_first(count, limit)
    assert len(chosen) == (min(limit, count) if limit else count)
    assert not chosen or (chosen[0], chosen[-1] < count) == (0, True)
    assert gaps_alike(chosen)


def test_from_the_first_on_in_numbers():
    assert from_first(10, 3) == [0, 3, 6]
    assert from_first(10, 5) == [0, 2, 4, 6, 8]
    assert from_first(2, 5) == [0, 1]


@given(st.integers(0, 2000), st.integers(0, 300))
def test_middles_of_equal_parts(count, most):
    chosen = middles(count, most).tolist()
    assert len(chosen) == min(count, most)
    assert all(0 <= number < count for number in chosen)
    assert gaps_alike(chosen)
    assert not chosen or chosen[0] <= count - 1 - chosen[-1] + 1 <= chosen[0] + 2


def test_middles_in_numbers():
    assert middles(10, 1).tolist() == [5]
    assert middles(10, 5).tolist() == [1, 3, 5, 7, 9]
