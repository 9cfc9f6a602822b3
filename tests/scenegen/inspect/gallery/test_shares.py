"""An even choice of samples over rooms."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenegen.inspect.gallery.shares import evenly_over, shares

SIZES = st.lists(st.integers(0, 40), min_size=1, max_size=30)


@given(SIZES, st.integers(0, 300))
def test_shares_take_all_that_is_asked_and_differ_by_one_at_most(sizes, wanted):
    taken = shares(np.array(sizes), wanted)
    assert taken.sum() == min(wanted, sum(sizes))
    assert (taken <= sizes).all()
    cut = taken[taken < sizes]
    if len(cut):
        assert taken.max() - cut.min() <= 1


@given(SIZES, st.integers(0, 300))
def test_positions_are_those_of_their_groups_in_order(sizes, wanted):
    groups = [k for k, size in enumerate(sizes) for _ in range(size)]
    chosen = evenly_over(groups, wanted)
    assert chosen == sorted(set(chosen))
    counts = np.bincount([groups[i] for i in chosen], minlength=len(sizes))
    np.testing.assert_array_equal(counts[np.array(sizes) > 0], shares(np.array([s for s in sizes if s]), wanted))


def test_fewer_than_rooms_come_from_rooms_that_lie_apart():
    groups = [room for room in range(10) for _ in range(4)]
    assert sorted({groups[i] for i in evenly_over(groups, 2)}) == [2, 7]


def test_rooms_may_be_scattered_over_the_run():
    groups = ["a", "b", "a", "b", "a", "b"]
    assert [groups[i] for i in evenly_over(groups, 4)].count("a") == 2
