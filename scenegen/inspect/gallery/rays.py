"""The rays of a sample for a web page: thinned to an even grid, quantised, and packed into text.

Format, little-endian, deflated (zlib) and base64: planes of N 16-bit numbers, each stored as differences of neighbours
modulo 2**16, then planes of N bytes. The 16-bit planes are x and y in view 0 (pixels), depth in it (millimetres),
instance, and for each other view x and y: (x - (W-1)/2) / unit_px and (y - (H-1)/2) / unit_px as signed numbers,
`NOWHERE` where there is no projection. The bytes are the status codes in each other view.
"""

import base64
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.shards.sample import Array, Sample

POINTS = 8192
"""Places of rays in all views together that are kept of a sample, about: 4096 rays of a pair."""
NOWHERE = -32768
"""Stands for no projection."""
FARTHEST = 32767
"""Largest quantised distance from the picture's centre; points beyond are drawn in to it, in their direction."""
_REACH = 2.0
"""That distance in units of the picture's longer side."""


@dataclass(frozen=True)
class PackedRays:
    """Rays as text, and what is needed to read them."""

    count: int
    """Rays N."""
    unit_px: float
    """Pixels of one step of the quantised places in other views."""
    data: str
    """Base64 of the deflated planes."""


def pack_rays(sample: Sample, points: int = POINTS) -> PackedRays:
    """The rays of a sample of V views as text, thinned to about `points` / V; see the module for the format."""
    height, width = sample.rgb.shape[1:3]
    kept = thin(sample.xy0, width, height, points // len(sample.rgb))
    unit_px = _REACH * max(width, height) / FARTHEST
    depth_mm = np.minimum(np.rint(np.nan_to_num(sample.depth0[kept]) * 1000.0), 65535)
    places = quantised(sample.xy[:, kept], ((width - 1) / 2, (height - 1) / 2), unit_px)
    there = places.transpose(0, 2, 1).reshape(-1, len(kept))
    planes = [_differences(plane) for plane in (*sample.xy0[kept].T, depth_mm, sample.ray_instance[kept], *there)]
    status = np.ascontiguousarray(sample.status[:, kept], np.uint8)
    packed = zlib.compress(b"".join(plane.tobytes() for plane in planes) + status.tobytes(), 9)
    return PackedRays(len(kept), unit_px, base64.b64encode(packed).decode())


def thin(xy0: Array, width: int, height: int, points: int) -> NDArray[np.int64]:
    """Rows of xy0, (R, 2) pixels, at most about `points`: the one nearest to the middle of each cell of an even grid.

    All rows, in their order, when there are no more than `points`.
    """
    if len(xy0) <= points:
        return np.arange(len(xy0))
    side = (width * height / points) ** 0.5
    cell = np.array([width / max(1, round(width / side)), height / max(1, round(height / side))])
    inside = (xy0 + 0.5) / cell
    column, row = np.floor(inside).astype(np.int64).T
    off_centre = ((inside % 1 - 0.5) ** 2).sum(1)
    order = np.lexsort((off_centre, column, row))
    key = (row * width + column)[order]
    return order[np.diff(key, prepend=-1) != 0]


def quantised(xy: Array, centre: tuple[float, float], unit_px: float) -> NDArray[np.int16]:
    """Places (..., 2) in whole steps from the centre; those beyond `FARTHEST` drawn in, `NOWHERE` where not finite."""
    steps = (xy.astype(np.float64) - centre) / unit_px
    farthest = np.abs(steps).max(-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        drawn_in = steps * np.minimum(1, FARTHEST / np.maximum(farthest, 1))
        return np.where(np.isfinite(farthest), np.rint(drawn_in), NOWHERE).astype(np.int16)


def _differences(plane: Array) -> NDArray[np.uint16]:
    """(N,) 16-bit words as differences of neighbours, modulo 2**16."""
    return np.diff(plane.astype(np.int64), prepend=0).astype("<u2")
