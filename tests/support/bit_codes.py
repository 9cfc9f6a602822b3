"""Matches at places of their own, and maps whose pixels have codes of ±1/4: what bit-like objectives settle at."""

from dataclasses import replace

import torch
from match_maker import random_matches


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
