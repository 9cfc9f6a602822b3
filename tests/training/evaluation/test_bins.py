"""Groups of pairs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.bins import ALL, OVERLAP, Bins


def test_edges_belong_to_the_upper_bin_and_outsiders_to_the_nearest():
    bins = Bins("overlap", "t", (0.0, 1.0, 2.0))
    assert bins.labels == ("0 to 1", "1 to 2")
    assert bins.number(np.array([-5, 0, 0.99, 1, 2, 9, np.nan])).tolist() == [0, 0, 0, 1, 1, 1, -1]


@given(st.lists(st.floats(-10, 100), min_size=1))
def test_every_value_has_exactly_one_bin(values):
    for bins in ALL:
        number = bins.number(np.array(values))
        assert ((number >= 0) & (number < len(bins.labels))).all()


def test_labels_follow_the_edges():
    assert OVERLAP.labels == ("0.2 to 0.4", "0.4 to 0.5", "0.5 to 0.6", "0.6 to 0.9")
