"""Passes over channels-last maps for `norm_act`, compiled by Numba.

A map is (B, n): an image's n numbers, channel after channel, pixel after pixel, float32 or the upper halves of float32
(bfloat16) as uint16. What belongs to a channel is repeated to `period` numbers, whole pixels of the map, so that inner
loops are long enough for vectors; `lines` (B, K * STRIDE) holds K such rows. That they lie at constant distances spares
the compiled loops comparisons of addresses, of which LLVM makes eight before it gives up vectors. Work is cut into
pieces of `PIECE` rows whatever the number of threads, so sums are the same for any. All arithmetic is float32; sums of
up to `FLUSH` numbers are added in float64.

`other` is a second map, normalised by itself and added to the first, or None; `slope` is that of a leaky ReLU, or None
for SiLU(z) = z / (1 + exp(-z)). What they are is known when the code is compiled.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np
from numba import types
from numba.extending import overload

from scenegen.jit import contracted, inlined

PIECE = 128
"""Rows of a piece of work."""
FLUSH = 64
"""Rows that are summed in float32."""
STRIDE = 512
"""From one row of constants or sums to the next: the longest period."""
ZERO, ONE = np.float32(0), np.float32(1)

MINUS_LOG2_E = np.float32(-1.4426950408889634)
FARTHEST = np.float32(100)
"""Exponents of 2 beyond it are cut: a sigmoid of less than 2^-100 moves nothing."""
TO_WHOLE = np.float32(1.5 * 2**23)
"""Added to a float32, it leaves the nearest whole number in the lowest bits."""
P0, P1, P2, P3, P4, P5 = np.array(
    [1.0000001192, 0.6931469440, 0.2402212024, 0.0555071309, 0.0096755410, 0.0013276471], np.float32
)
"""2^f = P0 + P1 f + ... + P5 f^5 for |f| <= 1/2, to 1e-7 of itself: the fit whose largest relative error is least."""


@inlined
def _sigmoid(z):
    """1 / (1 + exp(-z)) without a branch: exp is 2^n by the bits of a float32 times 2^f by the polynomial."""
    power = min(max(z * MINUS_LOG2_E, -FARTHEST), FARTHEST)
    shifted = np.float32(power + TO_WHOLE)
    f = np.float32(power - np.float32(shifted - TO_WHOLE))
    part = np.float32(P0 + f * (P1 + f * (P2 + f * (P3 + f * (P4 + f * P5)))))
    bits = np.uint32(part.view(np.uint32) + np.uint32(shifted.view(np.uint32) << np.uint32(23)))
    return np.float32(ONE / (ONE + np.float32(bits.view(np.float32))))


@inlined
def _upper(bits):
    """The upper half of a float32 of these bits, rounded to nearest, ties to even; NaN stays NaN.

    A NaN made of upper halves has room below for what rounding adds.
    """
    odd = np.uint32(np.uint32(bits >> np.uint32(16)) & np.uint32(1))
    return np.uint16(np.uint32(bits + np.uint32(0x7FFF) + odd) >> np.uint32(16))


def _widened(value):
    """A number of a map as float32."""
    raise NotImplementedError  # for compiled code alone


def _narrowed(like, value):
    """A float32 as a number of the map that `like` is of."""
    raise NotImplementedError


def _part(other, place):
    """A part of the second map, if there is one."""
    raise NotImplementedError


def _offset(other, j, mean):
    """Number j of the second map less its mean; 0 without a second map."""
    raise NotImplementedError


def _activated(slope, z):
    """What follows the norm, of z."""
    raise NotImplementedError


def _steepness(slope, z):
    """Its derivative."""
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


@overload(_part, inline="always")
def _part_by(other, place):
    if isinstance(other, types.NoneType):
        return lambda other, place: None
    return lambda other, place: other[place]


@overload(_offset, inline="always")
def _offset_by(other, j, mean):
    if isinstance(other, types.NoneType):
        return lambda other, j, mean: ZERO
    return lambda other, j, mean: np.float32(_widened(other[j]) - mean)


@overload(_activated, inline="always")
def _activated_by(slope, z):
    if isinstance(slope, types.NoneType):
        return lambda slope, z: z * _sigmoid(z)
    return lambda slope, z: max(z, ZERO) + slope * min(z, ZERO)


@overload(_steepness, inline="always")
def _steepness_by(slope, z):
    if isinstance(slope, types.NoneType):
        return _silu_steepness
    return lambda slope, z: ONE if z > ZERO else slope


def _silu_steepness(slope, z):
    sigmoid = _sigmoid(z)
    return sigmoid * (ONE + z * (ONE - sigmoid))


@contracted
def moments(x, lines, period, first, last, sums):
    """Of piece u into sums[u] the sums of d = x - origin and of d^2: (U, 2, period) float64; `lines` is the origin."""
    per = sums.shape[0] // x.shape[0]
    part = np.empty(2 * STRIDE, np.float32)
    for u in range(first, last):
        image, start = u // per, (u % per) * PIECE * period
        sums[u] = 0
        for base in range(start, min(start + PIECE * period, x.shape[1]), FLUSH * period):
            part[:] = 0
            _add_moments(x[image, base : base + FLUSH * period], lines[image], period, part)
            _flush(part, sums[u])


@inlined
def _flush(part, sums):
    for n in range(sums.shape[0]):
        for j in range(sums.shape[1]):
            sums[n, j] += part[n * STRIDE + j]


@contracted
def _add_moments(x, origin, period, part):
    for base in range(0, x.size, period):
        row = x[base : base + period]
        for j in range(row.size):
            d = _widened(row[j]) - origin[j]
            part[j] += d
            part[STRIDE + j] += d * d


@contracted
def write_normalized(x, other, lines, slope, period, first, last, out):
    """Into `out` what follows z = (x - mean) scale + (other - mean') scale' + bias, of pieces first to last.

    `lines`: mean, scale, mean', scale', bias.
    """
    size = PIECE * period
    per = -(-x.shape[1] // size)
    for u in range(first, last):
        image, start = u // per, (u % per) * size
        place = (image, slice(start, start + size))
        _write(x[place], _part(other, place), lines[image], slope, period, out[place])


@contracted
def _write(x, other, line, slope, period, out):
    for base in range(0, x.size, period):
        place = slice(base, base + period)
        row, second, to = x[place], _part(other, place), out[place]
        for j in range(row.size):
            d, d2 = _widened(row[j]) - line[j], _offset(second, j, line[2 * STRIDE + j])
            z = d * line[STRIDE + j] + (d2 * line[3 * STRIDE + j] + line[4 * STRIDE + j])
            to[j] = _narrowed(row[j], _activated(slope, z))


@contracted
def steepen(x, other, dy, lines, slope, dz, period, first, last, sums):
    """Into `dz` the gradient at z; of piece u into sums[u] the sums of dz, dz (x - mean) and dz (other - mean').

    `dz` is a map like x, `sums` (U, 3, period) float64, the rest as in `write_normalized`.
    """
    per = sums.shape[0] // x.shape[0]
    line = np.empty(8 * STRIDE, np.float32)  # the constants, and after them the sums
    for u in range(first, last):
        image, start = u // per, (u % per) * PIECE * period
        sums[u] = 0
        line[: 5 * STRIDE] = lines[image]
        for base in range(start, min(start + PIECE * period, x.shape[1]), FLUSH * period):
            line[5 * STRIDE :] = 0
            place = (image, slice(base, base + FLUSH * period))
            _steepen(x[place], _part(other, place), dy[place], slope, period, line, dz[place])
            _flush(line[5 * STRIDE :], sums[u])


@contracted
def _steepen(x, other, dy, slope, period, line, dz):
    for base in range(0, x.size, period):
        place = slice(base, base + period)
        row, second, above, to = x[place], _part(other, place), dy[place], dz[place]
        for j in range(row.size):
            d, d2 = _widened(row[j]) - line[j], _offset(second, j, line[2 * STRIDE + j])
            z = d * line[STRIDE + j] + (d2 * line[3 * STRIDE + j] + line[4 * STRIDE + j])
            value = _widened(above[j]) * _steepness(slope, z)
            to[j] = _narrowed(row[j], value)
            line[5 * STRIDE + j] += value
            line[6 * STRIDE + j] += value * d
            line[7 * STRIDE + j] += value * d2


@contracted
def back(x, dz, lines, period, first, last, dx):
    """Into `dx` dz scale + (x - mean) bent + constant of pieces first to last.

    `lines`: mean, scale, bent, constant. `dx` is not `dz`: that would cost the vectors.
    """
    size = PIECE * period
    per = -(-x.shape[1] // size)
    for u in range(first, last):
        image, start = u // per, (u % per) * size
        place = (image, slice(start, start + size))
        _back(x[place], dz[place], lines[image], period, dx[place])


@contracted
def _back(x, dz, line, period, dx):
    for base in range(0, x.size, period):
        place = slice(base, base + period)
        row, above, to = x[place], dz[place], dx[place]
        for j in range(row.size):
            d = _widened(row[j]) - line[j]
            value = _widened(above[j]) * line[STRIDE + j] + (d * line[2 * STRIDE + j] + line[3 * STRIDE + j])
            to[j] = _narrowed(row[j], value)
