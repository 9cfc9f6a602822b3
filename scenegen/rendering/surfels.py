"""Hits to surface elements: where the rays met something, which way it faces, and what it is made of.

Arrays are planar, (3, N) float32, and filled block by block so that the temporaries stay in the
processor's second-level cache.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.rendering.surfaces import Glow, SurfaceTable
from scenegen.rendering.texels import decode_lanes, sample
from scenegen.tracing.raycaster import Body, Scene
from scenegen.tracing.tracer import Hits

F32 = NDArray[np.float32]
Int = NDArray[np.intp]
BLOCK = 16384
LEAST_COSINE = 0.05
"""Incidence beyond which footprints grow no more."""


@dataclass(frozen=True, eq=False)
class EyeRays:
    """Rays from one eye."""

    origin: F32
    """(1, 3) world metres."""
    directions: F32
    """(R, 3) world, not normalised."""
    spread: float | NDArray[np.float64]
    """Width of a ray's footprint, facing it, per unit of the ray parameter, of all rays or (R,): `rays.spreads`."""

    @cached_property
    def planar(self) -> F32:
        """(3, R) the directions once more, for look-ups."""
        return np.ascontiguousarray(self.directions.T)


@dataclass(frozen=True, eq=False)
class Surfels:
    """What N rays met, body after body: one surface element each."""

    ray: Int
    """(N,) which ray."""
    t: F32
    """(N,) ray parameter."""
    point: F32
    """(3, N) world metres."""
    side: F32
    """(3, N) unit face normals, turned towards the eye."""
    normal: F32
    """(3, N) unit shading normals, on the same side of the face."""
    albedo: F32
    """(3, N) linear reflectance."""
    emission: F32
    """(N,) share of light given off."""
    glow: F32 | None
    """(3, N) radiance given off besides; None where nothing does."""
    material: NDArray[np.uint8]
    """(N,) low bits of the material's index: tells neighbours apart."""


def gather_surfels(scene: Scene, tables: Mapping[Mesh, SurfaceTable], rays: EyeRays, hits: Hits) -> Surfels:
    """Look up the surface at every hit; rays without a hit are left out."""
    groups = [(body, np.flatnonzero(hits.instance == body.instance)) for body in scene.bodies]
    glows = any(tables[body.mesh].glow is not None for body, rows in groups if len(rows))
    out = _blank_surfels(np.concatenate([rows for _, rows in groups]), glows)
    start = 0
    for body, rows in groups:
        for part in blocks(len(rows)):
            _fill(out, slice(start + part.start, start + part.stop), body, tables[body.mesh], rays, hits)
        start += len(rows)
    return out


def blocks(count: int) -> Iterator[slice]:
    """Slices of at most BLOCK that cover range(count)."""
    return (slice(i, min(i + BLOCK, count)) for i in range(0, count, BLOCK))


def _blank_surfels(ray: Int, glows: bool) -> Surfels:
    """Room for the surface elements of these rays; dark where nothing is written."""
    n = len(ray)
    point, side, normal, albedo = np.empty((4, 3, n), np.float32)
    glow = np.zeros((3, n), np.float32) if glows else None
    t, emission, material = np.empty(n, np.float32), np.zeros(n, np.float32), np.empty(n, np.uint8)
    return Surfels(ray, t, point, side, normal, albedo, emission, glow, material)


def _fill(out: Surfels, at: slice, body: Body, table: SurfaceTable, rays: EyeRays, hits: Hits) -> None:
    """Write the surface elements `at` of `out`, all on one body."""
    index = out.ray[at]
    face = np.take(hits.primitive, index).astype(np.intp)
    weights = np.take(hits.u, index), np.take(hits.v, index)
    toward = np.take(rays.planar, index, axis=1)
    np.take(hits.t, index, out=out.t[at], mode="clip")
    np.multiply(toward, out.t[at], out=out.point[:, at])
    out.point[:, at] += rays.origin.T
    cosine = _fill_normals(out, at, body, table, toward, face, weights)
    _fill_material(out, at, table, face)
    spread = rays.spread if np.size(rays.spread) == 1 else np.take(rays.spread, index)
    footprint = np.square(out.t[at] * np.float32(spread / body.scale))
    footprint /= np.maximum(cosine, np.float32(LEAST_COSINE))
    _fill_colors(out, at, table, face, weights, footprint)


