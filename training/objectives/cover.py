"""COVER: dense contrast as regression of the displacement that the features imply (He and Li 2025, arXiv 2506.20850).

The maps of each level, projected to J heads of d channels, vote for a displacement: a local soft-argmax per pixel and
level (mixture of vectors), from coarse to fine (vector pyramid aggregation; `training.objectives.vectors`). With the
true match T(p) of the pixels p in P, the predicted displacement v, and the descriptors F of view 0 and M of view 1,

    L = L_vec + w L_con,   L_vec = mean over P of | v(p) - (T(p) - p) |_1 in pixels,
                           L_con = mean over P of 1 - cos( F(p), M(T(p)) ).

P is every covisible pixel where the batch brings dense truth (`--truth depth`, or transformed single images), else the
traced positives: the maps are compared densely in either case, and read where the truth is known. Occluded pixels have
no target. Nothing pushes pixels apart but the displacement itself.

The optimum 0, where each pixel's similarity peaks at its match, is approached, not reached. Collapse predicts no
displacement inside the picture, and one towards its centre near its borders and at the global step: it costs the mean
|T(p) - p|_1 or more, and nothing in L_con. On pairs without displacement only the borders speak against it.

The paper's steps are local and reach a (2^L - 1) = 62 px at a = 2 and 5 levels. Here the coarsest level begins with a
global step, so that wide baselines are within reach; `--coarsest local` is the paper's. Two more differences: each
displacement is composed at its own level and then made finer, not the reverse, which is equal where it is linear and
reads a quarter of the pixels; and all sampling has one convention of pixel centres, which the released code has not.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from training.errors import RequestError
from training.models.network import Network
from training.objectives.anchors import first
from training.objectives.gather import gather
from training.objectives.objective import Kind
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean
from training.objectives.vectors import Start, regress, warp
from training.ranges import Amount, Between, Some
from training.settings import AnySettings

ANCHORS = 4096
"""Largest number of traced positives per pair."""
TOKENS = 2048
"""Largest number of pixels that the global step compares with each other: memory is O(B J TOKENS^2)."""


@dataclass(frozen=True)
class CoverSettings:
    """Vector regression."""

    levels: Annotated[int, Between(1, 16)] = 5
    """Levels of the vector pyramid: the finest maps of the network's decoder, each of half the next one's sides."""
    vector_heads: tuple[int, ...] = (4, 4, 4, 1, 1)
    """Heads of each level, coarse to fine; fewer levels take the last ones."""
    head_dim: Some = 8
    """Channels of a head."""
    amplitude: Some = 2
    """Reach of a level's local step, in its pixels: it looks at (2a + 1)^2 offsets."""
    coarsest: Start = "global"
    """How the coarsest level begins: with all pixels (unlimited reach), or with its local step only (the paper)."""
    consistency: Amount = 1.0
    """Weight of L_con."""
    truth: Literal["tracks", "depth"] = "tracks"
    """Where the displacement is known: at traced pixels, or at all covisible ones by the shards' depth layer."""


