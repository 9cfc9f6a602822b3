"""What every shape maker ends with: arrays to a `Mesh` of one material, and moves of finished pieces."""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets.mesh import Material, Mesh, face_vectors
from scenegen.geometry import cross, lengths, normalize

Array = NDArray[np.float64]


def piece(vertices: ArrayLike, faces: ArrayLike, normals: ArrayLike, uv: ArrayLike, material: Material) -> Mesh:
    """One-material mesh of (N, 3) metres, (F, 3) indices, (N, 3) normals and (N, 2) texture coordinates."""
    f = np.asarray(faces, np.int32).reshape(-1, 3)
    return Mesh(
        vertices=np.asarray(vertices, np.float32).reshape(-1, 3),
        faces=f,
        face_material=np.zeros(len(f), np.int32),
        materials=(material,),
        normals=np.asarray(normals, np.float32).reshape(-1, 3),
        uv=np.asarray(uv, np.float32).reshape(-1, 2),
    )


@cache
def grid_faces(rows: int, cols: int) -> NDArray[np.int64]:
    """(2 (rows-1) (cols-1), 3) triangles of a row-major grid; outward where column x row is outward. Not writeable."""
    r, c = np.mgrid[0 : rows - 1, 0 : cols - 1]
    a = (r * cols + c).ravel()
    b, d, e = a + 1, a + cols, a + cols + 1
    faces = np.concatenate([np.stack([a, b, e], -1), np.stack([a, e, d], -1)]).astype(np.int64)
    faces.flags.writeable = False
    return faces


def drop_slivers(mesh: Mesh, area_m2: float = 1e-12) -> Mesh:
    """The mesh without triangles of no area (poles of revolution, zero-width strips)."""
    v = mesh.vertices.astype(np.float64)[mesh.faces]
    keep = lengths(cross(v[:, 1] - v[:, 0], v[:, 2] - v[:, 0])) > 2 * area_m2
    return replace(mesh, faces=mesh.faces[keep], face_material=mesh.face_material[keep])


def place(mesh: Mesh, T: ArrayLike) -> Mesh:
    """The mesh moved by a (4, 4) affine transform; normals by the inverse transpose, winding kept outward."""
    T = np.asarray(T, np.float64)
    linear = T[:3, :3]
    vertices = (mesh.vertices @ linear.T + T[:3, 3]).astype(np.float32)
    mirrored = cross(linear[0], linear[1]) @ linear[2] < 0
    normals = None
    if mesh.normals is not None:
        normals = normalize(mesh.normals @ np.linalg.inv(linear)).astype(np.float32)
    faces = np.ascontiguousarray(mesh.faces[:, ::-1]) if mirrored else mesh.faces
    return replace(mesh, vertices=vertices, faces=faces, normals=normals)


def move(mesh: Mesh, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
    """The mesh shifted by metres."""
    return replace(mesh, vertices=(mesh.vertices + np.array([x, y, z])).astype(np.float32))


def turn(mesh: Mesh, axis: int, angle_rad: float) -> Mesh:
    """The mesh rotated about coordinate axis 0, 1 or 2 through the origin."""
    T = np.eye(4)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    T[i, i], T[i, j], T[j, i], T[j, j] = cos, -sin, sin, cos
    return place(mesh, T)


def labelled(mesh: Mesh, label: int) -> Mesh:
    """The mesh with all its faces under one label."""
    return replace(mesh, face_label=np.full(len(mesh.faces), label, np.int32))


def shift_uv(mesh: Mesh, du: float, dv: float) -> Mesh:
    """The mesh with its texture slid, so that equal pieces do not show equal patches of it."""
    return mesh if mesh.uv is None else replace(mesh, uv=(mesh.uv + np.array([du, dv])).astype(np.float32))


def fit_uv(mesh: Mesh, axis_u: int = 0, axis_v: int = 2, *, mirrored: bool = False) -> Mesh:
    """The mesh with texture coordinates that span [0, 1] over its box: one picture on one piece.

    Also what a label or a screen needs; `axis_u` and `axis_v` are the coordinates that carry u and v.
    `mirrored` turns u round, for a picture that is seen with `axis_u` running to the left.
    """
    p = mesh.vertices[:, [axis_u, axis_v]].astype(np.float64)
    low, high = p.min(0), p.max(0)
    uv = (p - low) / np.maximum(high - low, 1e-9)
    return replace(mesh, uv=(uv * [-1, 1] + [1, 0] if mirrored else uv).astype(np.float32))


def smoothed(mesh: Mesh) -> Mesh:
    """The mesh with normals averaged over the faces that meet at a position: for shapes that were bent."""
    weighted = np.repeat(face_vectors(mesh), 3, axis=0)
    _, where = np.unique(np.round(mesh.vertices, 5), axis=0, return_inverse=True)
    corner = where.ravel()[mesh.faces.ravel()]
    total = np.stack([np.bincount(corner, weighted[:, k], where.max() + 1) for k in range(3)], axis=-1)
    return replace(mesh, normals=normalize(total[where.ravel()]).astype(np.float32))
