"""Descriptors of large pictures tile by tile: the same as of the whole picture for a network with `norm="pixel"`.

A tile is cut with a margin that holds all that its pixels can see. The margin is large, because the deep stages see
far: for the network of Experiment 2 up to 640 pixels on each side (`seen_interval`), so tiles spend most of their time
on margins unless they are large themselves; tiling saves memory, not time. A piece begins at a multiple
of 2^L * WINDOW pixels, so that pooling and attention windows fall where they fall in the whole picture, and where it
touches the picture's (mirrored) border it ends there, so that convolutions meet the same zeros.

Networks with `norm="image"` look at the statistics of the whole picture in every layer; no margin can serve them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from training.errors import RequestError
from training.models.attention import WINDOW
from training.models.networks import AnyNetwork
from training.models.padding import pad_to_multiple
from training.models.unet import UNet
from training.settings import ModelSettings


@dataclass(frozen=True)
class Tile:
    """A part of a picture and its descriptors."""

    rows: slice
    """Rows of the picture."""
    columns: slice
    """Columns of the picture."""
    features: Tensor
    """(B, D, rows, columns) float32."""


def alignment(settings: ModelSettings) -> int:
    """Pieces begin at multiples of this many pixels: an attention window of the bottleneck."""
    return WINDOW * 2 ** len(settings.widths)


def seen_interval(settings: ModelSettings, start: int, stop: int) -> tuple[int, int]:
    """The input pixels [a, b) along one axis that outputs [start, stop) depend on, widened to the alignment grid.

    Walks the network backwards: two convolutions of 3 widen by 2 at the stage's resolution, pooling doubles, nearest
    upsampling halves, attention fills its windows. The skips see no more than the deep path. Borders are not cut.
    """
    a, b = start - 1, stop + 1  # the head
    for blocks in settings.blocks:  # the decoder, from its last stage to its first
        reach = 2 * (blocks + 1)
        a, b = (a - reach) // 2, -(-(b + reach) // 2)
    a, b = (a - 2) // WINDOW * WINDOW - 2, -(-(b + 2) // WINDOW) * WINDOW + 2  # residual, attention, residual
    for blocks in reversed(settings.blocks):
        a, b = 2 * a - 2 * blocks, 2 * b + 2 * blocks
    step = alignment(settings)
    return (a - 1) // step * step, -(-(b + 1) // step) * step  # the stem


def tiles(model: AnyNetwork, images: Tensor, tile: int) -> Iterator[Tile]:
    """The descriptors of (B, 3, H, W) float32 pictures in tiles of at most `tile` x `tile` pixels, row by row.

    `tile` is rounded up to the alignment grid. Raises RequestError as `tileable` does.
    """
    model = tileable(model, tile)
    height, width = images.shape[-2:]
    step = alignment(model.settings)
    padded, side = pad_to_multiple(images, model.multiple), -(-tile // step) * step
    for top in range(0, height, side):
        for left in range(0, width, side):
            rows, columns = slice(top, min(top + side, height)), slice(left, min(left + side, width))
            yield Tile(rows, columns, _describe(model, padded, rows, columns))


def _describe(model: UNet, padded: Tensor, rows: slice, columns: slice) -> Tensor:
    """The descriptors of one tile, from the piece of the picture that it sees."""
    top, bottom = _clipped(model.settings, rows, padded.shape[-2])
    left, right = _clipped(model.settings, columns, padded.shape[-1])
    features = model.features(padded[..., top:bottom, left:right])
    return features[..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


def _clipped(settings: ModelSettings, part: slice, length: int) -> tuple[int, int]:
    start, stop = seen_interval(settings, part.start, part.stop)
    return max(start, 0), min(stop, length)


def tileable(model: AnyNetwork, tile: int) -> UNet:
    """The network, where it can work in tiles of this many pixels. Raises RequestError where it cannot."""
    if tile < 1:
        raise RequestError(f"a tile of {tile} pixels: give 1 or more")
    if not isinstance(model, UNet):
        raise RequestError(f"a network of --network {model.settings.network} cannot work in tiles; leave --tile at 0")
    if model.settings.norm != "pixel":
        raise RequestError(
            "this network was trained with norm=image: its layers look at the whole picture, and tiles would change "
            "the descriptors; leave --tile at 0, or train with norm=pixel"
        )
    return model
