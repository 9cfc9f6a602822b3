"""What every objective is: a function of two feature maps and the chosen pixels."""

from typing import Protocol

from torch import Tensor

from training.objectives.matches import Matches


class Objective(Protocol):
    """A loss, ready to be called."""

    def __call__(self, features0: Tensor, features1: Tensor, matches: Matches) -> dict[str, Tensor]:
        """Features of both views (B, D, H, W) to values per pair (B,) float32; the mean of `total` is minimised."""
        ...
