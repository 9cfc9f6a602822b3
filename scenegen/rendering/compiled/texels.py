"""Textures and vertex colours at one point: `scenegen.rendering.texels`, number for number."""

# ruff: noqa: ANN001, ANN201
# pyright: basic

import numpy as np

from scenegen.jit import inlined
from scenegen.rendering.texels import LEVELS, WRAPS
from scenegen.rendering.tone import DECODE_FIXED

_ONE = np.float32(1)
_HALF = np.float32(0.5)
_WEIGHTS = np.float32(256)
_REPEAT, _MIRROR = WRAPS.index("repeat"), WRAPS.index("mirror")


@inlined
def linear_from_lane(lanes):
    """Linear light of 256 x an encoded value."""
    return DECODE_FIXED[lanes >> 4]


@inlined
def blended(a, b, c, d, fx, fy):
    """Linear colour between four texels, weights of the right and of the lower ones in 256ths."""
    a, b, c, d = np.int64(a), np.int64(b), np.int64(c), np.int64(d)
    both = (fx * fy) >> 8
    right, below = fx - both, fy - both
    first = 256 - fx - below
    # a texel's bytes are red, blue, green
    red = (a & 255) * first + (b & 255) * right + (c & 255) * below + (d & 255) * both
    a, b, c, d = a >> 8, b >> 8, c >> 8, d >> 8
    blue = (a & 255) * first + (b & 255) * right + (c & 255) * below + (d & 255) * both
    a, b, c, d = a >> 8, b >> 8, c >> 8, d >> 8
    green = (a & 255) * first + (b & 255) * right + (c & 255) * below + (d & 255) * both
    return linear_from_lane(red), linear_from_lane(green), linear_from_lane(blue)


@inlined
def mip_level(area):
    """Nearest mip level of a footprint in texels: half its binary logarithm, from the float's exponent."""
    exponent = (np.float32(area * np.float32(2)).view(np.int32) >> 23) - 127
    return min(max(exponent >> 1, 0), LEVELS - 1)


@inlined
def neighbours(coordinate, size, mode):
    """The two texels either side of a coordinate, and the weight of the second in 256ths."""
    if mode == _REPEAT:
        inside = coordinate - np.floor(coordinate)
    elif mode == _MIRROR:
        inside = abs(coordinate - np.float32(2) * np.floor(coordinate * _HALF + _HALF))
    else:
        inside = min(max(coordinate, np.float32(0)), _ONE)
    fixed = np.int64(np.floor((inside * np.float32(size) - _HALF) * _WEIGHTS))
    first, weight = fixed >> 8, fixed & 255
    second, last = first + 1, size - 1
    if second > last:
        second = 0 if mode == _REPEAT else last
    if first < 0:
        first = last if mode == _REPEAT else 0
    return first, second, weight


@inlined
def mixed(first, second, third, u, v):
    """Linear colour between a row of `SurfaceTable.colors`, by barycentric weights in 256ths."""
    right = np.uint64(min(max(u, np.float32(0)), _ONE) * _WEIGHTS)
    left = min(np.uint64(min(max(v, np.float32(0)), _ONE) * _WEIGHTS), np.uint64(256) - right)
    lanes = first + right * second + left * third
    mask = np.uint64(0xFFFF)
    red, green = np.int64(lanes & mask), np.int64((lanes >> np.uint64(16)) & mask)
    return linear_from_lane(red), linear_from_lane(green), linear_from_lane(np.int64((lanes >> np.uint64(32)) & mask))
