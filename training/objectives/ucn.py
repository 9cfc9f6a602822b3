"""The correspondence contrastive loss of the Universal Correspondence Network (Choy et al., NIPS 2016, Eq. 1).

    L = 1/(2 N) sum_i [ s_i d_i^2 + (1 - s_i) max(0, margin - d_i)^2 ],   d_i = || a_i - b_i ||_2,

over N pairs of pixels, s_i = 1 where they match; descriptors have length 1. Negatives are mined in each step: for each
match the nearest candidate of the other view is found, and where its pixel is further than RADIUS_PX from the true one,
the pair is a negative. So a pixel that finds its match has no negative, and N is not the same in every step.
The candidates are the pixels of the matches and random ones; anchors of both views search, as in the later code of the
authors (chrischoy/open-ucn), which normalises too and from which margin and radius come.

Collapse costs at most margin^2 / 3: no distance, and two negatives for each match. The optimum 0 is reached when each
match is nearest in both directions, and exact.
"""

import torch
from torch import Tensor

from training.objectives.banks import Search, both_ways, difference_to_hardest, difference_to_match
from training.objectives.objective import Kind, Scale, stateless
from training.objectives.options import UcnSettings, by_angle
from training.objectives.seen import Seen

RADIUS_PX = 4.0
"""A nearest candidate this near to the true match is found, no negative."""


def ucn(seen: Seen, settings: UcnSettings) -> dict[str, Tensor]:
    """`total` and its parts, `positive` and `negative`, of each pair, (B,)."""
    searches = both_ways(seen, RADIUS_PX)
    present = searches[0].present
    attract = torch.where(present, difference_to_match(searches[0]).square().sum(1), 0).sum(1)
    repel, mined = (sum(parts) for parts in zip(*(_mined(search, settings.margin) for search in searches), strict=True))
    twice = 2 * (present.sum(1) + mined).clamp(min=1)
    return {"total": (attract + repel) / twice, "positive": attract / twice, "negative": repel / twice}


def _mined(search: Search, margin: float) -> tuple[Tensor, Tensor]:
    """Sum of the squared hinge over the hard negatives of the anchors, and their number: (B,) each."""
    difference, hard = difference_to_hardest(search, search.candidates.unsqueeze(1))
    hinge = (margin - torch.linalg.vector_norm(difference, dim=1)).clamp(min=0).square()
    return torch.where(hard, hinge, 0).sum(1), hard.sum(1)


def _optimum(settings: UcnSettings) -> Scale:
    return Scale(0.0, 1.0, settings.margin)


KIND = Kind(
    UcnSettings,
    stateless(ucn),
    "Universal Correspondence Network: squared distance, and a hinge where the nearest is wrong",
    by_angle,
    scale=_optimum,
)
