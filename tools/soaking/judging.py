"""From what was seen of a run to whether it stayed as it was: memory, handles and pace, early against late.

What may be compared is the question. A worker is a process that lives from one kill to the next, so a leak grows with
its age and is gone with it; what a run leaves behind on the disk grows from life to life. Hence two comparisons:

* **lives**: the lives of the first quarter of the run beside those of the last, each at equal ages;
* **age**: within each life the first quarter of its age beside the last, after the warm-up.

A worker's age is what it has computed, in pairs of the run's mean cost: a busy machine makes nobody younger. The
first WARM_PAIRS of a life are left out of both, because a worker fills its cache of objects (300 MB) by then, as it
is meant to. The pace is computing time a pair between the first and the last shard of a life; it differs between
rooms by a sixth, so two standard errors of the lives, or pairs of lives, are allowed to it where they are above 5 %.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soaking.disturbed import WORKER, Moment, Process

WARM_PAIRS = 200
"""Age at which the cache of a worker is full, with some to spare: measured, after some 160 pairs."""
OLD = 1.4
"""A life is long enough to be compared with itself when it reached so many times that age."""
STEP_PAIRS = 10
"""Ages that are compared lie so far apart."""
ALLOWED = 0.05
"""How much more late than early is still flat."""
Measure = Callable[[Process], float]
MEASURES: dict[str, Measure] = {
    "memory, MB": lambda process: process.state.memory_mb,
    "handles": lambda process: float(process.state.handles),
}


@dataclass(frozen=True)
class Trace:
    """How one measure of one process went with its age."""

    life: int
    ages: tuple[float, ...]
    """Pairs, rising."""
    values: tuple[float, ...]

    def at(self, age: float) -> float:
        """The measure at an age."""
        return float(np.interp(age, self.ages, self.values))

    def mean(self, low: float, high: float) -> float:
        """The mean measure between two ages."""
        return float(np.mean([self.at(age) for age in np.linspace(low, high, 20)]))

    @property
    def oldest(self) -> float:
        """The age that was reached."""
        return self.ages[-1]


@dataclass(frozen=True)
class Change:
    """A measure early and late."""

    first: float
    last: float
    allowed: float = ALLOWED

    @property
    def growth(self) -> float:
        """By what share the late one is above the early one."""
        return self.last / self.first - 1

    @property
    def flat(self) -> bool:
        """Whether that is no more than allowed."""
        return self.growth <= self.allowed


def by_life(moments: Iterable[Moment]) -> dict[int, list[Moment]]:
    """The moments of each life, in order."""
    lives: dict[int, list[Moment]] = {}
    for moment in moments:
        lives.setdefault(moment.life, []).append(moment)
    return lives


def traces(moments: Iterable[Moment], role: str, measure: Measure, cost: float) -> list[Trace]:
    """A measure of every process of a role, by its age; a command is as old as the pairs published in its life."""
    found = []
    for life, seen in by_life(moments).items():
        points: dict[int, list[tuple[float, float]]] = {}
        for moment in seen:
            for process in (process for process in moment.processes if process.role == role):
                age = process.state.cpu_s / cost if role == WORKER else float(moment.pairs - seen[0].pairs)
                points.setdefault(process.pid, []).append((age, measure(process)))
        found += [Trace(life, *zip(*each, strict=True)) for each in points.values()]
    return found


def quarters(lives: int) -> tuple[range, range]:
    """The lives of the first and of the last quarter of a run."""
    count = math.ceil(lives / 4)
    return range(count), range(lives - count, lives)


def change_over_lives(found: Sequence[Trace], lives: int, warm: float = WARM_PAIRS) -> Change | None:
    """Processes of the first lives beside those of the last, at ages that both reached; None where there are none."""
    groups = [[trace for trace in found if trace.life in part] for part in quarters(lives)]
    marks = np.arange(warm, min(max((trace.oldest for trace in group), default=0.0) for group in groups), STEP_PAIRS)
    if lives < 2 or not len(marks):
        return None
    return Change(*(_mean_at(group, marks) for group in groups))


def _mean_at(group: Sequence[Trace], marks: NDArray[np.float64]) -> float:
    """The mean measure of those that reached each age, over the ages."""
    return float(np.mean([np.mean([trace.at(mark) for trace in group if trace.oldest >= mark]) for mark in marks]))


def change_with_age(found: Sequence[Trace], warm: float = WARM_PAIRS) -> Change | None:
    """The first quarter of each life beside its last, after the warm-up; None where none grew old enough."""
    old = [trace for trace in found if trace.oldest >= OLD * warm]
    if not old:
        return None
    quarter = [(trace.oldest - warm) / 4 for trace in old]
    first = [trace.mean(warm, warm + q) for trace, q in zip(old, quarter, strict=True)]
    last = [trace.mean(trace.oldest - q, trace.oldest) for trace, q in zip(old, quarter, strict=True)]
    return Change(float(np.mean(first)), float(np.mean(last)))
