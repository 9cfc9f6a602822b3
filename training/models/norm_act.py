"""Group normalisation and a (leaky) ReLU after it in one: on a CPU passes over the map that are compiled.

    x' = (x - m_g) / sqrt(v_g + eps),     z = x' weight_c + bias_c,     y = max(z, 0) + slope min(z, 0)

m_g and v_g are mean and variance of an image's numbers in group g of channels (Wu & He, ECCV 2018). Of the maps x alone
is kept. With dz = dy where z > 0 and slope dy elsewhere, made anew from x in each of two passes,

    dbias_c = sum dz,   dweight_c = sum dz x',   u = dz weight_c,
    dx = (u - mean_g(u) - x' mean_g(u x')) / sqrt(v_g + eps)

Sums are float64 of float32 parts, and the same for any number of threads. What the kernels are not for (a GPU, other
types and layouts, a graph that is compiled or exported, no Numba) is PyTorch's: the same numbers but for rounding.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from training.devices import denormals_are_zero

Array = NDArray[Any]
PERIOD = 128
"""Numbers in a row of the kernels, about: whole pixels."""


class NormAct(nn.GroupNorm):
    """A GroupNorm that ends in a (leaky) ReLU: what is below 0 is multiplied by `slope`."""

    def __init__(self, groups: int, channels: int, slope: float = 0.0) -> None:
        super().__init__(groups, channels)
        self.slope = slope

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape, type and layout."""
        if _suits(input):
            return cast(Tensor, _Compiled.apply(input, self.num_groups, self.weight, self.bias, self.eps, self.slope))
        return functional.leaky_relu(super().forward(input), self.slope)


def _suits(x: Tensor) -> bool:
    """Whether the kernels are for it."""
    return (
        x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.bfloat16)
        and x.is_contiguous(memory_format=torch.channels_last)
        and x.numel() > 0
        and not torch.compiler.is_compiling()
        and kernels() is not None
    )


@cache
def kernels() -> Any:
    """The module of the kernels; None without Numba."""
    try:
        from training.models import norm_kernels
    except ImportError:
        return None
    return norm_kernels


class _Compiled(torch.autograd.Function):
    """`NormAct` by the kernels."""

    @staticmethod
    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, x: Tensor, groups: int, weight: Tensor, bias: Tensor, eps: float, slope: float
    ) -> Tensor:
        map_, y = _Map(x, groups), torch.empty_like(x)
        mean, rstd = map_.statistics(eps)
        bias_of = np.broadcast_to(_float64(bias), mean.shape)
        way = map_.rows(mean, rstd * _float64(weight), bias_of), np.float32(slope)
        map_.each(kernels().write, *way, to=_flat(y))
        ctx.save_for_backward(x, weight)
        ctx.rest = groups, rstd, way
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        x, weight = ctx.saved_tensors
        groups, rstd, way = ctx.rest
        map_, dx = _Map(x, groups), torch.empty_like(x)
        above = _flat(dy.to(x.dtype).contiguous(memory_format=torch.channels_last))
        dbias, product = map_.summed(kernels().slopes, above, *way)
        dweight = product * rstd
        plain, bent = (map_.over_groups(_float64(weight) * each) / map_.count for each in (dbias, dweight))
        map_.each(kernels().back, above, *way, *map_.rows(-(rstd**2) * bent, -rstd * plain), to=_flat(dx))
        return dx, None, _like(dweight.sum(0), weight), _like(dbias.sum(0), weight), None, None


class _Map:
    """A channels-last map (B, C, H, W), as the kernels see it."""

    def __init__(self, x: Tensor, groups: int) -> None:
        self.flat, self.groups = _flat(x), groups
        self.images, self.channels = x.shape[:2]
        self.count = self.flat.shape[1] // groups  # numbers of a group
        self.repeats = max(1, PERIOD // self.channels)

    def rows(self, *values: Array) -> tuple[Array, ...]:
        """(B, C) values as rows of the kernels, (B, period) float32."""
        return tuple(np.tile(each.astype(np.float32), self.repeats) for each in values)

    def over_groups(self, values: Array) -> Array:
        """(B, C): the sum over each channel's group."""
        grouped = values.reshape(self.images, self.groups, -1)
        return np.broadcast_to(grouped.sum(2, keepdims=True), grouped.shape).reshape(values.shape)

    def statistics(self, eps: float) -> tuple[Array, Array]:
        """Mean and 1 / standard deviation of each channel's group: (B, C) float64 both."""
        origin = _float32(self.flat[:, : self.channels])  # differences to a pixel lose no digits where means are large
        plain, square = self.summed(kernels().moments, *self.rows(origin))
        pixels = self.flat.shape[1] // self.channels
        own = origin + plain / pixels
        mean = self.over_groups(own) * self.groups / self.channels
        spread = square - plain**2 / pixels + pixels * (own - mean) ** 2
        return mean, 1 / np.sqrt(self.over_groups(spread) / self.count + eps)

    def summed(self, kernel: Callable[..., None], *inputs: Any) -> Array:
        """(2, B, C) float64: the two sums that a kernel makes for each channel of each image."""
        sums = np.empty((self._pieces(), 2, self.repeats * self.channels))
        self.each(kernel, *inputs, to=sums)
        return sums.reshape(self.images, -1, 2, self.repeats, self.channels).sum((1, 3)).swapaxes(0, 1)

    def each(self, kernel: Callable[..., None], *inputs: Any, to: Array) -> None:
        """Run a kernel over all pieces of work, in as many threads as PyTorch uses."""
        pieces = self._pieces()
        threads = min(torch.get_num_threads(), pieces)
        shares = pairwise(pieces * n // threads for n in range(threads + 1))
        jobs = [(self.flat, *inputs, first, last, to) for first, last in shares]
        if threads == 1:
            kernel(*jobs[0])
            return
        flush = denormals_are_zero()  # threads of a pool keep what they were told last

        def work(job: tuple[Any, ...]) -> None:
            torch.set_flush_denormal(flush)
            kernel(*job)

        list(_pool(threads).map(work, jobs))

    def _pieces(self) -> int:
        return self.images * -(-self.flat.shape[1] // (kernels().PIECE * self.repeats * self.channels))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "norm_act")


def _flat(x: Tensor) -> Array:
    """(B, n) numbers of a channels-last map, not copied: float32, or the bits of bfloat16."""
    pixels = x.detach().permute(0, 2, 3, 1).view(len(x), -1)
    return (pixels.view(torch.uint16) if x.dtype == torch.bfloat16 else pixels).numpy()


def _float32(values: Array) -> Array:
    """Numbers of a map, float32."""
    return values if values.dtype == np.float32 else (values.astype(np.uint32) << 16).view(np.float32)


def _float64(parameter: Tensor) -> Array:
    return parameter.detach().double().numpy()


def _like(values: Array, parameter: Tensor) -> Tensor:
    return torch.from_numpy(values).to(parameter.dtype)
