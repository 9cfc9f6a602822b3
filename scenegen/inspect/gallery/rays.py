"""The rays of a sample for a web page: thinned to an even grid, quantised, and packed into text.

A source is a view and points of it whose way into the other views is known: view 0 and its rays, or every view and an
even grid of its pixels where the sample has depth and the layer `visibility`.

Format of a source, little-endian, deflated (zlib) and base64: planes of N 16-bit numbers, each stored as differences of
neighbours modulo 2**16, then planes of N bytes. The 16-bit planes are x and y in the source (pixels), depth in it
(millimetres), instance, and for each other view x and y: (x - (W-1)/2) / unit_px and (y - (H-1)/2) / unit_px as
signed numbers, `NOWHERE` where there is no projection. The bytes are the status codes in each other view.
"""

import base64
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.shards import Status
from scenegen.shards.dense import carried_pixels
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Array, Sample

POINTS = 8192
"""Rays of all views together that are kept of a sample, about: 4096 of a pair, from one view or from both."""
NOWHERE = -32768
"""Stands for no projection."""
FARTHEST = 32767
"""Largest quantised distance from the picture's centre; points beyond are drawn in to it, in their direction."""
_DENSE = ("depth", "visibility")
"""Layers that tell where each pixel lies in each view, and whether it is seen there."""
_REACH = 2.0
"""That distance in units of the picture's longer side."""


@dataclass(frozen=True, eq=False)
class ViewPoints:
    """N points of a view, and what becomes of them in the others."""

    xy: Array
    """(N, 2) pixels."""
    depth_m: Array
    """(N,) z-depth, NaN or 0 where it is not known."""
    instance: Array
    """(N,) numbers of instances."""
    others: Array
    """(V-1, N, 2) pixels in the other views, in their order; NaN where there is no projection."""
    status: Array
    """(V-1, N) verdicts, see `Status`."""


@dataclass(frozen=True)
class PackedRays:
    """Rays as text, and what is needed to read them."""

    count: int
    """Rays N."""
    unit_px: float
    """Pixels of one step of the quantised places in other views."""
    data: str
    """Base64 of the deflated planes."""


def needed_layers(path: Path) -> tuple[str, ...]:
    """The layers that `view_points` reads of a shard: none unless it has all that every view needs to be one."""
    with ShardReader(path, layers=()) as reader:
        there = tuple(name for name in (*_DENSE, "instance") if reader.holds(name))
    return there if set(_DENSE) <= set(there) else ()


def view_points(sample: Sample, points: int = POINTS) -> list[ViewPoints]:
    """View 0, or every view where all is known of its pixels; thinned to about `points` over V views and sources."""
    views = len(sample.rgb)
    if sample.depth is None or sample.visibility is None:
        return [traced(sample, points // views)]
    return [gridded(sample, view, points // views**2) for view in range(views)]


def traced(sample: Sample, points: int) -> ViewPoints:
    """View 0 and about so many of its rays."""
    height, width = sample.rgb.shape[1:3]
    kept = thin(sample.xy0, width, height, points)
    depth_m, instance, others = sample.depth0[kept], sample.ray_instance[kept], sample.xy[:, kept]
    return ViewPoints(sample.xy0[kept], depth_m, instance, others, sample.status[:, kept])


def gridded(sample: Sample, view: int, points: int) -> ViewPoints:
    """A view and about so many of its pixels. Needs the layers depth and visibility."""
    assert sample.depth is not None
    assert sample.visibility is not None
    height, width = sample.rgb.shape[1:3]
    xy = even_grid(width, height, points)
    x, y = xy.T
    depth_m = sample.depth[view, y, x]
    status = np.moveaxis(sample.visibility[view, y, x], -1, 0)
    rest = [v for v in range(len(sample.rgb)) if v != view]
    places = np.stack([carried_pixels(sample, xy, depth_m, view, v)[0] for v in rest])
    nowhere = np.isin(status, (Status.NO_HIT, Status.BEHIND_CAMERA))
    instance = np.zeros_like(x) if sample.instance is None else sample.instance[view, y, x]
    return ViewPoints(xy, depth_m, instance, np.where(nowhere[..., None], np.nan, places), status)


def even_grid(width: int, height: int, points: int) -> NDArray[np.int64]:
    """(N, 2) the middle pixels of the cells of an even grid of about `points`: every pixel of a small picture."""
    side = max(1.0, (width * height / points) ** 0.5)
    x, y = (_middles(size, max(1, round(size / side))) for size in (width, height))
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def _middles(size: int, cells: int) -> NDArray[np.int64]:
    """(cells,) the pixels in the middle of equal parts of a row."""
    return ((np.arange(cells) + 0.5) * size / cells).astype(np.int64)


def pack_points(source: ViewPoints, width: int, height: int) -> PackedRays:
    """A source of pictures of this size as text; see the module for the format."""
    unit_px = _REACH * max(width, height) / FARTHEST
    depth_mm = np.minimum(np.rint(np.nan_to_num(source.depth_m) * 1000.0), 65535)
    places = quantised(source.others, ((width - 1) / 2, (height - 1) / 2), unit_px)
    words = [*source.xy.T, depth_mm, source.instance, *places.transpose(0, 2, 1).reshape(-1, len(source.xy))]
    planes = [_differences(plane) for plane in words]
    status = np.ascontiguousarray(source.status, np.uint8)
    packed = zlib.compress(b"".join(plane.tobytes() for plane in planes) + status.tobytes(), 9)
    return PackedRays(len(source.xy), unit_px, base64.b64encode(packed).decode())


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
