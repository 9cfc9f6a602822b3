"""Seeds as a sample: intervals of a mean, differences of two means, and what many comparisons at once allow to say."""

from collections.abc import Sequence
from math import inf, isfinite, nan, sqrt
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95
"""Of all intervals."""


class Spread(NamedTuple):
    """A sample in short."""

    runs: int
    """Values that are finite."""
    mean: float
    half: float
    """Half the 95 % interval of the mean (Student's t); NaN below two values."""
    deviation: float
    """Standard deviation (n - 1); NaN below two values."""


class Difference(NamedTuple):
    """Two means against each other."""

    value: float
    """First mean less second."""
    half: float
    """Half its 95 % interval (Welch)."""
    p: float
    """Probability of a difference as large, were there none."""


def mean_and_interval(values: Sequence[float]) -> Spread:
    """Mean, interval and deviation of the finite values; the mean of none is NaN."""
    known = [value for value in values if isfinite(value)]
    if len(known) < 2:
        return Spread(len(known), known[0] if known else nan, nan, nan)
    deviation = float(np.std(known, ddof=1))
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(known) - 1)) * deviation / sqrt(len(known))
    return Spread(len(known), float(np.mean(known)), half, deviation)


def welch(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Welch's t-test of two samples of unequal variance; half and p are NaN below two values in either."""
    a, b = mean_and_interval(first), mean_and_interval(second)
    value = a.mean - b.mean
    if min(a.runs, b.runs) < 2:
        return Difference(value, nan, nan)
    if a.deviation == b.deviation == 0:  # both always the same: no noise to exceed
        return Difference(value, 0.0, 1.0 if value == 0 else 0.0)
    parts = a.deviation**2 / a.runs, b.deviation**2 / b.runs
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (a.runs - 1) + parts[1] ** 2 / (b.runs - 1))
    student: Any = stats.t(freedom)
    error = sqrt(sum(parts))
    return Difference(value, float(student.ppf((1 + LEVEL) / 2)) * error, float(2 * student.sf(abs(value) / error)))


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given: below 0.05 with a chance of at most 5 % of any false finding.

    NaN (no test was made) stays NaN and does not count (Holm 1979).
    """
    order = sorted((k for k, each in enumerate(p) if isfinite(each)), key=lambda k: p[k])
    adjusted, least = [nan] * len(p), -inf
    for rank, k in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * p[k]))
        adjusted[k] = least
    return adjusted
