"""Textures and vertex colours at one point: `scenegen.rendering.texels`, number for number."""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.rendering.texels import LEVELS, WRAPS
from scenegen.rendering.tone import DECODE_FIXED

_ONE = np.float32(1)
_HALF = np.float32(0.5)
_WEIGHTS = np.float32(256)
_REPEAT, _MIRROR = WRAPS.index("repeat"), WRAPS.index("mirror")


@inlined
def decoded(lanes):
    """Linear light of 256 x an encoded value."""
    return DECODE_FIXED[lanes >> 4]


@compiled
def sample(texels, levels, wrap, chain, u, v, area):
    """Filtered linear colour of a chain at u, v (down), for a footprint of `area` texels of level 0."""
    level = chain * LEVELS + mip_level(area)
    offset, width = levels[level, 0], levels[level, 1]
    x0, x1, fx = _neighbours(u, width, wrap[chain, 0])
    y0, y1, fy = _neighbours(v, levels[level, 2], wrap[chain, 1])
    both = (fx * fy) >> 8
    right, below = fx - both, fy - both
    above, under = offset + y0 * width, offset + y1 * width
    a, b = np.int64(texels[above + x0]), np.int64(texels[above + x1])
    c, d = np.int64(texels[under + x0]), np.int64(texels[under + x1])
    first = 256 - fx - below
    # a texel's bytes are red, blue, green
    red = (a & 255) * first + (b & 255) * right + (c & 255) * below + (d & 255) * both
    a, b, c, d = a >> 8, b >> 8, c >> 8, d >> 8
    blue = (a & 255) * first + (b & 255) * right + (c & 255) * below + (d & 255) * both
    a, b, c, d = a >> 8, b >> 8, c >> 8, d >> 8
    green = (a & 255) * first + (b & 255) * right + (c & 255) * below + (d & 255) * both
    return decoded(red), decoded(green), decoded(blue)


@inlined
def mip_level(area):
    """Nearest mip level of a footprint in texels: half its binary logarithm, from the float's exponent."""
    exponent = (np.float32(area * np.float32(2)).view(np.int32) >> 23) - 127
    return min(max(exponent >> 1, 0), LEVELS - 1)


@inlined
def _neighbours(coordinate, size, mode):
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


@compiled
def vertex_color(colors, face, u, v):
    """Linear colour mixed from a face's row of `SurfaceTable.colors` by barycentric weights in 256ths."""
    second = np.uint64(min(max(u, np.float32(0)), _ONE) * _WEIGHTS)
    third = min(np.uint64(min(max(v, np.float32(0)), _ONE) * _WEIGHTS), np.uint64(256) - second)
    lanes = colors[face, 0] + second * colors[face, 1] + third * colors[face, 2]
    mask = np.uint64(0xFFFF)
    red, green = np.int64(lanes & mask), np.int64((lanes >> np.uint64(16)) & mask)
    return decoded(red), decoded(green), decoded(np.int64((lanes >> np.uint64(32)) & mask))
