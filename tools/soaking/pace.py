"""What a pair costs in computing time, early and late: other work on the machine does not count.

It is counted in the time that a fixed task takes meanwhile, since who shares memory and caches slows down all that is
computed (`disturbed.Yardstick`).
Rooms differ by a sixth in what their pairs cost, so a change counts where it is above what is allowed and above two
standard errors.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from soaking.disturbed import Moment, Spent
from soaking.judging import ALLOWED, WARM_PAIRS, Change, by_life, quarters

Half = tuple["Stretch", "Stretch"]


@dataclass(frozen=True)
class Stretch:
    """Work of the crew of one life between two published shards."""

    cpu_s: float
    pairs: int

    @property
    def cost(self) -> float:
        """Seconds a pair."""
        return self.cpu_s / self.pairs


def published(moments: Iterable[Moment]) -> list[tuple[float, int]]:
    """(seconds computed, pairs published) of one life, as it starts and whenever a shard has come."""
    spent, found = Spent(), []
    for moment in moments:
        seconds = spent.book(moment)
        if not found or moment.pairs != found[-1][1]:
            found.append((seconds, moment.pairs))
    return found


def halves(moments: Iterable[Moment]) -> dict[int, Half]:
    """The early and the late half of each life from its first shard to its last, by life; none of fewer than three."""
    shards = {life: published(seen)[1:] for life, seen in by_life(moments).items()}
    return {life: (_between(each[0], each[len(each) // 2]), _between(each[len(each) // 2], each[-1]))
            for life, each in shards.items() if len(each) >= 3}  # fmt: skip


def grown(found: Mapping[int, Half]) -> dict[int, Half]:
    """The lives that are long enough to be compared."""
    return {life: each for life, each in found.items() if sum(half.pairs for half in each) >= WARM_PAIRS}


def _between(begin: tuple[float, int], end: tuple[float, int]) -> Stretch:
    return Stretch(end[0] - begin[0], end[1] - begin[1])


def cost_of(parts: Iterable[Stretch]) -> float:
    """Seconds a pair of all together; NaN where there are none."""
    known = list(parts)
    pairs = sum(part.pairs for part in known)
    return sum(part.cpu_s for part in known) / pairs if pairs else math.nan


def pace_over_lives(found: Mapping[int, Half], lives: int) -> Change | None:
    """The lives of the first quarter beside those of the last; None where a quarter has none."""
    groups = [[part for life in part_of for part in found.get(life, ())] for part_of in quarters(lives)]
    if lives < 2 or not all(groups):
        return None
    costs = [cost_of(each) for each in found.values()]
    error = np.std(costs, ddof=1) * math.sqrt(sum(2 / len(group) for group in groups)) if len(costs) > 1 else 0.0
    return _change(groups, float(error))


def pace_with_age(found: Mapping[int, Half]) -> Change | None:
    """The early half of each life beside its late half; None where there are none."""
    if not found:
        return None
    differences = [late.cost - early.cost for early, late in found.values()]
    error = np.std(differences, ddof=1) / math.sqrt(len(differences)) if len(differences) > 1 else 0.0
    return _change(list(zip(*found.values(), strict=True)), float(error))


def _change(groups: Sequence[Sequence[Stretch]], error: float) -> Change:
    """Early beside late, with two standard errors allowed where they are more."""
    first, last = (cost_of(group) for group in groups)
    return Change(first, last, max(ALLOWED, 2 * error / first))
