"""l-inf distances of all pairs of two sets of descriptors, with a gradient that is cheap on a CPU.

The gradient of max_k |a_k - c_k| lies in one channel. PyTorch finds that channel again for every pair when it goes
back; here it is kept from the way forth, a number of two bytes a pair. Elsewhere than on a CPU in float32, of numbers
that are not finite, and without Numba, PyTorch's.
"""

from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


def linf_distances(a: Tensor, c: Tensor) -> Tensor:
    """max_k |a_k - c_k| of (B, D, M) and (B, D, C): (B, M, C); no autocast inside."""
    with torch.autocast(a.device.type, enabled=False):
        if a.device.type == "cpu" and a.dtype == c.dtype == torch.float32 and _are_finite(a, c) and _kernels():
            return _Distances.apply(a, c)  # pyright: ignore[reportReturnType]
        return torch.cdist(a.transpose(1, 2).contiguous(), c.transpose(1, 2).contiguous(), p=torch.inf)


def _are_finite(*tensors: Tensor) -> bool:
    """Whether all numbers are: no channel decides where one is not."""
    return bool(torch.stack([each.detach().double().sum() for each in tensors]).isfinite().all())


@cache
def _kernels() -> Any:
    """The module of the kernels; None without Numba."""
    try:
        from training.objectives import linf_kernels
    except ImportError:
        return None
    return linf_kernels


class _Distances(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, c: Tensor) -> Tensor:
        rows, columns = a.detach().transpose(1, 2).contiguous(), c.detach().contiguous()
        shape = (len(a), a.shape[2], c.shape[2])
        out, channel = torch.empty(shape), torch.empty(shape, dtype=torch.int16)
        _kernels().forth(rows.numpy(), columns.numpy(), out.numpy(), channel.numpy())
        ctx.channel, ctx.shapes = channel, (a.shape, c.shape)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        of_a, of_c = (torch.zeros(b, count, d) for b, d, count in ctx.shapes)
        _kernels().scatter_gradient(grads[0].contiguous().numpy(), ctx.channel.numpy(), of_a.numpy(), of_c.numpy())
        return of_a.transpose(1, 2), of_c.transpose(1, 2)
