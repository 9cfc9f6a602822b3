"""Searches for a match: anchors of one view, and the pixels of the other view among which each has its own.

The M anchors are positives; the bank of a view holds their pixels in the same order and E pixels of N after them, so
candidate m is the match of anchor m. Candidates near to the true match, itself included, are no negatives: at the
resolution of a match they show the same point.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from training.objectives.anchors import first, near
from training.objectives.seen import Seen

ANCHORS = 512
"""Largest M per pair: memory is O(B M (M + E))."""
EXTRA = 1024
"""Largest E per pair."""


@dataclass(frozen=True)
class Search:
    """Anchors of one view and the bank of the other, C = M + E. Arithmetic is float32, or float64 as the features."""

    queries: Tensor
    """(B, D, M) descriptors of the anchors."""
    bank: Tensor
    """(B, D, C) descriptors of the candidates: the anchors' matches, then pixels of N."""
    present: Tensor
    """(B, M) bool: False in padding of the anchors."""
    candidates: Tensor
    """(B, C) bool: False in padding of the candidates."""
    negative: Tensor
    """(B, M, C) bool: candidates further than the radius from the anchor's match."""

    @property
    def matches(self) -> Tensor:
        """(B, D, M) descriptors of the anchors' matches."""
        return self.bank[:, :, : self.queries.shape[2]]


def both_ways(seen: Seen, radius_px: float) -> tuple[Search, Search]:
    """The searches of view 0's anchors in view 1, and of their matches in view 0."""
    anchors = first(seen.matches, seen.matches.positive, ANCHORS)
    others = first(seen.matches, seen.matches.negative, EXTRA)
    a, b = seen.at0(anchors.xy0), seen.at1(anchors.xy1, seen.shown.sampling)
    bank0 = torch.cat([a, seen.at0(others.xy0)], dim=2)
    bank1 = torch.cat([b, seen.at1(others.xy1)], dim=2)
    candidates = torch.cat([anchors.present, others.present], dim=1)
    far0, far1 = (
        ~near(own, torch.cat([own, other], dim=1), radius_px) & candidates.unsqueeze(1)
        for own, other in ((anchors.xy0, others.xy0), (anchors.xy1, others.xy1))
    )
    forward = Search(a, bank1, anchors.present, candidates, far1)
    return forward, Search(b, bank0, anchors.present, candidates, far0)


def products(a: Tensor, b: Tensor) -> Tensor:
    """Inner products of (B, D, M) and (B, D, C): (B, M, C), in their own precision also under autocast."""
    with torch.autocast(a.device.type, enabled=False):
        return a.transpose(1, 2) @ b


def cosine(a: Tensor, b: Tensor) -> Tensor:
    """Cosine of (B, D, M) and (B, D, C): (B, M, C)."""
    return products(normalize(a, dim=1), normalize(b, dim=1))


def difference_to_match(search: Search) -> Tensor:
    """Each anchor less its match, both at length 1: (B, D, M)."""
    return normalize(search.queries, dim=1) - normalize(search.matches, dim=1)


def difference_to_hardest(search: Search, allowed: Tensor) -> tuple[Tensor, Tensor]:
    """Each anchor less the most similar candidate of those allowed (B, M or 1, C), both at length 1: (B, D, M).

    And whether that one is a negative, (B, M) bool: False also where nothing is allowed. The search itself is not
    differentiated, so that its matrix need not be kept.
    """
    index = _most_similar(search, allowed)
    chosen = search.bank.gather(2, index.unsqueeze(1).expand_as(search.queries))
    found = (search.negative & allowed).gather(2, index.unsqueeze(2)).squeeze(2)
    return normalize(search.queries, dim=1) - normalize(chosen, dim=1), found & search.present


@torch.no_grad()
def _most_similar(search: Search, allowed: Tensor) -> Tensor:
    """Index (B, M) of the candidate with the largest cosine of those allowed; 0 where there is none."""
    scores = cosine(search.queries, search.bank).masked_fill(~allowed, -torch.inf)
    return scores.argmax(2) if scores.numel() else scores.new_zeros(scores.shape[:2], dtype=torch.long)
