"""From attributes per corner (position, texture coordinate, normal, colour) to vertices split at seams."""

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


def unique_corners(*keys: NDArray) -> tuple[I64, I64]:
    """Corners that agree in every key become one vertex.

    `keys` are (C,) non-negative integers each. Returns (N,) a corner of each vertex and (C,) the vertex of
    each corner; vertices are ordered by their keys.
    """
    packed = np.zeros(len(keys[0]), np.int64)
    span = 1
    for key in keys:
        width = int(key.max(initial=0)) + 1
        if span * width >= 1 << 62:
            packed, span = _ranks(packed)
        packed = packed * width + key
        span *= width
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return first, inverse


def _ranks(packed: I64) -> tuple[I64, int]:
    """The same order in small numbers, and how many there are."""
    values, ranks = np.unique(packed, return_inverse=True)
    return ranks, len(values)


def majority(values: NDArray) -> NDArray:
    """(F,) the value that two of the three columns of (F, 3) share, else the first."""
    a, b, c = values.T
    return np.where(b == c, b, a)


def rgb_bytes(colors: NDArray) -> NDArray[np.uint8]:
    """(N, 3) uint8 of colours in 0..255 or, where floats, 0..1 (whichever the largest value fits).

    Values that are not finite become 0.
    """
    rgb = np.asarray(colors)[:, :3]
    if rgb.dtype.kind == "f":
        rgb = np.nan_to_num(rgb, nan=0.0, posinf=0.0, neginf=0.0)
        rgb = np.rint(rgb * 255) if rgb.max(initial=0) <= 1.0 else np.rint(rgb)
    elif rgb.dtype.itemsize == 2 and rgb.max(initial=0) > 255:
        rgb = rgb >> 8
    return np.clip(rgb, 0, 255).astype(np.uint8)
