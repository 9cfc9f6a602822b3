"""Rays against instanced meshes, by Embree: one BVH per mesh, built once and kept.

A placed object is an instance: the rays that meet its bounds (`sieve`) are taken into object space
by the inverse transform. Directions are not normalised, so the ray parameter t is shared and the
nearest hit over all bodies wins. Pixels, shadows and tracks go through the same functions, so a
pixel and its label can never disagree.

embreex 4.4 traps handled here: float32 input only, `OCCLUDED` answers 0 for a hit and
overwrites the distances, tnear is 0, non-finite rays may never return.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.geometry import inverse, transform
from scenegen.tracing.sieve import Boxes, boxes_of, sieve_of

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
SPHERE_SLACK = 1.0 + 1e-4


class Bvh:
    """Embree's acceleration structure of one mesh, with its bounding box and sphere in mesh coordinates."""

    def __init__(self, mesh: Mesh) -> None:
        self._vertices = np.ascontiguousarray(mesh.vertices, np.float32)
        self._faces = np.ascontiguousarray(mesh.faces, np.int32)
        self._scene = EmbreeScene()
        self._mesh = TriangleMesh(self._scene, self._vertices, self._faces)
        self.low: F64 = self._vertices.min(0).astype(np.float64)
        self.high: F64 = self._vertices.max(0).astype(np.float64)
        self.center: F64 = (self.low + self.high) / 2
        self.radius = float(np.linalg.norm(self._vertices - self.center, axis=1).max()) * SPHERE_SLACK

    def nearest(self, origins: F32, directions: F32, t_far: F32 | None = None) -> dict[str, NDArray]:
        """First hits at t <= `t_far` (R,), or at any t: arrays u, v, tfar, primID (-1: none) of (R,) each."""
        o, d = _checked(origins, directions)
        far = np.full(len(d), np.inf, np.float32) if t_far is None else t_far.copy()
        return self._scene.run(o, d, dists=far, output=1)

    def blocked(self, origins: F32, directions: F32, t_far: float) -> NDArray[np.bool_]:
        """(R,) whether anything lies at 0 < t < t_far along each ray."""
        o, d = _checked(origins, directions)
        return self._scene.run(o, d, dists=np.full(len(d), t_far, np.float32), query="OCCLUDED") == 0


def _checked(origins: F32, directions: F32) -> tuple[F32, F32]:
    """Float32 (R, 3) pairs, the directions contiguous; asserts what Embree does not check itself."""
    d, o = np.ascontiguousarray(directions, np.float32), np.asarray(origins, np.float32)
    assert d.shape == (len(d), 3), d.shape
    # NaN and infinity survive a sum: no mask of the whole array is needed
    assert math.isfinite(np.add.reduce(d, axis=None) + np.add.reduce(o, axis=None)), "rays must be finite"
    if o.shape != d.shape:
        # embreex goes by the strides: an eye shared by all rays is not copied
        o = np.broadcast_to(o, d.shape)
    return o, d


@dataclass(frozen=True, eq=False)
class Body:
    """One mesh in the world: the room, or a placed object."""

    mesh: Mesh
    bvh: Bvh
    T_world_body: F64
    """(4, 4) float64 similarity, scale included."""
    instance: int
    """1 the room, 2.. the objects."""

    @cached_property
    def is_static(self) -> bool:
        """Whether mesh coordinates are world coordinates."""
        return bool(np.array_equal(self.T_world_body, np.eye(4)))

    @cached_property
    def sphere(self) -> tuple[F64, float]:
        """Bounding sphere in the world: centre (3,) and radius, metres."""
        scale = np.linalg.norm(self.T_world_body[:3, :3], axis=0).max()
        return transform(self.T_world_body, self.bvh.center), self.bvh.radius * float(scale)

    @cached_property
    def _into(self) -> tuple[F32, F32]:
        """World to mesh coordinates of a row vector p: (p - shift) @ matrix."""
        matrix = inverse(self.T_world_body)[:3, :3].T
        return np.asarray(self.T_world_body[:3, 3], np.float32), np.ascontiguousarray(matrix, np.float32)

    def own_rays(self, origins: F32, directions: F32) -> tuple[F32, F32]:
        """Rays in mesh coordinates, with the same ray parameter."""
        if self.is_static:
            return origins, directions
        shift, matrix = self._into
        # the offset goes before the rotation, in float32 near the body, to keep the digits that matter
        local: F32 = np.subtract(origins, shift, dtype=np.float32)
        return local @ matrix, directions @ matrix


@dataclass(frozen=True)
class Scene:
    """Bodies that rays can meet. The first one is the room and is met by every ray."""

    bodies: tuple[Body, ...]

    @cached_property
    def boxes(self) -> Boxes:
        """The boxes of all bodies but the room."""
        placed = self.bodies[1:]
        return boxes_of([b.bvh.low for b in placed], [b.bvh.high for b in placed], [b.T_world_body for b in placed])

    def body(self, instance: int) -> Body:
        """The body with this instance number."""
        return next(b for b in self.bodies if b.instance == instance)


@dataclass(frozen=True)
class Hits:
    """First hits of R rays."""

    instance: NDArray[np.uint16]
    """(R,) 0 nothing, 1 the room, 2.. the objects."""
    primitive: NDArray[np.int32]
    """(R,) face of the body's mesh, -1 where nothing was hit."""
    u: F32
    """(R,) barycentric weight of the face's second vertex."""
    v: F32
    """(R,) barycentric weight of the face's third vertex."""
    t: F32
    """(R,) ray parameter; z-depth for rays of `view_rays`; infinite where nothing was hit."""

    def __len__(self) -> int:
        return len(self.t)

    def take(self, index: NDArray) -> "Hits":
        """The hits of some rays."""
        return Hits(self.instance[index], self.primitive[index], self.u[index], self.v[index], self.t[index])


