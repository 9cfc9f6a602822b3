"""Metrics on cases worked out by hand, and that nothing is a mean of means."""

import numpy as np
import pytest

from training.evaluation.answers import Answers, Found
from training.evaluation.arrays import joined, select
from training.evaluation.bins import OVERLAP
from training.evaluation.metrics import errors_px, point, score, score_bins, share_closer
from training.evaluation.predictions import PairFacts, Predictions


def answers(errors, visible=None, returned=0.0, closer=0, equal=0, pixels=100):
    """Queries whose true match is (20, 10) and whose prediction lies `errors` px to the right."""
    errors = np.asarray(errors, np.float32)
    n = len(errors)
    visible = np.ones(n, bool) if visible is None else np.asarray(visible, bool)
    true = np.where(visible[:, None], np.float32([20, 10]), np.float32(np.nan))
    predicted = np.float32([20, 10]) + np.stack([errors, 0 * errors], 1)
    zero = np.zeros(n)
    full = [np.broadcast_to(value, n).copy() for value in (closer, equal, pixels, returned)]
    return Answers(visible, predicted.astype(np.float32), true, zero, zero, *full)


def predictions(parts, scenes, overlap=None):
    """Pairs with the given answers and no matches of their own."""
    pair = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    unknown = np.full((len(parts), 4, 4), np.nan)
    nothing = np.full(len(parts), np.nan)
    overlap = np.full(len(parts), 0.5) if overlap is None else np.array(overlap)
    size, K = np.full((len(parts), 2), 100), unknown[:, :3, :3]
    names, no = np.array(scenes), np.zeros(len(parts), bool)
    lens = np.full(len(parts), "pinhole")
    facts = PairFacts(names, names, size, no, overlap, nothing, nothing, K, K, K, unknown, lens, lens)
    none = np.zeros((0, 2), np.float32)
    found = Found(none, none, none)
    return Predictions(
        "d", "k", 3, joined(Answers, parts), pair, np.zeros((len(pair), 2)), found, False, np.zeros(0, int), facts
    )


def test_pixel_errors_by_hand():
    found = point(answers([0, 0.5, 1, 2, 4, 5, 9, 100]))
    assert found["pck@1"] == 2 / 8  # an error of exactly k px is outside
    assert found["pck@3"] == 4 / 8
    assert found["pck@5"] == 5 / 8
    assert found["pck@10"] == 7 / 8
    assert found["aepe_px"] == pytest.approx(121.5 / 8)
    assert found["median_px"] == 2  # the lower of 2 and 4


def test_recall_at_1_is_the_pixel_that_the_truth_falls_in():
    same = answers([0, 0, 0, 1])
    same.true[:] = [[20.49, 9.5], [19.5, 10.4], [20.51, 10], [20.51, 10]]
    assert point(same)["recall@1"] == 3 / 4


def test_distractors_only_count_for_mutual_matches():
    # visible: right and mutual, right and not, wrong and mutual; distractors: mutual, not mutual.
    mixed = answers([1, 1, 50, 7, 7], visible=[1, 1, 1, 0, 0], returned=np.array([0, 3, 1, 1, 1.5]))
    found = point(mixed)
    assert found["mutual_precision"] == pytest.approx(1 / 3)
    assert found["mutual_recall"] == pytest.approx(1 / 3)
    assert found["pck@3"] == pytest.approx(2 / 3)
    assert np.isnan(errors_px(mixed)[3:]).all()


def test_ties_count_half_so_that_a_constant_descriptor_is_at_chance():
    assert share_closer(answers([0], closer=0, equal=99)).item() == pytest.approx(0.495)
    assert share_closer(answers([0], closer=7)).item() == 0.07


def test_sums_over_the_set_are_not_a_mean_of_means():
    easy, hard = answers([0] * 90), answers([50] * 10)
    total = score(predictions([easy, hard], ["a", "b"]), 0)
    mean_of_means = np.mean([point(part)["pck@5"] for part in (easy, hard)])
    assert mean_of_means == 0.5
    assert total.metrics["pck@5"].value == 0.9
    assert (total.queries, total.pairs, total.scenes) == (100, 2, 2)


def test_bins_split_the_queries_and_keep_empty_groups():
    parts = [answers([0, 0]), answers([50]), answers([0, 9], visible=[1, 0])]
    found = score_bins(predictions(parts, ["a", "b", "b"], [0.25, 0.55, 0.95]), OVERLAP, 0)
    assert [(s.queries, s.distractors) for s in found.values()] == [(2, 0), (0, 0), (1, 0), (1, 1)]
    assert [s.metrics["pck@5"].value for s in found.values()][2:] == [0, 1]
    assert np.isnan(found["0.4 to 0.5"].metrics["pck@5"].value)
    assert np.isnan(found["0.4 to 0.5"].metrics["median_px"].value)


def test_no_query_gives_nan_and_no_error():
    nothing = select(answers([1]), np.zeros(1, bool))
    assert all(np.isnan(value) for value in point(nothing).values())


def test_intervals_hold_the_value_and_depend_on_the_seed_alone():
    parts = [answers(np.random.default_rng(i).uniform(0, 10, 20)) for i in range(6)]
    made = predictions(parts, list("abcdef"))
    one, again, other = score(made, 1), score(made, 1), score(made, 2)
    assert one == again
    assert one != other
    for estimate in one.metrics.values():
        assert estimate.low <= estimate.value <= estimate.high or np.isnan(estimate.value)
