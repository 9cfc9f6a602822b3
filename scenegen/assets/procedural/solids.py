"""Solid parts of objects: the shape makers called with a `Finish`, and the loft, a skin through rings.

All functions take the finish first and return a mesh with outward winding, unit normals and texture
coordinates in tiles of that finish. Frame: +Z up, -Y front, metres.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from scenegen.assets.mesh import Mesh, face_vectors
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.motions import (
    around,
    both,
    clipped_below,
    cut_corners,
    flat_picture,
    flipped,
    in_four,
    lying,
    moved,
    oval,
    pictured,
    scaled,
    scattered,
    sheared_y,
    signed_power,
    tilted,
    turned_z,
    with_uv,
    with_vertices,
)
from scenegen.assets.procedural.shape_base import Array, grid_faces
from scenegen.geometry import normalize

__all__ = [
    "around",
    "ball",
    "bent",
    "block",
    "both",
    "clipped_below",
    "cushion",
    "cut_corners",
    "disc",
    "flat_picture",
    "flipped",
    "hoop",
    "in_four",
    "loft",
    "loop",
    "lying",
    "moved",
    "open_loft",
    "open_rings",
    "open_rings_down",
    "oval",
    "padded",
    "pictured",
    "profile_x",
    "profile_y",
    "profile_z",
    "rod",
    "scaled",
    "scattered",
    "sheared_y",
    "signed_power",
    "slab",
    "tilted",
    "turned",
    "turned_z",
    "with_uv",
    "with_vertices",
]

Vec = ArrayLike
_CREASE_COS = np.cos(np.radians(38.0))


def block(f: Finish, size: Vec, at: Vec = (0, 0, 0), bevel: float = 0.0) -> Mesh:
    """A box of `size` (x, y, z) with its centre at `at`; edges rounded by `bevel` metres."""
    grain = int(np.argmax(size)) if f.grained else None
    if bevel > 0:
        return moved(shapes.rounded_box(size, f.material, bevel, texture_scale_m=f.tile_m, grain=grain), at)
    return moved(shapes.box(size, f.material, texture_scale_m=f.tile_m, grain=grain), at)


def slab(f: Finish, low: Vec, high: Vec, bevel: float = 0.0) -> Mesh:
    """A box between two corners."""
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    return block(f, high - low, (low + high) / 2, bevel)


def padded(f: Finish, low: Vec, high: Vec, radius_m: float = 0.06, puff: float = 0.15) -> Mesh:
    """A soft block between two corners: round edges, and broad sides that bulge by `puff` of the thickness."""
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    size = high - low
    mesh = shapes.rounded_box(size, f.material, radius_m, segments=2, divisions=4, texture_scale_m=f.tile_m)
    return moved(_bulged(mesh, size, puff), (low + high) / 2)


def _bulged(mesh: Mesh, size: Array, puff: float) -> Mesh:
    """A cushion whose middle is thicker: the thinnest axis grows where the other two are near 0."""
    thin = int(np.argmin(size))
    p = mesh.vertices.astype(np.float64)
    others = [k for k in range(3) if k != thin]
    t = np.clip(1 - (2 * p[:, others] / size[others]) ** 2, 0, 1).prod(1)
    p[:, thin] += np.sign(p[:, thin]) * puff * size[thin] * t
    return shapes.smoothed(with_vertices(mesh, p))


def rod(f: Finish, a: Vec, b: Vec, radius: float, end: float | None = None, sides: int = 12) -> Mesh:
    """A straight bar of round section from `a` to `b`, `radius` at a and `end` at b."""
    radii = np.array([radius, radius if end is None else end])
    path = np.stack([np.asarray(a, np.float64), np.asarray(b, np.float64)])
    return shapes.tube(path, radii, f.material, segments=sides, texture_scale_m=f.tile_m)


def bent(f: Finish, path: Vec | Sequence[Vec], radius: ArrayLike, sides: int = 8, smooth: int = 0) -> Mesh:
    """A tube of round section along a path (K, 3); `smooth` rounds of corner cutting come first.

    A sequence of radii is spread evenly along the path.
    """
    points = np.asarray(path, np.float64)
    for _ in range(smooth):
        points = cut_corners(points)
    given = np.atleast_1d(np.asarray(radius, np.float64))
    radii = np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, len(given)), given)
    return shapes.tube(points, radii, f.material, segments=sides, texture_scale_m=f.tile_m)


def loop(f: Finish, path: Vec, radius: float, sides: int = 8) -> Mesh:
    """A tube of round section along a closed path (K, 3), not repeating its first point."""
    return shapes.tube(path, radius, f.material, segments=sides, closed=True, texture_scale_m=f.tile_m)


def turned(f: Finish, profile: Vec, at: Vec = (0, 0, 0), sides: int = 24, wraps: int = 0) -> Mesh:
    """A surface of revolution about z: profile (K, 2) of (radius, z), up the outside, then down the inside."""
    mesh = shapes.lathe(profile, f.material, segments=sides, texture_scale_m=f.tile_m, wraps=wraps)
    return moved(mesh, at)


def disc(f: Finish, radius: float, thickness: float, at: Vec = (0, 0, 0), axis: int = 2, sides: int = 24) -> Mesh:
    """A round plate with slightly rounded rims about coordinate axis 0, 1 or 2."""
    bevel = 0.2 * min(radius, thickness)
    mesh = shapes.cylinder(radius, thickness, f.material, segments=sides, texture_scale_m=f.tile_m, bevel_m=bevel)
    return moved(lying(mesh, axis), at)


def hoop(f: Finish, radius: float, thick: float, at: Vec = (0, 0, 0), axis: int = 2, sides: int = 24) -> Mesh:
    """A torus of tube radius `thick` about coordinate axis 0, 1 or 2."""
    t = np.linspace(0, 2 * np.pi, 9)
    mesh = turned(f, np.stack([radius + thick * np.cos(t), thick * np.sin(t)], 1), sides=sides)
    return moved(lying(mesh, axis), at)


def ball(f: Finish, radii: float | Sequence[float], at: Vec = (0, 0, 0), sides: int = 16) -> Mesh:
    """An ellipsoid with half axes `radii` (one number or three)."""
    mesh = shapes.sphere(1.0, f.material, segments=sides, texture_scale_m=1.0)
    scale = np.diag([*np.broadcast_to(np.asarray(radii, np.float64), (3,)), 1.0])
    scaled_uv = np.asarray(mesh.uv) * np.round(np.maximum(1, 4 * scale.max() / f.tile_m))
    return moved(shapes.place(replace(mesh, uv=scaled_uv.astype(np.float32)), scale), at)


def cushion(f: Finish, size: Vec, at: Vec = (0, 0, 0), square: float = 0.35, flat: float = 0.8) -> Mesh:
    """A soft block: a superellipsoid in its box, cut level below `flat` times its half height.

    `square` is the exponent of its plan: 1 is round, towards 0 a rectangle.
    """
    t, s = np.linspace(-np.pi / 2, np.pi / 2, 11), np.linspace(0, 2 * np.pi, 32, endpoint=False)
    wide = np.where(np.abs(t) < 1.57, signed_power(np.cos(t), 0.5), 0.0)[:, None]
    x, y = wide * signed_power(np.cos(s), square), wide * signed_power(np.sin(s), square)
    z = np.broadcast_to(np.maximum(signed_power(np.sin(t), 0.9), -flat)[:, None], x.shape)
    return moved(loft(f, np.stack([x, y, z], -1) * (np.asarray(size, np.float64) / 2)), at)


def loft(f: Finish, rings: Vec, bottoms: bool = True, tops: bool = True) -> Mesh:
    """A skin through closed rings (K, N, 3) of equal count, not repeating their first point.

    Flat caps close the first ring (`bottoms`) and the last (`tops`). Turned outside out where the rings
    run the other way. Rings may shrink to a point.
    """
    r = np.asarray(rings, np.float64)
    parts = [_skin(f, np.concatenate([r, r[:, :1]], axis=1))]
    ends = [end for end, wanted in ((r[0][::-1], bottoms), (r[-1], tops)) if wanted]
    parts += [_cap(f, end) for end in ends if np.ptp(end, axis=0).max() > 1e-9]
    mesh = shapes.concatenate(parts)
    a = mesh.vertices[mesh.faces[:, 0]].astype(np.float64)
    inside_out = ((a - a.mean(0)) * face_vectors(mesh)).sum() < 0
    return flipped(mesh) if inside_out else mesh


def _skin(f: Finish, grid: Array) -> Mesh:
    """(K, N, 3) grid of points to a mesh: creases split, normals from the quads around each point."""
    quads = normalize(np.cross(grid[1:, 1:] - grid[:-1, :-1], grid[1:, :-1] - grid[:-1, 1:]))
    row = (quads[1:] * quads[:-1]).sum(-1).min(1) < _CREASE_COS
    column = (quads[:, 1:] * quads[:, :-1]).sum(-1).min(0) < _CREASE_COS
    grid = np.repeat(grid, 1 + np.concatenate([[0], row, [0]]).astype(int), axis=0)
    grid = np.repeat(grid, 1 + np.concatenate([[0], column, [0]]).astype(int), axis=1)
    normals = _point_normals(grid)
    uv = _arc_uv(grid, f.tile_m)
    faces = grid_faces(*grid.shape[:2])
    return _clean(shapes.piece(grid, faces, normals, uv, f.material))


def _point_normals(grid: Array) -> Array:
    """(K, N, 3) unit normals: area-weighted mean of the quads around each point; joined at the seam."""
    q = np.cross(grid[1:, 1:] - grid[:-1, :-1], grid[1:, :-1] - grid[:-1, 1:])
    out = np.zeros_like(grid)
    for rows in (slice(None, -1), slice(1, None)):
        for columns in (slice(None, -1), slice(1, None)):
            out[rows, columns] += q
    seam = out[:, 0] + out[:, -1]
    smooth = (normalize(out[:, 0]) * normalize(out[:, -1])).sum(-1) > _CREASE_COS
    out[smooth, 0], out[smooth, -1] = seam[smooth], seam[smooth]
    unit = normalize(out)
    return np.where(np.linalg.norm(unit, axis=-1, keepdims=True) > 0.5, unit, [0.0, 0.0, 1.0])


def _arc_uv(grid: Array, tile_m: float) -> Array:
    """(K, N, 2) texture coordinates: mean arc length around the rings (whole tiles) and along the loft."""
    around = np.linalg.norm(np.diff(grid, axis=1), axis=-1).mean(0)
    along = np.linalg.norm(np.diff(grid, axis=0), axis=-1).max(1)
    u, v = (np.concatenate([[0.0], np.cumsum(s)]) / tile_m for s in (around, along))
    u = u * max(1.0, np.round(u[-1])) / max(u[-1], 1e-9)
    return np.stack(np.broadcast_arrays(u[None], v[:, None]), -1)


def _cap(f: Finish, ring: Array) -> Mesh:
    """A flat fan from the middle of a ring, facing the side from which the ring runs counter-clockwise."""
    n = len(ring)
    points = np.concatenate([ring, ring.mean(0)[None]])
    faces = np.stack([np.arange(n), np.roll(np.arange(n), -1), np.full(n, n)], -1)
    shift = ring - ring.mean(0)
    normal = normalize(np.cross(shift, np.roll(shift, -1, axis=0)).sum(0))
    plane = np.argsort(np.abs(normal))[:2]
    uv = points[:, np.sort(plane)] / f.tile_m
    return _clean(shapes.piece(points, faces, np.broadcast_to(normal, points.shape), uv, f.material))


def _clean(mesh: Mesh) -> Mesh:
    """The mesh without triangles of no area, whatever its scale."""
    area = np.linalg.norm(face_vectors(mesh), axis=1)
    keep = area > 1e-7 * area.max()
    return replace(mesh, faces=mesh.faces[keep], face_material=mesh.face_material[keep])


def profile_z(f: Finish, outline: Vec, z0: float, z1: float) -> Mesh:
    """An outline (N, 2) of (x, y) given thickness from z0 to z1; concave outlines are fine."""
    p = np.asarray(outline, np.float64)
    area = (p[:, 0] * np.roll(p[:, 1], -1) - p[:, 1] * np.roll(p[:, 0], -1)).sum()
    mesh = shapes.extrude(p if area > 0 else p[::-1], z1 - z0, f.material, texture_scale_m=f.tile_m)
    return moved(mesh, (0, 0, z0))


def profile_x(f: Finish, outline: Vec, x0: float, x1: float) -> Mesh:
    """An outline (N, 2) of (y, z) given thickness from x0 to x1."""
    return shapes.place(profile_z(f, outline, x0, x1), np.eye(4)[[2, 0, 1, 3]])


def profile_y(f: Finish, outline: Vec, y0: float, y1: float) -> Mesh:
    """An outline (N, 2) of (x, z) given thickness from y0 to y1."""
    return shapes.place(profile_z(f, outline, y0, y1), np.eye(4)[[0, 2, 1, 3]])


def open_loft(f: Finish, strips: Vec) -> Mesh:
    """A skin through open strips (K, N, 3) of points, facing away from the middle; ends joined to a point stay open."""
    mesh = _skin(f, np.asarray(strips, np.float64))
    a = mesh.vertices[mesh.faces[:, 0]].astype(np.float64)
    inside_out = ((a - mesh.vertices.mean(0)) * face_vectors(mesh)).sum() < 0
    return flipped(mesh) if inside_out else mesh


def open_rings(f: Finish, rings: Vec) -> Mesh:
    """A basin: a skin through closed rings (K, N, 3) from the rim inwards, facing up; the last ring is capped."""
    mesh = loft(f, rings, bottoms=False)
    return mesh if face_vectors(mesh)[-1, 2] > 0 else flipped(mesh)


def open_rings_down(f: Finish, rings: Vec) -> Mesh:
    """A hollow seen from below: a skin through closed rings from the rim inwards, facing down; the last is capped."""
    mesh = loft(f, rings, bottoms=False)
    return mesh if face_vectors(mesh)[-1, 2] < 0 else flipped(mesh)