class Projection(nn.Module):
    """A map's J heads of d channels: Conv1x1, then GroupNorm of one group; the same for both views."""

    def __init__(self, channels: int, heads: int, head_dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.conv = nn.Conv2d(channels, heads * head_dim, 1)
        self.norm = nn.GroupNorm(1, heads * head_dim)

    def forward(self, map: Tensor) -> Tensor:
        """(B, C, H, W) to (B, J, d, H, W) in the type of the weights, float32 unless changed."""
        projected: Tensor = self.norm(self.conv(map.to(self.conv.weight.dtype)))
        return projected.contiguous().unflatten(1, (self.heads, -1))


@dataclass(frozen=True)
class Compared:
    """M places of each pair where the truth is known, or may be."""

    predicted: Tensor
    """(B, 2, M) displacement in pixels, by the features."""
    true: Tensor
    """(B, 2, M) displacement T(p) - p in pixels."""
    features0: Tensor
    """(B, D, M) descriptors F(p)."""
    features1: Tensor
    """(B, D, M) descriptors M(T(p))."""
    known: Tensor
    """(B, M) bool: False where there is no truth, and in padding."""


class Cover(nn.Module):
    """The objective with its projections."""

    def __init__(self, settings: CoverSettings, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.settings = settings
        levels = zip(channels[-settings.levels :], settings.vector_heads[-settings.levels :], strict=True)
        self.projections = nn.ModuleList(Projection(width, heads, settings.head_dim) for width, heads in levels)

    def forward(self, seen: Seen) -> dict[str, Tensor]:
        """`total`, `vector` (L_vec in px), `consistency` (L_con) and `epe_px` of each pair, (B,).

        The last, the mean end-point error | v(p) - (T(p) - p) |_2, is reported and not minimised.
        Raises as `displacement` does.
        """
        at = compared(seen, self.displacement(seen))
        error = at.predicted - at.true
        vector = masked_mean(error.abs().sum(1), at.known)
        consistency = masked_mean(1 - _cosine(at.features0, at.features1), at.known)
        epe_px = masked_mean(error.detach().norm(dim=1), at.known)
        total = vector + self.settings.consistency * consistency
        return {"total": total, "vector": vector, "consistency": consistency, "epe_px": epe_px}

    def displacement(self, seen: Seen) -> Tensor:
        """The displacement v (B, 2, H, W) in pixels (x, y) that the maps imply, on the grid of view 0.

        Raises RequestError where the coarsest map is too large for the global step.
        """
        check_coarsest(self.settings, *seen.maps0[0].shape[-2:])
        with torch.autocast(seen.features0.device.type, enabled=False):
            queries, keys = (
                [project(map) for project, map in zip(self.projections, maps, strict=True)]
                for maps in (seen.maps0, seen.maps1)
            )
            return regress(queries, keys, self.settings.amplitude, self.settings.coarsest)


def compared(seen: Seen, predicted: Tensor) -> Compared:
    """What is compared with the truth: all covisible pixels where it is dense, else the traced positives.

    `predicted` (B, 2, H, W) is the displacement; descriptors get its type.
    """
    shown, (features0, features1) = seen.shown, (map.to(predicted.dtype) for map in (seen.features0, seen.features1))
    if shown.flow is not None and shown.covisible is not None:
        true = shown.flow.to(predicted.dtype)
        maps = (predicted, true, features0, warp(features1, true))
        return Compared(*(map.flatten(2) for map in maps), known=shown.covisible.flatten(1))
    at = first(seen.matches, seen.matches.positive, ANCHORS)
    return Compared(
        gather(predicted, at.xy0, "nearest"),
        (at.xy1 - at.xy0).transpose(1, 2).to(predicted.dtype),
        gather(features0, at.xy0, "nearest"),
        gather(features1, at.xy1, shown.sampling),
        at.present,
    )


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    """Cosine of (B, D, M) with (B, D, M): (B, M). Half the passes over dense maps of `cosine_similarity`'s."""
    squares = a.square().sum(1) * b.square().sum(1)
    return (a * b).sum(1) * squares.clamp(min=1e-16).rsqrt()


def check_coarsest(settings: CoverSettings, height: int, width: int) -> None:
    """Raise RequestError where the coarsest map has too many pixels to be compared with each other."""
    if settings.coarsest == "global" and height * width > TOKENS:
        raise RequestError(
            f"--coarsest global: the coarsest of {settings.levels} levels has {width} x {height} pixels, more than "
            f"{TOKENS}; use more --levels, a smaller --crop, or --coarsest local"
        )


def _make(settings: CoverSettings, network: Network, run: AnySettings) -> Cover:
    """The objective, checked. Raises RequestError."""
    heads, side = settings.vector_heads, -(-run.data.crop >> (settings.levels - 1))
    if len(heads) < settings.levels or min(heads) < 1:
        shown = " ".join(map(str, heads))
        raise RequestError(f"--vector-heads {shown}: needs 1 or more for each of the {settings.levels} levels")
    check_coarsest(settings, side, side)
    return Cover(settings, network.map_channels)


KIND = Kind(
    CoverSettings,
    _make,
    "COVER: regression of the displacement that the features imply, coarse to fine",
    lambda _: "cosine",
    levels=lambda settings: settings.levels,
    dense=lambda settings: settings.truth == "depth",
)
