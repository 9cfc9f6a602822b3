"""Hits to light: what the rays met, how it is lit, and the radiance that comes back along them.

Surfaces are Lambertian and opaque, so a point under equal lights has one colour from everywhere.
Arrays are planar, (3, N) float32, and filled block by block so that the temporaries stay in the
processor's second-level cache.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.lights import Lighting, PointLight
from scenegen.rendering.surfaces import SurfaceTable
from scenegen.rendering.texels import decode_lanes, sample
from scenegen.tracing.raycaster import Body, Hits, Scene, blocked

F32 = NDArray[np.float32]
Int = NDArray[np.intp]
Mask = NDArray[np.bool_]
BLOCK = 16384
SHADOW_OFFSET = 2e-4
"""Shadow rays end this far above the surface, as a share of the distances to the eye and to the lamp.

Without it, 1 in 1000 pixels of a scanned room fell into the shadow of its own neighbours' faces."""
SHADOW_REACH = 1.0 - 1e-4
"""Share of the way from the lamp to that end that is searched for blockers."""
LEAST_LIGHT = 1.0 / 512
"""Irradiance below which a lamp is not asked for shadows: under half a grey level of a mid grey."""
LEAST_COSINE = 0.05
"""Incidence beyond which footprints grow no more."""


@dataclass(frozen=True, eq=False)
class Rays:
    """Rays from one eye."""

    origin: F32
    """(1, 3) world metres."""
    directions: F32
    """(R, 3) world, not normalised."""
    spread: float
    """Width of a ray's footprint, facing it, per unit of the ray parameter: 1 / focal length for pixels."""

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
    material: NDArray[np.uint8]
    """(N,) low bits of the material's index: tells neighbours apart."""


def gather(scene: Scene, tables: Mapping[Mesh, SurfaceTable], rays: Rays, hits: Hits) -> Surfels:
    """Look up the surface at every hit; rays without a hit are left out."""
    groups = [(body, np.flatnonzero(hits.instance == body.instance)) for body in scene.bodies]
    out = _blank_surfels(np.concatenate([rows for _, rows in groups]))
    start = 0
    for body, rows in groups:
        for part in _blocks(len(rows)):
            _fill(out, slice(start + part.start, start + part.stop), body, tables[body.mesh], rays, hits)
        start += len(rows)
    return out


def _blocks(count: int) -> Iterator[slice]:
    """Slices of at most BLOCK that cover range(count)."""
    return (slice(i, min(i + BLOCK, count)) for i in range(0, count, BLOCK))


def _blank_surfels(ray: Int) -> Surfels:
    """Room for the surface elements of these rays."""
    n = len(ray)
    point, side, normal, albedo = np.empty((4, 3, n), np.float32)
    return Surfels(
        ray, np.empty(n, np.float32), point, side, normal, albedo, np.zeros(n, np.float32), np.empty(n, np.uint8)
    )


def _fill(out: Surfels, at: slice, body: Body, table: SurfaceTable, rays: Rays, hits: Hits) -> None:
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
    scale = np.linalg.norm(body.T_world_body[:3, 0])
    footprint = np.square(out.t[at] * np.float32(rays.spread / scale))
    footprint /= np.maximum(cosine, np.float32(LEAST_COSINE))
    out.albedo[:, at] = _albedo(table, face, weights, footprint)


def _fill_normals(
    out: Surfels, at: slice, body: Body, table: SurfaceTable, toward: F32, face: Int, weights: tuple[F32, F32]
) -> F32:
    """Write face and shading normals; returns the cosine (N,) between the face and the ray."""
    rows = np.take(table.normals, face, axis=0)
    side, normal = _turned(body, np.ascontiguousarray(rows[:, :3].T)), out.normal[:, at]
    cosine = -_dot(side, toward)
    sign = np.copysign(np.float32(1), cosine)
    np.multiply(side, sign, out=out.side[:, at])
    if table.is_smooth:
        smooth = _turned(body, _interpolate(rows[:, 3:], *weights))
        np.multiply(smooth, sign / np.sqrt(_dot(smooth, smooth)), out=normal)
    else:
        normal[:] = out.side[:, at]
    np.abs(cosine, out=cosine)
    cosine /= np.sqrt(_dot(toward, toward))
    return cosine


def _turned(body: Body, normals: F32) -> F32:
    """(3, N) unit vectors of a body's mesh, in the world."""
    if body.is_static:
        return normals
    return np.asarray(body.T_world_body[:3, :3] / np.linalg.norm(body.T_world_body[:3, 0]), np.float32) @ normals


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


def _dot(a: F32, b: F32) -> F32:
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


