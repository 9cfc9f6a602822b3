"""Group normalisation and what follows it, (leaky) ReLU or SiLU, in one: on a CPU compiled passes over the map.

    x' = (x - m_g) / sqrt(v_g + eps),     z = x' weight_c + bias_c,     y = f(z)

m_g and v_g are mean and variance of an image's numbers in group g of channels (Wu & He, ECCV 2018). Two maps, each with
a norm of its own, may be added: z = (z_1 + z_2) / sqrt 2. The maps that come in are kept, and nothing between. With
dz = s dy f'(z), s = 1 or 1 / sqrt 2, and for each map

    dbias_c = sum dz,   dweight_c = sum dz x',   u = dz weight_c,
    dx = (u - mean_g(u) - x' mean_g(u x')) / sqrt(v_g + eps)

Sums are float64 of float32 parts, and the same for any number of threads. What the kernels are not for (a GPU, other
types and layouts, a graph that is compiled, traced or exported, torch.func, no Numba) is PyTorch's: the same
numbers but for rounding.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from training.models.norm_map import LONGEST, Array, NormMap, flat_view, kernels


class NormAct(nn.GroupNorm):
    """A GroupNorm that ends in a (leaky) ReLU: what is below 0 is multiplied by `slope`."""

    def __init__(self, groups: int, channels: int, slope: float = 0.0) -> None:
        super().__init__(groups, channels)
        self.slope = slope

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape, type and layout."""
        if _suits(input, self):
            return _compiled(self.slope, (input, self))
        return functional.leaky_relu(super().forward(input), self.slope)


def norm_silu(x: Tensor, norm: nn.Module) -> Tensor:
    """SiLU(norm(x)): (B, C, H, W) to the same. What is no GroupNorm is computed by PyTorch."""
    suited = _suited((x, norm))
    return _compiled(None, *suited) if suited else functional.silu(norm(x))


def norms_silu(x: Tensor, norm: nn.Module, skip: Tensor, norm_skip: nn.Module) -> Tensor:
    """SiLU((norm(x) + norm_skip(skip)) / sqrt 2), two maps (B, C, H, W) to one.

    What are no GroupNorms of as many groups, or maps of two shapes, is computed by PyTorch.
    """
    suited = _suited((x, norm), (skip.to(x.dtype), norm_skip))
    return _compiled(None, *suited) if suited else functional.silu((norm(x) + norm_skip(skip)) * (1 / sqrt(2)))


def _suited(*pairs: tuple[Tensor, nn.Module]) -> list[tuple[Tensor, nn.GroupNorm]]:
    """Maps and their norms, if the kernels are for them and they can be added; else none."""
    suited = [(x, norm) for x, norm in pairs if type(norm) is nn.GroupNorm and _suits(x, norm)]
    if len(suited) < len(pairs) or len({(x.shape, norm.num_groups, norm.eps) for x, norm in suited}) > 1:
        return []
    return suited


def _suits(x: Tensor, norm: nn.GroupNorm) -> bool:
    """Whether the kernels are for a map and its norm."""
    return (
        not torch.compiler.is_compiling()
        and not torch.jit.is_tracing()  # pyright: ignore[reportPrivateImportUsage]
        and norm.affine
        and x.dim() == 4
        and x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.bfloat16)
        and x.shape[1] == norm.num_channels <= LONGEST
        and x.numel() > 0
        and _are_in_memory(x, norm.weight, norm.bias)
        and x.is_contiguous(memory_format=torch.channels_last)
        and kernels() is not None
    )


def _are_in_memory(*tensors: Tensor) -> bool:
    """Whether there are numbers to be read: what torch.func transforms (vmap, grad) and fake tensors have none."""
    try:
        return all(each.data_ptr() for each in tensors)
    except RuntimeError:
        return False


def _compiled(slope: float | None, *pairs: tuple[Tensor, nn.GroupNorm]) -> Tensor:
    """Maps and their norms by the kernels; a slope of None is SiLU."""
    first = pairs[0][1]
    given = [each for x, norm in pairs for each in (x, norm.weight, norm.bias)]
    return cast(Tensor, _Compiled.apply(slope, first.num_groups, first.eps, *given))


class _Compiled(torch.autograd.Function):
    """The formulas above; takes x, weight and bias of each map in turn."""

    @staticmethod
    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, slope: float | None, groups: int, eps: float, *given: Tensor
    ) -> Tensor:
        maps = [NormMap(x, groups) for x in given[::3]]
        norms = [_Norm(*each.statistics(eps), _float64(w)) for each, w in zip(maps, given[1::3], strict=True)]
        share = 1 / sqrt(len(maps))
        bias = share * np.sum([_float64(each) for each in given[2::3]], axis=0)
        line = [each for norm in (norms[0], norms[-1]) for each in (norm.mean, share * norm.scale)]
        way = maps[0].rows(*line, bias), None if slope is None else np.float32(slope)
        y = torch.empty_like(given[0])
        maps[0].each(kernels().write_normalized, _second(maps), *way, to=flat_view(y))
        ctx.save_for_backward(*given)
        ctx.rest = groups, norms, way
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        given: tuple[Tensor, ...] = ctx.saved_tensors
        groups, norms, way = ctx.rest
        maps = [NormMap(x, groups) for x in given[::3]]
        share = 1 / sqrt(len(maps))
        above = flat_view(dy.to(given[0].dtype).contiguous(memory_format=torch.channels_last))
        dz = torch.empty_like(given[0])
        sums = share * maps[0].summed(kernels().steepen, 3, _second(maps), above, *way, flat_view(dz))
        gradients: list[Tensor] = []
        for n, (x, weight, bias) in enumerate(zip(given[::3], given[1::3], given[2::3], strict=True)):
            dx = torch.empty_like(x)
            dweight = _back(maps[n], norms[n], share, flat_view(dz), sums[0], sums[n + 1], to=flat_view(dx))
            gradients += [dx, _like(dweight.sum(0), weight), _like(sums[0].sum(0), bias)]
        return None, None, None, *gradients


@dataclass(frozen=True)
class _Norm:
    """What normalises a map: (B, C) float64, and the weight (C,)."""

    mean: Array
    rstd: Array
    weight: Array

    @property
    def scale(self) -> Array:
        """(B, C): by how much z grows with x."""
        return self.rstd * self.weight


def _back(map_: NormMap, norm: _Norm, share: float, dz: Array, plain: Array, product: Array, *, to: Array) -> Array:
    """Write dx of a map, and return dweight of each image, of the sums of dz and of dz (x - mean): (B, C)."""
    dweight = product * norm.rstd
    level, tilt = (map_.over_groups(norm.weight * each) / map_.count for each in (plain, dweight))
    lines = map_.rows(norm.mean, share * norm.scale, -(norm.rstd**2) * tilt, -norm.rstd * level)
    map_.each(kernels().back, dz, lines, to=to)
    return dweight


def _second(maps: list[NormMap]) -> Array | None:
    return maps[1].flat if len(maps) == 2 else None


def _float64(parameter: Tensor) -> Array:
    return parameter.detach().double().numpy()


def _like(values: Array, parameter: Tensor) -> Tensor:
    return torch.from_numpy(values).to(parameter.dtype)
