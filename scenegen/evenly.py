"""A few of many, evenly: with both ends, from the first one on, or from the middles of equal parts."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def evenly(items: Sequence[T], count: int) -> tuple[T, ...]:
    """At most `count` of some items, in order, spread over all of them, the first and the last among them."""
    rows = np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int))
    return tuple(items[row] for row in rows)


def from_first(count: int, limit: int) -> list[int]:
    """Up to `limit` of `count` numbers, evenly spread from the first on; all of them when `limit` is 0."""
    kept = min(limit, count) if limit > 0 else count
    return [number * count // kept for number in range(kept)]


def middles(count: int, most: int) -> NDArray[np.int64]:
    """All numbers below `count`, or the middles of `most` equal parts of them; the middle one for one."""
    chosen = min(count, most)
    return (2 * np.arange(chosen) + 1) * count // max(2 * chosen, 1)
