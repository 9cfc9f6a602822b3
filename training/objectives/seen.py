"""What a step shows of its pairs, and what the network makes of them: all that an objective can look at."""

from dataclasses import dataclass

from torch import Tensor

from training.objectives.matches import Matches
from training.settings import Sampling


@dataclass(frozen=True)
class Shown:
    """B pairs as the network sees them, and what is known of their pixels."""

    images0: Tensor
    """(B, 3, H, W) float32 in [0, 1], view 0 after its photometric changes."""
    images1: Tensor
    """(B, 3, H, W) float32 in [0, 1], view 1."""
    matches: Matches
    """The chosen pixels, S = P ∪ N."""
    sampling: Sampling = "nearest"
    """How the maps of view 1 are read at a sub-pixel match."""
    flow: Tensor | None = None
    """(B, 2, H, W) float32 T(p) - p in pixels, x first, on the grid of view 0; None where no dense truth was read."""
    covisible: Tensor | None = None
    """(B, H, W) bool: where `flow` is known and view 1 shows the point."""
    seed: int = 0
    """Root of what an objective draws: another number for each step and process."""


@dataclass(frozen=True)
class Seen:
    """What the network makes of them: one map of each resolution that the objective wants, the coarsest first.

    The map of level l of L is (B, C_l, ceil(H / 2^(L-1-l)), ...); the last one is the descriptors, (B, D, H, W).
    """

    shown: Shown
    """What was shown."""
    maps0: tuple[Tensor, ...]
    """Maps of view 0, coarse to fine."""
    maps1: tuple[Tensor, ...]
    """Maps of view 1, coarse to fine."""

    @property
    def features0(self) -> Tensor:
        """(B, D, H, W) descriptors of view 0."""
        return self.maps0[-1]

    @property
    def features1(self) -> Tensor:
        """(B, D, H, W) descriptors of view 1."""
        return self.maps1[-1]

    @property
    def matches(self) -> Matches:
        """The chosen pixels."""
        return self.shown.matches
