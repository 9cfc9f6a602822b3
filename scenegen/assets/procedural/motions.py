"""Moves, copies and pictures of finished parts, and the outlines they are made from."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.shape_base import Array

Vec = ArrayLike


def moved(mesh: Mesh, at: Vec) -> Mesh:
    """The mesh shifted by `at` (3,) metres."""
    return shapes.move(mesh, *np.asarray(at, np.float64))


def lying(mesh: Mesh, axis: int) -> Mesh:
    """A mesh made about z laid along coordinate axis 0, 1 or 2 (cyclic turn of the axes)."""
    order = {0: [2, 0, 1, 3], 1: [1, 2, 0, 3], 2: [0, 1, 2, 3]}[axis]
    return shapes.place(mesh, np.eye(4)[order])


def tilted(mesh: Mesh, axis: int, angle_rad: float, about: Vec = (0, 0, 0)) -> Mesh:
    """The mesh turned about the coordinate axis through `about`."""
    centre = np.asarray(about, np.float64)
    return moved(shapes.turn(moved(mesh, -centre), axis, angle_rad), centre)


def scaled(mesh: Mesh, factors: Vec) -> Mesh:
    """The mesh stretched about the origin by three factors (or one); negative ones mirror."""
    return shapes.place(mesh, np.diag([*np.broadcast_to(np.asarray(factors, np.float64), (3,)), 1.0]))


def both(mesh: Mesh) -> list[Mesh]:
    """The mesh and its mirror image across the plane x = 0."""
    return [mesh, scaled(mesh, (-1, 1, 1))]


def in_four(mesh: Mesh) -> list[Mesh]:
    """The mesh and its mirror images across the planes x = 0 and y = 0: a part of one corner in all."""
    return [m for half in both(mesh) for m in (half, scaled(half, (1, -1, 1)))]


def around(mesh: Mesh, count: int, start_rad: float = 0.0) -> list[Mesh]:
    """`count` copies turned evenly about the z axis."""
    return [shapes.turn(mesh, 2, start_rad + a) for a in 2 * np.pi * np.arange(count) / count]


def cut_corners(points: Array) -> Array:
    """A path with every inner corner replaced by two points (Chaikin), ends kept."""
    a, b = points[:-1], points[1:]
    inner = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], 1).reshape(-1, points.shape[1])
    return np.concatenate([points[:1], inner[1:-1], points[-1:]])


def signed_power(x: Array, power: float) -> Array:
    """|x|^power with the sign of x."""
    return np.sign(x) * np.abs(x) ** power


def oval(count: int, square: float = 1.0) -> Array:
    """(count, 2) unit superellipse; `square` 1 is a circle, towards 0 a square."""
    t = 2 * np.pi * (np.arange(count) + 0.5) / count
    return np.stack([signed_power(np.cos(t), square), signed_power(np.sin(t), square)], -1)


def pictured(mesh: Mesh) -> Mesh:
    """The mesh with one picture over its front (x, z)."""
    return shapes.fit_uv(mesh, 0, 2)


def with_uv(mesh: Mesh, uv: Array) -> Mesh:
    """The mesh with other texture coordinates (N, 2)."""
    return replace(mesh, uv=uv.astype(np.float32))


def with_vertices(mesh: Mesh, vertices: Array) -> Mesh:
    """The mesh with its vertices elsewhere (N, 3), metres."""
    return replace(mesh, vertices=vertices.astype(np.float32))


def clipped_below(mesh: Mesh, z: float) -> Mesh:
    """The mesh with what lies below z pressed level: slanted feet stand flat."""
    vertices = mesh.vertices.copy()
    vertices[:, 2] = np.maximum(vertices[:, 2], np.float32(z))
    return replace(mesh, vertices=vertices)


def sheared_y(mesh: Mesh, slope: float) -> Mesh:
    """The mesh leaning backwards: y grows by `slope` times z."""
    T = np.eye(4)
    T[1, 2] = slope
    return shapes.place(mesh, T)


def flat_picture(mesh: Mesh) -> Mesh:
    """The mesh with one picture over its upper side (x, y)."""
    return shapes.fit_uv(mesh, 0, 1)


def scattered(mesh: Mesh, offsets: Vec) -> Mesh:
    """Copies of a mesh at many places (K, 3), as one mesh: much faster than K parts."""
    at = np.asarray(offsets, np.float32).reshape(-1, 3)
    k, n = len(at), len(mesh.vertices)
    faces = mesh.faces[None] + (n * np.arange(k, dtype=np.int32))[:, None, None]
    return Mesh(
        vertices=(mesh.vertices[None] + at[:, None]).reshape(-1, 3),
        faces=faces.reshape(-1, 3),
        face_material=np.tile(mesh.face_material, k),
        materials=mesh.materials,
        normals=None if mesh.normals is None else np.tile(mesh.normals, (k, 1)),
        uv=None if mesh.uv is None else np.tile(mesh.uv, (k, 1)),
    )


def turned_z(mesh: Mesh, angle_rad: float) -> Mesh:
    """The mesh turned about the z axis."""
    return shapes.turn(mesh, 2, angle_rad)


def flipped(mesh: Mesh) -> Mesh:
    """The mesh turned inside out."""
    normals = None if mesh.normals is None else -mesh.normals
    return replace(mesh, faces=np.ascontiguousarray(mesh.faces[:, ::-1]), normals=normals)
