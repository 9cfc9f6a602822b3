"""The area under the recall curve: against the published recipe, closed forms, and repeated errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.auc import auc, auc_estimate
from training.evaluation.bootstrap import draws

errors = st.lists(st.one_of(st.floats(0, 30), st.just(float("inf"))), min_size=1, max_size=30)


def published(values, threshold):
    """SuperGlue's and LoFTR's recipe, written from its description."""
    values = np.sort(np.asarray(values, float))
    recall = np.arange(1, len(values) + 1) / len(values)
    x, y = np.concatenate([[0], values]), np.concatenate([[0], recall])
    last = np.searchsorted(x, threshold)
    x, y = np.append(x[:last], threshold), np.append(y[:last], y[last - 1])
    return np.trapezoid(y, x) / threshold


@given(errors, st.sampled_from([1.0, 5.0, 20.0]))
def test_equals_the_published_recipe(values, threshold):
    positive = [value or 1e-9 for value in values]  # at 0 itself the recipe drops the point (0, 0)
    assert auc(np.array(positive), threshold) == pytest.approx(published(positive, threshold), abs=1e-9)


@given(errors, st.data())
def test_a_weight_is_as_many_equal_errors(values, data):
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(values), max_size=len(values)).filter(any))
    repeated = np.repeat(values, weights)
    assert auc(np.array(values), 10, np.array(weights, float)) == pytest.approx(auc(repeated, 10), abs=1e-12)


def test_closed_forms():
    assert auc(np.zeros(4), 5) == 1
    assert auc(np.full(3, np.inf), 5) == 0
    assert auc(np.array([2.0, np.inf]), 4) == pytest.approx((0.5 * 2 * 0.5 + 0.5 * 2) / 4)  # a slope to 2, then flat
    assert auc(np.array([4.0]), 4) == 0  # an error of the threshold itself is none below it
    assert np.isnan(auc(np.zeros(0), 5))


def test_the_interval_is_over_scenes():
    rng = np.random.default_rng(0)
    scene = np.repeat(np.arange(6), 5)
    values = rng.uniform(0, 10, 30)
    found = auc_estimate(values, 5, scene, draws(6, np.random.default_rng(1)))
    assert found.low < found.value < found.high
    assert found.value == auc(values, 5)
    one = auc_estimate(values, 5, 0 * scene, draws(1, np.random.default_rng(1)))
    assert np.isnan(one.low)
