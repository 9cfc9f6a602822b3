"""Sampling a window from a picture through a map: every pixel where it belongs, and nothing aliased.

Coordinates are computed here in float64 and given to OpenCV's `remap`, so that no convention but this project's
counts. Where a window's pixels lie further apart than the picture's, the picture is first shrunk by area averaging to
that distance; sampling alone would pick single pixels out of fine texture. (An average that ends within a pixel moves
a colour by up to 1/8 of that pixel.)
"""

import math

import cv2
import numpy as np

from training.data.transforms.homography import Array, inside

MARGIN_PX = 2
"""Pixels around those that are asked for, for interpolation."""


def sampled(picture: Array, places: Array) -> Array:
    """(h, w, 3) uint8, the picture (H, W, 3) uint8 at places (2, h, w) float64 (x, y); black outside of it.

    Bilinear; the outermost half pixel shows the border pixels. Places may be NaN, which is outside.
    """
    height, width = picture.shape[:2]
    shown = inside(places, width, height)
    if not shown.any():
        return np.zeros((*shown.shape, 3), np.uint8)
    step_px = spacing(places)
    part, origin = _part(picture, places[:, shown], step_px)
    small, factor = _shrunk(part, step_px)
    columns = (places - origin[:, None, None] + 0.5) * factor[:, None, None] - 0.5
    x, y = np.where(shown, columns, 0).astype(np.float32)
    window = cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    window[~shown] = 0
    return window


def spacing(places: Array) -> float:
    """The longest distance of neighbours among places (2, h, w), in pixels of the picture; NaN is left out."""
    steps = [np.hypot(*np.diff(places, axis=axis)) for axis in (1, 2)]
    return max((float(np.nanmax(step)) for step in steps if np.isfinite(step).any()), default=1.0)


def _part(picture: Array, places: Array, step_px: float) -> tuple[Array, Array]:
    """The part of the picture around places (2, n), and its first pixel (x, y)."""
    margin = MARGIN_PX + math.ceil(step_px)
    left, top = np.maximum(np.floor(places.min(1)).astype(int) - margin, 0)
    right, bottom = np.ceil(places.max(1)).astype(int) + 1 + margin
    return np.ascontiguousarray(picture[top:bottom, left:right]), np.array([left, top])


def _shrunk(part: Array, step_px: float) -> tuple[Array, Array]:
    """The part with its pixels averaged over `step_px`, and the (2,) factors that its sides took, in x and y."""
    side = np.array(part.shape[1::-1])
    small = np.maximum(1, np.rint(side / step_px)).astype(int) if step_px > 1 else side
    if (small == side).all():
        return part, np.ones(2)
    return cv2.resize(part, tuple(small.tolist()), interpolation=cv2.INTER_AREA), small / side
