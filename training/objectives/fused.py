"""The stable loss on a GPU in two kernels, one forward and one backward; the readable twin is `stable`.

The plain version makes (B, D, N) copies of both gathered maps and keeps several of them for the backward pass. Here
each descriptor is read once, and what is kept is O(B N): 4 bytes per pair (its distance) and, for p = inf, one more
(±(channel + 1): which channel was largest, and the sign), from which the backward pass needs no feature again. For
p = 1 and 2 it gathers the features a second time.

Pixels are read as `gather` reads the nearest. Feature maps may have any strides; channels-last maps are several times
faster, because a descriptor is then one run of memory. The value is the same in every run. Gradients of pixels
that occur in several pairs are summed by atomic additions, whose order, and so their last bits, vary from run to run.

`within_fused` has the signature of `stable.Within`, so `stable.between(..., within=fused.within_fused)` and
`stable.total` run on it: L_between is L_within of rolled partners with all of S as negatives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from training.objectives.pixel_pairs import PixelPairs
from training.settings import Norm, Units


def available() -> bool:
    """Whether the kernels can run here: a CUDA device, and Triton installed (CPU builds of PyTorch come without)."""
    return torch.cuda.is_available() and find_spec("triton") is not None


def within_fused(
    features0: Tensor,
    features1: Tensor,
    matches: PixelPairs,
    p: Norm,
    scale: Units,
    accumulate: torch.dtype = torch.float32,
) -> Tensor:
    """L_within (paper, Eq. 2) of each pair, as `stable.within` with nearest sampling: (B,) float32.

    Features are (B, D, H, W) of both views, float16, bfloat16 or float32, on one GPU with the matches; feature maps of
    different shapes raise ValueError. Distances, sums and slopes are float32. `accumulate` is the type in which the
    gradients of a pixel are summed: float32 is exact; the type of half-precision features saves more than half of the
    memory traffic of the backward pass, and rounds at each addition. Differentiable once.
    """
    if features0.shape != features1.shape:
        raise ValueError(f"feature maps of different shapes: {tuple(features0.shape)} and {tuple(features1.shape)}")
    pairs = (matches.xy0, matches.xy1, matches.positive, matches.valid)
    plan = _plan(features0, matches.valid.shape[1], p, scale)
    sums = _PairSums.apply(features0, features1, *(part.contiguous() for part in pairs), plan, accumulate)
    counts = torch.stack((matches.positive.sum(1), matches.negative.sum(1)), dim=1)
    if scale == "official":
        return sums.sum(1) / counts.sum(1).clamp(min=1)
    constant = 0.25 * (counts[:, 1] > 0)  # the kernel sums (d - 1/2)²; Eq. 2 has -d + d² = (d - 1/2)² - 1/4
    return (sums / counts.clamp(min=1)).sum(1) - constant


@dataclass(frozen=True)
class _Plan:
    """How the kernels are started for one call."""

    kind: str
    """The kernels' KIND."""
    factor: float
    """The kernels' FACTOR."""
    size: tuple[int, int, int, int]
    """B, N, H, W."""
    channels: int
    """D."""

    @property
    def width(self) -> int:
        """The power of two that holds D."""
        return 1 << (self.channels - 1).bit_length()

    @property
    def block(self) -> int:
        """Pairs in a program: 4,096 elements of each feature map, so that registers hold them."""
        return min(max(4096 // self.width, 16), 256)

    @property
    def grid(self) -> tuple[int, int]:
        """Programs: blocks of a sample, samples."""
        return -(-self.size[1] // self.block), self.size[0]


def _plan(features: Tensor, points: int, p: Norm, scale: Units) -> _Plan:
    """The official distance is half the maximum, half the mean, half the mean square."""
    batch, channels, height, width = features.shape
    size = (batch, points, height, width)
    if p == "inf":
        return _Plan("max", 1.0 if scale == "paper" else 0.5, size, channels)
    if scale == "paper":
        return _Plan("sum" if p == "1" else "root", 1.0, size, channels)
    return _Plan("sum" if p == "1" else "square", 0.5 / channels, size, channels)


class _PairSums(torch.autograd.Function):
    """(B, 2) float32: each sample's sum of d + d² over its positives, and of (d - 1/2)² over its negatives."""

    @staticmethod
    def forward(
        ctx: Any,
        features0: Tensor,
        features1: Tensor,
        xy0: Tensor,
        xy1: Tensor,
        positive: Tensor,
        valid: Tensor,
        plan: _Plan,
        accumulate: torch.dtype,
    ) -> Tensor:
        pairs = (xy0, xy1, positive, valid)
        distances, codes, partial = _run_forward(plan, (features0, features1), pairs)
        ctx.plan, ctx.accumulate = plan, accumulate
        # Tensors without storage remember type and strides for the gradients.
        ctx.maps = [torch.empty_like(features, device="meta") for features in (features0, features1)]
        read_again = () if plan.kind == "max" else (features0, features1)
        ctx.save_for_backward(*pairs, distances, codes, *read_again)
        return partial.sum(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        saved = ctx.saved_tensors
        sums = [torch.zeros_like(blank, dtype=ctx.accumulate, device=saved[0].device) for blank in ctx.maps]
        _run_backward(ctx.plan, sums, saved[:4], saved[4:6], saved[6:], upstream[0].float().contiguous())
        return *(total.to(blank.dtype) for total, blank in zip(sums, ctx.maps, strict=True)), *[None] * 6


def _kernels() -> Any:
    """The module of the kernels; it needs Triton, so it is imported on the first call."""
    return import_module("training.objectives.kernels")


def _run_forward(plan: _Plan, features: Sequence[Tensor], pairs: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Distances (B, N), codes (B, N; empty unless "max") and the partial sums (B, blocks, 2) of `kernels.forward`."""
    kernels = _kernels()
    shape = plan.size[:2]
    distances = features[0].new_empty(shape, dtype=torch.float32)
    code = torch.int8 if plan.channels < 128 else torch.int16
    codes = features[0].new_empty(shape if plan.kind == "max" else (0,), dtype=code)
    partial = features[0].new_empty((shape[0], plan.grid[0], 2), dtype=torch.float32)
    steps = (features[0].stride(), features[1].stride())
    constants = {"FACTOR": plan.factor, "KIND": plan.kind, "D": plan.channels, "WIDTH": plan.width, "BLOCK": plan.block}
    with torch.cuda.device_of(distances):
        kernels.forward[plan.grid](*features, *steps, *pairs, plan.size, distances, codes, partial, **constants)
    return distances, codes, partial


def _run_backward(
    plan: _Plan,
    gradients: Sequence[Tensor],
    pairs: Sequence[Tensor],
    stored: Sequence[Tensor],
    features: Sequence[Tensor],
    upstream: Tensor,
) -> None:
    """Adds to the gradients; `stored` are distances and codes, `features` is empty for "max"."""
    kernels = _kernels()
    steps = (gradients[0].stride(), gradients[1].stride())
    constants = {"FACTOR": plan.factor, "BLOCK": plan.block}
    with torch.cuda.device_of(upstream):
        if plan.kind == "max":
            kernels.backward_max[plan.grid](*gradients, *steps, *pairs, plan.size, *stored, upstream, **constants)
            return
        constants |= {"KIND": plan.kind, "D": plan.channels, "WIDTH": plan.width}
        inputs = (*features, features[0].stride(), features[1].stride(), *gradients, *steps)
        kernels.backward_all[plan.grid](*inputs, *pairs, plan.size, stored[0], upstream, **constants)
