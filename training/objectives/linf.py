"""l-inf distances of all pairs of two sets of descriptors, with a gradient that is cheap on a CPU.

The gradient of max_k |a_k - c_k| lies in one channel. PyTorch finds that channel again for every pair when it goes
back; here it is kept from the way forth, a number of two bytes a pair. Elsewhere than on a CPU in float32, PyTorch's.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function

from scenegen.jit import compiled

_BLOCK = 256
"""Candidates whose distances stay in the nearest cache."""


def linf_distances(a: Tensor, c: Tensor) -> Tensor:
    """max_k |a_k - c_k| of (B, D, M) and (B, D, C): (B, M, C); no autocast inside."""
    with torch.autocast(a.device.type, enabled=False):
        if a.device.type == "cpu" and a.dtype == c.dtype == torch.float32:
            return _Distances.apply(a, c)  # pyright: ignore[reportReturnType]
        return torch.cdist(a.transpose(1, 2).contiguous(), c.transpose(1, 2).contiguous(), p=torch.inf)


class _Distances(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, c: Tensor) -> Tensor:
        rows, columns = a.detach().transpose(1, 2).contiguous(), c.detach().contiguous()
        shape = (len(a), a.shape[2], c.shape[2])
        out, channel = torch.empty(shape), torch.empty(shape, dtype=torch.int16)
        _forth(rows.numpy(), columns.numpy(), out.numpy(), channel.numpy())
        ctx.channel, ctx.shapes = channel, (a.shape, c.shape)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        of_a, of_c = (torch.zeros(b, count, d) for b, d, count in ctx.shapes)
        _back(grads[0].contiguous().numpy(), ctx.channel.numpy(), of_a.numpy(), of_c.numpy())
        return of_a.transpose(1, 2), of_c.transpose(1, 2)


@compiled
def _forth(rows: Any, columns: Any, out: Any, channel: Any) -> None:
    """Distances, and k + 1 for the channel k that decides, negative where a's value is the lesser."""
    batch, many, depth = rows.shape
    for b in range(batch):
        for start in range(0, columns.shape[2], _BLOCK):
            stop = min(start + _BLOCK, columns.shape[2])
            for i in range(many):
                best, decides = out[b, i, start:stop], channel[b, i, start:stop]
                best[:] = -1
                for k in range(depth):
                    own, others, number = rows[b, i, k], columns[b, k, start:stop], np.int16(k + 1)
                    for j in range(stop - start):
                        difference = own - others[j]
                        size = abs(difference)
                        decides[j] = (number if difference > 0 else -number) if size > best[j] else decides[j]
                        best[j] = max(best[j], size)


@compiled
def _back(grad: Any, channel: Any, of_a: Any, of_c: Any) -> None:
    """Add each pair's gradient where it belongs."""
    batch, many, candidates = grad.shape
    for b in range(batch):
        for i in range(many):
            for j in range(candidates):
                value = grad[b, i, j]
                if value != 0:
                    k = channel[b, i, j]
                    signed = value if k > 0 else -value
                    of_a[b, i, abs(k) - 1] += signed
                    of_c[b, j, abs(k) - 1] -= signed
