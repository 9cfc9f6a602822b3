"""Fewer triangles for very large scans: vertex clustering with a measured bound on how far the surface moved."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scenegen.assets.mesh import Mesh
from scenegen.geometry import normalize

FIRST_CELL_M = 0.005
"""Side of the first grid tried; each next one is a fifth larger."""


def decimate(mesh: Mesh, max_faces: int) -> tuple[Mesh, float]:
    """The mesh with at most `max_faces` faces, and the farthest that any vertex moved, in metres.

    Vertices of a cell of a regular grid become one, at their mean; the grid is as fine as the number of
    faces allows. A mesh that is small enough comes back as it is, with 0.
    """
    if len(mesh.faces) <= max_faces:
        return mesh, 0.0
    cell, coarse, moved = FIRST_CELL_M, mesh, 0.0
    while len(coarse.faces) > max_faces:
        coarse, moved = cluster(mesh, cell)
        cell *= 1.2
    return coarse, moved


def cluster(mesh: Mesh, cell_m: float) -> tuple[Mesh, float]:
    """One vertex per grid cell (and texture chart) of side `cell_m`; returns the farthest move in metres.

    Never more than the diagonal of a cell. Colours, normals and texture coordinates are means over a cell;
    faces that became lines, points or copies of another are dropped.
    """
    place = _numbered(np.floor(mesh.vertices.astype(np.float64) / cell_m).astype(np.int64))
    points = _mean(mesh.vertices, place)
    moved = float(np.linalg.norm(points[place] - mesh.vertices, axis=1).max())
    corner = _numbered(np.stack([place, _charts(mesh)], axis=1)) if mesh.uv is not None else place
    place_of = np.zeros(int(corner.max()) + 1, np.int64)
    place_of[corner] = place
    keep = _sound_faces(place[mesh.faces])
    merged = replace(
        mesh,
        vertices=points[place_of].astype(np.float32),
        faces=corner[mesh.faces[keep]].astype(np.int32),
        face_material=mesh.face_material[keep],
        face_label=None if mesh.face_label is None else mesh.face_label[keep],
        normals=None if mesh.normals is None else normalize(_mean(mesh.normals, corner)).astype(np.float32),
        uv=None if mesh.uv is None else _mean(mesh.uv, corner).astype(np.float32),
        colors=None if mesh.colors is None else np.rint(_mean(mesh.colors, corner)).astype(np.uint8),
    )
    return merged, moved


def _numbered(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) number of each distinct row of an (N, k) integer array."""
    low = rows.min(0)
    span = (rows.max(0) - low + 1).astype(object)
    if np.prod(span) >= 2**62:  # too wide a grid for one integer per cell
        return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
    key = np.zeros(len(rows), np.int64)
    for column, width in zip((rows - low).T, span, strict=True):
        key = key * int(width) + column
    return np.unique(key, return_inverse=True)[1]


def _mean(values: NDArray, group: NDArray[np.int64]) -> NDArray[np.float64]:
    """(G, k) mean of the rows of each group."""
    total = np.stack([np.bincount(group, column.astype(np.float64)) for column in values.T], axis=1)
    return total / np.bincount(group)[:, None]


def _charts(mesh: Mesh) -> NDArray[np.int64]:
    """(N,) connected part of each vertex: loaders split vertices at texture seams, so a part is a chart."""
    edges = np.concatenate([mesh.faces[:, :2], mesh.faces[:, 1:]]).T
    graph = coo_array((np.ones(edges.shape[1], np.int8), (edges[0], edges[1])), shape=(len(mesh.vertices),) * 2)
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _sound_faces(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of faces with three distinct corners, the first of each set of copies, in order."""
    a, b, c = corners.T
    sound = np.flatnonzero((a != b) & (b != c) & (a != c))
    first = np.unique(_numbered(np.sort(corners[sound], axis=1)), return_index=True)[1] if len(sound) else []
    return sound[np.sort(first)] if len(sound) else sound
