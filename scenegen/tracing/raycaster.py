"""Meshes in the world and the rays that meet them: one acceleration structure per mesh, built once and kept.

A placed object is an instance. Directions are not normalised, so the ray parameter t is shared and the nearest hit
over all bodies wins. Pixels, shadows and tracks go through the same tracer (`scenegen.tracing.tracer`), so a pixel and
its label can never disagree.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.geometry import View, transform
from scenegen.tracing.planes import hit_planes
from scenegen.tracing.tracer import F32, F64, Hits, PlacedMesh, Tracer, World, tracer

SPHERE_SLACK = 1.0 + 1e-4
MOST_SHIFT = 1e-3
"""Share of its distance by which the plane of a face may move a hit."""


class Bvh:
    """The acceleration structure of one mesh, with its bounding box and sphere in mesh coordinates."""

    def __init__(self, mesh: Mesh, by: Tracer | None = None) -> None:
        vertices = np.ascontiguousarray(mesh.vertices, np.float32)
        self.tracer = by or tracer()
        self.mesh: Any = self.tracer.mesh(vertices, np.ascontiguousarray(mesh.faces, np.int32))
        self.low: F64 = vertices.min(0).astype(np.float64)
        self.high: F64 = vertices.max(0).astype(np.float64)
        self.center: F64 = (self.low + self.high) / 2
        self.radius = float(np.linalg.norm(vertices - self.center, axis=1).max()) * SPHERE_SLACK

    @cached_property
    def _alone(self) -> World:
        """The mesh where it was modelled."""
        return self.tracer.world([PlacedMesh(self.mesh, np.eye(4), 1)])

    def nearest(self, origins: F32, directions: F32) -> Hits:
        """First hits of rays in mesh coordinates, origins (R, 3) or (1, 3); instance is 1 where something was hit."""
        return self._alone.nearest(*_checked(origins, directions))

    def blocked(self, origins: F32, directions: F32, t_far: float) -> NDArray[np.bool_]:
        """(R,) whether anything lies at 0 < t < t_far along each ray."""
        return self._alone.blocked(*_checked(origins, directions), t_far)


def _checked(origins: F32 | F64, directions: F32 | F64) -> tuple[F32, F32]:
    """Origins (1, 3) or (R, 3), also given as (3,), and directions (R, 3), contiguous float32.

    Asserts what no tracer checks itself.
    """
    d = np.ascontiguousarray(directions, np.float32)
    o = np.ascontiguousarray(origins, np.float32).reshape(-1, 3)
    assert d.shape == (len(d), 3), d.shape
    assert o.shape in ((1, 3), d.shape), o.shape
    # NaN and infinity survive a sum: no mask of the whole array is needed
    assert math.isfinite(np.add.reduce(d, axis=None) + np.add.reduce(o, axis=None)), "rays must be finite"
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

    @property
    def is_static(self) -> bool:
        """Whether mesh coordinates are world coordinates."""
        return self._is_static

    @cached_property
    def _is_static(self) -> bool:
        return bool(np.array_equal(self.T_world_body, np.eye(4)))

    @cached_property
    def scale(self) -> float:
        """World metres per unit of the mesh."""
        return float(np.linalg.norm(self.T_world_body[:3, 0]))

    @cached_property
    def rotation(self) -> F32:
        """(3, 3) directions of the mesh in the world."""
        return np.ascontiguousarray(self.T_world_body[:3, :3] / self.scale, np.float32)

    @cached_property
    def sphere(self) -> tuple[F64, float]:
        """Bounding sphere in the world: centre (3,) and radius, metres."""
        scale = np.linalg.norm(self.T_world_body[:3, :3], axis=0).max()
        return transform(self.T_world_body, self.bvh.center), self.bvh.radius * float(scale)

    @property
    def placed(self) -> PlacedMesh:
        """What a tracer knows of it."""
        return PlacedMesh(self.bvh.mesh, self.T_world_body, self.instance)


@dataclass(frozen=True)
class Scene:
    """Bodies that rays can meet, all by one tracer. The first one is the room and is met by every ray."""

    bodies: tuple[Body, ...]

    @cached_property
    def world(self) -> World:
        """The bodies, for the tracer of the first."""
        return self.bodies[0].bvh.tracer.world([body.placed for body in self.bodies])

    def body(self, instance: int) -> Body:
        """The body with this instance number."""
        return next(b for b in self.bodies if b.instance == instance)


def pixel_hits(scene: Scene, view: View) -> Hits:
    """First hits (H W,) of all pixel centres of a view, row by row; t is the z-depth."""
    return scene.world.pixels(view)


def nearest(scene: Scene, origins: F64 | F32, directions: F64 | F32, in_order: bool = False) -> Hits:
    """First hit of each ray over all bodies.

    Args:
        scene: the bodies.
        origins: (R, 3) or (1, 3) world metres.
        directions: (R, 3) world, any length: t counts in units of it.
        in_order: a hint that neighbouring rays run alike, which makes some tracers faster.

    """
    return scene.world.nearest(*_checked(origins, directions), in_order)


def blocked(scene: Scene, origins: F64 | F32, directions: F64 | F32, t_far: float = 1.0) -> NDArray[np.bool_]:
    """(R,) whether anything lies at 0 < t < t_far along each ray; arguments as for `nearest`."""
    return scene.world.blocked(*_checked(origins, directions), t_far)


@dataclass(frozen=True)
class ExactHits:
    """Where rays met a surface, exactly: float64 from the vertices of the primitive."""

    points: F64
    """(R, 3) world metres; NaN where nothing was hit."""
    normals: F64
    """(R, 3) unit geometric normals, right-handed winding, not turned to the ray; NaN likewise."""
    t: F64
    """(R,) ray parameter of the primitive's plane; NaN likewise."""


def surface(scene: Scene, hits: Hits, origins: F64, directions: F64) -> ExactHits:
    """Intersect each ray with the plane of the primitive it hit, in float64.

    So the point lies on its pixel's ray to double precision, and on the mesh. Where the plane is
    seen so edge-on that this would move the hit by more than MOST_SHIFT of its distance, Embree's own
    parameter is kept.
    """
    o, d = np.broadcast_to(np.asarray(origins, np.float64), np.shape(directions)), np.asarray(directions, np.float64)
    corner, normal = hit_planes(scene.bodies, hits.instance, hits.primitive)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.einsum("ij,ij->i", normal, corner - o) / np.einsum("ij,ij->i", normal, d)
        normal /= np.sqrt(np.einsum("ij,ij->i", normal, normal))[:, None]
        coarse = np.where(hits.instance > 0, hits.t, np.nan).astype(np.float64)
        t = np.where(np.abs(t - coarse) <= MOST_SHIFT * coarse, t, coarse)
    return ExactHits(o + d * t[:, None], normal, t)
