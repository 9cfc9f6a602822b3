"""A few shards that stand for all of them."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def evenly(items: Sequence[T], count: int) -> tuple[T, ...]:
    """At most `count` of some items, in order, spread over all of them, the first and the last among them."""
    rows = np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int))
    return tuple(items[row] for row in rows)
