"""A batch of pairs as tensors: what the loader hands to the loop."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PairBatch:
    """B pairs of windows and the traced rays that start in the first window.

    Pixels are (x, y) in the window's own frame, the centre of its top-left pixel at (0, 0).
    Rays are padded to the longest of the batch; padding has `status` NO_RAY.
    """

    images0: Tensor
    """(B, 3, h, w) uint8, windows of view 0."""
    images1: Tensor
    """(B, 3, h, w) uint8, windows of view 1."""
    xy0: Tensor
    """(B, R, 2) int32 traced pixels of view 0, inside its window."""
    xy1: Tensor
    """(B, R, 2) float32 true projections into view 1, sub-pixel; 0 where there is none."""
    status: Tensor
    """(B, R) uint8 verdicts (`scenegen.shards` Status), seen from the *window* of view 1: a visible point outside
    of it (beyond [-0.5, w - 0.5)) is OUT_OF_VIEW."""

    def __len__(self) -> int:
        return len(self.images0)

    def to(self, device: torch.device | str) -> "PairBatch":
        """The same batch on another device."""
        return PairBatch(*(getattr(self, name).to(device, non_blocking=True) for name in self.__dataclass_fields__))

    def pin_memory(self) -> "PairBatch":
        """The same batch in pinned memory; DataLoader calls it."""
        return PairBatch(*(getattr(self, name).pin_memory() for name in self.__dataclass_fields__))


NO_RAY = 255
"""Status of a padding entry."""
