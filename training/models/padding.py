"""Making a picture's sides multiples of a number by mirroring it, and cutting maps back to the picture."""

from collections.abc import Sequence

import torch
from torch import Tensor


def pad_to_multiple(images: Tensor, multiple: int) -> Tensor:
    """Mirror (..., H, W) at the right and lower border up to the next multiple; the top-left pixel stays where it is.

    The mirror stands between pixels: the first new column repeats the last old one. It works for any side, also one
    shorter than what is missing, where the picture is mirrored to and fro. Sides that are multiples are not touched.
    """
    for axis in (-2, -1):
        if images.shape[axis] % multiple:
            images = mirror(images, axis, multiple)
    return images


def mirror(images: Tensor, axis: int, multiple: int) -> Tensor:
    """One side of `pad_to_multiple`, without a decision: what is done to a side does not depend on how long it is."""
    side = images.shape[axis]
    length = (side + multiple - 1) // multiple * multiple
    return images.index_select(axis, _mirrored(side, length, images.device))


def cut_back(maps: Sequence[Tensor], height: int, width: int) -> tuple[Tensor, ...]:
    """Maps of a padded picture, coarse to fine, each of twice the last one's sides, cut to those of the picture.

    The last gets height x width, the one before half of that, rounded up, and so on.
    """
    sides = [(-(-height >> k), -(-width >> k)) for k in reversed(range(len(maps)))]
    return tuple(part[..., :h, :w] for part, (h, w) in zip(maps, sides, strict=True))


def _mirrored(side: int, length: int, device: torch.device) -> Tensor:
    """(length,) int64: 0 .. side - 1, side - 1 .. 0, 0 .. and so on."""
    period = torch.full((1,), 2 * side, device=device)  # a tensor: exporters know no remainder of a symbol
    index = torch.arange(length, device=device) % period
    return torch.minimum(index, period - 1 - index)
