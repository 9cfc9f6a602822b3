"""Passes over channels-last maps for `norm_act`, compiled by Numba.

A map is (B, n): an image's n numbers, channel after channel, pixel after pixel, float32 or the upper halves of float32
(bfloat16) as uint16. What belongs to a channel is repeated to rows of `period` numbers, whole pixels of the map, so
that inner loops are long enough for vectors. Work is cut into pieces of `PIECE` rows whatever the number of threads, so
sums are the same for any. All arithmetic is float32; sums of up to `FLUSH` numbers are added in float64.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np
from numba import types
from numba.extending import overload

from scenegen.jit import contracted, inlined

PIECE = 512
"""Rows of a piece of work."""
FLUSH = 64
"""Rows that are summed in float32."""
ZERO, ONE = np.float32(0), np.float32(1)


def _widened(value):
    """A number of a map as float32."""
    raise NotImplementedError  # for compiled code alone


def _narrowed(like, value):
    """A float32 as a number of the map that `like` is of, rounded to nearest, ties to even."""
    raise NotImplementedError


@overload(_widened, inline="always")
def _widened_by(value):
    if isinstance(value, types.Float):
        return lambda value: value
    return lambda value: np.uint32(np.uint32(value) << np.uint32(16)).view(np.float32)


@overload(_narrowed, inline="always")
def _narrowed_by(like, value):
    if isinstance(like, types.Float):
        return lambda like, value: value
    return lambda like, value: _upper(np.float32(value).view(np.uint32))


@inlined
def _upper(bits):
    """The upper half of a float32 of these bits, rounded; NaN stays NaN."""
    rounded = np.uint32(bits + np.uint32(0x7FFF) + np.uint32(np.uint32(bits >> np.uint32(16)) & np.uint32(1)))
    nan = np.uint32(bits & np.uint32(0x7FFFFFFF)) > np.uint32(0x7F800000)
    return np.uint16(0x7FC0) if nan else np.uint16(rounded >> np.uint32(16))


@contracted
def moments(x, origin, first, last, sums):
    """Of piece u into sums[u] the sums of d = x - origin and of d^2: (U, 2, period) float64; origin: (B, period)."""
    period = origin.shape[1]
    per = sums.shape[0] // x.shape[0]
    part = np.empty((2, period), np.float32)
    for u in range(first, last):
        image, start = u // per, (u % per) * PIECE * period
        sums[u] = 0
        for base in range(start, min(start + PIECE * period, x.shape[1]), FLUSH * period):
            part[:] = 0
            _add_moments(x[image, base : base + FLUSH * period], origin[image], part[0], part[1])
            sums[u] += part


@contracted
def _add_moments(x, origin, plain, square):
    for base in range(0, x.size, origin.size):
        row = x[base : base + origin.size]
        for j in range(row.size):
            d = _widened(row[j]) - origin[j]
            plain[j] += d
            square[j] += d * d


@contracted
def write(x, line, slope, first, last, out):
    """Into `out` z, or slope z below 0, of z = (x - mean) scale + bias and pieces first to last.

    `line` is (mean, scale, bias), (B, period) float32 each.
    """
    mean, scale, bias = line
    size = PIECE * mean.shape[1]
    per = -(-x.shape[1] // size)
    for u in range(first, last):
        image, start = u // per, (u % per) * size
        piece = slice(start, start + size)
        _write(x[image, piece], mean[image], scale[image], bias[image], slope, out[image, piece])


@contracted
def _write(x, mean, scale, bias, slope, out):
    for base in range(0, x.size, mean.size):
        row, to = x[base : base + mean.size], out[base : base + mean.size]
        for j in range(row.size):
            z = (_widened(row[j]) - mean[j]) * scale[j] + bias[j]
            to[j] = _narrowed(row[j], max(z, ZERO) + slope * min(z, ZERO))


@contracted
def slopes(x, dy, line, slope, first, last, sums):
    """Of piece u into sums[u] the sums of dz and of dz (x - mean), dz the gradient before the slope: as `moments`."""
    mean, scale, bias = line
    period = mean.shape[1]
    per = sums.shape[0] // x.shape[0]
    part = np.empty((2, period), np.float32)
    for u in range(first, last):
        image, start = u // per, (u % per) * PIECE * period
        own = mean[image], scale[image], bias[image]
        sums[u] = 0
        for base in range(start, min(start + PIECE * period, x.shape[1]), FLUSH * period):
            part[:] = 0
            rows = slice(base, base + FLUSH * period)
            _add_slopes(x[image, rows], dy[image, rows], own, slope, part[0], part[1])
            sums[u] += part


@contracted
def _add_slopes(x, dy, line, slope, plain, product):
    mean, scale, bias = line
    for base in range(0, x.size, mean.size):
        row, above = x[base : base + mean.size], dy[base : base + mean.size]
        for j in range(row.size):
            d = _widened(row[j]) - mean[j]
            dz = _widened(above[j]) * (ONE if d * scale[j] + bias[j] > 0 else slope)
            plain[j] += dz
            product[j] += dz * d


@contracted
def back(x, dy, line, slope, bent, constant, first, last, dx):
    """Into `dx` dz scale + (x - mean) bent + constant of pieces first to last; the last two are (B, period)."""
    mean, scale, bias = line
    size = PIECE * mean.shape[1]
    per = -(-x.shape[1] // size)
    for u in range(first, last):
        image, start = u // per, (u % per) * size
        piece = slice(start, start + size)
        own = mean[image], scale[image], bias[image], bent[image], constant[image]
        _back(x[image, piece], dy[image, piece], own, slope, dx[image, piece])


@contracted
def _back(x, dy, line, slope, dx):
    mean, scale, bias, bent, constant = line
    for base in range(0, x.size, mean.size):
        row, above, to = x[base : base + mean.size], dy[base : base + mean.size], dx[base : base + mean.size]
        for j in range(row.size):
            d = _widened(row[j]) - mean[j]
            dz = _widened(above[j]) * (ONE if d * scale[j] + bias[j] > 0 else slope)
            to[j] = _narrowed(row[j], dz * scale[j] + (d * bent[j] + constant[j]))
