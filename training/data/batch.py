"""A batch of pairs as tensors: what the loader hands to the loop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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
    foreground: Tensor
    """(B, R) bool: the ray hits a placed object; False for the room, for padding and where nothing is known."""
    flow: Tensor | None = None
    """(B, 2, h, w) float32 T(p) - p in pixels (x, y) for each pixel p of view 0's window, 0 where it is not known;
    None where no dense truth was asked for."""
    covisible: Tensor | None = None
    """(B, h, w) bool: the flow is known and view 1's window shows that very surface point; None as `flow`."""

    def __len__(self) -> int:
        return len(self.images0)

    def to(self, device: torch.device | str) -> "PairBatch":
        """The same batch on another device."""
        return self._changed(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self) -> "PairBatch":
        """The same batch in pinned memory; DataLoader calls it."""
        return self._changed(Tensor.pin_memory)

    def _changed(self, change: Callable[[Tensor], Tensor]) -> "PairBatch":
        """The batch with each tensor changed; what is None stays None."""
        tensors = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return replace(self, **{name: change(tensor) for name, tensor in tensors.items() if tensor is not None})


NO_RAY = 255
"""Status of a padding entry."""
