"""Mip levels: a picture at half, a quarter, ... of its size, averaged in linear light."""

import numpy as np
from numpy.typing import NDArray

from scenegen.srgb import BYTE_TO_LIGHT, LIGHT_UNITS, linear_to_srgb

U8 = NDArray[np.uint8]
_BLOCK_TEXELS = 1 << 16
"""Texels of a block: its sums stay in the processor's second-level cache."""
_BYTE_OF_FOUR = np.rint(255 * linear_to_srgb(np.arange(4 * LIGHT_UNITS + 1) / (4 * LIGHT_UNITS))).astype(np.uint8)
"""Encoded byte of the sum of four texels' light."""


def mip_levels(image: U8) -> tuple[U8, ...]:
    """(h, w, 3) uint8 sRGB and all smaller levels, each half of the one before, the last 1 x 1."""
    levels = [np.ascontiguousarray(image)]
    while levels[-1].shape[:2] != (1, 1):
        levels.append(halved(levels[-1]))
    return tuple(levels)


def halved(image: U8) -> U8:
    """One level down: mean light of 2 x 2 texels; at odd sizes the last row or column counts twice. Never below 1."""
    height, width = ((n + 1) // 2 for n in image.shape[:2])
    out = np.empty((height, width, 3), np.uint8)
    rows = max(1, _BLOCK_TEXELS // image.shape[1])
    for top in range(0, height, rows):
        light = np.take(BYTE_TO_LIGHT, image[2 * top : 2 * (top + rows)])
        np.take(_BYTE_OF_FOUR, _pairs(_pairs(light, 0), 1), out=out[top : top + rows], mode="clip")
    return out


def _pairs(light: NDArray[np.uint32], axis: int) -> NDArray[np.uint32]:
    """Sums of neighbours along an axis; a last one without neighbour counts twice."""
    before, size = (slice(None),) * axis, light.shape[axis]
    sums = light[(*before, slice(0, size - 1, 2))] + light[(*before, slice(1, size, 2))]
    if size % 2:
        sums = np.concatenate([sums, 2 * light[(*before, slice(-1, None))]], axis)
    return sums