def _albedo(table: SurfaceTable, face: Int, weights: tuple[F32, F32], footprint: F32) -> F32:
    """Linear reflectance (3, N), or (3, 1) where it is one: texture or colour, times vertex colour.

    `footprint` (N,) in square metres of the body.
    """
    if table.uv is not None and table.pool is not None:
        rows = np.take(table.uv, face, axis=0)
        uv = _interpolate(rows[:, :6], *weights)
        out = sample(table.pool, rows[:, 7].astype(np.intp), (uv[0], uv[1]), footprint * rows[:, 6])
    else:
        out = table.palette if table.is_plain else np.take(table.palette, np.take(table.material, face), axis=1)
    if table.colors is not None:
        out = _vertex_colors(np.take(table.colors, face, axis=0), *weights) * out
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


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of N surface elements' shadows, so that no ray is spent on it; bit i speaks of lamp i."""

    lit: NDArray[np.uint8]
    """(N,), or (1,) for all: lamps that nothing blocks."""
    dark: NDArray[np.uint8]
    """(N,), or (1,) for all: lamps that do not arrive."""

    def of(self, lamp: int) -> tuple[Mask, Mask]:
        """Where a lamp is known to be unblocked, and where it is known not to arrive."""
        bit = np.uint8(1 << lamp)
        return self.lit & bit > 0, self.dark & bit > 0


NOTHING = Known(np.zeros(1, np.uint8), np.zeros(1, np.uint8))
"""Every lamp has to be asked everywhere."""
_NOWHERE = np.zeros(1, bool)


def illuminate(
    scene: Scene, surfels: Surfels, lighting: Lighting, known: Known = NOTHING
) -> tuple[F32, NDArray[np.uint8]]:
    """Radiance (3, N) towards the eye, and (N,) which lamps reach each element (bit i: lamp i)."""
    strengths = [lamp_strength(scene, surfels, lamp, *known.of(i)) for i, lamp in enumerate(lighting.lights)]
    return radiance(surfels, lighting, strengths)


def radiance(surfels: Surfels, lighting: Lighting, strengths: list[F32]) -> tuple[F32, NDArray[np.uint8]]:
    """Radiance (3, N) towards the eye, and (N,) which lamps arrive, given the strength (N,) of each lamp."""
    lit = np.zeros(len(surfels.ray), np.uint8)
    for i, strength in enumerate(strengths):
        lit |= (strength > 0).view(np.uint8) << i
    light = np.empty_like(surfels.albedo)
    for part in _blocks(len(lit)):
        arriving = _ambient(surfels.normal[2, part], lighting)
        for lamp, strength in zip(lighting.lights, strengths, strict=True):
            arriving += strength[part] * np.asarray(lamp.color, np.float32)[:, None]
        arriving += surfels.emission[part] * (1 - arriving)
        np.multiply(arriving, surfels.albedo[:, part], out=light[:, part])
    return light, lit


def _ambient(up: F32, lighting: Lighting) -> F32:
    """(3, N) ambient irradiance by the normal's z."""
    low, high = (np.asarray(c, np.float32)[:, None] for c in (lighting.ambient_down, lighting.ambient_up))
    out = np.empty((3, len(up)), np.float32)
    np.multiply(up, (high - low) / 2, out=out)
    out += (high + low) / 2
    return out


def lamp_strength(scene: Scene, surfels: Surfels, lamp: PointLight, lit: Mask = _NOWHERE, dark: Mask = _NOWHERE) -> F32:
    """(N,) share of a lamp's colour that arrives, cosine and shadows included; 0 where none does.

    Shadow rays are cast from the lamp, but not to elements (N,), or (1,) for all, known to be `lit` or `dark`.
    """
    strength = unshadowed(surfels, lamp)
    strength *= ~dark
    rows = np.flatnonzero((strength > 0) & ~lit)
    strength[rows[in_shadow(scene, surfels, rows, lamp)]] = 0
    return strength


def in_shadow(scene: Scene, surfels: Surfels, rows: NDArray[np.integer], lamp: PointLight) -> NDArray[np.bool_]:
    """(M,) whether something stands between a lamp and the elements `rows` (M,)."""
    here = np.asarray(lamp.position, np.float32)
    reach = np.take(surfels.point, rows, axis=1) - here[:, None]
    # the ways end just above the surface
    lift = np.sqrt(_dot(reach, reach))
    lift += surfels.t[rows]
    lift *= np.float32(SHADOW_OFFSET)
    reach += np.take(surfels.side, rows, axis=1) * lift
    return blocked(scene, here[None], np.ascontiguousarray(reach.T), SHADOW_REACH)


def unshadowed(surfels: Surfels, lamp: PointLight) -> F32:
    """(N,) share of a lamp's colour that arrives if nothing stands in the way.

    It is 0 where the face looks away from the lamp, or where its light would not be seen.
    """
    strength = np.empty(len(surfels.ray), np.float32)
    here, falloff = np.asarray(lamp.position, np.float32)[:, None], np.float32(lamp.radius_m**2)
    for part in _blocks(len(strength)):
        reach = surfels.point[:, part] - here
        distance_sq = _dot(reach, reach)
        distance = np.sqrt(np.maximum(distance_sq, np.float32(1e-12)))
        out = np.multiply(_dot(reach, surfels.normal[:, part]), -falloff, out=strength[part])
        distance_sq += falloff
        distance_sq *= distance
        out /= distance_sq
        seen = _dot(reach, surfels.side[:, part]) < 0
        seen &= out > np.float32(LEAST_LIGHT / max(*lamp.color, 1e-6))
        out *= seen
    return strength