def _fill_normals(
    out: Surfels, at: slice, body: Body, table: SurfaceTable, toward: F32, face: Int, weights: tuple[F32, F32]
) -> F32:
    """Write face and shading normals; returns the cosine (N,) between the face and the ray."""
    rows = np.take(table.normals, face, axis=0)
    side, normal = _turned(body, np.ascontiguousarray(rows[:, :3].T)), out.normal[:, at]
    cosine = -dot(side, toward)
    sign = np.copysign(np.float32(1), cosine)
    np.multiply(side, sign, out=out.side[:, at])
    if table.is_smooth:
        smooth = _turned(body, _interpolate(rows[:, 3:], *weights))
        np.multiply(smooth, sign / np.sqrt(dot(smooth, smooth)), out=normal)
    else:
        normal[:] = out.side[:, at]
    np.abs(cosine, out=cosine)
    cosine /= np.sqrt(dot(toward, toward))
    return cosine


def _turned(body: Body, normals: F32) -> F32:
    """(3, N) unit vectors of a body's mesh, in the world."""
    if body.is_static:
        return normals
    return body.rotation @ normals


def _interpolate(rows: F32, u: F32, v: F32) -> F32:
    """(k, N) values a + u b + v c of rows (N, 3 k)."""
    k = rows.shape[1] // 3
    out = np.empty((k, len(rows)), np.float32)
    # column by column: NumPy would walk a transposed table along its short axis
    for i in range(k):
        np.multiply(rows[:, k + i], u, out=out[i])
        out[i] += rows[:, 2 * k + i] * v
        out[i] += rows[:, i]
    return out


def dot(a: F32, b: F32) -> F32:
    """(N,) products of the columns of two (3, N)."""
    return np.einsum("ij,ij->j", a, b)


def _fill_material(out: Surfels, at: slice, table: SurfaceTable, face: Int) -> None:
    """Write material and emission."""
    if table.is_plain:
        out.material[at] = 0
        return
    material = np.take(table.material, face)
    out.material[at] = material & 0xFF
    if table.emission is not None:
        out.emission[at] = np.take(table.emission, material)


def _fill_colors(
    out: Surfels, at: slice, table: SurfaceTable, face: Int, weights: tuple[F32, F32], footprint: F32
) -> None:
    """Write albedo and glow; `footprint` (N,) in square metres of the body."""
    place = None
    if table.uv is not None:
        rows = np.take(table.uv, face, axis=0)
        uv = _interpolate(rows[:, :6], *weights)
        place = _Place(rows[:, 7].astype(np.intp), (uv[0], uv[1]), footprint * rows[:, 6])
    out.albedo[:, at] = _albedo(table, face, weights, place)
    if table.glow is not None and out.glow is not None:
        out.glow[:, at] = _glow(table.glow, np.take(table.material, face), place)


@dataclass(frozen=True, eq=False)
class _Place:
    """Where N points are on their textures."""

    material: Int
    """(N,)."""
    uv: tuple[F32, F32]
    """(N,) each, v down."""
    area: F32
    """(N,) footprint in texels of the colour's texture."""


def _albedo(table: SurfaceTable, face: Int, weights: tuple[F32, F32], place: _Place | None) -> F32:
    """Linear reflectance (3, N), or (3, 1) where it is one: colour times texture times vertex colour."""
    if place is not None and table.pool is not None:
        out = sample(table.pool, place.material, place.uv, place.area)
        if table.tint is not None:
            out *= np.take(table.tint, place.material, axis=1)
    else:
        one = table.palette.shape[1] == 1
        out = table.palette if one else np.take(table.palette, np.take(table.material, face), axis=1)
    if table.colors is not None:
        out = _vertex_colors(np.take(table.colors, face, axis=0), *weights) * out
    return out


def _glow(glow: Glow, material: NDArray[np.integer], place: _Place | None) -> F32:
    """(3, N) radiance given off: the material's times its texture's."""
    out = np.take(glow.radiance, material, axis=1)
    if place is not None and glow.pool is not None:
        out *= sample(glow.pool, place.material, place.uv, place.area * np.take(glow.density, place.material))
    return out


def _vertex_colors(rows: NDArray[np.uint64], u: F32, v: F32) -> F32:
    """Linear colours (3, N) mixed from rows of `SurfaceTable.colors` (N, 3) by barycentric weights in 256ths."""
    second, third = ((np.clip(w, 0, 1) * np.float32(256)).astype(np.uint64) for w in (u, v))
    # u + v <= 1 up to rounding; a first weight below zero would borrow from the next lane
    third = np.minimum(third, np.uint64(256) - second)
    second *= rows[:, 1]
    third *= rows[:, 2]
    second += third
    second += rows[:, 0]
    return decode_lanes(second)
