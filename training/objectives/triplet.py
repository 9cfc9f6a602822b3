"""Triplet margin with the hardest negative of the image (D2-Net, Dusmanu et al., CVPR 2019, Sec. 4.1).

For a match of the pixels A in view 0 and B in view 1, with descriptors d at length 1,

    p^2 = || d_A - d_B ||^2
    n^2 = min( || d_A - d_N1 ||^2, || d_N0 - d_B ||^2 )
    L   = 1/M sum over matches of max(0, margin + p^2 - n^2)

N1 is the candidate of view 1 nearest to d_A of those further than RADIUS_PX from B, N0 that of view 0 nearest to d_B of
those further than RADIUS_PX from A. D2-Net weighs each match by its detector's scores; without a detector all weigh
the same. Its radius is that of a square, on its map of 1/8 resolution; here it is that of a disc on the map itself.
The candidates are the pixels of other matches and random ones. A match without any counts as if n^2 were FARTHEST.

Collapse costs the margin and has no gradient (p = n = 0). The hardest negative is known to lead there
(mihaidusmanu/d2-net#73; its authors start from trained weights): while it is nearer than the match, the two are pushed
apart along what all descriptors share. `semi-hard` (FaceNet, Schroff et al., CVPR 2015, Sec. 3.2) takes the nearest
negative of those not nearer than the match, or the furthest of all where the match is further still. The optimum 0 is
reached: n^2 >= margin + p^2 for all.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from training.objectives.banks import Search, both_ways, cosine, difference_to_hardest, difference_to_match
from training.objectives.objective import Kind, Scale, stateless
from training.objectives.options import TripletSettings, by_angle
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean

RADIUS_PX = 4.0
"""Pixels this near to the true match are no negatives."""
FARTHEST = 4.0
"""Largest squared distance of descriptors of length 1."""


def triplet(seen: Seen, settings: TripletSettings) -> dict[str, Tensor]:
    """`total`, and the means of `positive` p^2 and `negative` n^2, of each pair, (B,)."""
    searches = both_ways(seen, RADIUS_PX)
    positive = difference_to_match(searches[0]).square().sum(1)
    negative = torch.minimum(*(_hardest(search, MINING[settings.mining](search)) for search in searches))
    ranked = (settings.margin + positive - negative).clamp(min=0)
    values = {"total": ranked, "positive": positive, "negative": negative}
    return {name: masked_mean(value, searches[0].present) for name, value in values.items()}


@torch.no_grad()
def not_nearer_than_match(search: Search) -> Tensor:
    """(B, M, C) bool: the negatives at most as similar to the anchor as its match; the least similar if none is."""
    if not search.negative.numel():
        return search.negative
    scores = cosine(search.queries, search.bank)
    least = scores.masked_fill(~search.negative, torch.inf).amin(2)
    bound = torch.maximum(least, scores.diagonal(dim1=1, dim2=2))
    return search.negative & (scores <= bound.unsqueeze(2))


MINING: dict[str, Callable[[Search], Tensor]] = {
    "hardest": lambda search: search.negative,
    "semi-hard": not_nearer_than_match,
}


def _hardest(search: Search, allowed: Tensor) -> Tensor:
    """Squared distance of each anchor to the nearest of the allowed negatives: (B, M)."""
    difference, found = difference_to_hardest(search, allowed)
    return torch.where(found, difference.square().sum(1), FARTHEST)


def _optimum(settings: TripletSettings) -> Scale:
    return Scale(0.0, 1.0, settings.margin**0.5)


KIND = Kind(
    TripletSettings,
    stateless(triplet),
    "triplet margin with the hardest negative of the image",
    by_angle,
    scale=_optimum,
)
