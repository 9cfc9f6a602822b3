"""The planes of faces, compiled: `planes.write_planes_readably`, and which rays met which body."""

# ruff: noqa: ANN001, ANN201, ANN202

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.jit import compiled, inlined


def write_planes(body: Any, primitive: NDArray, rows: NDArray, corner: NDArray, normal: NDArray) -> None:
    """Write corner and normal of the faces `primitive[rows]` of a body to `rows`."""
    mesh = body.mesh
    write_world_planes(mesh.vertices, mesh.faces, body.T_world_body, body.is_static, primitive, rows, corner, normal)


@compiled
def write_world_planes(vertices, faces, T, is_static, primitive, rows, corner, normal):
    """First corner and normal, not of unit length, of faces in the world: (R, 3) float64 each."""
    for each in rows:
        row = np.uintp(each)
        face = np.uintp(primitive[row])
        ax, ay, az = _corner(vertices, T, is_static, np.uintp(faces[face, 0]))
        bx, by, bz = _corner(vertices, T, is_static, np.uintp(faces[face, 1]))
        cx, cy, cz = _corner(vertices, T, is_static, np.uintp(faces[face, 2]))
        ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
        corner[row, 0], corner[row, 1], corner[row, 2] = ax, ay, az
        normal[row, 0], normal[row, 1], normal[row, 2] = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


@inlined
def _corner(vertices, T, is_static, vertex):
    """A vertex in the world."""
    x, y, z = np.float64(vertices[vertex, 0]), np.float64(vertices[vertex, 1]), np.float64(vertices[vertex, 2])
    if is_static:
        return x, y, z
    return (
        T[0, 0] * x + T[0, 1] * y + T[0, 2] * z + T[0, 3],
        T[1, 0] * x + T[1, 1] * y + T[1, 2] * z + T[1, 3],
        T[2, 0] * x + T[2, 1] * y + T[2, 2] * z + T[2, 3],
    )


@compiled
def group_by_instance(instance, count):
    """Rays in the order of what they met: (R,) int32, and where each instance 0..count begins, (count + 2,)."""
    starts = np.zeros(count + 2, np.int64)
    for each in instance:
        starts[each + 1] += 1
    for number in range(count + 1):
        starts[number + 1] += starts[number]
    order, place = np.empty(len(instance), np.int32), starts[:-1].copy()
    for ray in range(len(instance)):
        order[place[instance[ray]]] = ray
        place[instance[ray]] += 1
    return order, starts
