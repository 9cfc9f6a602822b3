"""Pixels for objectives that compare many with many: anchors with a known match, and candidates to tell them from."""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.objectives.pixel_pairs import PixelPairs


@dataclass(frozen=True)
class Anchors:
    """M entries of each pair's matches."""

    xy0: Tensor
    """(B, M, 2) int32 pixels of view 0."""
    xy1: Tensor
    """(B, M, 2) float32 pixels of view 1."""
    present: Tensor
    """(B, M) bool: False in padding."""


def first(matches: PixelPairs, mask: Tensor, count: int) -> Anchors:
    """The first entries, `count` at most, that the mask (B, N) sets: a random subset, matches being in random order."""
    order = torch.argsort((~mask).to(torch.uint8), dim=1, stable=True)[:, :count]
    return _anchors(matches, order, mask.gather(1, order))


def evenly_among(matches: PixelPairs, mask: Tensor, count: int) -> Anchors:
    """`count` entries spread evenly over those that the mask (B, N) sets, with repetitions where they are fewer."""
    size = mask.sum(1, keepdim=True)
    steps = torch.arange(count if mask.shape[1] else 0, device=size.device)
    order = torch.argsort((~mask).to(torch.uint8), dim=1, stable=True)
    index = order.gather(1, steps * size // max(count, 1))
    return _anchors(matches, index, (size > 0).expand(index.shape))


def join(a: Anchors, b: Anchors) -> Anchors:
    """The entries of both, those of `a` first."""
    return Anchors(torch.cat([a.xy0, b.xy0], 1), torch.cat([a.xy1, b.xy1], 1), torch.cat([a.present, b.present], 1))


def choose(condition: Tensor, a: Anchors, b: Anchors) -> Anchors:
    """Of each pair the entries of `a` where the condition (B,) holds, those of `b` elsewhere; equally many."""
    pixels, entries = condition.view(-1, 1, 1), condition.unsqueeze(1)
    xy0, xy1 = torch.where(pixels, a.xy0, b.xy0), torch.where(pixels, a.xy1, b.xy1)
    return Anchors(xy0, xy1, torch.where(entries, a.present, b.present))


def near(a: Tensor, b: Tensor, radius_px: float) -> Tensor:
    """(B, M, C) bool: pixels a (B, M, 2) and b (B, C, 2) of one view at most `radius_px` apart."""
    return torch.cdist(a.float(), b.float(), compute_mode="donot_use_mm_for_euclid_dist") <= radius_px


def _anchors(matches: PixelPairs, index: Tensor, present: Tensor) -> Anchors:
    wide = index.unsqueeze(2).expand(-1, -1, 2)
    return Anchors(matches.xy0.gather(1, wide), matches.xy1.gather(1, wide), present)
