"""The sizes at which benchmarks are measured."""

from functools import partial

from training.evaluation.truths.scaled import long_side, short_side

LONG_320 = partial(long_side, side=320)
"""Longer side at most 320 px: fast on a CPU, and thresholds of 1 to 10 px mean the same from set to set."""
SHORT_480 = partial(short_side, side=480)
"""Shorter side 480 px: HPatches as glue-factory measures it."""


def exact(_: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """One size for every picture."""
    return size


def as_it_is(size: tuple[int, int]) -> tuple[int, int]:
    """The picture's own size."""
    return size
