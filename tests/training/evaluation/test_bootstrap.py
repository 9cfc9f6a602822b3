"""Intervals over rooms, against theory and an independent loop."""

import numpy as np
import pytest

from training.evaluation.bootstrap import draws, median, ratio


def test_resampled_sets_have_as_many_rooms():
    times = draws(7, np.random.default_rng(0))
    assert times.shape == (1000, 7)
    assert (times.sum(1) == 7).all()


def test_ratio_equals_a_loop_over_resampled_queries():
    rng = np.random.default_rng(1)
    cluster, top = rng.integers(0, 5, 200), rng.random(200)
    bottom = (rng.random(200) < 0.8).astype(float)
    times = draws(5, np.random.default_rng(2), 50)
    found = []
    for row in times:
        rows = np.concatenate([np.flatnonzero(cluster == room) for room in range(5) for _ in range(row[room])])
        found.append(top[rows].sum() / bottom[rows].sum())
    made = ratio(top, bottom, cluster, times)
    assert made.value == pytest.approx(top.sum() / bottom.sum())
    np.testing.assert_allclose([made.low, made.high], np.quantile(found, [0.025, 0.975]))


def test_median_equals_a_loop_over_resampled_queries():
    rng = np.random.default_rng(1)
    cluster, values = rng.integers(0, 4, 99), rng.random(99)
    times = draws(4, np.random.default_rng(2), 50)
    found = []
    for row in times:
        every = np.sort(np.repeat(values, row[cluster]))
        found.append(every[(len(every) - 1) // 2])
    made = median(values, cluster, times)
    assert made.value == np.median(values)
    np.testing.assert_allclose([made.low, made.high], np.quantile(found, [0.025, 0.975]))


def test_the_interval_covers_the_truth_as_often_as_it_says():
    # Rooms differ: an interval over queries alone would be far too narrow.
    rng = np.random.default_rng(0)
    rooms, each, covered, naive = 30, 50, 0, 0
    for _ in range(200):
        level = np.clip(rng.normal(0.5, 0.15, rooms), 0, 1)
        cluster = np.repeat(np.arange(rooms), each)
        hit = (rng.random(rooms * each) < level[cluster]).astype(float)
        made = ratio(hit, np.ones_like(hit), cluster, draws(rooms, rng, 300))
        covered += made.low <= 0.5 <= made.high
        naive += abs(hit.mean() - 0.5) < 1.96 * 0.5 / np.sqrt(len(hit))
    assert 0.88 <= covered / 200 <= 0.99
    assert naive / 200 < 0.75


def test_one_room_has_no_interval_and_no_query_no_value():
    times = draws(1, np.random.default_rng(0))
    ones = np.ones(4)
    assert np.isnan(ratio(ones, ones, np.zeros(4, int), times).low)
    assert ratio(ones, ones, np.zeros(4, int), times).value == 1
    assert np.isnan(ratio(ones[:0], ones[:0], np.zeros(0, int), times).value)
    assert np.isnan(median(ones[:0], np.zeros(0, int), times).value)
