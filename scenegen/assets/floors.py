"""Planes that may be the floor of a room: by RANSAC, the lowest large one with the scene above it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.surface import Surface
from scenegen.geometry import normalize
from scenegen.seeding import Generator

Array = NDArray[np.float64]

HYPOTHESES = 192
"""Planes that RANSAC tries per candidate direction."""
BAND_M = 0.03
"""A point this near a plane belongs to it: fused depth is about this noisy."""
LEVEL_RAD = float(np.deg2rad(20))
"""A face this near level may be part of a floor; a plane this far from its candidate is refused."""
_LARGE, _BELOW = 0.2, 0.1


@dataclass(frozen=True)
class Floor:
    """A plane `up . x = height` that may be a floor."""

    up: Array
    """(3,) unit normal, to the side of the scene."""
    height: float


def lowest_floor(surface: Surface, up: Array, rng: Generator) -> Floor | None:
    """The lowest large plane about square to `up` with the scene above it, refined, or None."""
    level = surface.points[np.abs(surface.normals @ up) > np.cos(LEVEL_RAD)]
    if len(level) < 12:
        return None
    normals, heights = _hypotheses(level, up, rng)
    size = (np.abs(level @ normals.T - heights) < BAND_M).sum(0)
    above = surface.points[::6] @ normals.T - heights
    sound = (size >= _LARGE * size.max()) & ((above < -2 * BAND_M).mean(0) < _BELOW)
    if not sound.any():
        return None
    # Height of each plane under one and the same place, then the fullest plane around the lowest.
    centre = surface.points.mean(0)
    depth = heights - normals @ centre
    lowest = depth[sound].min()
    best = int(np.argmax(np.where(sound & (depth < lowest + 2 * BAND_M), size, -1)))
    return Floor(*_refined(level, normals[best], heights[best]))


def _hypotheses(level: Array, up: Array, rng: Generator) -> tuple[Array, Array]:
    """RANSAC planes (H, 3) normals and (H,) offsets through three points that lie about equally high."""
    order = np.argsort(level @ up, kind="stable")
    rank = rng.integers(0, len(level), HYPOTHESES)
    reach = max(len(level) // 20, 2)
    near = np.clip(rank[:, None] + rng.integers(-reach, reach + 1, (HYPOTHESES, 2)), 0, len(level) - 1)
    a, b, c = level[order[rank]], level[order[near[:, 0]]], level[order[near[:, 1]]]
    normals = normalize(np.cross(b - a, c - a))
    normals *= np.sign(normals @ up)[:, None]
    # A poor triple falls back to the candidate itself: every point then still gives one plane.
    normals = np.where((normals @ up > np.cos(LEVEL_RAD / 2))[:, None], normals, up)
    return normals, np.sum(normals * a, axis=1)


def _refined(level: Array, normal: Array, height: float) -> tuple[Array, float]:
    """Least-squares plane through the points within the band, which narrows as the plane settles."""
    for band in BAND_M * np.array([2, 2, 2, 1, 1]):
        inliers = level[np.abs(level @ normal - height) < band]
        if len(inliers) < 3:
            break
        centre = inliers.mean(0)
        fitted = np.linalg.svd(inliers - centre, full_matrices=False)[2][2]
        fitted *= np.sign(fitted @ normal) or 1.0
        if fitted @ normal < np.cos(LEVEL_RAD / 2):  # a narrow strip says nothing about its own tilt
            break
        normal, height = fitted, float(centre @ fitted)
    return normal, float(height)
