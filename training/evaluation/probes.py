"""Linear probes of frozen descriptors: what one 1x1 convolution can read from a pixel.

Probes are cross-validated in two folds that share no room (`folds`), so every number is over pixels of rooms
that the probe was not fitted on, summed over the whole set.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

Array = NDArray[Any]
FIT_PIXELS = 20_000
"""Pixels that a probe is fitted on at most, taken evenly from all that there are."""


@dataclass(frozen=True)
class CategoryScores:
    """The category probe over the whole set, by one confusion matrix of both folds."""

    accuracy: float
    """Share of pixels named rightly."""
    majority: float
    """The same for the probe that always says the most frequent category."""
    mean_accuracy: float
    """Mean over categories of the share of its pixels named rightly."""
    miou: float
    """Mean over categories of intersection over union."""
    classes: int
    """Categories that both folds know; only their pixels are asked for."""
    covered: float
    """Share of the pixels that belong to those categories."""


def folds(rooms: Sequence[str]) -> tuple[NDArray[np.int64], bool]:
    """Fold 0 or 1 (n,) of samples by their rooms, and whether the folds share no room.

    Rooms, in sorted order, go to the folds in turn. With one room alone its samples are cut in the middle
    instead (False): the probe then knows the room, and numbers are not comparable with others.
    """
    names = sorted(set(rooms))
    if len(names) > 1:
        return np.array([names.index(room) % 2 for room in rooms], np.int64), True
    return (np.arange(len(rooms)) >= len(rooms) / 2).astype(np.int64), False


def fit_logistic(features: Array, labels: Array, balanced: bool = False) -> Pipeline:
    """Logistic regression of labels (n,) on features (n, D): standardised channels, L2 penalty C = 1, L-BFGS.

    `balanced` weighs the classes alike. Fitted on at most 20,000 evenly taken rows; needs two classes at least.
    """
    stride = -(-len(features) // FIT_PIXELS)
    model = LogisticRegression(C=1.0, max_iter=200, class_weight="balanced" if balanced else None)
    probe = make_pipeline(StandardScaler(), model)
    with warnings.catch_warnings():
        # 200 rounds are the definition of the probe here; stopping there is no failure.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return probe.fit(features[::stride], labels[::stride])


def category_probe(features: Array, categories: Array, fold: Array) -> CategoryScores:
    """Cross-validated linear probe of categories.

    `features` (n, D) float32 descriptors of pixels, `categories` (n,) their names (text), `fold` (n,) 0 or 1.
    A category that one fold lacks cannot be learnt and tested, so its pixels are left out (see `covered`).
    All scores are NaN where fewer than two categories remain.
    """
    known = np.intersect1d(categories[fold == 0], categories[fold == 1])
    keep = np.isin(categories, known)
    covered = float(keep.mean()) if len(keep) else np.nan
    if len(known) < 2:
        return CategoryScores(np.nan, np.nan, np.nan, np.nan, len(known), covered)
    features, fold, truth = features[keep], fold[keep], np.searchsorted(known, categories[keep])
    confusion = np.zeros((len(known), len(known)), np.int64)
    for tested in (0, 1):
        probe = fit_logistic(features[fold != tested], truth[fold != tested])
        np.add.at(confusion, (truth[fold == tested], probe.predict(features[fold == tested])), 1)
    return CategoryScores(*confusion_scores(confusion), classes=len(known), covered=covered)


def confusion_scores(confusion: NDArray[np.int64]) -> tuple[float, float, float, float]:
    """Accuracy, majority, mean accuracy and mIoU of a confusion matrix (truth, said), each category seen."""
    right, truth, said = np.diagonal(confusion), confusion.sum(1), confusion.sum(0)
    union = truth + said - right
    total = confusion.sum()
    return (
        float(right.sum() / total),
        float(truth.max() / total),
        float(np.mean(right / truth)),
        float(np.mean(right / union)),
    )
