"""Symmetric InfoNCE over the positives of a pair (van den Oord et al. 2018; dual softmax as in MASt3R).

For the M anchors with features a_i in view 0 and b_i at their matches in view 1, and E random pixels e_j of view 1,

    L_01 = 1/M sum_i -log( exp s(a_i, b_i) / [ sum_j exp s(a_i, b_j) + sum_j exp s(a_i, e_j) ] ),

L_10 the same from view 1 to view 0, and L = (L_01 + L_10) / 2. Pixels within `radius_px` of the true match are left out
of the sums: they are no negatives at the resolution of a match. Two similarities:

- `cosine`: s = cosine / temperature; features are to be compared after normalisation.
- `l2`: s = -|| a - b ||^2 / temperature; features are to be compared as they are, by Euclidean distance.

Collapse costs log of the number of pixels compared; the optimum 0 is approached, not reached.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from training.objectives.banks import Search, both_ways, cosine, products
from training.objectives.objective import Kind, stateless
from training.objectives.options import InfoNceSettings, by_similarity
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean


def infonce(seen: Seen, settings: InfoNceSettings) -> dict[str, Tensor]:
    """`total`, `forward` (L_01) and `backward` (L_10) of each pair, (B,)."""
    similarity = SIMILARITIES[settings.similarity]
    forward, backward = (
        masked_mean(cross_entropy(search, similarity, settings.temperature), search.present)
        for search in both_ways(seen, settings.radius_px)
    )
    return {"total": (forward + backward) / 2, "forward": forward, "backward": backward}


def proximity(a: Tensor, b: Tensor) -> Tensor:
    """-|| a - b ||^2 + || a ||^2 of (B, D, M) and (B, D, C): (B, M, C); a softmax over b does not see || a ||^2."""
    return 2 * products(a, b) - b.square().sum(1).unsqueeze(1)


Similarity = Callable[[Tensor, Tensor], Tensor]
"""(B, D, M) and (B, D, C) to (B, M, C)."""
SIMILARITIES: dict[str, Similarity] = {"cosine": cosine, "l2": proximity}


def cross_entropy(search: Search, similarity: Similarity, temperature: float) -> Tensor:
    """-log softmax of each anchor at its match, among it and the negatives: (B, M)."""
    return nll_of_match(similarity(search.queries, search.bank) / temperature, search)


def nll_of_match(scores: Tensor, search: Search) -> Tensor:
    """-log softmax of scores (B, M, C) at each anchor's match, among it and the negatives: (B, M)."""
    excluded = ~search.negative
    excluded.diagonal(dim1=1, dim2=2).zero_()  # the match itself
    lowest = torch.finfo(scores.dtype).min
    return -torch.log_softmax(scores.masked_fill(excluded, lowest), dim=2).diagonal(dim1=1, dim2=2)


KIND = Kind(InfoNceSettings, stateless(infonce), "symmetric InfoNCE over the positives of a pair", by_similarity)
