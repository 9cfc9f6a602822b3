"""`planes.write_planes_readably`, compiled: one visit a face, for the few faces of the many bodies of a glance."""

# ruff: noqa: ANN001, ANN202

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.jit import compiled


def write_planes(body: Any, primitive: NDArray, rows: NDArray, corner: NDArray, normal: NDArray) -> None:
    """Write corner and normal of the faces `primitive[rows]` of a body to `rows`."""
    mesh = body.mesh
    _write(mesh.vertices, mesh.faces, body.T_world_body, body.is_static, primitive, rows, corner, normal)


@compiled
def _write(vertices, faces, T, is_static, primitive, rows, corner, normal):
    corners = np.empty((3, 3))
    for row in rows:
        face = primitive[row]
        for point in range(3):
            vertex = faces[face, point]
            x, y, z = np.float64(vertices[vertex, 0]), np.float64(vertices[vertex, 1]), np.float64(vertices[vertex, 2])
            for axis in range(3):
                own = x if axis == 0 else y if axis == 1 else z
                moved = T[axis, 0] * x + T[axis, 1] * y + T[axis, 2] * z + T[axis, 3]
                corners[point, axis] = own if is_static else moved
        for axis in range(3):
            corner[row, axis] = corners[0, axis]
            j, k = (axis + 1) % 3, (axis + 2) % 3
            u, v = corners[1, j] - corners[0, j], corners[1, k] - corners[0, k]
            s, t = corners[2, j] - corners[0, j], corners[2, k] - corners[0, k]
            normal[row, axis] = u * t - v * s
