"""Mending meshes: pure functions from mesh to mesh, each with a count of what it changed."""

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from scenegen.assets.coincident import remove_coincident
from scenegen.assets.mesh import Mesh, bounds, face_vectors
from scenegen.assets.normals import repair_normals, smooth_normals
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

MERGE = 1e-6
"""Positions nearer than this share of the box's diagonal are the same point."""
_FLAT = 1e-10
"""Twice a face's area over the diagonal squared, below which it is a line or a point."""


def clean_object(mesh: Mesh, *, crease_deg: float = 50.0) -> tuple[Mesh, tuple[Defect, ...]]:
    """An object as it should be: no flat, stray or coincident faces, sound normals.

    Normals are made, smooth up to `crease_deg`, where the mesh has none. Raises AssetError `no_faces` where
    nothing is left.
    """
    mesh, flat = drop_degenerate(mesh)
    if not len(mesh.faces):
        raise AssetError("no_faces", "no face has an area")
    point = merged_vertices(mesh)
    mesh, twins = remove_coincident(mesh, point)  # faces go, vertices stay
    if mesh.normals is None:
        mesh, mended = smooth_normals(mesh, point, crease_deg), 0
    else:
        mesh, mended = repair_normals(mesh)
    mesh, _ = drop_unreferenced(mesh)
    counts = (("degenerate_faces", flat), ("coincident_faces", twins), ("bad_normals", mended))
    return mesh, tuple(Defect(code, str(n)) for code, n in counts if n)


def diagonal(mesh: Mesh) -> float:
    """Length of the bounding box's diagonal."""
    low, high = bounds(mesh)
    return float(np.linalg.norm(high - low))


def drop_faces(mesh: Mesh, drop: NDArray[np.bool_]) -> tuple[Mesh, int]:
    """The mesh without the faces marked in (F,) `drop`, and their number."""
    keep = ~drop
    kept = replace(
        mesh,
        faces=mesh.faces[keep],
        face_material=mesh.face_material[keep],
        face_label=None if mesh.face_label is None else mesh.face_label[keep],
    )
    return (kept if drop.any() else mesh), int(drop.sum())


def drop_degenerate(mesh: Mesh) -> tuple[Mesh, int]:
    """Without faces that have no area; counts them."""
    twice_area = np.linalg.norm(face_vectors(mesh), axis=1)
    return drop_faces(mesh, twice_area <= _FLAT * diagonal(mesh) ** 2)


def drop_unreferenced(mesh: Mesh) -> tuple[Mesh, int]:
    """Without vertices that no face uses; counts them."""
    used = np.zeros(len(mesh.vertices), bool)
    used[mesh.faces] = True
    index = np.cumsum(used) - 1
    return take_vertices(mesh, np.flatnonzero(used), index[mesh.faces]), int((~used).sum())


def take_vertices(mesh: Mesh, index: NDArray[np.int64], faces: NDArray) -> Mesh:
    """The mesh over the vertices `index` (N,), with (F, 3) `faces` into those."""
    return replace(
        mesh,
        vertices=mesh.vertices[index],
        faces=np.ascontiguousarray(faces, np.int32),
        normals=None if mesh.normals is None else mesh.normals[index],
        uv=None if mesh.uv is None else mesh.uv[index],
        colors=None if mesh.colors is None else mesh.colors[index],
    )


def merged_vertices(mesh: Mesh, tolerance: float = MERGE) -> NDArray[np.int64]:
    """(N,) the point that each vertex lies on: vertices nearer than `tolerance` of the diagonal share one.

    Points are numbered by position; nothing is moved.
    """
    points, inverse = np.unique(mesh.vertices, axis=0, return_inverse=True)
    finite = np.asarray(np.isfinite(points).all(axis=1))
    tree = KDTree(np.where(finite[:, None], points, 1e30))
    pairs = tree.query_pairs(tolerance * diagonal(mesh), output_type="ndarray")
    pairs = pairs[finite[pairs].all(axis=1)]
    if not len(pairs):
        return inverse.ravel().astype(np.int64)
    return _components(len(points), pairs)[inverse.ravel()]


def _components(count: int, pairs: NDArray) -> NDArray[np.int64]:
    """(count,) component of each node of a graph given by (E, 2) pairs."""
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def drop_small_components(mesh: Mesh, min_diagonal_m: float) -> tuple[Mesh, int]:
    """Without floating fragments: connected parts whose box has a smaller diagonal. Counts the parts dropped.

    Parts are connected through shared or coinciding vertices; the largest part always stays.
    """
    part, size = component_sizes(mesh)
    small = size < min(min_diagonal_m, float(size.max()))
    return drop_faces(mesh, small[part])[0], int(small.sum())


def component_sizes(mesh: Mesh) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(F,) connected part of each face and (C,) the box diagonal of each part."""
    _, point = np.unique(mesh.vertices, axis=0, return_inverse=True)
    corner = point.ravel()[mesh.faces]
    label = _components(int(point.max()) + 1, np.vstack([corner[:, :2], corner[:, 1:]]))
    _, part = np.unique(label[corner[:, 0]], return_inverse=True)
    count = int(part.max()) + 1
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    np.minimum.at(low, part, corners.min(1))
    np.maximum.at(high, part, corners.max(1))
    return part.astype(np.int64), np.linalg.norm(high - low, axis=1)


def rotated(mesh: Mesh, rotation: ArrayLike) -> Mesh:
    """Turned by a (3, 3) rotation."""
    R = np.asarray(rotation, np.float64)
    return replace(
        mesh,
        vertices=(mesh.vertices @ R.T).astype(np.float32),
        normals=None if mesh.normals is None else (mesh.normals @ R.T).astype(np.float32),
    )


def centred(mesh: Mesh, scale: float = 1.0) -> Mesh:
    """With its box centred at 0, then scaled."""
    low, high = bounds(mesh)
    return replace(mesh, vertices=((mesh.vertices - (low + high) / 2) * scale).astype(np.float32))


def geometric_hash(mesh: Mesh) -> str:
    """sha256 (hex) of the surface alone, to find duplicates under other ids.

    Independent of the order of faces and vertices, of winding, splits, flat and doubled faces, and, but for
    rounding to 1/10,000 of the diagonal, of place and size.
    """
    low, high = bounds(mesh)
    size = max(float(np.linalg.norm(high - low)), 1e-30)
    grid = np.rint((mesh.vertices[mesh.faces] - (low + high) / 2) / size * 1e4).astype(np.int64)
    key = (grid + (1 << 20)) @ np.array([1 << 42, 1 << 21, 1])
    triangles = np.unique(np.sort(key, axis=1), axis=0)
    triangles = triangles[(np.diff(triangles, axis=1) != 0).all(1)]
    return hashlib.sha256(triangles.astype("<i8").tobytes()).hexdigest()
