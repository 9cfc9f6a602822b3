"""Which pairs a step sees: a permutation, exact after a resume, the same for any number of processes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.order import batches_per_epoch, epoch_keys, epoch_order, fixed_keys
from training.errors import DataError, RequestError

SIZES = st.tuples(st.integers(1, 8), st.integers(1, 6)).map(lambda s: (s[0] * s[1] + s[1] // 2, s[0]))


def test_an_order_is_a_permutation_of_its_own():
    orders = [epoch_order(50, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all((np.sort(order) == np.arange(50)).all() for order in orders)
    assert len({tuple(order) for order in orders}) == 4
    np.testing.assert_array_equal(orders[1], epoch_order(50, 0, 1))


@given(SIZES, st.integers(0, 5))
def test_batches_cover_the_order_and_leave_out_the_rest(sizes, epoch):
    pairs, batch = sizes
    keys = epoch_keys(pairs, batch, 7, epoch)
    assert len(keys) == batches_per_epoch(pairs, batch)
    flat = [key for batch_keys in keys for key in batch_keys]
    assert flat == [(epoch, pair) for pair in epoch_order(pairs, 7, epoch)[: len(keys) * batch]]


@given(SIZES, st.integers(0, 7))
def test_skipping_goes_on_where_a_run_stopped(sizes, skip):
    assert epoch_keys(*sizes, 3, 1, skip=skip) == epoch_keys(*sizes, 3, 1)[skip:]


@pytest.mark.parametrize("world", [1, 2, 3, 6])
def test_the_global_batch_does_not_depend_on_the_number_of_processes(world):
    whole = epoch_keys(40, 12, 0, 2)
    shares = [epoch_keys(40, 12, 0, 2, rank=rank, world=world) for rank in range(world)]
    for k, batch in enumerate(whole):
        assert sorted(batch) == sorted(key for share in shares for key in share[k])
        assert {len(share[k]) for share in shares} == {12 // world}


def test_a_batch_that_cannot_be_shared():
    with pytest.raises(RequestError, match=r"^a batch of 12 cannot be shared by 5 processes: use a multiple of 5$"):
        epoch_keys(40, 12, 0, 0, world=5)


@pytest.mark.parametrize(("pairs", "said"), [(4, "4 pairs do"), (1, "1 pair does")])
def test_too_few_pairs(pairs, said):
    with pytest.raises(DataError) as caught:
        epoch_keys(pairs, 32, 0, 0)
    assert str(caught.value) == f"{said} not fill a batch of 32: use --batch {pairs} or less, or more data"


def test_fixed_keys_keep_the_last_batch():
    assert fixed_keys(3, 2, 0, 7) == [((7, 0), (7, 1)), ((7, 2),)]
    assert fixed_keys(10, 2, 5, 99) == [((99, 1), (99, 3)), ((99, 5), (99, 7)), ((99, 9),)]
