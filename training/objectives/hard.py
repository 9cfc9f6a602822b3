"""The stable loss with mined negatives: Eq. 2 with R(p) the pixel that is hardest to tell from T(p).

For each positive p the candidates are CANDIDATES pixels of view 1 out of S (true matches of others and random pixels)
that lie further than RADIUS_PX from T(p); R(p) is the one whose descriptor is nearest to F(I1)(p), in the norm of the
loss. N is then these pairs, |N| = |P|, and the quadratic form of Eq. 2 is unchanged: hard negatives are drawn to the
distance 1/2, so they cannot run away. Only positives are mined, because the true match of another pixel is not known
and the hardest candidate would often be it.
"""

from dataclasses import replace

import torch
from torch import Tensor

from training.objectives import stable
from training.objectives.anchors import Anchors, evenly_among, first, near
from training.objectives.gather import gather
from training.objectives.objective import stateless
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.seen import Seen
from training.objectives.stable import StableSettings, best_within, total
from training.settings import Norm

CANDIDATES = 256
"""Pixels among which the hardest is sought."""
RADIUS_PX = 5.0
"""Pixels this near to the true match are no negatives."""
CHUNK = 4096
"""Positives searched at a time: the search holds (B, CHUNK, CANDIDATES) distances."""


def stable_hard(seen: Seen, settings: StableSettings) -> dict[str, Tensor]:
    """Eq. 5 on mined matches: `total` and its terms, (B,)."""
    features0, features1 = seen.features0, seen.features1
    mined = mine(features0, features1, seen.matches, settings.p)
    return total(features0, features1, mined, settings, best_within(seen.shown.sampling))


@torch.no_grad()
def mine(features0: Tensor, features1: Tensor, matches: PixelPairs, p: Norm) -> PixelPairs:
    """The positives of `matches`, each followed by its hardest negative where a candidate is left: (B, 2 M)."""
    anchors = first(matches, matches.positive, max(int(matches.positive.sum(1).max()), 0))
    pool = evenly_among(matches, matches.valid, CANDIDATES)
    chosen, found = _hardest(features0, features1, anchors, pool, p)
    kept = anchors.present & found
    return PixelPairs(
        xy0=torch.cat([anchors.xy0, anchors.xy0], dim=1),
        xy1=torch.cat([anchors.xy1, pool.xy1.gather(1, chosen.unsqueeze(2).expand(-1, -1, 2))], dim=1),
        positive=torch.cat([anchors.present, torch.zeros_like(kept)], dim=1),
        valid=torch.cat([anchors.present, kept], dim=1),
    )


def _hardest(features0: Tensor, features1: Tensor, anchors: Anchors, pool: Anchors, p: Norm) -> tuple[Tensor, Tensor]:
    """Index of the nearest allowed candidate of each anchor and whether there is one: (B, M) each."""
    bank = gather(features1, pool.xy1, "nearest").transpose(1, 2).float()
    distances, choices = [], []
    for start in range(0, anchors.xy0.shape[1], CHUNK):
        here = slice(start, start + CHUNK)
        a = gather(features0, anchors.xy0[:, here], "nearest").transpose(1, 2).float()
        gap = torch.cdist(a.contiguous(), bank.contiguous(), p=float(p))
        gap = gap.masked_fill(near(anchors.xy1[:, here], pool.xy1, RADIUS_PX), torch.inf)
        smallest = gap.min(2)
        distances.append(smallest.values)
        choices.append(smallest.indices)
    return _join(choices, anchors).long(), _join(distances, anchors).isfinite()


def _join(parts: list[Tensor], anchors: Anchors) -> Tensor:
    return torch.cat(parts, dim=1) if parts else torch.zeros_like(anchors.present, dtype=torch.float32)


KIND = replace(
    stable.KIND,
    make=stateless(stable_hard),
    summary="the stable loss with the hardest of random candidates as negatives",
)
