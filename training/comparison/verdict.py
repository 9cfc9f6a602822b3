"""Is one objective better than another, or is it the luck of the seeds? A verdict for each pair.

The seeds of each are a sample of its runs, and their means are compared by Welch's test: runs of one seed begin with
the same weights and see the same windows, which can only make two objectives more alike than the test assumes, and its
interval wider than need be; with few seeds, pairing costs more freedom than it gains. All pairs of one metric are
judged together (Holm): the chance of any false "better" among them is at most 5 %. Runs that diverged have no metric;
they are told beside the verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from typing import Literal

from training.comparison.statistics import LEVEL, holm, welch
from training.comparison.summary import Summary

Ruling = Literal["better", "worse", "within seed noise", "too few runs"]


@dataclass(frozen=True)
class Aim:
    """A metric that verdicts are made on."""

    metric: str
    title: str
    larger: bool
    """Whether larger is better."""


AIMS = (
    Aim("pck@5", "PCK@5 px", larger=True),
    Aim("closer", "share of pixels closer than the true match", larger=False),
)
"""What is judged, the most telling first."""


@dataclass(frozen=True)
class Verdict:
    """One pair, one metric."""

    metric: str
    first: str
    second: str
    difference: float
    """Mean of the first less mean of the second."""
    half: float
    """Half the 95 % interval of the difference, of this pair alone."""
    p_holm: float
    """Adjusted over all pairs of the metric."""
    ruling: Ruling
    """What the first is, compared with the second."""


def judge(summaries: Sequence[Summary], aim: Aim) -> list[Verdict]:
    """A verdict for each pair of contestants, in their order."""
    pairs = list(combinations(summaries, 2))
    found = [welch(*(each.values.get(aim.metric, []) for each in pair)) for pair in pairs]
    adjusted = holm([difference.p for difference in found])
    return [
        Verdict(aim.metric, a.name, b.name, each.value, each.half, p, _ruling(each.value, p, aim))
        for (a, b), each, p in zip(pairs, found, adjusted, strict=True)
    ]


def _ruling(difference: float, p: float, aim: Aim) -> Ruling:
    if not isfinite(p):
        return "too few runs"
    if p >= 1 - LEVEL:
        return "within seed noise"
    return "better" if (difference > 0) == aim.larger else "worse"


def reversed_verdict(verdict: Verdict) -> Verdict:
    """The same verdict, told of the second."""
    opposite: dict[Ruling, Ruling] = {"better": "worse", "worse": "better"}
    ruling = opposite.get(verdict.ruling, verdict.ruling)
    return Verdict(
        verdict.metric, verdict.second, verdict.first, -verdict.difference, verdict.half, verdict.p_holm, ruling
    )
