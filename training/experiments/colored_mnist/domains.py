"""Which images belong to which domain, and which of them train, validate and test."""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.seeding import Stream, numpy_generator

KNOWN = 2
"""Domains that training sees; the last one it never does."""
TRAIN, VALIDATION = 0.8, 0.1
"""Shares of a known domain; the rest tests."""


@dataclass(frozen=True)
class Split:
    """Images by number, int64."""

    train: Tensor
    """The known domains' training images."""
    validation: Tensor
    """The known domains' validation images: they choose the backbone."""
    test: Tensor
    """The known domains' test images: nothing but the last measurement sees them."""
    unknown: Tensor
    """All images of the last domain."""


def domain_of(count: int) -> Tensor:
    """(count,) int64 domain 0, 1, 2 of each image: three consecutive thirds, the last one takes the remainder."""
    third = count // 3
    return torch.clamp(torch.arange(count) // third, max=KNOWN)


def split_images(count: int, seed: int) -> Split:
    """Cut each known domain at random: of 70,000, 37,334 train, 4,666 validate, 4,666 test, 23,334 are unknown."""
    domain = domain_of(count)
    parts: list[list[Tensor]] = [[], [], []]
    for known in range(KNOWN):
        members = torch.nonzero(domain == known).squeeze(1)
        order = numpy_generator(seed, Stream.SPLIT, known).permutation(len(members))
        # as PyTorch's random_split does: whole numbers below the shares, the remainder goes to the first part
        held = int(VALIDATION * len(members))
        cuts = (len(members) - 2 * held, len(members) - held)
        shuffled = members[torch.from_numpy(order)]
        for part, piece in zip(parts, torch.tensor_split(shuffled, cuts), strict=True):
            part.append(piece)
    train, validation, test = (torch.cat(part) for part in parts)
    return Split(train, validation, test, torch.nonzero(domain == KNOWN).squeeze(1))
