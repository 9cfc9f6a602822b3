"""Random matches and features for the tests of objectives, and the same read in plain floats."""

import math

import torch
from torch import Tensor

from training.objectives.pixel_pairs import PixelPairs
from training.objectives.seen import Seen, Shown


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_matches(seed: int, batch: int, count: int, height: int, width: int, padded: bool = True) -> PixelPairs:
    """`count` entries per pair, sub-pixel in view 1, positives and negatives mixed; about a third padding if asked."""
    draw = seeded(seed)
    size = torch.tensor([width, height])
    valid = torch.rand(batch, count, generator=draw) < (0.7 if padded else 2)
    return PixelPairs(
        xy0=(torch.rand(batch, count, 2, generator=draw) * size).floor().int(),
        xy1=torch.rand(batch, count, 2, generator=draw) * size - 0.5,
        positive=(torch.rand(batch, count, generator=draw) < 0.4) & valid,
        valid=valid,
    )


def random_features(seed: int, batch: int, channels: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Two feature maps (B, D, H, W) float64 that want gradients."""
    draw = seeded(seed)
    shape = (2, batch, channels, height, width)
    maps = torch.randn(shape, generator=draw, dtype=torch.float64) * 0.4
    return maps[0].clone().requires_grad_(), maps[1].clone().requires_grad_()


def descriptor(features: Tensor, b: int, xy: Tensor) -> list[float]:
    """Of pair `b` at the pixel nearest to `xy`, in plain floats."""
    height, width = features.shape[-2:]
    x, y = (math.floor(float(v) + 0.5) for v in xy)
    return features[b, :, min(max(y, 0), height - 1), min(max(x, 0), width - 1)].tolist()


def unit(vector: list[float]) -> list[float]:
    """At length 1."""
    return [value / math.hypot(*vector) for value in vector]


def cosine(a: list[float], b: list[float]) -> float:
    return sum(u * v for u, v in zip(unit(a), unit(b), strict=True))


def where(mask: Tensor) -> list[int]:
    """Entries that a mask (N,) sets."""
    return mask.nonzero().flatten().tolist()


def both_directions(
    features: tuple[Tensor, Tensor], matches: PixelPairs
) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """(map of the queries, map of the candidates, pixels of the queries, pixels of the candidates), forth and back."""
    return [(*features, matches.xy0, matches.xy1), (features[1], features[0], matches.xy1, matches.xy0)]


def gradients_are_right(loss, settings, seed: int = 5) -> bool:
    """Whether the gradients of `total` in float64 are those of finite differences."""
    maps, matches = random_features(seed, 1, 3, 9, 9), random_matches(seed, 1, 20, 9, 9)
    return torch.autograd.gradcheck(lambda a, b: loss(seen(a, b, matches), settings)["total"], maps)


def zero_without_positives(loss, settings) -> bool:
    """Whether a pair without positives costs nothing and has a finite gradient of 0, beside one that has some."""
    maps, matches = random_features(3, 2, 8, 9, 9), random_matches(3, 2, 30, 9, 9)
    matches.positive[0] = False
    value = loss(seen(*maps, matches), settings)["total"]
    slopes = torch.stack(torch.autograd.grad(value.sum(), maps))
    return value[0].item() == 0 and bool(slopes.isfinite().all()) and not bool(slopes[:, 0].any())


def seen(features0: Tensor, features1: Tensor, matches: PixelPairs, **shown) -> Seen:
    """What an objective sees of two maps of descriptors (B, D, H, W), the pictures being black."""
    batch, _, height, width = features0.shape
    images = torch.zeros(batch, 3, height, width)
    return Seen(Shown(images, images, matches, **shown), (features0,), (features1,))
