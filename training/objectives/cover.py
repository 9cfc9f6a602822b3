"""COVER: dense contrast as regression of the displacement that the features imply (He and Li 2025, arXiv 2506.20850).

The maps of each level, projected to J heads of d channels, vote for a displacement: a local soft-argmax per pixel and
level (mixture of vectors), from coarse to fine (vector pyramid aggregation; `training.objectives.vectors`). With the
true match T(p) of the pixels p in P, the predicted displacement v, and the descriptors F of view 0 and M of view 1,

    L = L_vec + w L_con,   L_vec = mean over P of | v(p) - (T(p) - p) |_1 in pixels,
                           L_con = mean over P of 1 - cos( F(p), M(T(p)) ).

P is one random covisible pixel of each of up to ANCHORS cells where the batch brings dense truth (`--truth depth`, or
transformed single images), else the traced positives. All levels but the finest are compared densely, the finest where
the truth is known. Occluded pixels have
no target. Nothing pushes pixels apart but the displacement itself.

The optimum 0, where each pixel's similarity peaks at its match, is approached, not reached. Collapse predicts no
displacement inside the picture, and one towards its centre near its borders and at the global step: it costs the mean
|T(p) - p|_1 or more, and nothing in L_con. On pairs without displacement only the borders speak against it.

The paper's steps are local and reach a (2^L - 1) = 62 px at a = 2 and 5 levels. Here the coarsest level begins with a
global step, so that wide baselines are within reach; `--coarsest local` is the paper's. Two more differences: each
displacement is composed at its own level and then made finer, not the reverse, which is equal where it is linear and
reads a quarter of the pixels; and all sampling has one convention of pixel centres, which the released code has not.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from training.errors import RequestError
from training.models.network import Network
from training.objectives.anchors import first
from training.objectives.gather import gather
from training.objectives.objective import Kind
from training.objectives.options import CoverSettings, by_angle
from training.objectives.seen import Seen, Shown
from training.objectives.stable import masked_mean
from training.objectives.vectors import regress, regress_at
from training.running.places import ALONE, Places
from training.seeding import generator_of
from training.settings import AnySettings, Sampling

ANCHORS = 4096
"""Largest number of pixels per pair whose truth is compared."""
TOKENS = 2048
"""Largest number of pixels that the global step compares with each other: memory is O(B J TOKENS^2)."""


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
class KnownPlaces:
    """M places of each pair where the truth is known, or may be."""

    xy0: Tensor
    """(B, M, 2) whole pixels p of view 0."""
    xy1: Tensor
    """(B, M, 2) float32 matches T(p) in view 1."""
    known: Tensor
    """(B, M) bool: False where there is no truth, and in padding."""
    sampling: Sampling
    """How view 1 is read at a match."""

    @property
    def flow(self) -> Tensor:
        """(B, 2, M) displacement T(p) - p in pixels."""
        return (self.xy1 - self.xy0).transpose(1, 2)


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
        at = truth_of(seen.shown)
        queries, keys = self.projected(seen)
        with torch.autocast(seen.features0.device.type, enabled=False):
            predicted = regress_at(queries, keys, self.settings.amplitude, self.settings.coarsest, at.xy0)
            features0 = gather(seen.features0, at.xy0, "nearest").to(predicted.dtype)
            features1 = gather(seen.features1, at.xy1, at.sampling).to(predicted.dtype)
        error = predicted - at.flow.to(predicted.dtype)
        vector = masked_mean(error.abs().sum(1), at.known)
        consistency = masked_mean(1 - cosine_similarity(features0, features1), at.known)
        epe_px = masked_mean(error.detach().norm(dim=1), at.known)
        total = vector + self.settings.consistency * consistency
        return {"total": total, "vector": vector, "consistency": consistency, "epe_px": epe_px}

    def displacement(self, seen: Seen) -> Tensor:
        """The displacement v (B, 2, H, W) in pixels (x, y) that the maps imply, on the grid of view 0.

        Raises RequestError where the coarsest map is too large for the global step.
        """
        queries, keys = self.projected(seen)
        return regress(queries, keys, self.settings.amplitude, self.settings.coarsest)

    def projected(self, seen: Seen) -> tuple[list[Tensor], list[Tensor]]:
        """Queries of view 0 and keys of view 1, (B, J, d, H, W) of each level. Raises as `displacement`."""
        check_coarsest(self.settings, *seen.maps0[0].shape[-2:])
        with torch.autocast(seen.features0.device.type, enabled=False):
            queries, keys = (
                [project(map) for project, map in zip(self.projections, maps, strict=True)]
                for maps in (seen.maps0, seen.maps1)
            )
        return queries, keys


def truth_of(shown: Shown) -> KnownPlaces:
    """Where the displacement is compared with the truth: covisible pixels where it is dense, else traced positives."""
    if shown.flow is None or shown.covisible is None:
        at = first(shown.matches, shown.matches.positive, ANCHORS)
        return KnownPlaces(at.xy0, at.xy1, at.present, shown.sampling)
    xy0 = one_of_each_cell(shown.flow, shown.seed, shown.places)
    xy1 = xy0 + gather(shown.flow, xy0, "nearest").transpose(1, 2)
    return KnownPlaces(xy0, xy1, gather(shown.covisible.unsqueeze(1), xy0, "nearest").squeeze(1), "bilinear")


def one_of_each_cell(maps: Tensor, seed: int, places: Places = ALONE) -> Tensor:
    """(B, M, 2) int64 pixels of maps (B, ..., H, W), one at random of each square cell, M = ANCHORS at most.

    The cells cover the maps but for strips narrower than a cell, at borders drawn for each pair.
    """
    whole, (height, width) = places.whole(len(maps)), maps.shape[-2:]
    cell = math.ceil(math.sqrt(height * width / ANCHORS))
    columns, rows = width // cell, height // cell
    draw = generator_of(maps.device, seed)
    jitter, strip = (
        places.own(torch.rand((whole, count, 2), generator=draw, device=maps.device)) for count in (rows * columns, 1)
    )
    place = torch.arange(rows * columns, device=maps.device)
    corner = torch.stack([place % columns, place // columns], dim=1) * cell
    room = torch.tensor([width - columns * cell + 1, height - rows * cell + 1], device=maps.device)
    return corner + (jitter * cell).long() + (strip * room).long()


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
    by_angle,
    levels=lambda settings: settings.levels,
    dense=lambda settings: settings.truth == "depth",
)
