"""Ranges of settings, standing with their types: `lam: Share = 1.0` is checked and explained in one place.

Every option of the command line is a field of a dataclass; what is out of range is refused by the field's own name.
"""

from dataclasses import dataclass, fields, is_dataclass
from math import inf
from typing import Annotated, Any, get_type_hints

from training.errors import RequestError


@dataclass(frozen=True)
class Between:
    """A number of `low` to `high`, both included, where `advice` does not say otherwise."""

    low: float
    high: float
    advice: str = ""
    """What to say when the number lies outside; by default the range itself."""

    def holds(self, value: float) -> bool:
        """Whether a number lies within."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """What is asked for, in words."""
        if self.advice:
            return self.advice
        return f"must be {self.low:g} or more" if self.high == inf else f"must be in [{self.low:g}, {self.high:g}]"


@dataclass(frozen=True)
class Rising:
    """Two numbers, the second not below the first, of more than `low` to `high`."""

    low: float
    high: float

    def __str__(self) -> str:
        """What is asked for, in words."""
        return f"must rise from more than {self.low:g} to {self.high:g} at most"

    def holds(self, value: tuple[float, float]) -> bool:
        """Whether the numbers are as asked for."""
        return self.low < value[0] <= value[1] <= self.high


@dataclass(frozen=True)
class Each:
    """Numbers of `low`, included, to below `high`."""

    low: float
    high: float

    def __str__(self) -> str:
        """What is asked for, in words."""
        return f"must be numbers of {self.low:g} to below {self.high:g}"

    def holds(self, value: tuple[float, ...]) -> bool:
        """Whether all numbers lie within."""
        return all(self.low <= each < self.high for each in value)


Share = Annotated[float, Between(0, 1)]
"""A probability or a share."""
Amount = Annotated[float, Between(0, 1e30, "must be 0 (off) or more")]
"""A strength that 0 turns off."""
Positive = Annotated[float, Between(1e-12, 1e30, "must be a positive number, as in 1e-3")]
"""A number above 0."""
Many = Annotated[int, Between(0, inf)]
"""A count, or 0."""
Some = Annotated[int, Between(1, inf)]
"""A count of at least one."""


LARGEST = 2**63 - 1
"""Whole numbers of a run folder have 63 bits."""


def check_ranges(settings: Any) -> None:
    """Raise RequestError at the first number of a dataclass, or of dataclasses in it, that is out of its range."""
    hints = get_type_hints(type(settings), include_extras=True)
    for field in fields(settings):
        value: Any = getattr(settings, field.name)
        if is_dataclass(value):
            check_ranges(value)
            continue
        if _too_large(value):
            raise RequestError(f"--{field.name.replace('_', '-')} {value}: must be below 2^63")
        for limit in getattr(hints[field.name], "__metadata__", ()):
            if isinstance(limit, Between | Rising | Each) and not limit.holds(value):
                raise RequestError(f"--{field.name.replace('_', '-')} {_words(value)}: {limit}")


def _too_large(value: object) -> bool:
    """Whether it is a whole number of more than 63 bits."""
    return isinstance(value, int) and value > LARGEST


def _words(value: float | tuple[float, ...]) -> str:
    """A number, or several, as on the command line; whole ones with all their digits."""
    several = value if isinstance(value, tuple) else (value,)
    return " ".join(f"{each}" if isinstance(each, int) else f"{each:g}" for each in several)
