"""Confidence intervals by resampling scenes.

Pairs of one scene (a room, a sequence) look alike, so the scene is what was drawn at random, and what is drawn again
(the cluster bootstrap).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
RESAMPLES = 1_000
"""Resampled sets."""
LEVEL = 0.95
"""Share of the resampled values inside of the interval."""


class Estimate(NamedTuple):
    """A number and its interval; NaN where there is none (no query; for the interval: fewer than two scenes)."""

    value: float
    low: float
    high: float


def draws(clusters: int, generator: np.random.Generator, resamples: int = RESAMPLES) -> NDArray[np.int64]:
    """(resamples, clusters): how often each cluster is in each resampled set."""
    return generator.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)


def ratio(numerator: Array, denominator: Array, cluster: Array, times: Array) -> Estimate:
    """Sum of `numerator` over sum of `denominator`, both (Q,); `cluster` (Q,) numbers the scene, `times` is `draws`.

    Every resampled set divides its own sums: scenes with more queries weigh more, as in the value itself.
    """
    scenes = times.shape[1]
    top = np.bincount(cluster, numerator, minlength=scenes)
    bottom = np.bincount(cluster, denominator, minlength=scenes)
    return estimate(_divide(top.sum(), bottom.sum()), _divide(times @ top, times @ bottom), bottom)


def median(values: Array, cluster: Array, times: Array) -> Estimate:
    """Median of `values` (Q,), as above; of an even number the lower of the middle two."""
    order = np.argsort(values, kind="stable")
    values, cluster = values[order], cluster[order]
    scenes = times.shape[1]
    if not len(values):
        return Estimate(np.nan, np.nan, np.nan)
    resampled = np.array([_weighted_median(values, row[cluster]) for row in times])
    return estimate(_weighted_median(values, np.ones(len(values))), resampled, np.bincount(cluster, minlength=scenes))


def _weighted_median(values: Array, weights: Array) -> float:
    """Least of the sorted `values` at which half of the weight is reached; NaN without weight."""
    reached = np.cumsum(weights)
    return float(values[np.searchsorted(reached, reached[-1] / 2)]) if reached[-1] else float("nan")


def _divide(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=np.asarray(bottom) > 0)


def estimate(value: Any, resampled: Array, weight: Array) -> Estimate:
    """The value with the percentiles of the resampled ones; `weight` (scenes,) tells which scenes hold any query."""
    known = resampled[np.isfinite(resampled)]
    if np.count_nonzero(weight) < 2 or not len(known):
        return Estimate(float(value), np.nan, np.nan)
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))
