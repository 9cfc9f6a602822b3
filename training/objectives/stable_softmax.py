"""Bit-like codes that are told apart by competition: softmax over l-inf distances, and a pull of each channel to ±1/4.

For the M anchors with features a_i in view 0 and b_i at their matches in view 1, and E random pixels of view 1 that
join the b_j as candidates c_j, C = M + E of them,

    L_01 = 1/M sum_i -log( exp(-D_ii / t) / sum_j exp(-D_ij / t) ),      D_ij = max_k | a_ik - c_jk |,
    L    = (L_01 + L_10) / 2  +  w * mean over pixels and channels of (|f| - 1/4)^2.

The optimum is that of the stable loss (arXiv 2512.04970): matches agree, all others are 1/2 apart in some channel, and
every channel is ±1/4. At D = 0 the gradients of its Eq. 2 pull and push alike; here a pixel that is confused with
another is always pushed from it, by as much as it is confused. t needs no tuning: with t = 1 / (4 log C), a whole bank
at the optimal distance 1/2 costs less than 1/C. No teacher, no projector.

Collapse costs log C, to which w/16 is added where the features are 0. Pixels within `radius_px` of the true match are
left out, as in InfoNCE. Distances take O(B M C) memory.
"""

import torch
from torch import Tensor

from training.objectives.banks import Search, both_ways
from training.objectives.infonce import nll_of_match
from training.objectives.linf import linf_distances
from training.objectives.objective import Kind, Scale, stateless
from training.objectives.options import StableSoftmaxSettings, by_largest
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean

HALF_GAP = 0.25
"""Magnitude of a settled channel: two that differ are 1/2 apart."""


def stable_softmax(seen: Seen, settings: StableSoftmaxSettings) -> dict[str, Tensor]:
    """`total`, `forward` (L_01), `backward` (L_10) and `bits`, mean square distances from ±1/4, of each pair, (B,)."""
    searches = both_ways(seen, settings.radius_px)
    forward, backward = (masked_mean(distance_cross_entropy(search), search.present) for search in searches)
    bits = torch.stack([_unsettled(search) for search in searches]).mean(0)
    total = (forward + backward) / 2 + settings.bits * bits
    return {"total": total, "forward": forward, "backward": backward, "bits": bits}


def distance_cross_entropy(search: Search) -> Tensor:
    """-log softmax of -D / t of each anchor at its match, among it and the negatives: (B, M)."""
    return competition(linf_distances(search.queries, search.bank), search, -1.0)


def competition(values: Tensor, search: Search, factor: float) -> Tensor:
    """-log softmax of factor / t times values (B, M, C), at each anchor's match: (B, M).

    The factor makes of the values what is compared, -D: one pass over them with the temperature.
    """
    sharpness = (factor * inverse_temperature(search.candidates.sum(1))).to(values.dtype)
    return nll_of_match(sharpness.view(-1, 1, 1) * values, search)


def inverse_temperature(candidates: Tensor) -> Tensor:
    """1 / t = 4 log C of the numbers (B,) of candidates, float64: (C - 1) exp(-1 / (2 t)) is less than 1 / C."""
    return 4 * torch.log(candidates.clamp(min=2).double())


def _unsettled(search: Search) -> Tensor:
    """(B,) mean of (|f| - 1/4)^2 over the candidates of one view."""
    return masked_mean((search.bank.abs() - HALF_GAP).square().mean(1), search.candidates)


KIND = Kind(
    StableSoftmaxSettings,
    stateless(stable_softmax),
    "softmax over l-inf distances of codes whose channels settle at ±1/4",
    by_largest,
    scale=lambda _: Scale(0.2, 0.3, 0.5, "inf"),
)
