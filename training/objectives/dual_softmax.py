"""Dual softmax: the likelihood of each match in both directions at once (LoFTR, Sun et al., CVPR 2021, Sec. 3.3).

With S_ij = cos(a_i, b_j) / temperature over the pixels of both views,

    P(i, j) = softmax(S(i, .))_j * softmax(S(., j))_i,      L = 1/M sum_i -(1 - P(i, i))^gamma log P(i, i).

gamma = 0 and temperature 1/20 is the descriptor loss of DeDoDe (Edstedt et al., 3DV 2024), whose pixels are its
detections; gamma = 2 the focal form of LoFTR, whose pixels are a grid of 8 px. Here the rows and columns of the M
anchors are summed over the anchors and over E random pixels of the other view, without those within `radius_px` of the
true match, as InfoNCE does: at gamma = 0 the loss is twice the symmetric InfoNCE of the same temperature.

Collapse costs 2 (1 - 1/n^2)^gamma log n for n pixels compared; the optimum 0 is approached, not reached.
"""

import torch
from torch import Tensor

from training.objectives.banks import both_ways, cosine
from training.objectives.infonce import cross_entropy
from training.objectives.objective import Kind, stateless
from training.objectives.options import DualSoftmaxSettings, by_angle
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean


def dual_softmax(seen: Seen, settings: DualSoftmaxSettings) -> dict[str, Tensor]:
    """`total` and `nll`, the mean of -log P, of each pair, (B,)."""
    forward, backward = both_ways(seen, settings.radius_px)
    row, column = (cross_entropy(search, cosine, settings.temperature) for search in (forward, backward))
    nll = row + column
    weighted = _unlikeliness(nll) ** settings.focal_gamma * nll
    return {"total": masked_mean(weighted, forward.present), "nll": masked_mean(nll, forward.present)}


def _unlikeliness(nll: Tensor) -> Tensor:
    """1 - P of -log P, away from 0: a fractional power has no finite slope there."""
    return -torch.expm1(-nll.clamp(min=torch.finfo(nll.dtype).eps))


KIND = Kind(
    DualSoftmaxSettings,
    stateless(dual_softmax),
    "likelihood of the matches under softmax of rows times softmax of columns",
    by_angle,
)
