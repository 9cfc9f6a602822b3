"""The curve between sRGB-encoded values and linear light (IEC 61966-2-1)."""

import numpy as np
from numpy.typing import NDArray


def srgb_to_linear(srgb: NDArray) -> NDArray[np.float64]:
    """SRGB-encoded values in [0, 1], of any shape, to linear light."""
    x = np.asarray(srgb, np.float64)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: NDArray) -> NDArray[np.float64]:
    """Linear light, cut to [0, 1], to sRGB-encoded values; inverse of `srgb_to_linear`."""
    x = np.clip(np.asarray(linear, np.float64), 0, 1)
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)


LIGHT_UNITS = 65535
"""Whole units in linear light of 1: the least step of encoded bytes is 20 of them."""
BYTE_TO_LIGHT = np.rint(LIGHT_UNITS * srgb_to_linear(np.arange(256) / 255)).astype(np.uint32)
"""(256,) light of each encoded byte in whole units, so that means are sums of integers."""
