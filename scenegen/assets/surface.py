"""A random sample of a mesh's surface: what is measured of a room is measured on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import AssetError
from scenegen.geometry import normalize
from scenegen.seeding import Generator

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """A sample of a surface: equal shares of the area."""

    points: Array
    """(S, 3)"""
    normals: Array
    """(S, 3) unit, by winding."""
    facing: float
    """0..1: how far windings can be trusted to look to where the scene was seen from (1), or not at all (0)."""
    area: float
    """Of the whole surface, in units of the points squared."""


def sample_surface(vertices: Array, faces: NDArray, rng: Generator, count: int) -> Surface:
    """Points spread evenly over the area, with the normals of their faces.

    Raises AssetError ("no_area") for a mesh without any area.
    """
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    vectors = np.cross(b - a, c - a)
    area = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(area).all() or area.sum() <= 0:
        raise AssetError("no_area", "the mesh has no area: every face is degenerate")
    # One draw per equal slice of the area: even, and one face more or less shifts little.
    at = (np.arange(count) + rng.random(count)) / count * area.sum()
    face = np.minimum(np.searchsorted(np.cumsum(area), at), len(faces) - 1)
    u, v = rng.random((2, count, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    points = a[face] + u * (b - a)[face] + v * (c - a)[face]
    normals = normalize(vectors[face])
    inward = np.sum((np.median(points, axis=0) - points) * normals, axis=1)
    # Outward shells are modelled, not scanned, and say nothing about the furniture: no trust, rather than -1.
    trust = float(np.clip(4 * np.mean(np.sign(inward)), 0, 1))
    return Surface(points, normals, trust, float(area.sum() / 2))
