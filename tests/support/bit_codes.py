"""What the tests of bit-like objectives share: matches at places of their own, codes of ±1/4, loops, and laws."""

import math
from dataclasses import replace

import torch
from match_maker import random_features, random_matches, seen, where


def distinct_matches(count, height, width):
    """Positives at different whole pixels of both views."""
    matches = random_matches(0, 1, count, height, width, padded=False)
    generator = torch.Generator().manual_seed(1)
    places = [torch.randperm(height * width, generator=generator)[:count] for _ in range(2)]
    xy = [torch.stack([place % width, place // width], -1)[None] for place in places]
    return replace(matches, xy0=xy[0].int(), xy1=xy[1].float(), positive=torch.ones_like(matches.positive))


def codes(matches, height, width, bits=16):
    """Maps whose pixels have random codes of ±1/4, equal at matches."""
    generator = torch.Generator().manual_seed(0)
    maps = torch.randint(0, 2, (2, 1, bits, height, width), generator=generator).double() / 2 - 0.25
    x0, y0 = matches.xy0[0].long().T
    x1, y1 = matches.xy1[0].long().T
    maps[1, 0, :, y1, x1] = maps[0, 0, :, y0, x0]
    return maps


def slow_direction(b, matches, queries, bank, own, other, read, distance):
    """Competition in plain floats: `queries` look for their match in `bank`, t by the number of candidates.

    Pixels of the bank's view are `other`, of the queries' `own`; those within 2 px of a match are left out. `read`
    takes (map, b, xy) to a list of numbers, `distance` two such lists to a number.
    """
    t = 1 / (4 * math.log(max(int(matches.valid[b].sum()), 2)))
    losses = []
    for n in where(matches.positive[b]):
        a = read(queries, b, own[b, n])
        gap = {m: distance(a, read(bank, b, other[b, m])) for m in range(len(own[b]))}
        far = [
            m for m in where(matches.valid[b]) if m == n or math.dist(other[b, m].tolist(), other[b, n].tolist()) > 2.0
        ]
        losses.append(math.log(sum(math.exp(-gap[m] / t) for m in far)) + gap[n] / t)
    return sum(losses) / max(len(losses), 1)


def terms_without_positives(loss, settings):
    """The terms of two pairs of which the first has no positives, and their gradients."""
    features, matches = random_features(3, 2, 8, 9, 9), random_matches(3, 2, 30, 9, 9)
    matches.positive[0] = False
    terms = loss(seen(*features, matches), settings)
    return terms, torch.stack(torch.autograd.grad(terms["total"].sum(), features))


def totals_with_and_without_autocast(loss, settings):
    """`total` of two pairs, float32."""
    features, matches = random_features(3, 2, 8, 9, 9), random_matches(3, 2, 30, 9, 9)
    maps = [map.detach().float() for map in features]
    plain = loss(seen(*maps, matches), settings)["total"]
    with torch.autocast("cpu", torch.bfloat16):
        return loss(seen(*maps, matches), settings)["total"], plain
