"""An even choice of samples over rooms."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from scenegen.evenly import middles


def evenly_over(groups: Sequence[Hashable], wanted: int) -> list[int]:
    """Up to `wanted` positions of `groups`, in order, with as equal a number of each group as there can be.

    Groups with too few give all they have; what remains over goes to groups that lie evenly apart. Within a
    group the positions lie evenly apart.
    """
    members: dict[Hashable, list[int]] = {}
    for position, group in enumerate(groups):
        members.setdefault(group, []).append(position)
    quotas = shares(np.array([len(some) for some in members.values()], np.int64), wanted)
    chosen = [some[i] for some, quota in zip(members.values(), quotas, strict=True) for i in middles(len(some), quota)]
    return sorted(chosen)


def shares(sizes: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """How many to take of groups of `sizes`, (G,), so that min(wanted, sum) are taken and shares differ by one at most.

    A group that is smaller than the others' share gives all it has.
    """
    taken = np.zeros_like(sizes)
    rest = min(max(wanted, 0), int(sizes.sum()))
    while rest:
        open_ = np.flatnonzero(taken < sizes)
        chosen = open_[middles(len(open_), rest)]
        taken[chosen] += 1
        rest -= len(chosen)
    return taken
