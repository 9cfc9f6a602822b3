"""Ranges that stand with the types of settings."""

from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

import pytest

from training.errors import RequestError
from training.ranges import Amount, Between, Each, Many, Positive, Rising, Share, Some, check_ranges

T = TypeVar("T")


@dataclass(frozen=True)
class Inner:
    big_share: Share = 0.5
    count: Some = 1
    pair: Annotated[tuple[float, float], Rising(0, 2)] = (0.5, 2.0)
    rates: Annotated[tuple[float, float], Each(0, 1)] = (0.0, 0.99)
    named: Annotated[float, Between(0, 1, "must be small")] = 0.0


@dataclass(frozen=True)
class Outer(Generic[T]):
    own: T
    text: str = "anything"
    many: Many = 0
    rate: Positive = 1e-3
    amount: Amount = 0.0
    inner: Inner = field(default_factory=Inner)


@pytest.mark.parametrize("values", [{}, {"many": 2**63 - 1}, {"inner": Inner(1.0, 7)}, {"rate": 1.0, "amount": 3.0}])
def test_what_is_within_passes(values):
    check_ranges(Outer(Inner(), **values))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (Outer(Inner(), many=-1), "--many -1: must be 0 or more"),
        (Outer(Inner(), many=2**63), "--many 9223372036854775808: must be below 2^63"),
        (Outer(Inner(rates=(0.5, 1.0))), "--rates 0.5 1: must be numbers of 0 to below 1"),
        (Outer(Inner(rates=(float("nan"), 0.0))), "--rates nan 0: must be numbers of 0 to below 1"),
        (Outer(Inner(), rate=0.0), "--rate 0: must be a positive number, as in 1e-3"),
        (Outer(Inner(), rate=float("nan")), "--rate nan: must be a positive number, as in 1e-3"),
        (Outer(Inner(), amount=float("inf")), "--amount inf: must be 0 (off) or more"),
        (Outer(Inner(), inner=Inner(1.5)), "--big-share 1.5: must be in [0, 1]"),
        (Outer(Inner(count=0)), "--count 0: must be 1 or more"),
        (Outer(Inner(named=2.0)), "--named 2: must be small"),
        (Outer(Inner(pair=(0.5, 0.25))), "--pair 0.5 0.25: must rise from more than 0 to 2 at most"),
        (Outer(Inner(pair=(0.0, 0.25))), "--pair 0 0.25: must rise from more than 0 to 2 at most"),
    ],
)
def test_what_is_out_of_range_is_named(settings, text):
    with pytest.raises(RequestError) as caught:
        check_ranges(settings)
    assert str(caught.value) == text
