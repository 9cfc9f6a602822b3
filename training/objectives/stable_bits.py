"""Codes of a bit a channel, told apart by the share of bits that differ; each bit splits the pixels in halves.

For the M anchors with features a_i in view 0 and b_i at their matches in view 1, and E random pixels of view 1 that
join the b_j as candidates c_j, C = M + E of them, D channels, all at root mean square 1/4 (length sqrt(D)/4),

    d_ij = 4/D sum_k (a_ik - c_jk)^2,
    L_01 = 1/M sum_i -log( exp(-d_ii / t) / sum_j exp(-d_ij / t) ),      t = 1 / (4 log C),
    L    = (L_01 + L_10) / 2  +  w * mean over pixels and channels of (f - s/4)^2,
    s_k  = +1 where f_k is above the median of channel k over the candidates of both views, -1 below, its sign there.

At the optimum of the stable loss (arXiv 2512.04970, Eq. 2) every channel is ±1/4, and d_ij is the share of channels
whose signs differ: 0 for a match, 1/2 for codes that have nothing to do with each other, as the l-inf distance there.
That one asks for one channel that differs, and moves one channel of a pixel; this one asks for half of them, and moves
all. With this t a whole bank at 1/2 costs less than 1/C (`stable_softmax`), so there is no temperature to choose; no
teacher, no projector, and no distance exceeds 1. A pull to the nearer of ±1/4 would settle channels that never change
sign; about the median each says as much as a bit can. Nearest codes are found by cosine, or by population count of the
signs (`--distance hamming`).

Collapse costs log C. Pixels within `radius_px` of the true match are left out, as in InfoNCE. `settled` is the
share of the channels within a fifth of ±1/4.
"""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import normalize

from training.objectives.banks import Search, both_ways
from training.objectives.infonce import proximity
from training.objectives.objective import Kind, stateless
from training.objectives.options import StableBitsSettings, by_angle
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean
from training.objectives.stable_softmax import HALF_GAP, competition

SHARE_OF_SQUARES = 4.0
"""Two settled channels that differ are 1/2 apart: 4 times the mean of the squares is the share of those that do."""
NEAR = 0.2
"""A channel counts as settled within this share of ±1/4."""


def stable_bits(seen: Seen, settings: StableBitsSettings) -> dict[str, Tensor]:
    """`total`, its parts `forward` (L_01), `backward` (L_10) and `bits` (the mean square), and `settled`: (B,) each."""
    searches = [as_codes(search) for search in both_ways(seen, settings.radius_px)]
    forward, backward = (masked_mean(share_cross_entropy(search), search.present) for search in searches)
    codes = torch.cat([search.bank for search in searches], dim=2)
    candidates = torch.cat([search.candidates for search in searches], dim=1)
    bits = masked_mean((codes - balanced_bits(codes, candidates)).square().mean(1), candidates)
    total = (forward + backward) / 2 + settings.bits * bits
    settled = masked_mean(_near_a_bit(codes).float().mean(1), candidates)
    return {"total": total, "forward": forward, "backward": backward, "bits": bits, "settled": settled}


def as_codes(search: Search) -> Search:
    """The search with descriptors whose channels have the root mean square 1/4."""
    length = HALF_GAP * search.queries.shape[1] ** 0.5
    queries, bank = (length * normalize(pixels, dim=1) for pixels in (search.queries, search.bank))
    return replace(search, queries=queries, bank=bank)


def share_cross_entropy(search: Search) -> Tensor:
    """-log softmax of -d / t of each anchor at its match, among it and the negatives: (B, M)."""
    scores = proximity(search.queries, search.bank)  # -d less what a softmax does not see
    return competition(scores, search, SHARE_OF_SQUARES / search.queries.shape[1])


def balanced_bits(codes: Tensor, present: Tensor) -> Tensor:
    """±1/4 for each value of codes (B, D, N): + above the median of its channel over the pixels present (B, N).

    A value at the median keeps its side, so that settled codes of which more are + than - stay as they are.
    """
    values = codes.detach()
    median = values.masked_fill(~present.unsqueeze(1), torch.nan).nanmedian(dim=2, keepdim=True).values
    above = (values > median) | ((values == median) & (values > 0))
    return torch.where(above, HALF_GAP, -HALF_GAP).to(codes.dtype)


def _near_a_bit(codes: Tensor) -> Tensor:
    return (codes.detach().abs() / HALF_GAP - 1).abs() <= NEAR


KIND = Kind(
    StableBitsSettings,
    stateless(stable_bits),
    "softmax over the share of bits that differ; each bit splits the pixels of a pair in halves",
    by_angle,
)
