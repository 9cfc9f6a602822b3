"""Shapes with flat sides: boxes, chamfered boxes, patches with holes, extruded polygons.

Texture coordinates are metres divided by `texture_scale_m` (the length that one texture tile covers).
On upright sides u is horizontal and v is up; on level ones u is x and v is y.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.procedural.shape_base import Array, grid_faces, piece

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
    arc = r * (1 - np.tan(np.linspace(np.pi / 4, 0, segments + 1)))
    middle = np.linspace(-1, 1, divisions + 1)[1:-1]
    ticks = [np.concatenate([arc - h, middle * (h - r), (h - arc)[::-1]]) for h in half]
    return _from_sides(half, ticks, r, material, texture_scale_m, grain, "")


def board(size: ArrayLike, material: Material, radius_m: float = 0.003, *, texture_scale_m: float = 1.0) -> Mesh:
    """Rounded box with the grain along its longest side: the usual piece of wooden furniture."""
    return rounded_box(size, material, radius_m, texture_scale_m=texture_scale_m, grain=int(np.argmax(size)))


def _from_sides(
    half: Array, ticks: list[Array], r: float, material: Material, scale: float, grain: int | None, skip: str
) -> Mesh:
    """A box of up to six gridded sides, pushed onto the rounded surface."""
    parts, count = [], 0
    for axis, sign, col, row in _SIDES:
        if f"{'+' if sign > 0 else '-'}{'xyz'[axis]}" in skip.split():
            continue
        side = _side(half, ticks, axis, sign, col, row)
        right = sign if axis != 1 else -sign
        parts.append((*_round(side, half, r, axis, sign), _side_uv(side, right, col, row, grain), count))
        parts[-1] += (_side_faces(ticks, axis, sign, col, row) + count,)
        count += len(side)
    points, normals, uv, _, faces = (list(p) for p in zip(*parts, strict=True))
    return piece(
        np.concatenate(points), np.concatenate(faces), np.concatenate(normals), np.concatenate(uv) / scale, material
    )


def _side(half: Array, ticks: list[Array], axis: int, sign: int, col: int, row: int) -> Array:
    """(N, 3) grid points of one flat side, row-major."""
    c, r = np.meshgrid(ticks[col], ticks[row])
    out = np.empty((c.size, 3))
    out[:, axis], out[:, col], out[:, row] = sign * half[axis], c.ravel(), r.ravel()
    return out


def _side_faces(ticks: list[Array], axis: int, sign: int, col: int, row: int) -> NDArray:
    """Triangles of one side, wound outwards."""
    faces = grid_faces(len(ticks[row]), len(ticks[col]))
    outward = sign if (axis, col, row) != (1, 0, 2) else -sign
    return faces if outward > 0 else faces[:, ::-1]


def _round(points: Array, half: Array, r: float, axis: int, sign: int) -> tuple[Array, Array]:
    """Points pulled onto the rounded surface, and their normals."""
    if r <= 0:
        return points, np.broadcast_to(sign * np.eye(3)[axis], points.shape)
    inner = np.clip(points, r - half, half - r)
    outward = points - inner
    normals = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    return inner + r * normals, normals


def _side_uv(points: Array, right: float, col: int, row: int, grain: int | None) -> Array:
    """Texture coordinates in metres of one side: u to the right as seen from outside, or along the grain."""
    u = points[:, col] * right
    return np.stack([points[:, row], -u] if grain == row else [u, points[:, row]], axis=-1)


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
    faces = triangulate(p)
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
    caps = triangulate(p)
    n, k = 4 * len(p), len(p)
    level = np.broadcast_to([0.0, 0, 1], (k, 3))
    return piece(
        np.concatenate([sides.reshape(-1, 3), np.c_[p, np.full(k, height_m)], np.c_[p, np.zeros(k)]]),
        np.concatenate([faces.reshape(-1, 3), caps + n, caps[:, ::-1] + n + k]),
        np.concatenate([np.repeat(outward, 4, axis=0), level, -level]),
        np.concatenate([np.stack([u, v], -1).reshape(-1, 2), p, p]) / texture_scale_m,
        material,
    )


def triangulate(points_xy: ArrayLike) -> NDArray[np.int32]:
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
