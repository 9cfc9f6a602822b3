"""The contrastive hinge of Dense Object Nets (Florence et al. 2018).

    L = 1/|P| sum_P || a - b ||^2  +  1/H sum over non-matches max(0, margin - || a - c ||)^2

Each anchor p of P has CANDIDATES non-matches: pixels c of view 1 out of S that lie further than RADIUS_PX from T(p).
H is the number of *hard* ones, those inside the margin: the easy majority does not water the term down.
Collapse costs margin^2, the optimum 0.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.objectives.anchors import first, near, spread
from training.objectives.gather import gather
from training.objectives.objective import Kind, Scale, stateless
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean
from training.ranges import Positive

ANCHORS = 1024
"""Largest number of positives per pair: memory is O(B ANCHORS CANDIDATES)."""
CANDIDATES = 150
"""Non-matches of each match."""
RADIUS_PX = 5.0
"""Pixels this near to the true match are no non-matches."""


@dataclass(frozen=True)
class DonSettings:
    """The contrastive hinge of Dense Object Nets."""

    margin: Positive = 0.5
    """Euclidean distance beyond which a non-match costs nothing."""


def don(seen: Seen, settings: DonSettings) -> dict[str, Tensor]:
    """`total`, `positive` and `negative` of each pair, (B,)."""
    anchors, pool = first(seen.matches, seen.matches.positive, ANCHORS), spread(seen.matches, CANDIDATES)
    a = gather(seen.features0, anchors.xy0, "nearest").float()
    b = gather(seen.features1, anchors.xy1, seen.shown.sampling).float()
    positive = masked_mean((a - b).square().sum(1), anchors.present)
    allowed = anchors.present.unsqueeze(2) & ~near(anchors.xy1, pool.xy1, RADIUS_PX)
    negative = _hard_mean(a, gather(seen.features1, pool.xy1, "nearest").float(), allowed, settings.margin)
    return {"total": positive + negative, "positive": positive, "negative": negative}


def _hard_mean(a: Tensor, c: Tensor, allowed: Tensor, margin: float) -> Tensor:
    """Squared hinge of (B, D, M) against (B, D, C), averaged over the allowed (B, M, C) inside the margin: (B,)."""
    distance = torch.cdist(
        a.transpose(1, 2).contiguous(),
        c.transpose(1, 2).contiguous(),
        compute_mode="donot_use_mm_for_euclid_dist",  # exact near 0, where the gradient matters
    )
    return masked_mean((margin - distance).square().flatten(1), (allowed & (distance < margin)).flatten(1))


def _optimum(settings: DonSettings) -> Scale:
    return Scale(0.0, 1.0, settings.margin)


KIND = Kind(
    DonSettings,
    stateless(don),
    "Dense Object Nets: squared distance, and a hinge over the hard non-matches",
    lambda _: "l2",
    scale=_optimum,
)
