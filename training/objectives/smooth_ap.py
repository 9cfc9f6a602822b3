"""Smooth-AP: the rank of the true match, with a sigmoid for each comparison (Brown et al., ECCV 2020, Sec. 4).

A query has one match, so its average precision is 1 / R, R the rank of the match among the candidates. With s_j the
cosine of the query and candidate j, s_0 that of its match, and G(x) = 1 / (1 + exp(-x / temperature)),

    R_i = 1 + sum over negatives j of G(s_j - s_0),      L_01 = 1/M sum_i (1 - 1 / R_i),

L_10 the same from view 1 to view 0, and L = (L_01 + L_10) / 2. The candidates are the matches of the other anchors and
random pixels, those within RADIUS_PX of the true match left out. G comes from a step function (temperature 0), whose
slope is 0: the temperature is the band of cosines in which a comparison teaches.

L lies in [0, 1). Collapse costs n / (n + 2) for n negatives, near 1; the optimum 0 is approached as the match outdoes
all others by several temperatures.
"""

import torch
from torch import Tensor

from training.objectives.banks import Search, both_ways, cosine
from training.objectives.objective import Kind, stateless
from training.objectives.options import SmoothApSettings, by_angle
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean

RADIUS_PX = 2.0
"""Pixels this near to the true match are no negatives."""


def smooth_ap(seen: Seen, settings: SmoothApSettings) -> dict[str, Tensor]:
    """`total`, `forward` (L_01) and `backward` (L_10) of each pair, (B,)."""
    forward, backward = (
        masked_mean(1 - 1 / smooth_rank(search, settings.temperature), search.present)
        for search in both_ways(seen, RADIUS_PX)
    )
    return {"total": (forward + backward) / 2, "forward": forward, "backward": backward}


def smooth_rank(search: Search, temperature: float) -> Tensor:
    """R of each anchor's match, 1 or more: (B, M)."""
    scores = cosine(search.queries, search.bank)
    above = torch.sigmoid((scores - scores.diagonal(dim1=1, dim2=2).unsqueeze(2)) / temperature)
    return 1 + (above * search.negative).sum(2)  # on a CPU a third of the time of torch.where


KIND = Kind(
    SmoothApSettings,
    stateless(smooth_ap),
    "smooth average precision: the rank of the true match",
    by_angle,
)
