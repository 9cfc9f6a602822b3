"""Small random decisions of a builder, each one call on a given generator."""

from typing import TypeVar

import numpy as np

from scenegen.seeding import Generator

T = TypeVar("T")


def between(rng: Generator, low: float, high: float) -> float:
    """A uniform number of [low, high)."""
    return float(rng.uniform(low, high))


def whole(rng: Generator, low: int, high: int) -> int:
    """A uniform integer of low..high, both included."""
    return int(rng.integers(low, high + 1))


def chance(rng: Generator, share: float) -> bool:
    """True with probability `share`."""
    return bool(rng.random() < share)


def pick(rng: Generator, *options: T) -> T:
    """One of the options, all equally likely."""
    return options[int(rng.integers(len(options)))]


def jitter(rng: Generator, value: float, share: float = 0.1) -> float:
    """`value` times a uniform factor of 1 - share .. 1 + share."""
    return value * float(rng.uniform(1 - share, 1 + share))


def spread(count: int, low: float, high: float) -> np.ndarray:
    """`count` centres of equal cells that divide [low, high], (count,) float64."""
    return low + (np.arange(count) + 0.5) * (high - low) / count
