"""Numbers from predictions. Every one is a ratio of sums (or a median) over all queries, never a mean of means."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.answers import MUTUAL_PX, Answers
from training.evaluation.arrays import select
from training.evaluation.bins import Bins
from training.evaluation.bootstrap import RESAMPLES, Estimate, draws, median, ratio
from training.evaluation.own_matches import own_matches
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import Thresholds
from training.seeding import Stream, numpy_generator

Array = NDArray[Any]
THRESHOLDS_PX = (1, 3, 5, 10)
"""k of PCK@k."""
THRESHOLDS = Thresholds()
"""Of the robust estimators, unless told."""
RIGHT_PX = 5.0
"""A mutual match is right when it ends within this distance of the truth."""


@dataclass(frozen=True)
class Scores:
    """The numbers of one set of queries."""

    metrics: dict[str, Estimate]
    """By the names of `ratios`, `medians` and `own_matches`."""
    queries: int
    """Visible rays asked."""
    distractors: int
    """Occluded and out-of-view rays asked."""
    pairs: int
    scenes: int


def errors_px(answers: Answers) -> Array:
    """(Q,) float64 distance of the predicted pixel from the true projection; NaN for distractors."""
    return np.linalg.norm(answers.predicted.astype(np.float64) - answers.true, axis=1)


def share_closer(answers: Answers) -> Array:
    """(Q,) float64 share of view 1's pixels that are closer than the true match; ties count half.

    Without ties it is the rank of the true match over N (Dense Object Nets). Half the ties is what a random order
    of equal pixels gives: a constant descriptor gets 1/2, not a perfect 0.
    """
    return (answers.closer + answers.equal / 2) / answers.pixels


def ratios(answers: Answers) -> dict[str, tuple[Array, Array]]:
    """Numerator and denominator (Q,) of each metric that is a ratio of sums.

    `pck@k`: error < k px. `aepe_px`: mean error. `recall@1`: the pixel that the truth falls in was found, among all.
    `closer`: `share_closer`. `mutual_precision`: share of the mutual matches, those of distractors included, that
    are right; `mutual_recall`: share of the visible queries with a right mutual match.
    """
    visible, error = answers.visible, errors_px(answers)
    known = np.where(visible, error, 0)
    exact = (answers.predicted == np.floor(answers.true + np.float32(0.5))).all(1)
    mutual = answers.returned_px <= MUTUAL_PX
    right = mutual & (error < RIGHT_PX)
    found = {f"pck@{k}": (error < k, visible) for k in THRESHOLDS_PX}
    return found | {
        "aepe_px": (known, visible),
        "recall@1": (exact, visible),
        "closer": (np.where(visible, share_closer(answers), 0), visible),
        "mutual_precision": (right, mutual),
        "mutual_recall": (right, visible),
    }


def medians(answers: Answers) -> dict[str, Array]:
    """Values (V,) of the visible queries of each metric that is a median."""
    seen = answers.visible
    return {"median_px": errors_px(answers)[seen], "closer_median": share_closer(answers)[seen]}


def point(answers: Answers) -> dict[str, float]:
    """All metrics without intervals, NaN where nothing was asked."""
    one = np.zeros((0, 1), np.int64)
    return {
        name: estimate.value for name, estimate in _estimates(answers, np.zeros(len(answers), np.int64), one).items()
    }


def score(predictions: Predictions, seed: int, thresholds: Thresholds = THRESHOLDS) -> Scores:
    """All metrics with intervals over scenes: of the queries, and of the contender's own matches where it has any."""
    scene, times = _scenes(predictions, seed)
    metrics = own_matches(predictions, thresholds, scene, times)
    if len(predictions.answers):
        metrics = _estimates(predictions.answers, scene[predictions.pair], times) | metrics
    queries = int(predictions.answers.visible.sum())
    distractors = len(predictions.answers) - queries
    return Scores(metrics, queries, distractors, len(predictions.pairs), times.shape[1])


def score_queries(predictions: Predictions, seed: int, chosen: Array, resamples: int = RESAMPLES) -> Scores:
    """The metrics of the queries `chosen` (Q,) bool, with intervals over scenes."""
    scene, times = _scenes(predictions, seed, resamples)
    pair, answers = predictions.pair[chosen], select(predictions.answers, chosen)
    queries = int(answers.visible.sum())
    counts = queries, len(answers) - queries, len(np.unique(pair)), len(np.unique(scene[pair]))
    return Scores(_estimates(answers, scene[pair], times), *counts)


def _scenes(predictions: Predictions, seed: int, resamples: int = RESAMPLES) -> tuple[Array, Array]:
    """The number of each pair's scene (P,), and how often each scene is in the resampled sets."""
    names, scene = np.unique(predictions.pairs.scene, return_inverse=True)
    return scene, draws(len(names), numpy_generator(seed, Stream.EVALUATION), resamples)


def score_bins(predictions: Predictions, bins: Bins, seed: int) -> dict[str, Scores]:
    """The same of each bin, empty ones included."""
    number = bins.of_queries(predictions)
    return {label: score_queries(predictions, seed, number == index) for index, label in enumerate(bins.labels)}


def _estimates(answers: Answers, scene: Array, times: Array) -> dict[str, Estimate]:
    found = {name: ratio(*pair, scene, times) for name, pair in ratios(answers).items()}
    seen = scene[answers.visible]
    return found | {name: median(values, seen, times) for name, values in medians(answers).items()}
