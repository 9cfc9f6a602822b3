"""Intervals and tests, against SciPy's and against the definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from training.comparison.statistics import holm, mean_and_interval, welch

values = st.floats(-100, 100, width=16)
samples = st.lists(values, min_size=2, max_size=8).filter(lambda sample: np.std(sample) > 1e-3)


@given(samples)
def test_the_interval_is_students(sample):
    found = mean_and_interval([*sample, math.nan, math.inf])
    low, high = stats.t.interval(0.95, len(sample) - 1, np.mean(sample), stats.sem(sample))
    assert found.runs == len(sample)
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx((low, high))
    assert found.deviation == pytest.approx(np.std(sample, ddof=1))


def test_an_interval_by_hand():
    """t of 2 degrees of freedom at 97.5 % is 4.302653; the deviation of 1, 2, 3 is 1."""
    assert mean_and_interval([1, 2, 3]).half == pytest.approx(4.302653 / math.sqrt(3))


def test_few_values_have_no_interval():
    assert (mean_and_interval([0.5]).runs, mean_and_interval([0.5]).mean) == (1, 0.5)
    assert math.isnan(mean_and_interval([0.5]).half)
    assert math.isnan(mean_and_interval([]).mean)


@given(samples, samples)
def test_the_difference_is_welchs(first, second):
    found, expected = welch(first, second), stats.ttest_ind(first, second, equal_var=False)
    assert found.value == pytest.approx(np.mean(first) - np.mean(second), abs=1e-9)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    low, high = expected.confidence_interval(0.95)
    assert (found.value - found.half, found.value + found.half) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


def test_differences_without_noise_or_without_runs():
    assert welch([1, 1], [1, 1]) == (0, 0, 1)
    assert welch([2, 2], [1, 1]) == (1, 0, 0)
    found = welch([2], [1, 1])
    assert found.value == 1
    assert math.isnan(found.half)
    assert math.isnan(found.p)


def test_holm_by_hand():
    """0.01 x 4, 0.03 x 3 and 0.04 x 2, which may not fall below the one before; 0.9 x 1."""
    assert holm([0.03, 0.01, 0.9, 0.04]) == pytest.approx([0.09, 0.04, 0.9, 0.09])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_leaves_out_what_was_not_tested():
    adjusted = holm([math.nan, 0.02, math.nan, 0.04])
    assert adjusted[1::2] == [0.04, 0.04]
    assert math.isnan(adjusted[0])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_holm_is_no_smaller_keeps_the_order_and_bonferroni_bounds_it(p):
    adjusted = holm(p)
    assert all(a >= b for a, b in zip(adjusted, p, strict=True))
    assert all(a <= min(1, len(p) * b) for a, b in zip(adjusted, p, strict=True))
    order = np.argsort(p, kind="stable")
    assert np.all(np.diff(np.array(adjusted)[order]) >= 0)
