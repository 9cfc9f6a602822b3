"""Pictures whose colours say where a pixel is, so that a wrong place shows as a wrong colour."""

import numpy as np

SLOPE = 4
"""Levels from one pixel to the next: a place that is off by 1/4 px is off by a level."""


def ramp_picture(width, height):
    """(H, W, 3) uint8, red grows with x and green with y."""
    y, x = np.mgrid[:height, :width]
    return np.stack([SLOPE * x, SLOPE * y, np.full_like(x, 9)], -1).astype(np.uint8)


def levels_at(places):
    """(2, ...) levels, red and green, that a ramp has at places (2, ...)."""
    return SLOPE * places


def tolerance(step_px):
    """Levels that a ramp may be off when it is averaged over `step_px` > 1 and interpolated.

    Two roundings, places in steps of 1/32 px, and 1/8 of a pixel's area where an average ends within a pixel.
    """
    return 1.05 + SLOPE * (step_px / 64 + 1 / (8 * step_px)) if step_px > 1 else 0.55 + SLOPE / 64


def bilinear(window, xy):
    """(n, C) float64 colours of (h, w, C) at points (n, 2) between the outermost centres."""
    low = np.clip(np.floor(xy).astype(int), 0, np.array(window.shape[1::-1]) - 2)
    (x, y), (u, v) = low.T, (xy - low).T[..., None]
    pixels = window.astype(np.float64)
    above, below = ((1 - u) * pixels[row, x] + u * pixels[row, x + 1] for row in (y, y + 1))
    return (1 - v) * above + v * below
