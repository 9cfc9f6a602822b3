"""Shading normals: made where there are none, mended where they are wrong."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scenegen.assets.corners import unique_corners
from scenegen.assets.mesh import Mesh, face_vectors
from scenegen.geometry import normalize

STEEP_DEG = 70.0
"""A shading normal further than this from its face's own says nothing about the face."""

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


def smooth_normals(mesh: Mesh, point: I64, crease_deg: float = 50.0) -> Mesh:
    """With normals averaged over each corner's neighbours up to a crease, weighted by angle.

    `point` (N,) names the place of each vertex, so that texture seams do not show. Faces that share an edge
    at less than `crease_deg` are smooth across it; vertices are split along creases.
    """
    unit = normalize(face_vectors(mesh))
    weighted = unit[:, None, :] * corner_angles(mesh)[..., None]
    fan = _smooth_fans(point[mesh.faces], unit, np.cos(np.deg2rad(crease_deg)))
    total = np.stack([np.bincount(fan, weighted.reshape(-1, 3)[:, i]) for i in range(3)], axis=1)
    first, inverse = unique_corners(mesh.faces.ravel(), fan)
    smooth = normalize(total)[fan[first]]
    lost = np.asarray(~smooth.any(axis=1))  # the tip of a needle has an angle of 0
    return _with_corner_normals(mesh, first, inverse, np.where(lost[:, None], unit[first // 3], smooth))


def repair_normals(mesh: Mesh) -> tuple[Mesh, int]:
    """With unit normals that agree with the winding of the faces that use them; counts the corners mended.

    Broken ones (zero, not finite) and steep ones become the face's own; those on the other side are flipped.
    Vertices are split where their faces disagree. Needs `mesh.normals`.
    """
    assert mesh.normals is not None
    corner = mesh.faces.ravel()
    own = np.repeat(normalize(face_vectors(mesh)), 3, axis=0)
    given = normalize(np.nan_to_num(mesh.normals, nan=0.0, posinf=0.0, neginf=0.0))[corner]
    cosine = (given * own).sum(1)
    action = np.where(np.abs(cosine) < np.cos(np.deg2rad(STEEP_DEG)), 2, np.where(cosine < 0, 1, 0))
    face_key = np.where(action == 2, np.arange(len(corner)) // 3 + 1, 0)
    first, inverse = unique_corners(corner, action, face_key)
    sign = np.where(action == 1, -1.0, 1.0)[:, None]
    mended = np.where((action == 2)[:, None], own, given * sign)
    return _with_corner_normals(mesh, first, inverse, mended[first]), int((action > 0).sum())


def corner_angles(mesh: Mesh) -> F64:
    """(F, 3) radians: the angle of each face at each of its corners."""
    p = mesh.vertices[mesh.faces].astype(np.float64)
    edge = normalize(np.roll(p, -1, axis=1) - p)
    return np.arccos(np.clip(-(edge * np.roll(edge, 1, axis=1)).sum(2), -1, 1))


def _with_corner_normals(mesh: Mesh, first: I64, inverse: I64, normals: F64) -> Mesh:
    """Vertices split as `unique_corners` says, with the normals (N, 3) of the new ones."""
    index = mesh.faces.ravel()[first]
    return replace(
        mesh,
        vertices=mesh.vertices[index],
        faces=inverse.reshape(-1, 3).astype(np.int32),
        normals=normals.astype(np.float32),
        uv=None if mesh.uv is None else mesh.uv[index],
        colors=None if mesh.colors is None else mesh.colors[index],
    )


def _smooth_fans(places: I64, unit: F64, min_cosine: float) -> I64:
    """(3F,) group of each corner: corners at one place whose faces hang together over smooth edges."""
    start, end = places.ravel(), np.roll(places, -1, axis=1).ravel()
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((high, low))
    same = (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)
    a, b = order[:-1][same], order[1:][same]
    smooth = (unit[a // 3] * unit[b // 3]).sum(1) > min_cosine
    a, b = a[smooth], b[smooth]
    # half-edge h runs from corner h to the next corner of its face; neighbours run the other way round
    a_next, b_next = _next(a), _next(b)
    turned = start[a] == end[b]
    links = np.vstack([_pairs(a, np.where(turned, b_next, b)), _pairs(a_next, np.where(turned, b, b_next))])
    graph = coo_array((np.ones(len(links), np.int8), (links[:, 0], links[:, 1])), shape=(len(start), len(start)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _next(half_edge: I64) -> I64:
    """The corner that a half-edge leads to."""
    return half_edge - half_edge % 3 + (half_edge + 1) % 3


def _pairs(a: I64, b: I64) -> I64:
    """(E, 2) links."""
    return np.stack([a, b], axis=1)
