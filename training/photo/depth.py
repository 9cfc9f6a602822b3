"""From deep values (16 bit, float, Hounsfield units) to the 8 bits that a network takes.

The high byte alone would leave a scan with values 0 to 1200 of 65535 black, and no unit is known in general. So
each picture is stretched by itself: from its LOW to its HIGH percentile, over all channels together, which keeps
colours and lets a few hot pixels neither darken nor flatten the rest.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LOW, HIGH = 0.5, 99.5
"""Percentiles of the values that become 0 and 255."""
SAMPLES = 512
"""Rows and columns at most, evenly percentiles, that the percentiles are measured on."""


def stretched(values: Array) -> Array:
    """Real values of any shape (H, W, ...) as uint8 of that shape: LOW percentile 0, HIGH percentile 255."""
    return as_uint8(values, *percentiles(values))


def percentiles(values: Array) -> tuple[float, float]:
    """The LOW and HIGH percentile of the finite values of (H, W, ...); where these are one, the least and the largest.

    (0, 0) where nothing is finite.
    """
    rows, columns = (max(1, -(-side // SAMPLES)) for side in values.shape[:2])
    finite = _finite(values[::rows, ::columns])
    if not len(finite):
        return 0.0, 0.0
    low, high = np.percentile(finite, (LOW, HIGH))
    if low == high:
        finite = _finite(values)
        low, high = finite.min(), finite.max()
    return float(low), float(high)


def as_uint8(values: Array, low: float, high: float) -> Array:
    """Values as uint8, `low` and less 0, `high` and more 255; what is no number is 0, as is a range without width."""
    if not high > low:
        return np.zeros(values.shape, np.uint8)
    levels = values.astype(np.float64)  # and in place from here on, in a third of the time
    levels -= low
    levels *= 255 / (high - low)
    np.clip(levels, 0, 255, out=levels)
    np.rint(levels, out=levels)
    return np.nan_to_num(levels, copy=False).astype(np.uint8)


def _finite(values: Array) -> Array:
    """(n,) float64, the finite ones."""
    flat = values.astype(np.float64).ravel()
    return flat[np.isfinite(flat)]
