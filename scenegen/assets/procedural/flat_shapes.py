"""Shapes with flat sides: boxes, chamfered boxes, patches with holes, extruded polygons.

Texture coordinates are metres divided by `texture_scale_m` (the length that one texture tile covers).
On upright sides u is horizontal and v is up; on level ones u is x and v is y.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.procedural.shape_base import Array, grid_faces, piece
from scenegen.geometry import lengths

Hole = tuple[float, float, float, float]
"""x0, y0, x1, y1 in metres on a patch."""

# For each side: axis of the normal, its sign, axis of the columns, axis of the rows (col x row = +normal axis).
_SIDES = ((0, 1, 1, 2), (0, -1, 1, 2), (1, 1, 0, 2), (1, -1, 0, 2), (2, 1, 0, 1), (2, -1, 0, 1))


def box(
    size: ArrayLike, material: Material, *, texture_scale_m: float = 1.0, grain: int | None = None, open_sides: str = ""
) -> Mesh:
    """Box centred at 0 with flat sides: 12 triangles, 24 vertices.

    `grain` is the axis (0, 1, 2) along which u runs where a side contains it (for wood).
    `open_sides` leaves out sides by name: any of "+x -x +y -y +z -z", separated by blanks.
    """
    half = np.asarray(size, np.float64) / 2
    ticks = [np.array([-h, h]) for h in half]
    return _from_sides(half, ticks, 0.0, material, texture_scale_m, grain, open_sides)


def rounded_box(
    size: ArrayLike,
    material: Material,
    radius_m: float = 0.01,
    *,
    segments: int = 1,
    divisions: int = 1,
    texture_scale_m: float = 1.0,
    grain: int | None = None,
) -> Mesh:
    """Box centred at 0 with edges rounded by `radius_m` (cut to half the thinnest side) and smooth normals.

    `segments` = 1 is a soft chamfer (108 triangles); 3 is a cushion. The flat middle of the sides is cut into
    `divisions`, for shapes that are bent afterwards.
    """
    half = np.asarray(size, np.float64) / 2
    r = float(min(radius_m, 0.999 * half.min()))
    arc, middle = r * _arc(segments), _middle(divisions)
    ticks = [np.concatenate([arc - h, middle * (h - r), (h - arc)[::-1]]) for h in half]
    return _from_sides(half, ticks, r, material, texture_scale_m, grain, "")


@cache
def _arc(segments: int) -> Array:
    """Where a rounded edge of radius 1 is cut, from its side inwards."""
    return 1 - np.tan(np.linspace(np.pi / 4, 0, segments + 1))


@cache
def _middle(divisions: int) -> Array:
    """Where a flat middle from -1 to 1 is cut."""
    return np.linspace(-1, 1, divisions + 1)[1:-1]


def _from_sides(
    half: Array, ticks: list[Array], r: float, material: Material, scale: float, grain: int | None, skip: str
) -> Mesh:
    """A box of up to six gridded sides, pushed onto the rounded surface."""
    grid = _grid((len(ticks[0]), len(ticks[1]), len(ticks[2])), skip, grain)
    levels = np.concatenate([[*t, h, -h] for t, h in zip(ticks, half, strict=True)])
    flat = levels[grid.level]
    points, normals = _rounded(flat, half, r) if r > 0 else (flat, grid.normals)
    uv = np.take(flat, grid.flat_uv) * grid.sign_uv
    return piece(points, grid.faces, normals, uv / scale, material)


@dataclass(frozen=True, eq=False)
class _Grid:
    """What boxes cut alike have in common: N points, side by side."""

    level: NDArray[np.intp]
    """(N, 3) place of each coordinate among the ticks, and then half the size and its negative, of x, of y, of z."""
    faces: NDArray[np.int32]
    """(F, 3) wound outwards."""
    normals: Array
    """(N, 3) of the flat sides."""
    flat_uv: NDArray[np.intp]
    """(N, 2) where u and v are among the coordinates of all points."""
    sign_uv: Array
    """(N, 2) their signs: u to the right as seen from outside, or along the grain."""


@cache
def _grid(counts: tuple[int, int, int], skip: str, grain: int | None) -> _Grid:
    """The sides of a box with so many ticks along its axes, but those that `skip` names."""
    sides = [side for side in _SIDES if f"{'+' if side[1] > 0 else '-'}{'xyz'[side[0]]}" not in skip.split()]
    parts = [_side(counts, grain, *side) for side in sides]
    levels, faces, normals, axes, signs = (list(part) for part in zip(*parts, strict=True))
    starts = np.cumsum([0, *map(len, levels)])
    place = 3 * np.arange(starts[-1])[:, None]
    return _Grid(
        np.concatenate(levels),
        np.concatenate([f + start for f, start in zip(faces, starts, strict=False)]).astype(np.int32),
        np.concatenate(normals),
        place + np.concatenate(axes),
        np.concatenate(signs),
    )


def _side(
    counts: tuple[int, int, int], grain: int | None, axis: int, sign: int, col: int, row: int
) -> tuple[NDArray, NDArray, Array, NDArray, Array]:
    """One flat side, row-major: levels (N, 3), faces (F, 3), normals (N, 3), axes and signs of u and v (N, 2)."""
    starts = np.cumsum([0, *(count + 2 for count in counts)])
    c, r = (x.ravel() for x in np.meshgrid(np.arange(counts[col]), np.arange(counts[row])))
    level = np.empty((c.size, 3), np.intp)
    level[:, axis] = starts[axis] + counts[axis] + (sign < 0)
    level[:, col], level[:, row] = starts[col] + c, starts[row] + r
    right = sign if axis != 1 else -sign
    faces = grid_faces(counts[row], counts[col])
    normals = np.broadcast_to(sign * np.eye(3)[axis], level.shape)
    axes, signs = ([row, col], [1.0, -right]) if grain == row else ([col, row], [right, 1.0])
    return (
        level,
        faces if right > 0 else faces[:, ::-1],
        normals,
        np.broadcast_to(axes, (c.size, 2)),
        np.broadcast_to(signs, (c.size, 2)),
    )


def _rounded(points: Array, half: Array, r: float) -> tuple[Array, Array]:
    """Points (N, 3) pulled onto the rounded surface, and their normals."""
    inner = np.minimum(np.maximum(points, r - half), half - r)
    outward = points - inner
    normals = outward / lengths(outward)[:, None]
    return inner + r * normals, normals


def patch(
    width_m: float, height_m: float, material: Material, *, holes: Sequence[Hole] = (), texture_scale_m: float = 1.0
) -> Mesh:
    """Flat rectangle in the plane z = 0 from (0, 0) to (width, height), facing +Z, less rectangular holes."""
    xs = _cuts(width_m, [x for h in holes for x in (h[0], h[2])])
    ys = _cuts(height_m, [y for h in holes for y in (h[1], h[3])])
    x, y = np.meshgrid(xs, ys)
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=-1)
    faces = grid_faces(len(ys), len(xs))
    middle = points[faces].mean(1)
    keep = np.ones(len(faces), bool)
    for x0, y0, x1, y1 in holes:
        keep &= ~((middle[:, 0] > x0) & (middle[:, 0] < x1) & (middle[:, 1] > y0) & (middle[:, 1] < y1))
    normals = np.broadcast_to([0.0, 0, 1], points.shape)
    return piece(points, faces[keep], normals, points[:, :2] / texture_scale_m, material)


def _cuts(length: float, inner: list[float]) -> Array:
    """Sorted distinct cut positions over [0, length]."""
    inside = np.clip(np.asarray(inner, np.float64), 0, length)
    return np.unique(np.round(np.concatenate([[0.0, length], inside]), 6)).astype(np.float64)


def polygon(points_xy: ArrayLike, material: Material, *, up: bool = True, texture_scale_m: float = 1.0) -> Mesh:
    """Flat simple polygon (K, 2), counter-clockwise, in z = 0, facing +Z or -Z."""
    p = np.asarray(points_xy, np.float64)
    faces = clip_ears(p)
    normals = np.broadcast_to([0.0, 0, 1 if up else -1], (len(p), 3))
    return piece(np.c_[p, np.zeros(len(p))], faces if up else faces[:, ::-1], normals, p / texture_scale_m, material)


def extrude(points_xy: ArrayLike, height_m: float, material: Material, *, texture_scale_m: float = 1.0) -> Mesh:
    """Prism of a counter-clockwise simple polygon (K, 2), from z = 0 to z = height, closed, flat sides."""
    p = np.asarray(points_xy, np.float64)
    q = np.roll(p, -1, axis=0)
    along = q - p
    length = np.linalg.norm(along, axis=1)
    sides = np.stack([np.c_[p, 0 * length], np.c_[q, 0 * length], np.c_[q, 0 * length + height_m]], 1)
    sides = np.concatenate([sides, np.c_[p, 0 * length + height_m][:, None]], 1)
    outward = np.c_[along[:, 1], -along[:, 0], 0 * length] / length[:, None]
    start = np.concatenate([[0], np.cumsum(length)])
    u = np.stack([start[:-1], start[1:], start[1:], start[:-1]], 1)
    v = np.broadcast_to([0, 0, height_m, height_m], u.shape)
    faces = (4 * np.arange(len(p)))[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    caps = clip_ears(p)
    n, k = 4 * len(p), len(p)
    level = np.broadcast_to([0.0, 0, 1], (k, 3))
    return piece(
        np.concatenate([sides.reshape(-1, 3), np.c_[p, np.full(k, height_m)], np.c_[p, np.zeros(k)]]),
        np.concatenate([faces.reshape(-1, 3), caps + n, caps[:, ::-1] + n + k]),
        np.concatenate([np.repeat(outward, 4, axis=0), level, -level]),
        np.concatenate([np.stack([u, v], -1).reshape(-1, 2), p, p]) / texture_scale_m,
        material,
    )


def clip_ears(points_xy: ArrayLike) -> NDArray[np.int32]:
    """(K-2, 3) triangles of a simple counter-clockwise polygon by ear clipping (few corners: O(K^3) is fine)."""
    p = np.asarray(points_xy, np.float64)
    ring, out = list(range(len(p))), []
    while len(ring) > 3:
        i = next((i for i in range(len(ring)) if _is_ear(p, ring, i)), 0)
        out.append((ring[i - 1], ring[i], ring[(i + 1) % len(ring)]))
        del ring[i]
    return np.array([*out, tuple(ring)], np.int32)


def _is_ear(p: Array, ring: list[int], i: int) -> bool:
    """Whether the corner `ring[i]` is convex and its triangle holds no other corner."""
    a, b, c = p[ring[i - 1]], p[ring[i]], p[ring[(i + 1) % len(ring)]]
    if _cross(b - a, c - a) <= 1e-12:
        return False
    rest = p[[k for k in ring if k not in (ring[i - 1], ring[i], ring[(i + 1) % len(ring)])]]
    inside = [_cross(e - s, rest - s) >= -1e-12 for s, e in ((a, b), (b, c), (c, a))]
    return not bool(np.logical_and.reduce(inside).any())


def _cross(a: Array, b: Array) -> Array:
    """Z of the cross product of plane vectors."""
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
