"""A surface as evenly spread sample points, and exact distances to it.

A tree finds the nearest samples; the distance is then taken to the triangles they lie on. So a wall
of two triangles is met exactly, and fine scans within a fraction of the spacing of the samples.
No random numbers: equal slices of the area, and a low-discrepancy sequence within the faces.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from scenegen.assets.mesh import Mesh
from scenegen.errors import AssetError
from scenegen.geometry import cross, lengths

Array = NDArray[np.float64]
F32 = NDArray[np.float32]
_R2 = np.array([0.7548776662466927, 0.5698402909980532])
NEIGHBOURS = 4
"""Nearest samples whose triangles are measured."""


@dataclass(frozen=True, eq=False)
class SurfaceSamples:
    """Sample points of a mesh, in the mesh's own frame."""

    mesh: Mesh
    points: Array
    """(S, 3) metres."""
    face: NDArray[np.int64]
    """(S,) the face each point lies on."""
    tree: KDTree
    spacing_m: float
    """How far the nearest sample may lie beside the nearest point of the surface."""

    def triangles(self, samples: NDArray) -> Array:
        """(..., 3, 3) float64 corners of the faces of some samples."""
        return self.mesh.vertices[self.mesh.faces[self.face[samples]]].astype(np.float64)


def f32(values: Array) -> F32:
    """The same numbers as rays take them."""
    return values.astype(np.float32)


def area_m2(mesh: Mesh) -> Array:
    """(F,) area of each face."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    e, f = b - a, c - a
    cross = np.stack([e[:, i - 2] * f[:, i - 1] - e[:, i - 1] * f[:, i - 2] for i in range(3)])
    return np.sqrt((cross.astype(np.float64) ** 2).sum(0)) / 2


def skin(mesh: Mesh, count: int) -> SurfaceSamples:
    """About `count` points spread evenly over the area. Raises AssetError ("no_area") for a mesh without any."""
    return _skin(mesh, area_m2(mesh), count)


def room_skin(mesh: Mesh, per_m2: float = 500, low: int = 20_000, high: int = 120_000) -> SurfaceSamples:
    """Samples of a whole room: so many to the square metre, within bounds."""
    area = area_m2(mesh)
    return _skin(mesh, area, int(np.clip(area.sum() * per_m2, low, high)))


def _skin(mesh: Mesh, area: Array, count: int) -> SurfaceSamples:
    """Samples by equal slices of the cumulated area."""
    total = np.cumsum(area)
    if not len(total) or not np.isfinite(total[-1]) or total[-1] <= 0:
        raise AssetError("no_area", "the mesh has no area: every face is degenerate")
    face = np.searchsorted(total, (np.arange(count) + 0.5) / count * total[-1])
    face = np.minimum(face, len(area) - 1)
    u, v = ((np.arange(count)[:, None] + 1) * _R2 % 1.0).T[..., None]
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces[face]].astype(np.float64), 1, 0)
    points = a + u * (b - a) + v * (c - a)
    # an unbalanced tree is built three times as fast and asked as fast on such even points
    tree = KDTree(points, balanced_tree=False, compact_nodes=False)
    step = tree.query(points[:: max(1, count // 64)], k=min(2, count))[0].reshape(-1, min(2, count))[:, -1]
    return SurfaceSamples(mesh, points, face, tree, 3 * float(np.mean(step)))


def distance(surface: SurfaceSamples, points: Array, reach_m: float = np.inf) -> Array:
    """(Q,) distance of (Q, 3) points, in the mesh's frame, to the surface; infinite beyond about `reach_m`.

    Never below the true distance, and above it by a fraction of the spacing of the samples at most.
    """
    if not len(points):
        return np.empty(0)
    out = np.full(len(points), np.inf)
    bound = reach_m + surface.spacing_m
    _, near = surface.tree.query(points, k=min(NEIGHBOURS, len(surface.points)), distance_upper_bound=bound)
    near = near.reshape(len(points), -1)
    rows = np.flatnonzero(near[:, 0] < len(surface.points))
    found = np.where(near[rows] < len(surface.points), near[rows], near[rows, :1])
    out[rows] = triangle_distance(points[rows, None], surface.triangles(found)).min(1)
    return np.where(out <= reach_m, out, np.inf)


def triangle_distance(points: Array, triangles: Array) -> Array:
    """(...,) distance of (..., 3) points to (..., 3, 3) triangles, by broadcasting; degenerate ones are segments."""
    a, b, c = (triangles[..., i, :] for i in range(3))
    normal = cross(b - a, c - a)
    length = lengths(normal)
    sides = [_dot(cross(q - p, points - p), normal) for p, q in ((a, b), (b, c), (c, a))]
    inside = (np.minimum(np.minimum(sides[0], sides[1]), sides[2]) >= 0) & (length > 0)
    edges = np.minimum(np.minimum(_segment(points, a, b), _segment(points, b, c)), _segment(points, c, a))
    plane = np.abs(_dot(points - a, normal)) / np.where(length > 0, length, 1)
    return np.where(inside, plane, np.sqrt(edges))


def _segment(points: Array, a: Array, b: Array) -> Array:
    """Squared distance of points to segments."""
    along, rest = b - a, points - a
    length2 = _dot(along, along)
    s = np.clip(_dot(rest, along) / np.where(length2 > 0, length2, 1), 0, 1)
    gap = rest - s[..., None] * along
    return _dot(gap, gap)


def _dot(a: Array, b: Array) -> Array:
    """Products along the last axis."""
    return np.einsum("...i,...i->...", a, b)
