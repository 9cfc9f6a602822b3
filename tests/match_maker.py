"""Random matches and features for the tests of objectives."""

import torch
from torch import Tensor

from training.objectives.matches import Matches
from training.objectives.seen import Seen, Shown


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_matches(seed: int, batch: int, count: int, height: int, width: int, padded: bool = True) -> Matches:
    """`count` entries per pair, sub-pixel in view 1, positives and negatives mixed; about a third padding if asked."""
    draw = seeded(seed)
    size = torch.tensor([width, height])
    valid = torch.rand(batch, count, generator=draw) < (0.7 if padded else 2)
    return Matches(
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


def seen(features0: Tensor, features1: Tensor, matches: Matches, **shown) -> Seen:
    """What an objective sees of two maps of descriptors (B, D, H, W), the pictures being black."""
    batch, _, height, width = features0.shape
    images = torch.zeros(batch, 3, height, width)
    return Seen(Shown(images, images, matches, **shown), (features0,), (features1,))
