"""One pair of windows, and another one in the place of a pair that gives none."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from training.data.windows import Array, ViewRays
from training.errors import DataError

REPLACEMENTS = 100
"""Pairs in a row that may give no windows before reading gives up."""


@dataclass(frozen=True)
class PairItem:
    """One pair of windows as arrays."""

    image0: Array
    """(3, h, w) uint8 window of view 0."""
    image1: Array
    """(3, h, w) uint8 window of the other view."""
    rays: ViewRays
    """Rays that start in window 0, in the windows' frames."""
    passed_over: int
    """Pairs that were tried in vain before this one."""
    flow: Array | None = None
    """(2, h, w) float32 as in `PairBatch`; None where no dense truth was asked for."""
    covisible: Array | None = None
    """(h, w) bool as in `PairBatch`; None as `flow`."""


def first_of_use(
    number: int, make: Callable[[int], PairItem | None], another: Callable[[], int], fault: Callable[[], str]
) -> PairItem:
    """The pair of `number`, or of the first number drawn instead that gives one, with a count of those passed over.

    Raises DataError with what `fault` says after REPLACEMENTS in vain.
    """
    for passed_over in range(REPLACEMENTS):
        if (item := make(number)) is not None:
            return replace(item, passed_over=passed_over)
        number = another()
    raise DataError(fault())
