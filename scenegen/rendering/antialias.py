"""Where one sample per pixel is not enough, and where the extra samples go."""

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Int = NDArray[np.intp]
OFFSETS_PX = np.array([[0.357, 0.096], [-0.261, 0.261], [-0.096, -0.357]])
"""(3, 2) places of the extra samples about a pixel's centre: a turned triangle, no two in a row or column."""
LARGEST_SHARE = 0.08
"""Share of the pixels that may get extra samples."""
LEAST_CONTRAST = 16
"""Grey levels between neighbours from which an edge is worth extra samples."""
INTERIOR_WEIGHT = 0.25
"""Weight of contrast inside a surface, which texture filtering has smoothed already."""
BEND = 0.01
"""Second difference of 1/z, relative, from which a surface is not a plane: 1/z is affine on planes."""


def edge_pixels(rgb: NDArray[np.uint8], bent: NDArray[np.bool_], label: NDArray) -> Int:
    """Flat indices, ascending, of the pixels that need extra samples, at most LARGEST_SHARE of all.

    Args:
        rgb: (H, W, 3) one-sample picture.
        bent: (H, W) where the surface is not a plane (`bends_of_depth`).
        label: (H, W) integers that differ across silhouettes, materials and shadow borders.

    """
    luma = _luma(rgb)
    score = np.zeros(luma.shape, np.float32)
    for axis in (0, 1):
        near, far = _pair(axis)
        edge = (label[near] != label[far]) | bent[near] | bent[far]
        contrast = np.abs(luma[near] - luma[far])
        contrast *= edge * np.float32(1 - INTERIOR_WEIGHT) + np.float32(INTERIOR_WEIGHT)
        np.maximum(score[near], contrast, out=score[near])
        np.maximum(score[far], contrast, out=score[far])
    return strongest(score.ravel())


def _luma(rgb: NDArray[np.uint8]) -> F32:
    """(H, W) brightness in grey levels."""
    return rgb @ np.array([0.25, 0.5, 0.25], np.float32)


def _pair(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Indices of each pixel and of its next one along an axis."""
    keep = slice(None)
    near, far = slice(None, -1), slice(1, None)
    return ((near, keep), (far, keep)) if axis == 0 else ((keep, near), (keep, far))


def bends_of_depth(depth: F32) -> NDArray[np.bool_]:
    """(H, W) where the surface is not the plane through its neighbours; `depth` (H, W) is 0 for nothing."""
    inverse = np.divide(1, depth, out=np.zeros_like(depth), where=depth > 0)
    limit = inverse * np.float32(BEND)
    out = np.zeros(depth.shape, bool)
    for x, low, b in ((inverse, limit, out), (inverse.T, limit.T, out.T)):
        b[1:-1] |= np.abs(x[:-2] + x[2:] - 2 * x[1:-1]) > low[1:-1]
    return out


def strongest(score: F32) -> Int:
    """Indices, ascending, of scores (N,) of at least LEAST_CONTRAST; the highest where there are too many."""
    limit = int(LARGEST_SHARE * len(score))
    index = np.flatnonzero(score >= LEAST_CONTRAST)
    if len(index) > limit:
        index = np.sort(index[np.argpartition(-score[index], limit)[:limit]])
    return index


def unanimous(lit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) bits that are set in a pixel and in all of its eight neighbours."""
    out = lit.copy()
    for axis in (0, 1):
        near, far = _pair(axis)
        before = out.copy()
        out[near] &= before[far]
        out[far] &= before[near]
    return out


def sample_places(pixels: Int, width: int) -> NDArray[np.float64]:
    """(N * 3, 2) image positions of the extra samples of pixels given by flat index, pixel after pixel."""
    centres = np.stack([pixels % width, pixels // width], axis=-1).astype(np.float64)
    return (centres[:, None] + OFFSETS_PX).reshape(-1, 2)
