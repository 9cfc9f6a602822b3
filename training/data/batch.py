"""A batch of pairs as tensors: what the loader hands to the loop."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from scenegen.shards import Status


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
"""Status of a padding entry, and of a pixel of which nothing is known."""


def every_pixel(batch: PairBatch) -> PairBatch:
    """The same batch with a ray from each pixel of view 0, row by row: visible where the dense truth says covisible.

    What was traced stays as it was, verdicts on hidden and outside points included; of other pixels that are not
    covisible nothing is known. Raises ValueError for a batch without dense truth.
    """
    if batch.flow is None or batch.covisible is None:
        raise ValueError("the batch has no dense truth")
    height, width = batch.covisible.shape[1:]
    y, x = torch.meshgrid(*(torch.arange(n, device=batch.flow.device) for n in (height, width)), indexing="ij")
    xy0 = torch.stack([x, y], -1).view(1, -1, 2).expand(len(batch), -1, -1)
    known = batch.covisible.flatten(1)
    xy1 = (xy0 + batch.flow.flatten(2).transpose(1, 2)) * known.unsqueeze(2)
    status = torch.where(known, int(Status.VISIBLE), NO_RAY).to(torch.uint8)
    # entries of padding go to a column of their own
    place = (batch.xy0[..., 1].long() * width + batch.xy0[..., 0]).masked_fill(batch.status == NO_RAY, height * width)
    traced = functools.partial(_written, place)
    return replace(
        batch,
        xy0=xy0.int(),
        xy1=traced(xy1, batch.xy1),
        status=traced(status.unsqueeze(2), batch.status.unsqueeze(2)).squeeze(2),
        foreground=traced(torch.zeros_like(known).unsqueeze(2), batch.foreground.unsqueeze(2)).squeeze(2),
    )


def _written(place: Tensor, values: Tensor, traced: Tensor) -> Tensor:
    """Values (B, N, K), those at places (B, R) replaced by traced ones (B, R, K); place N is left out."""
    room = torch.cat([values, values[:, :1]], 1)
    return room.scatter(1, place.unsqueeze(2).expand(-1, -1, values.shape[2]), traced)[:, :-1]
