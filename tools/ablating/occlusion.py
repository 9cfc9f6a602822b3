"""Ambient occlusion as far as a depth map knows it: the part of the sky above a point that near surfaces leave.

In screen space (Mittring, "Finding next gen: CryEngine 2", SIGGRAPH 2007 course notes, is the first of its kind):
twelve probes around each pixel, at distances that are the same in metres wherever the point lies.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
REACH_M = 0.4
"""How far away something may be to shade a point."""
WIDEST_PX = 48.0
RINGS = ((0.35, 5), (1.0, 7))
"""Share of the reach, and number of directions, of each ring of probes."""
SHADE = 4.0
"""What is left of the light of a point is 1 minus this times the mean cover of its probes."""
DARKEST = 0.25
FLAT = 0.15
"""Sine of the elevation up to which a surface covers nothing: noise of the normals at grazing angles."""


def open_share(depth: NDArray[np.float32], K: F64) -> F64:
    """(H, W) share of the ambient light that reaches each pixel's point, from DARKEST to 1; 1 where nothing is hit.

    `depth` (H, W) in metres, 0 without a hit; `K` (3, 3) in pixels.
    """
    rows, columns = np.arange(depth.shape[0])[:, None], np.arange(depth.shape[1])[None]
    points = _points(rows, columns, depth, K)
    normals = _normals(points)
    reach_px = np.minimum(K[0, 0] * REACH_M / np.maximum(depth, 1e-3), WIDEST_PX)
    cover = [_cover(points, normals, rows + dy * reach_px, columns + dx * reach_px) for dx, dy in _probes()]
    return np.where(depth > 0, np.clip(1 - SHADE * np.mean(cover, axis=0), DARKEST, 1), 1.0)


def _points(rows: NDArray[Any], columns: NDArray[Any], depth: NDArray[np.float32], K: F64) -> F64:
    """(H, W, 3) points in axes of the camera, metres."""
    x, y = (columns - K[0, 2]) / K[0, 0], (rows - K[1, 2]) / K[1, 1]
    return np.stack(np.broadcast_arrays(x, y, 1.0), -1) * depth[..., None].astype(np.float64)


def _normals(points: F64) -> F64:
    """(H, W, 3) unit normals towards the camera, from neighbours in the picture."""
    normals = np.cross(_slope(points, 0), _slope(points, 1))
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    return normals * -np.sign((normals * points).sum(-1, keepdims=True))


def _slope(points: F64, axis: int) -> F64:
    """(H, W, 3) difference to a neighbour along an axis: the one that is nearer in depth, so not across an edge."""
    steps = np.diff(points, axis=axis)
    ends = [(0, 0)] * 3
    after, before = (np.pad(steps, [*ends[:axis], end, *ends[axis + 1 :]], "edge") for end in ((0, 1), (1, 0)))
    return np.where(np.abs(after[..., 2:]) < np.abs(before[..., 2:]), after, before)


def _probes() -> list[tuple[float, float]]:
    """Offsets of the probes in units of the reach."""
    turns = [(share, 2 * np.pi * (k + 0.5 * ring) / n) for ring, (share, n) in enumerate(RINGS) for k in range(n)]
    return [(share * np.cos(turn), share * np.sin(turn)) for share, turn in turns]


def _cover(points: F64, normals: F64, rows: F64, columns: F64) -> F64:
    """(H, W) how far up its sky each point sees the probed one stand; less with distance, nothing beyond the reach."""
    height, width = points.shape[:2]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    at = np.clip(rows, 0, height - 1).astype(np.intp), np.clip(columns, 0, width - 1).astype(np.intp)
    towards = points[at] - points
    far_m = np.linalg.norm(towards, axis=-1)
    sine = (towards * normals).sum(-1) / np.maximum(far_m, 1e-9)
    return np.clip(sine - FLAT, 0, None) * np.clip(1 - (far_m / REACH_M) ** 2, 0, 1) * inside
