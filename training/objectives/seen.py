"""What a step shows of its pairs, and what the network makes of them: all that an objective can look at."""

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from training.models.lattice import EVERY_PIXEL, Lattice
from training.objectives.gather import read_features, widened
from training.objectives.pixel_pairs import PixelPairs
from training.running.places import ALONE, Places
from training.settings import Sampling


@dataclass(frozen=True)
class Shown:
    """B pairs as the network sees them, and what is known of their pixels."""

    images0: Tensor
    """(B, 3, H, W) float32 in [0, 1], view 0 after its photometric changes."""
    images1: Tensor
    """(B, 3, H, W) float32 in [0, 1], view 1."""
    matches: PixelPairs
    """The chosen pixels, S = P ∪ N."""
    sampling: Sampling = "nearest"
    """How the maps of view 1 are read at a sub-pixel match."""
    flow: Tensor | None = None
    """(B, 2, H, W) float32 T(p) - p in pixels, x first, on the grid of view 0; None where no dense truth was read."""
    covisible: Tensor | None = None
    """(B, H, W) bool: where `flow` is known and view 1 shows the point."""
    seed: int = 0
    """Root of what an objective draws: another number for each step."""
    places: Places = ALONE
    """Where these pairs stand in the batch of all processes."""


@dataclass(frozen=True)
class Seen:
    """What the network makes of them: one map of each resolution that the objective wants, the coarsest first.

    The map of level l of L is (B, C_l, ceil(H / (s 2^(L-1-l))), ...); the last one has a descriptor in each cell of the
    network's lattice, s pixels apart.
    """

    shown: Shown
    """What was shown."""
    maps0: tuple[Tensor, ...]
    """Maps of view 0, coarse to fine."""
    maps1: tuple[Tensor, ...]
    """Maps of view 1, coarse to fine."""
    lattice: Lattice = EVERY_PIXEL
    """Where the cells of the last maps lie."""

    @cached_property
    def features0(self) -> Tensor:
        """(B, D, H, W) descriptors of all pixels of view 0; where few are needed, `at0` is faster on a wide lattice."""
        return self.lattice.everywhere(self.maps0[-1], *self.shown.images0.shape[-2:])

    @cached_property
    def features1(self) -> Tensor:
        """(B, D, H, W) descriptors of all pixels of view 1."""
        return self.lattice.everywhere(self.maps1[-1], *self.shown.images1.shape[-2:])

    def at0(self, xy: Tensor) -> Tensor:
        """(B, D, N) descriptors at whole pixels (B, N, 2) of view 0, in float32 at least."""
        return widened(read_features(self.maps0[-1], xy, "nearest", self.lattice))

    def at1(self, xy: Tensor, sampling: Sampling = "nearest") -> Tensor:
        """(B, D, N) descriptors at points (B, N, 2) of view 1, in float32 at least."""
        return widened(read_features(self.maps1[-1], xy, sampling, self.lattice))

    @property
    def matches(self) -> PixelPairs:
        """The chosen pixels."""
        return self.shown.matches
