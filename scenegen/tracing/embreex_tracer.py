"""Embree as embreex hands it on, ray by ray, and instances by hand: the readable twin, which needs nothing compiled.

The rays that meet a body's bounds (`bundle_of`) are taken into its own coordinates by the inverse transform, and the
nearest hit over all bodies wins.

embreex 4.4 traps handled here: float32 input only, `OCCLUDED` answers 0 for a hit and overwrites the distances, tnear
is 0, non-finite rays may never return, a scene has a device of its own unless it is given one, and some thousand
devices end the process.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore import EmbreeDevice
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from scenegen.geometry import View, inverse
from scenegen.rays import pixel_rays
from scenegen.tracing.culling import Boxes, boxes_of, bundle_of
from scenegen.tracing.tracer import F32, F64, Hits, PlacedMesh


@cache
def _device() -> EmbreeDevice:
    """The device of this process."""
    return EmbreeDevice()


class EmbreexMesh:
    """A mesh in a scene of its own."""

    def __init__(self, vertices: F32, faces: NDArray[np.int32]) -> None:
        self._vertices, self._faces = vertices, faces
        self._scene = EmbreeScene(_device())
        self._mesh = TriangleMesh(self._scene, self._vertices, self._faces)
        self.low: F64 = vertices.min(0).astype(np.float64)
        self.high: F64 = vertices.max(0).astype(np.float64)

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
class _Body:
    """A mesh and its place."""

    mesh: EmbreexMesh
    T_world_mesh: F64
    instance: int

    @cached_property
    def _is_static(self) -> bool:
        """Whether mesh coordinates are world coordinates."""
        return bool(np.array_equal(self.T_world_mesh, np.eye(4)))

    @cached_property
    def _into(self) -> tuple[F32, F32]:
        """World to mesh coordinates of a row vector p: (p - shift) @ matrix."""
        matrix = inverse(self.T_world_mesh)[:3, :3].T
        return np.asarray(self.T_world_mesh[:3, 3], np.float32), np.ascontiguousarray(matrix, np.float32)

    def own_rays(self, origins: F32, directions: F32) -> tuple[F32, F32]:
        """Rays in mesh coordinates, with the same ray parameter."""
        if self._is_static:
            return origins, directions
        shift, matrix = self._into
        # the offset goes before the rotation, in float32 near the body, to keep the digits that matter
        local: F32 = np.subtract(origins, shift, dtype=np.float32)
        return local @ matrix, directions @ matrix


@dataclass(frozen=True, eq=False)
class EmbreexWorld:
    """Bodies, each asked in turn."""

    room: _Body
    placed: tuple[_Body, ...]

    @cached_property
    def _boxes(self) -> Boxes:
        """The boxes of all bodies but the first."""
        meshes = [body.mesh for body in self.placed]
        return boxes_of([m.low for m in meshes], [m.high for m in meshes], [b.T_world_mesh for b in self.placed])

    def pixels(self, view: View) -> Hits:
        """First hits of all pixel centres."""
        return self.nearest(view.position.astype(np.float32)[None], pixel_rays(view))

    def nearest(self, origins: F32, directions: F32, in_order: bool = False) -> Hits:
        """First hits; embreex is asked ray by ray, whatever their order."""
        o, d, room = origins, directions, self.room
        if not self.placed:
            return _hits(room, room.mesh.nearest(*room.own_rays(o, d)))
        # the few rays that meet an object first: they need not look for a wall behind it
        on_object = _nothing(len(d))
        for body, index in zip(self.placed, bundle_of(o, d).passing(self._boxes), strict=True):
            if len(index):
                _merge(on_object, body, index, body.own_rays(*_chosen(o, d, index)))
        hits = _hits(room, room.mesh.nearest(*room.own_rays(o, d), on_object.t))
        rows = np.flatnonzero((hits.primitive < 0) & (on_object.instance > 0))
        for name in ("instance", "primitive", "u", "v"):
            getattr(hits, name)[rows] = getattr(on_object, name)[rows]
        return hits

    def blocked(self, origins: F32, directions: F32, t_far: float) -> NDArray[np.bool_]:
        """Whether anything is in the way."""
        o, d = origins, directions
        out = self.room.mesh.blocked(*self.room.own_rays(o, d), t_far)
        for body, rays in zip(self.placed, bundle_of(o, d).passing(self._boxes), strict=True):
            index = rays[~out[rays]]
            if len(index):
                out[index] = body.mesh.blocked(*body.own_rays(*_chosen(o, d, index)), t_far)
        return out


class EmbreexTracer:
    """Implements `Tracer`."""

    name = "embreex"
    is_compiled = False

    def mesh(self, vertices: F32, faces: NDArray[np.int32]) -> EmbreexMesh:
        """A mesh, handed over."""
        return EmbreexMesh(vertices, faces)

    def world(self, bodies: Sequence[PlacedMesh]) -> EmbreexWorld:
        """The bodies, the first apart."""
        room, *placed = (_Body(body.mesh, body.T_world_mesh, body.instance) for body in bodies)
        return EmbreexWorld(room, tuple(placed))


def open_tracer() -> EmbreexTracer:
    """The tracer."""
    return EmbreexTracer()


def _hits(body: _Body, found: dict[str, NDArray]) -> Hits:
    """The hits of one body."""
    instance = (found["primID"] >= 0) * np.uint16(body.instance)
    return Hits(instance, found["primID"], found["u"], found["v"], found["tfar"])


def _nothing(count: int) -> Hits:
    """No hits."""
    u, v = np.zeros((2, count), np.float32)
    primitive, t = np.full(count, -1, np.int32), np.full(count, np.inf, np.float32)
    return Hits(np.zeros(count, np.uint16), primitive, u, v, t)


def _merge(hits: Hits, body: _Body, index: NDArray[np.intp], rays: tuple[F32, F32]) -> None:
    """Write a body's hits over `hits` where they are nearer; `rays`, in mesh coordinates, are those at `index`."""
    before = hits.t[index]
    found = body.mesh.nearest(*rays, before)
    closer = np.flatnonzero((found["primID"] >= 0) & (found["tfar"] < before))
    rows = index[closer]
    hits.instance[rows] = body.instance
    hits.primitive[rows] = found["primID"][closer]
    hits.u[rows], hits.v[rows], hits.t[rows] = found["u"][closer], found["v"][closer], found["tfar"][closer]


def _chosen(origins: F32, directions: F32, index: NDArray[np.intp]) -> tuple[F32, F32]:
    """Some of the rays; a single shared origin stays shared."""
    return origins if len(origins) == 1 else np.take(origins, index, axis=0), np.take(directions, index, axis=0)
