"""Numbers from the matches that a contender finds by itself: one value per pair, and the estimates over pairs.

`mma@t` (mean matching accuracy, D2-Net): share of a pair's mutual matches within t px of the truth, 0 of a pair without
matches, averaged over pairs. Matches whose truth is not known are left out. `homography_auc@t NAME` and `pose_auc@t
NAME`: area under the curve of recall against the mean corner error (px), and the pose error (degrees).
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.lenses import parse
from training.evaluation.answers import Found
from training.evaluation.arrays import select
from training.evaluation.auc import auc_estimate
from training.evaluation.bootstrap import Estimate, ratio
from training.evaluation.estimators import ESTIMATORS, Estimator
from training.evaluation.motion_errors import corner_error_px, pose_error_deg
from training.evaluation.pair import RelativePose
from training.evaluation.predictions import PairFacts, Predictions
from training.evaluation.thresholds import Thresholds

Array = NDArray[Any]
MMA_PX = tuple(range(1, 11))
"""t of MMA@t."""
HOMOGRAPHY_PX = (1, 3, 5)
"""t of the homography's AUC@t."""
POSE_DEG = (5, 10, 20)
"""t of the pose's AUC@t."""


def own_matches(predictions: Predictions, thresholds: Thresholds, scene: Array, times: Array) -> dict[str, Estimate]:
    """All metrics that the pairs have a truth for; `scene` (P,) numbers the scenes, `times` is `bootstrap.draws`."""
    if not predictions.sought:
        return {}
    found = dict(_accuracy(predictions, scene, times))
    for name, errors in motion_errors(predictions, thresholds).items():
        known = ~np.isnan(errors)
        for threshold in HOMOGRAPHY_PX if name.startswith("homography") else POSE_DEG:
            kind, _, by = name.partition(" ")
            found[f"{kind}_auc@{threshold} {by}"] = auc_estimate(errors[known], threshold, scene[known], times)
    return found


def _accuracy(predictions: Predictions, scene: Array, times: Array) -> Iterator[tuple[str, Estimate]]:
    """MMA@t and the mean number of matches, where any pair has a truth."""
    ones = np.ones(len(predictions.pairs))
    count = np.bincount(predictions.found_pair, minlength=len(ones))
    yield "matches", ratio(count, ones, scene, times)
    for threshold, share in mma(predictions).items():
        if not np.isnan(share).all():
            known = ~np.isnan(share)
            yield f"mma@{threshold}", ratio(share[known], ones[known], scene[known], times)


def mma(predictions: Predictions) -> dict[int, Array]:
    """(P,) share of right matches of each pair for each threshold; 0 without matches, NaN without any known truth."""
    pairs, of = len(predictions.pairs), predictions.found_pair
    error = own_errors_px(predictions.found)
    known = ~np.isnan(error)
    judged, all_of = (np.bincount(of[chosen], minlength=pairs) for chosen in (known, slice(None)))
    unknown = (judged == 0) & ((all_of > 0) | ~predictions.pairs.judged)
    shares = {}
    for threshold in MMA_PX:
        right = np.bincount(of[error <= threshold], minlength=pairs)
        shares[threshold] = np.where(unknown, np.nan, right / np.maximum(judged, 1))
    return shares


def own_errors_px(found: Found) -> Array:
    """(M,) float64 distance of own matches from the truth; infinite where nothing is right, NaN where not known."""
    return np.linalg.norm(found.xy1.astype(np.float64) - found.true, axis=1)


def motion_errors(predictions: Predictions, thresholds: Thresholds) -> dict[str, Array]:
    """(P,) errors by "homography NAME" and "pose NAME" of each estimator; NaN for pairs without that truth."""
    found = {}
    for name, estimator in ESTIMATORS.items():
        rows = [_errors(estimator, thresholds, *each) for each in _by_pair(predictions)]
        found |= dict(zip((f"homography {name}", f"pose {name}"), np.array(rows).T, strict=True))
    return {name: errors for name, errors in found.items() if not np.isnan(errors).all()}


def _errors(
    estimator: Estimator, thresholds: Thresholds, facts: PairFacts, xy0: Array, xy1: Array
) -> tuple[float, ...]:
    """Corner error (px) and pose error (degrees) of a pair; NaN where its truth is not known."""
    homography, pose = math.nan, math.nan
    if not np.isnan(facts.homography).any():
        estimated = estimator.homography(xy0, xy1, thresholds.homography_px)
        homography = corner_error_px(estimated, facts.homography, facts.size0)
    if not np.isnan(facts.T_1_0).any():
        lenses = parse(str(facts.lens0)), parse(str(facts.lens1))
        pose_of = RelativePose(facts.K0, facts.K1, facts.T_1_0, lenses)
        estimated = estimator.pose(xy0, xy1, pose_of, thresholds.pose_px)
        pose = pose_error_deg(estimated, facts.T_1_0)
    return homography, pose


def _by_pair(predictions: Predictions) -> Iterator[tuple[PairFacts, Array, Array]]:
    """What is known of each pair, and its matches."""
    ends = np.cumsum(np.bincount(predictions.found_pair, minlength=len(predictions.pairs)))
    xy0, xy1 = (np.split(xy, ends[:-1]) for xy in (predictions.found.xy0, predictions.found.xy1))
    facts = (select(predictions.pairs, number) for number in range(len(ends)))
    yield from zip(facts, xy0, xy1, strict=True)
