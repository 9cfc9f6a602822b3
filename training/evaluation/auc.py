"""The area under the curve of recall against the error, and its interval.

As SuperGlue, LoFTR and glue-factory compute it: errors are sorted, recall i/n is reached at the i-th error, (0, 0)
comes first, the curve is straight between, the last recall below the threshold is carried to it, and the area is
divided by the threshold. A failure has an infinite error and counts in n.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Estimate, estimate

Array = NDArray[Any]


def auc(errors: Array, threshold: float, weights: Array | None = None) -> float:
    """Area in [0, 1] of errors (N,) up to `threshold`; a weight w (N,) is w equal errors. NaN without any."""
    weights = np.ones(len(errors)) if weights is None else weights
    total = weights.sum()
    if not total:
        return float("nan")
    order = np.argsort(errors, kind="stable")
    below = order[(errors[order] < threshold) & (weights[order] > 0)]
    weights, errors = weights[below], errors[below]
    after = np.cumsum(weights) / total
    first = after - (weights - 1) / total  # of equal errors only the first is reached along a slope: the rest is a jump
    x = np.concatenate([[0.0], np.repeat(errors, 2), [threshold]])
    recall = np.stack([first, after], axis=1).ravel()
    return float(np.trapezoid(np.concatenate([[0.0], recall, recall[-1:] if len(recall) else [0.0]]), x) / threshold)


def auc_estimate(errors: Array, threshold: float, scene: Array, times: Array) -> Estimate:
    """The area with its interval over scenes; `scene` (N,) numbers them, `times` is `bootstrap.draws`."""
    resampled = np.array([auc(errors, threshold, row[scene]) for row in times])
    return estimate(auc(errors, threshold), resampled, np.bincount(scene, minlength=times.shape[1]))
