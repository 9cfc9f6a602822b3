"""The contrastive hinge of Dense Object Nets (Florence et al. 2018).

    L = 1/|P| sum_P || a - b ||^2  +  1/H sum over non-matches max(0, margin - || a - c ||)^2

Each anchor p of P has CANDIDATES non-matches: pixels c of view 1 that lie further than RADIUS_PX from T(p).
The share `masked` of them lies on objects, the others on the background: of a traced match it is known which of the
two both of its pixels show. Where only one of the two is seen, or nothing is known, they are spread over S. H is the
number of *hard* ones of both kinds, those inside the margin: the easy majority does not water the term down. (The
authors' code minimises this quotient, and reports each kind over its own hard ones, as here.) The authors match
pixels of objects alone; here all positives are anchors, since descriptors of the room are wanted too.

Collapse costs margin^2, the optimum 0.
"""

import torch
from torch import Tensor

from training.objectives.anchors import Anchors, choose, evenly_among, first, join, near
from training.objectives.objective import Kind, Scale, stateless
from training.objectives.options import DonSettings, euclidean
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean

ANCHORS = 1024
"""Largest number of positives per pair: memory is O(B ANCHORS CANDIDATES)."""
CANDIDATES = 150
"""Non-matches of each match."""
RADIUS_PX = 5.0
"""Pixels this near to the true match are no non-matches."""


def don(seen: Seen, settings: DonSettings) -> dict[str, Tensor]:
    """`total` with its terms `positive` and `negative`; `masked` and `background`, the non-matches of each kind; (B,).

    What is not known to lie on an object counts as background.
    """
    anchors = first(seen.matches, seen.matches.positive, ANCHORS)
    pool, masked = non_matches(seen.matches, settings.masked)
    a, b = seen.at0(anchors.xy0), seen.at1(anchors.xy1, seen.shown.sampling)
    positive = masked_mean((a - b).square().sum(1), anchors.present)
    allowed = anchors.present.unsqueeze(2) & ~near(anchors.xy1, pool.xy1, RADIUS_PX)
    gap = settings.margin - _distances(a, seen.at1(pool.xy1))
    kinds = {"negative": torch.ones_like(masked), "masked": masked, "background": ~masked}
    means = {name: _hard_mean(gap, allowed & kind.unsqueeze(1)) for name, kind in kinds.items()}
    return {"total": positive + means["negative"], "positive": positive, **means}


def non_matches(matches: PixelPairs, masked: float) -> tuple[Anchors, Tensor]:
    """The CANDIDATES of each pair, and which are known to lie on an object, (B, C) bool."""
    objects = torch.zeros_like(matches.valid) if matches.foreground is None else matches.foreground
    background = matches.positive & ~objects
    count = round(masked * CANDIDATES)
    both = objects.any(1) & background.any(1)
    split = join(evenly_among(matches, objects, count), evenly_among(matches, background, CANDIDATES - count))
    pool = choose(both, split, evenly_among(matches, matches.valid, CANDIDATES))
    place = torch.arange(pool.present.shape[1], device=both.device)
    return pool, both.unsqueeze(1) & (place < count)


def _distances(a: Tensor, c: Tensor) -> Tensor:
    """Euclidean distances of (B, D, M) and (B, D, C): (B, M, C); exact near 0, where the gradient matters."""
    return torch.cdist(
        a.transpose(1, 2).contiguous(), c.transpose(1, 2).contiguous(), compute_mode="donot_use_mm_for_euclid_dist"
    )


def _hard_mean(gap: Tensor, allowed: Tensor) -> Tensor:
    """Mean square of what is missing to the margin (B, M, C), over the allowed ones where something is: (B,)."""
    return masked_mean(gap.square().flatten(1), (allowed & (gap > 0)).flatten(1))


def _optimum(settings: DonSettings) -> Scale:
    return Scale(0.0, 1.0, settings.margin)


KIND = Kind(
    DonSettings,
    stateless(don),
    "Dense Object Nets: squared distance, and a hinge over the hard non-matches",
    euclidean,
    scale=_optimum,
)
