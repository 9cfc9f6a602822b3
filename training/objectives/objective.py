"""What every objective is, and what its file says about it.

An objective is one file: its formula with equation number and source, its frozen settings, and a `KIND` that says how
it is made, what it wants of the network, and how its descriptors are to be compared. Most are functions of (Seen,
settings); one that learns something of its own (a projector, a copy of the network) is an `nn.Module`, whose weights
are optimised, checkpointed, resumed and averaged over processes together with the network's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from torch import Tensor, nn

from training.models.network import Network
from training.objectives.options import same_network
from training.objectives.seen import Seen
from training.settings import AnySettings, Distance, ModelSettings, Norm

S = TypeVar("S")
Loss = Callable[[Seen, S], dict[str, Tensor]]
"""Values of each pair (B,) float32, `total` among them, whose mean is minimised."""


class Objective(Protocol):
    """A loss, ready to be called; an `nn.Module`."""

    def __call__(self, seen: Seen) -> dict[str, Tensor]:
        """What is seen to values per pair (B,) float32; the mean of `total` is minimised."""
        ...


@runtime_checkable
class Follower(Protocol):
    """An objective that follows the network: it is told after each step (a momentum teacher)."""

    def follow(self, network: nn.Module, step: int, steps: int) -> None:
        """The network has made `step` of `steps` steps."""
        ...


@dataclass(frozen=True)
class Scale:
    """In which units an objective measures: what its optimum looks like, for the checks of health."""

    low: float
    """Lower end of the band of |feature| that counts as a settled bit."""
    high: float
    """Upper end of the band."""
    optimum: float
    """Distance to which negatives are drawn, or at which they cost nothing more."""
    norm: Norm = "2"
    """Norm of the distance."""
    averaged: bool = False
    """Distances are means over channels (of |d| and d²), not norms, as in the official code of the stable loss."""


OF_LENGTH_ONE = Scale(0.0, 1.0, 2**0.5)
"""Descriptors of length 1: unrelated ones are at right angles."""


@dataclass(frozen=True)
class Kind(Generic[S]):
    """One objective of the registry."""

    settings: type[S]
    """Its options, a frozen dataclass with a default for each."""
    make: Callable[[S, Network, AnySettings], nn.Module]
    """The `Objective`, from its options, the new network, and the settings of the whole run."""
    summary: str
    """What it is, in one line."""
    distance: Callable[[S], Distance]
    """How its descriptors are compared."""
    network: Callable[[ModelSettings], ModelSettings] = same_network
    """The network with the end that it wants."""
    scale: Callable[[S], Scale] = lambda _: OF_LENGTH_ONE
    """What its optimum looks like."""
    levels: Callable[[S], int] = lambda _: 1
    """Maps of the network that it wants; 1: the descriptors alone."""
    pairs: Callable[[S], int] = lambda _: 1
    """Pairs that a batch needs at least."""
    dense: Callable[[S], bool] = lambda _: False
    """Whether it wants the dense truth (flow) of a pair, not only that of the traced pixels."""
    prices_collapse: bool = True
    """Whether constant descriptors cost more than good ones; if not, the way it is trained has to keep them apart."""


class Stateless(nn.Module):
    """A function of what is seen, as an objective without weights."""

    def __init__(self, loss: Loss[Any], settings: object) -> None:
        super().__init__()
        self.loss, self.settings = loss, settings

    def forward(self, seen: Seen) -> dict[str, Tensor]:
        """The function's values."""
        return self.loss(seen, self.settings)


def stateless(loss: Loss[S]) -> Callable[[S, Network, AnySettings], Stateless]:
    """`Kind.make` of an objective that is a plain function."""
    return lambda settings, network, run: Stateless(loss, settings)
