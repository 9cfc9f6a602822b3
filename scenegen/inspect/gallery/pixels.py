"""Every pixel of every view of a sample for a web page: what it shows, and its verdict in each other view.

Where a pixel lies in the other views follows from its depth and the cameras, in the page as in `shards.dense`. A sample
whose pixels would fill a page by themselves keeps every second, third or n-th pixel of every such row.

Format of a view of W x H kept pixels, deflated (zlib) and base64: planes of W H bytes, row by row. The low and the high
bytes of the inverse depth, 0 where nothing was hit, else 1 / (z-depth * unit); the low and the high bytes of the
instance; then the status codes in each other view. The numbers of 16 bits are stored as what a prediction leaves of
them modulo 2**16, signs folded in (0, -1, 1, -2 are 0, 1, 2, 3): the prediction is the median of left, above, and
left + above - above left, as in JPEG-LS (ISO/IEC 14495-1, A.4), of which planes leave little, since their inverse
depth is linear in a picture. The first row is predicted by the left pixel alone, from 0 on, and the first pixel of any
other row by the one above.
"""

import base64
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import pixel_grid
from scenegen.shards.dense import carried_pixels
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Array, Sample
from scenegen.status import Status

_DENSE = ("depth", "visibility")
"""Layers that tell where each pixel lies in each view, and whether it is seen there."""
LARGEST = 65535
"""The largest inverse depth as stored."""
COARSEST = 2e-4
"""Of the steps of the inverse depth, 1/m: 5 mm at 7 m."""
ERROR_PX = 0.05
"""How far the rounding of depth moves a visible point in another view at most, as measured on `_PROBES`. The page says
so of points, mostly hidden ones, that it may move by more than twice that."""
_PROBES = 4096
"""Pixels of a view, about, on which that is measured."""
_NUDGE = 1e-5
"""By which inverse depths are moved to measure it, 1/m."""


@dataclass(frozen=True)
class PackedPixels:
    """The pixels of a view as text, and what is needed to read them."""

    step: int
    """Every so many pixels of a row, and of a column, one is kept: those at step // 2 + k * step."""
    unit: float
    """One step of the inverse depth, 1/m."""
    data: str
    """Base64 of the deflated planes."""


def needed_layers(path: Path) -> tuple[str, ...]:
    """The layers to read of a shard: none unless it has all that is needed to know every pixel."""
    with ShardReader(path, layers=()) as reader:
        there = tuple(name for name in (*_DENSE, "instance") if reader.holds(name))
    return there if set(_DENSE) <= set(there) else ()


def knows_every_pixel(sample: Sample) -> bool:
    """Whether cameras, depth and verdicts of all pixels are there."""
    return sample.depth is not None and sample.visibility is not None and sample.has_cameras


def pack_pixels(sample: Sample, characters: int) -> list[PackedPixels]:
    """All views of a sample that knows every pixel, in so many characters: at the least step that fits."""
    step, units = 1, [inverse_unit(sample, view) for view in range(len(sample.rgb))]
    while True:
        packed = [_packed(sample, view, step, unit) for view, unit in enumerate(units)]
        taken = sum(len(each.data) for each in packed)
        if taken <= characters or step >= min(sample.rgb.shape[1:3]):
            return packed
        step = max(step + 1, math.floor(step * (taken / characters) ** 0.5))


def inverse_unit(sample: Sample, view: int) -> float:
    """The step of a view's inverse depths, 1/m: visible points move by `ERROR_PX` at most, and the nearest one fits."""
    assert sample.depth is not None
    depth_m = sample.depth[view]
    nearest = depth_m[depth_m > 0].min(initial=math.inf)
    fastest = max(_pixels_per_inverse_metre(sample, view, other) for other in range(len(sample.rgb)) if other != view)
    return max(min(COARSEST, 2 * ERROR_PX / max(fastest, 1e-9)), 1 / float(nearest) / LARGEST)


def cameras(sample: Sample) -> list[dict[str, Any]]:
    """Intrinsics, pose and lens of each view, for JSON: a reach of null is everywhere."""
    return [
        {
            "K": K.tolist(),
            "T_world_cam": T.tolist(),
            "lens": lens.model,
            "coefficients": lens.coefficients,
            "reach": lens.reach if math.isfinite(lens.reach) else None,
        }
        for K, T, lens in zip(sample.K, sample.T_world_cam, sample.lenses, strict=True)
    ]


def _pixels_per_inverse_metre(sample: Sample, view: int, other: int) -> float:
    """How fast the quickest of the points that both views show moves in the other one with its inverse depth."""
    assert sample.depth is not None
    assert sample.visibility is not None
    height, width = sample.depth.shape[1:]
    xy = pixel_grid(width, height).astype(int)[:: max(1, width * height // _PROBES)]
    x, y = xy.T
    seen = (sample.visibility[view, y, x, other - (other > view)] == Status.VISIBLE) & (sample.depth[view, y, x] > 0)
    xy, depth_m = xy[seen], sample.depth[view, y, x][seen].astype(np.float64)
    at, near = (carried_pixels(sample, xy, z, view, other)[0] for z in (depth_m, 1 / (1 / depth_m + _NUDGE)))
    return float(np.nan_to_num(np.linalg.norm(near - at, axis=1)).max(initial=0.0)) / _NUDGE


def _packed(sample: Sample, view: int, step: int, unit: float) -> PackedPixels:
    """A view at a step."""
    assert sample.depth is not None
    assert sample.visibility is not None
    kept = (view, *(slice(step // 2, None, step),) * 2)
    depth_m = sample.depth[kept]
    instance = np.zeros(depth_m.shape, int) if sample.instance is None else sample.instance[kept]
    words = [residuals(plane) for plane in (inverse_depth(depth_m, unit), instance)]
    planes = [half for word in words for half in (word & 255, word >> 8)]
    status = np.moveaxis(sample.visibility[kept], -1, 0)
    packed = zlib.compress(b"".join(plane.astype(np.uint8).tobytes() for plane in (*planes, *status)), 9)
    return PackedPixels(step, unit, base64.b64encode(packed).decode())


def inverse_depth(depth_m: Array, unit: float) -> NDArray[np.int64]:
    """Z-depths as they are stored."""
    with np.errstate(divide="ignore"):
        steps = np.clip(np.rint(1 / (depth_m.astype(np.float64) * unit)), 1, LARGEST)
    return np.where(depth_m > 0, steps, 0).astype(np.int64)


def residuals(plane: Array) -> NDArray[np.uint16]:
    """(H, W) numbers of 16 bits less their prediction, signs folded in."""
    plane = plane.astype(np.int64)
    left, above, corner = plane[1:, :-1], plane[:-1, 1:], plane[:-1, :-1]
    low, high = np.minimum(left, above), np.maximum(left, above)
    predicted = np.zeros_like(plane)
    predicted[0, 1:], predicted[1:, 0] = plane[0, :-1], plane[:-1, 0]
    predicted[1:, 1:] = np.clip(left + above - corner, low, high)
    off = (plane - predicted + 32768) % 65536 - 32768
    return np.where(off >= 0, 2 * off, -2 * off - 1).astype(np.uint16)