def nearest(scene: Scene, origins: F64 | F32, directions: F64 | F32) -> Hits:
    """First hit of each ray over all bodies.

    Args:
        scene: the bodies.
        origins: (R, 3) or (1, 3) world metres.
        directions: (R, 3) world, any length: t counts in units of it.

    """
    o, d = np.asarray(origins, np.float32), np.asarray(directions, np.float32)
    room, *placed = scene.bodies
    if not placed:
        return _hits(room, room.bvh.nearest(*room.own_rays(o, d)))
    # the few rays that meet an object first: they need not look for a wall behind it
    on_object = _nothing(len(d))
    for body, index in zip(placed, sieve_of(o, d).passing(scene.boxes), strict=True):
        if len(index):
            _merge(on_object, body, index, body.own_rays(*_chosen(o, d, index)))
    hits = _hits(room, room.bvh.nearest(*room.own_rays(o, d), on_object.t))
    rows = np.flatnonzero((hits.primitive < 0) & (on_object.instance > 0))
    for name in ("instance", "primitive", "u", "v"):
        getattr(hits, name)[rows] = getattr(on_object, name)[rows]
    return hits


def blocked(scene: Scene, origins: F64 | F32, directions: F64 | F32, t_far: float = 1.0) -> NDArray[np.bool_]:
    """(R,) whether anything lies at 0 < t < t_far along each ray; arguments as for `nearest`."""
    o, d = np.asarray(origins, np.float32), np.asarray(directions, np.float32)
    room, *placed = scene.bodies
    out = room.bvh.blocked(*room.own_rays(o, d), t_far)
    for body, rays in zip(placed, sieve_of(o, d).passing(scene.boxes), strict=True):
        index = rays[~out[rays]]
        if len(index):
            out[index] = body.bvh.blocked(*body.own_rays(*_chosen(o, d, index)), t_far)
    return out


def _hits(body: Body, found: dict[str, NDArray]) -> Hits:
    """The hits of one body."""
    instance = (found["primID"] >= 0) * np.uint16(body.instance)
    return Hits(instance, found["primID"], found["u"], found["v"], found["tfar"])


def _nothing(count: int) -> Hits:
    """No hits."""
    u, v = np.zeros((2, count), np.float32)
    primitive, t = np.full(count, -1, np.int32), np.full(count, np.inf, np.float32)
    return Hits(np.zeros(count, np.uint16), primitive, u, v, t)


def _merge(hits: Hits, body: Body, index: NDArray[np.intp], rays: tuple[F32, F32]) -> None:
    """Write a body's hits over `hits` where they are nearer; `rays`, in mesh coordinates, are those at `index`."""
    before = hits.t[index]
    found = body.bvh.nearest(*rays, before)
    closer = np.flatnonzero((found["primID"] >= 0) & (found["tfar"] < before))
    rows = index[closer]
    hits.instance[rows] = body.instance
    hits.primitive[rows] = found["primID"][closer]
    hits.u[rows], hits.v[rows], hits.t[rows] = found["u"][closer], found["v"][closer], found["tfar"][closer]


def _chosen(origins: F32, directions: F32, index: NDArray[np.intp]) -> tuple[F32, F32]:
    """Some of the rays; a single shared origin stays shared."""
    return origins if len(origins) == 1 else np.take(origins, index, axis=0), np.take(directions, index, axis=0)


@dataclass(frozen=True)
class Surface:
    """Where rays met a surface, exactly: float64 from the vertices of the primitive."""

    points: F64
    """(R, 3) world metres; NaN where nothing was hit."""
    normals: F64
    """(R, 3) unit geometric normals, right-handed winding, not turned to the ray; NaN likewise."""
    t: F64
    """(R,) ray parameter of the primitive's plane; NaN likewise."""


def surface(scene: Scene, hits: Hits, origins: F64, directions: F64) -> Surface:
    """Intersect each ray with the plane of the primitive it hit, in float64.

    So the point lies on its pixel's ray to double precision, and on the mesh. Where the plane is
    seen so edge-on that this would move the hit by more than 1e-3 of its distance, Embree's own
    parameter is kept.
    """
    o, d = np.broadcast_to(np.asarray(origins, np.float64), np.shape(directions)), np.asarray(directions, np.float64)
    corner, normal = np.full((2, len(d), 3), np.nan)
    for body in scene.bodies:
        rows = np.flatnonzero(hits.instance == body.instance)
        if len(rows):
            corner[rows], normal[rows] = planes(body, hits.primitive[rows])
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.einsum("ij,ij->i", normal, corner - o) / np.einsum("ij,ij->i", normal, d)
        normal /= np.sqrt(np.einsum("ij,ij->i", normal, normal))[:, None]
        coarse = np.where(hits.instance > 0, hits.t, np.nan).astype(np.float64)
        t = np.where(np.abs(t - coarse) <= 1e-3 * coarse, t, coarse)
    return Surface(o + d * t[:, None], normal, t)


def planes(body: Body, primitive: NDArray[np.int32]) -> tuple[F64, F64]:
    """First corners (M, 3) and normals (M, 3), not of unit length, of some faces in the world; float64."""
    a, b, c = (body.mesh.vertices[index].astype(np.float64) for index in body.mesh.faces[primitive].T)
    if not body.is_static:
        a, b, c = (transform(body.T_world_body, x) for x in (a, b, c))
    u, v = b - a, c - a
    normal = np.empty_like(u)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        normal[:, i] = u[:, j] * v[:, k] - u[:, k] * v[:, j]
    return a, normal
