"""Symmetric InfoNCE over the positives of a pair (van den Oord et al. 2018; dual softmax as in MASt3R).

For the M anchors with features a_i in view 0 and b_i at their matches in view 1, and E random pixels e_j of view 1,

    L_01 = 1/M sum_i -log( exp s(a_i, b_i) / [ sum_j exp s(a_i, b_j) + sum_j exp s(a_i, e_j) ] ),

L_10 the same from view 1 to view 0, and L = (L_01 + L_10) / 2. Pixels within RADIUS_PX of the true match are left out
of the sums: they are no negatives at the resolution of a match. Two similarities:

- `cosine`: s = cosine / temperature; features are to be compared after normalisation.
- `l2`: s = -|| a - b ||^2 / temperature; features are to be compared as they are, by Euclidean distance.

Collapse costs log of the number of pixels compared; the optimum 0 is approached, not reached.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import normalize

from training.objectives.anchors import Points, first, near
from training.objectives.gather import gather
from training.objectives.objective import Kind, stateless
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean
from training.ranges import Positive
from training.settings import Distance

ANCHORS = 512
"""Largest M per pair: memory is O(B M (M + E))."""
EXTRA = 1024
"""Largest E per pair."""
RADIUS_PX = 2.0
"""Pixels this near to the true match are no negatives."""


@dataclass(frozen=True)
class InfoNceSettings:
    """Symmetric InfoNCE."""

    similarity: Literal["cosine", "l2"] = "cosine"
    """What is compared: directions, or positions by their squared distance."""
    temperature: Positive = 0.07
    """Divides the similarity (1 is usual for l2)."""


def infonce(seen: Seen, settings: InfoNceSettings) -> dict[str, Tensor]:
    """`total`, `forward` (L_01) and `backward` (L_10) of each pair, (B,)."""
    anchors = first(seen.matches, seen.matches.positive, ANCHORS)
    others = first(seen.matches, seen.matches.negative, EXTRA)
    similarity = SIMILARITIES[settings.similarity]
    with torch.autocast(seen.features0.device.type, enabled=False):
        a = gather(seen.features0, anchors.xy0, "nearest").float()
        b = gather(seen.features1, anchors.xy1, seen.shown.sampling).float()
        bank0 = torch.cat([a, gather(seen.features0, others.xy0, "nearest").float()], dim=2)
        bank1 = torch.cat([b, gather(seen.features1, others.xy1, "nearest").float()], dim=2)
        scores01, scores10 = (similarity(*pair) / settings.temperature for pair in ((a, bank1), (b, bank0)))
        forward = _cross_entropy(scores01, _excluded(anchors, others, anchors.xy1, others.xy1))
        backward = _cross_entropy(scores10, _excluded(anchors, others, anchors.xy0, others.xy0))
    forward, backward = masked_mean(forward, anchors.present), masked_mean(backward, anchors.present)
    return {"total": (forward + backward) / 2, "forward": forward, "backward": backward}


def cosine(a: Tensor, b: Tensor) -> Tensor:
    """Cosine of (B, D, M) and (B, D, C): (B, M, C)."""
    return normalize(a, dim=1).transpose(1, 2) @ normalize(b, dim=1)


def proximity(a: Tensor, b: Tensor) -> Tensor:
    """-|| a - b ||^2 + || a ||^2 of (B, D, M) and (B, D, C): (B, M, C); a softmax over b does not see || a ||^2."""
    return torch.baddbmm(-b.square().sum(1).unsqueeze(1), a.transpose(1, 2), b, alpha=2)


SIMILARITIES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"cosine": cosine, "l2": proximity}


def _excluded(anchors: Points, others: Points, own: Tensor, other: Tensor) -> Tensor:
    """(B, M, M + E) bool: no negatives of an anchor: padding, and what is near to its match save the match itself."""
    absent = torch.cat([~anchors.present, ~others.present], dim=1).unsqueeze(1)
    excluded = absent | near(own, torch.cat([own, other], dim=1), RADIUS_PX)
    excluded.diagonal(dim1=1, dim2=2).zero_()
    return excluded


def _cross_entropy(scores: Tensor, excluded: Tensor) -> Tensor:
    """-log softmax at the own match, which stands on the diagonal of (B, M, M + E): (B, M)."""
    lowest = torch.finfo(scores.dtype).min
    return -torch.log_softmax(scores.masked_fill(excluded, lowest), dim=2).diagonal(dim1=1, dim2=2)


def _distance(settings: InfoNceSettings) -> Distance:
    return settings.similarity


KIND = Kind(InfoNceSettings, stateless(infonce), "symmetric InfoNCE over the positives of a pair", _distance)
