"""Which pairs of a step's batch a process has, so that several processes do what one alone does.

All that is drawn in a step is drawn for every place of the whole batch, in shapes that the pairs at hand do not change,
and each process keeps the draws of its own places. Terms that compare pairs with one another gather those of all
processes. So the loss is that of one process, but for the order of its sums.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd import Function


@dataclass(frozen=True)
class Places:
    """The places rank, rank + size, rank + 2 size, … of a batch: the order in which `epoch_keys` hands out pairs."""

    rank: int = 0
    """Number of this process."""
    size: int = 1
    """Number of processes."""
    views: int = 1
    """Times that the batch follows itself along the first axis: 2 for the pictures of all views 0, then all views 1."""

    def whole(self, own: int) -> int:
        """Entries of all processes, where this one has `own`."""
        return own * self.size

    def own(self, whole: Tensor) -> Tensor:
        """The entries of this process along the first axis."""
        return whole.unflatten(0, (self.views, -1))[:, self.rank :: self.size].flatten(0, 1)

    def gathered(self, own: Tensor) -> Tensor:
        """The entries of all processes along the first axis, in order, with a gradient; every process must call it.

        The shape must be the same in all of them.
        """
        if self.size == 1:
            return own
        return _Gathered.apply(own, self)  # pyright: ignore[reportReturnType]

    def of_views(self, views: int) -> "Places":
        """The same places in a batch that follows itself so many times."""
        return replace(self, views=views)

    def woven(self, parts: list[Tensor]) -> Tensor:
        """The entries of all processes, given apart, in order: what `own` takes apart."""
        apart = torch.stack(parts, 1)  # (views * own, size, ...)
        return apart.flatten(0, 1)


ALONE = Places()
"""One process has all places."""


class _Gathered(Function):
    """`Places.gathered`: each process's loss depends on the entries of all, so their gradients are summed."""

    @staticmethod
    def forward(ctx: Any, own: Tensor, places: Places) -> Tensor:
        ctx.places = places
        parts = [torch.empty_like(own, memory_format=torch.contiguous_format) for _ in range(places.size)]
        dist.all_gather(parts, own.contiguous())
        return places.woven(parts)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        total = grads[0].clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return ctx.places.own(total), None


class PlacedDropout(nn.Module):
    """Dropout of the own places' share of one mask for the whole batch, from PyTorch's global generator."""

    def __init__(self, p: float, places: Places) -> None:
        super().__init__()
        self.p, self.places = p, places

    def forward(self, x: Tensor) -> Tensor:
        """(n, ...) pictures, those of all views 0 first, to as many; unchanged in evaluation mode."""
        if not self.training or not self.p:
            return x
        kept = torch.empty_like(torch.cat([x.detach()] * self.places.size))  # laid out as one process has it
        return x * self.places.own(kept.bernoulli_(1 - self.p).div_(1 - self.p))


def place_dropout(model: nn.Module, places: Places) -> None:
    """Make the model's dropout that of its places; one process alone keeps PyTorch's own, with the same masks."""
    if places.size == 1:
        return
    for part in list(model.modules()):
        for name, child in part.named_children():
            if isinstance(child, nn.Dropout):
                setattr(part, name, PlacedDropout(child.p, places.of_views(2)))
