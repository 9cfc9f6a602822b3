"""The planes of faces that rays met, in float64."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.geometry import transform

F64 = NDArray[np.float64]
Int = NDArray[np.integer]


class Posed(Protocol):
    """A mesh in the world."""

    @property
    def mesh(self) -> Mesh:
        """Its mesh."""
        ...

    @property
    def T_world_body(self) -> F64:
        """(4, 4) float64 similarity, scale included."""
        ...

    @property
    def is_static(self) -> bool:
        """Whether mesh coordinates are world coordinates."""
        ...

    @property
    def instance(self) -> int:
        """What hits say of it."""
        ...


def hit_planes(bodies: Iterable[Posed], instance: NDArray[np.uint16], primitive: NDArray[np.int32]) -> tuple[F64, F64]:
    """First corners (R, 3) and normals (R, 3), not of unit length, of the faces that R rays met; NaN for the others."""
    corner, normal = np.full((2, len(instance), 3), np.nan)
    for body, rows in _by_body(bodies, instance):
        write_planes(body, primitive, rows, corner, normal)
    return corner, normal


def _by_body(bodies: Iterable[Posed], instance: NDArray[np.uint16]) -> Iterator[tuple[Posed, Int]]:
    """Each body that was met, and the rays that met it, ascending."""
    order = np.argsort(instance, kind="stable")
    ends = np.cumsum(np.bincount(instance, minlength=1))
    for body in bodies:
        if body.instance < len(ends) and (rows := order[ends[body.instance - 1] : ends[body.instance]]).size:
            yield body, rows


def write_planes_readably(body: Posed, primitive: NDArray[np.int32], rows: Int, corner: F64, normal: F64) -> None:
    """Write corner and normal of the faces `primitive[rows]` of a body to `rows`."""
    faces = body.mesh.faces[primitive[rows]]
    a, b, c = (body.mesh.vertices[index].astype(np.float64) for index in faces.T)
    if not body.is_static:
        a, b, c = (transform(body.T_world_body, x) for x in (a, b, c))
    u, v = b - a, c - a
    corner[rows] = a
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        normal[rows, i] = u[:, j] * v[:, k] - u[:, k] * v[:, j]


try:
    from scenegen.tracing.compiled_planes import write_planes
except ImportError:  # no Numba
    write_planes = write_planes_readably
