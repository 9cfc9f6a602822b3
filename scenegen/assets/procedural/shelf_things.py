"""What stands on shelves: books, boxes, vases. Frame: backs at y = 0, front along -Y, foot at z = 0."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.roles import Finishes, Parts, Span
from scenegen.seeding import Generator

_SPINES = 18
"""Spines in the texture of books."""


def bay(rng: Generator, of: Finishes, x: Span, depth: float, height: float) -> Parts:
    """What stands in one bay of a shelf between x, `depth` deep and `height` high."""
    w = x[1] - x[0]
    kind = pick(rng, "books", "books", "books", "mixed", "boxes", "vases")
    if kind == "books":
        return book_row(rng, of, (x[0], x[0] + w * between(rng, 0.75, 0.98)), 0.85 * depth, min(height, 0.3))
    if kind == "mixed":
        half = x[0] + w * between(rng, 0.4, 0.6)
        thing = book_stack(rng, of, 2) if w < 0.5 or height < 0.26 or chance(rng, 0.5) else vase(rng, of, 0.4 * height)
        row = book_row(rng, of, (x[0], half), 0.8 * depth, min(height, 0.28))
        room = min(1.0, (x[1] - half) / 0.3)
        return row + [s.moved(s.scaled(m, room), ((half + x[1]) / 2, -depth / 2, -0.0005)) for m in thing]
    if kind == "boxes":
        return _boxes(rng, of, x, depth, height)
    at = np.linspace(x[0], x[1], max(1, int(w / 0.3)) + 2)[1:-1]
    return [s.moved(m, (a, -depth / 2, -0.0005)) for a in at for m in vase(rng, of, height * between(rng, 0.4, 0.42))]


def _boxes(rng: Generator, of: Finishes, x: Span, depth: float, height: float) -> Parts:
    """Storage boxes side by side, with grips."""
    f, grip, h = of("box"), of("grip"), height * between(rng, 0.6, 0.8)
    cuts = np.linspace(x[0], x[1], max(1, round((x[1] - x[0]) / 0.38)) + 1)
    y, z = -0.95 * depth, 0.55 * h
    out = []
    for left, right in zip(cuts[:-1] + 0.01, cuts[1:] - 0.01, strict=True):
        mid, half = (left + right) / 2, min(0.04, 0.3 * (right - left))
        out.append(s.slab(f, (left, y, -0.0005), (right, -0.02, h), 0.008))
        out.append(s.slab(grip, (mid - half, y - 0.005, z), (mid + half, y + 0.004, z + 0.03), 0.003))
    return tag("box", out)


def book_row(rng: Generator, of: Finishes, x: Span, depth_m: float, height_m: float) -> Parts:
    """Upright books along x with their spines to the front; heights and depths vary."""
    width = x[1] - x[0]
    count = max(3, round(width / between(rng, 0.028, 0.04)))
    w = rng.uniform(0.6, 1.5, count)
    w *= width / w.sum()
    left = x[0] + np.cumsum(w) - w
    size = np.stack(
        [w - 0.0015, depth_m * rng.uniform(0.72, 0.97, count), height_m * rng.uniform(0.62, 0.97, count)], -1
    )
    low = np.stack([left, -0.006 - size[:, 1], np.full(count, -0.001)], -1)
    return tag("books", [_books(rng, of("books"), low, size)])


def _books(rng: Generator, f: Finish, low: np.ndarray, size: np.ndarray) -> Mesh:
    """Many boxes (K, 3) whose -y side shows one spine each; other sides take its cover or paper colour."""
    unit = shapes.box((1, 1, 1), f.material)
    base, normals = unit.vertices.astype(float) + 0.5, np.asarray(unit.normals, float)
    count, corners = len(low), len(base)
    points = low[:, None] + size[:, None] * base[None]
    spine = rng.integers(_SPINES, size=count)[:, None]
    front = normals[:, 1] < -0.5
    u, v = np.where(front, base[:, 0], 0.5), np.where(front, base[:, 2], 0.99)
    uv = np.stack([(spine + 0.04 + 0.92 * u) / _SPINES, np.broadcast_to(v, (count, corners))], -1)
    faces = np.arange(count)[:, None, None] * corners + unit.faces
    return shapes.piece(points, faces, np.tile(normals, (count, 1)), uv, unit.materials[0])


def book_stack(rng: Generator, of: Finishes, count: int = 0) -> Parts:
    """A few books (2 to 5 where no count is given) lying one on the other about x = y = 0, spines to the front."""
    count = count or int(rng.integers(2, 6))
    size = rng.uniform((0.2, 0.13, 0.015), (0.26, 0.19, 0.045), (count, 3))
    z, out = 0.0, []
    for w, d, t in size[np.argsort(-size[:, 0])]:
        book = _books(rng, of("books"), np.array([[-t / 2, -d / 2, -w / 2]]), np.array([[t, d, w]]))
        out.append(s.moved(s.turned_z(shapes.turn(book, 1, np.pi / 2), between(rng, -0.25, 0.25)), (0, 0, z + t / 2)))
        z += t - 0.0004
    return tag("books", out)


def vase(rng: Generator, of: Finishes, height: float = 0.0) -> Parts:
    """Turned vase or jar about the z axis, sometimes with twigs; of any height where none is given."""
    h = height or between(rng, 0.12, 0.3)
    r, t = h * between(rng, 0.2, 0.42), np.linspace(0, 1, 15)
    knots, form = (
        [0, 0.15, between(rng, 0.3, 0.6), 0.85, 1],
        [0.55, 0.7, 1, between(rng, 0.35, 0.7), between(rng, 0.4, 0.8)],
    )
    belly = np.convolve(np.pad(np.interp(t, knots, form), 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
    outside = np.stack([r * belly, h * t], -1)
    inside = np.stack([np.maximum(r * belly[::-1] - 0.006, 0.004), h * t[::-1]], -1)[:7]
    parts = [s.turned(of("vase"), np.concatenate([[(0, 0)], outside, inside, [(0, inside[-1, 1])]]), sides=20)]
    if chance(rng, 0.35):
        ends = rng.uniform(-0.12, 0.12, (5, 2)) * min(1.0, h / 0.2)
        parts += [s.bent(of("wood"), [(0, 0, h * 0.4), (a / 4, b / 4, h), (a, b, h * 2.1)], 0.0025, 6) for a, b in ends]
    return tag("otherprop", parts)
