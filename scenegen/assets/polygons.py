"""Polygons to triangles: fans where a fan is right, ear clipping where the polygon is not convex.

A fan from the first corner covers a polygon that folds back on itself twice in places and its outside as well:
an L becomes a square, a ring a disc. Whether it does is seen from the signs of its triangles.
"""

from collections.abc import Iterator

import numpy as np
from mapbox_earcut import triangulate_float64
from numpy.typing import NDArray

from scenegen.geometry import normalize

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

_FOLD = 1e-6
"""Share of the polygon's area below which a triangle that faces the other way is rounding."""
_OTHER_DIAGONAL = np.array([[1, 2, 3], [1, 3, 0]])
_BLOCK = 1 << 18
"""Triangles whose signs are looked at together."""
MOST_CLIPPED = 1 << 16
"""Corners of a polygon beyond which it stays a fan: ear clipping of a hostile one takes the square of them."""


def fan(sizes: I64) -> tuple[I64, I64]:
    """Split polygons into triangle fans.

    `sizes` (P,) counts the corners of each polygon, laid end to end. Returns (F, 3) corner indices and (F,)
    the polygon each triangle comes from; polygons of fewer than three corners give none.
    """
    if len(sizes) and (sizes == 3).all():
        return np.arange(3 * len(sizes)).reshape(-1, 3), np.arange(len(sizes))
    count = np.maximum(sizes - 2, 0)
    origin = np.repeat(np.arange(len(sizes)), count)
    start = np.cumsum(sizes) - sizes
    step = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count)
    first = start[origin]
    return np.stack([first, first + step + 1, first + step + 2], axis=1), origin


def triangulate(points: NDArray, corners: I64, sizes: I64) -> tuple[I64, I64]:
    """Triangles of polygons in space, which share their polygon's sense of rotation.

    `points` (V, 3); `corners` (C,) indices of points, the corners of all polygons end to end; `sizes` (P,) how many
    each has. Returns (F, 3) indices into `corners` and (F,) the polygon of each triangle, in the polygons' order.
    A polygon with holes is one ring that visits them over a seam, as all three formats have it. Of rings that cross
    themselves the triangles are some cover, and never a failure.
    """
    triangles, origin = fan(sizes)
    folded = np.flatnonzero(_folded(points, corners, sizes, triangles, origin))
    if not len(folded):
        return triangles, origin
    start, first = np.cumsum(sizes) - sizes, np.searchsorted(origin, folded)
    quad = sizes[folded] == 4
    for k, halves in enumerate(_OTHER_DIAGONAL):
        triangles[first[quad] + k] = start[folded[quad]][:, None] + halves
    many = ~quad & (sizes[folded] <= MOST_CLIPPED)
    ears, counts = _ears(points, corners, start[folded[many]], sizes[folded[many]])
    rows = ranges(first[many], counts)
    triangles[rows] = ears
    keep = np.ones(len(triangles), bool)
    keep[ranges(first[many], np.where(counts > 0, sizes[folded[many]] - 2, 0))] = False
    keep[rows] = True
    return triangles[keep], origin[keep]


def ranges(start: I64, count: I64) -> I64:
    """Whole numbers from each `start` on, `count` of each, end to end."""
    return np.arange(int(count.sum())) + np.repeat(start - (np.cumsum(count) - count), count)


def _folded(points: NDArray, corners: I64, sizes: I64, triangles: I64, origin: I64) -> NDArray[np.bool_]:
    """(P,) whether a triangle of the polygon's fan looks the other way than the polygon as a whole."""
    folded = np.zeros(len(sizes), bool)
    if sizes.max(initial=0) <= 3:
        return folded
    for low, high in _blocks(origin):
        part = slice(low, high)
        polygon = origin[part] - origin[low]
        twice_area = _cross(points, corners[triangles[part]])
        normal = np.stack([np.bincount(polygon, twice_area[:, i]) for i in range(3)], axis=1)
        facing = (twice_area * normal[polygon]).sum(1)
        back = facing < -_FOLD * (normal**2).sum(1)[polygon]
        folded[origin[part][back]] = True
    return folded


def _blocks(origin: I64) -> Iterator[tuple[int, int]]:
    """Bounds of runs of triangles, about `_BLOCK` each; no polygon is torn."""
    low = 0
    while low < len(origin):
        high = min(low + _BLOCK, len(origin))
        high = int(np.searchsorted(origin, origin[high - 1], side="right"))
        yield low, high
        low = high


def _cross(points: NDArray, faces: I64) -> F64:
    """(F, 3) cross products of the edges at the first corner."""
    a, b, c = (np.asarray(points[faces[:, i]], np.float64) for i in range(3))
    return np.cross(b - a, c - a)


def _ears(points: NDArray, corners: I64, start: I64, sizes: I64) -> tuple[I64, I64]:
    """Ears cut off rings in their planes: (F, 3) indices into `corners`, and how many of each ring (none: no plane)."""
    ring = np.asarray(points[corners[ranges(start, sizes)]], np.float64)
    flat, end = _flattened(ring, sizes), np.cumsum(sizes)
    found = [_clipped(flat[b - n : b]) for b, n in zip(end.tolist(), sizes.tolist(), strict=True)]
    counts = np.array([len(ears) for ears in found], np.int64)
    ears = np.concatenate([np.zeros((0, 3), np.int64), *found])
    return ears + np.repeat(start, counts)[:, None], counts


def _clipped(flat: F64) -> I64:
    """(F, 3) triangles of a flat ring (n, 2) that runs counter-clockwise, and so do they."""
    if not np.isfinite(flat).all():
        return np.zeros((0, 3), np.int64)
    return triangulate_float64(flat, np.array([len(flat)], np.uint32)).reshape(-1, 3).astype(np.int64)


def _flattened(ring: F64, sizes: I64) -> F64:
    """(C, 2) coordinates of rings (C, 3), each in the plane across its Newell normal; all run counter-clockwise.

    Not finite where the ring has no plane.
    """
    start = np.cumsum(sizes) - sizes
    ring = ring - np.repeat(ring[start], sizes, axis=0)
    following = np.arange(1, len(ring) + 1)
    following[start + sizes - 1] = start
    normal = normalize(np.add.reduceat(np.cross(ring, ring[following]), start, axis=0))
    normal[~normal.any(axis=1)] = np.nan
    side = normalize(np.cross(normal, np.eye(3)[np.argmin(np.abs(normal), axis=1)]))
    other = np.cross(normal, side)
    return np.stack([(ring * np.repeat(axis, sizes, axis=0)).sum(1) for axis in (side, other)], axis=1)
