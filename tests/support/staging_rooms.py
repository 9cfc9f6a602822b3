"""Simple rooms and objects for the tests of staging: boxes with furniture, wound as solids and shells."""

from functools import cache

import numpy as np

from scenegen.assets.mesh import Material, Mesh, concatenate
from scenegen.assets.source import ObjectModel, Room
from scenegen.staging import LoadedObject, RoomStage, loaded_object, prepare_room
from scenegen.staging.surfaces import triangle_distance
from scenegen.tracing.raycaster import Body, Bvh, Scene

WALLS = Material("walls", (0.8, 0.78, 0.74))
WOOD = Material("wood", (0.55, 0.4, 0.28))
RED = Material("red", (0.75, 0.2, 0.18))
_CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]], np.int32
)  # fmt: skip


def box(low, high, material=WOOD, inward=False, drop=()) -> Mesh:
    """An axis-aligned box; faces look out, or in; `drop` leaves out faces by index (10, 11: the top)."""
    low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
    faces = np.delete(_FACES, list(drop), axis=0)
    faces = faces[:, ::-1] if inward else faces
    return Mesh(
        (low + _CUBE * (high - low)).astype(np.float32), faces.copy(), np.zeros(len(faces), np.int32), (material,)
    )


def table(x, y, width=1.2, depth=0.7, height=0.74) -> Mesh:
    """A table with four legs, its middle at (x, y)."""
    w, d = width / 2, depth / 2
    top = box((x - w, y - d, height - 0.04), (x + w, y + d, height))
    at = [(x + sx * (w - 0.06), y + sy * (d - 0.06)) for sx in (-1, 1) for sy in (-1, 1)]
    legs = [box((a - 0.03, b - 0.03, 0), (a + 0.03, b + 0.03, height - 0.04)) for a, b in at]
    return concatenate([top, *legs])


def shelf(x, y, width=0.9, depth=0.35, height=1.6, boards=4) -> Mesh:
    """An open shelf, its middle at (x, y)."""
    w, d = width / 2, depth / 2
    sides = [box((x + s * w - 0.01, y - d, 0), (x + s * w + 0.01, y + d, height)) for s in (-1, 1)]
    levels = np.linspace(0.1, height - 0.02, boards)
    return concatenate([*sides, *(box((x - w + 0.01, y - d, z), (x + w - 0.01, y + d, z + 0.02)) for z in levels)])


def room_of(parts, ceiling=2.6, name="test") -> Room:
    return Room(name, concatenate(parts), ceiling, {})


def furnished(width=5.0, depth=4.0, height=2.6, name="furnished") -> Room:
    """A closed room with a table, an open shelf and a closed cupboard (all solids)."""
    w, d = width / 2, depth / 2
    shell = box((-w, -d, 0), (w, d, height), WALLS, inward=True)
    cupboard = box((w - 0.65, -d + 0.05, 0.001), (w - 0.05, -d + 1.3, 2.0))
    return room_of([shell, table(-0.8, 0.9), shelf(0.9, d - 0.25), cupboard], height, name)


CUPBOARD = ((2.5 - 0.65, -2 + 0.05, 0.001), (2.5 - 0.05, -2 + 1.3, 2.0))
"""Lowest and highest corner of the cupboard of `furnished()`."""


def l_shaped(name="corner") -> Room:
    """An L-shaped room: 5 x 4 m less a 2 x 2 m corner at +x, +y."""
    z = 2.6
    plan = np.array([[-2.5, -2], [2.5, -2], [2.5, 0], [0.5, 0], [0.5, 2], [-2.5, 2]], np.float32)
    n = len(plan)
    vertices = np.concatenate([np.c_[plan, np.zeros(n)], np.c_[plan, np.full(n, z)]]).astype(np.float32)
    walls = [f for i in range(n) for j in [(i + 1) % n] for f in ([i, i + n, j], [j, i + n, j + n])]
    floor = [[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]]
    faces = np.array(walls + floor + [[a + n, c + n, b + n] for a, b, c in floor], np.int32)
    shell = Mesh(vertices, faces, np.zeros(len(faces), np.int32), (WALLS,))
    return room_of([shell, table(-1.2, 0.8)], z, name)


def open_scan(name="scan") -> Room:
    """A scan of a corner: floor, two walls and a table, without ceiling and open at two sides."""
    floor = box((-2, -2, -0.05), (2, 2, 0), WALLS)
    walls = [box((-2.05, -2, 0), (-2, 2, 2.4), WALLS), box((-2, 1.95, 0), (2, 2, 2.4), WALLS)]
    side = box((1.95, -1, 0), (2, 2, 2.4), WALLS)
    return room_of([floor, *walls, side, table(0, 0.5)], 2.4, name)


def cube(size, name="cube/0", category="cube") -> ObjectModel:
    """A cube with this edge length."""
    mesh = box((-size / 2,) * 3, (size / 2,) * 3, RED)
    return ObjectModel(name, category, mesh, float(size * np.sqrt(3)))


def slab(sizes, name="slab/0", category="slab") -> ObjectModel:
    """A box with these edge lengths."""
    s = np.asarray(sizes, float) / 2
    return ObjectModel(name, category, box(-s, s, RED), float(2 * np.linalg.norm(s)))


def stool(name="stool/0", category="stool") -> ObjectModel:
    """A seat on four legs: concave, as furniture is; 0.4 x 0.4 x 0.45 m."""
    mesh = table(0, 0, 0.4, 0.4, 0.45)
    mesh = Mesh(mesh.vertices - np.float32([0, 0, 0.225]), mesh.faces, mesh.face_material, mesh.materials)
    return ObjectModel(name, category, mesh, float(np.linalg.norm(np.array([0.4, 0.4, 0.45]))))


LIBRARY = {
    "cube/0": cube(0.3),
    "cube/1": cube(0.12, "cube/1"),
    "slab/0": slab((0.5, 0.3, 0.1)),
    "slab/1": slab((0.15, 0.1, 0.28), "slab/1"),
    "stool/0": stool(),
    "sofa/0": slab((2.0, 0.9, 0.8), "sofa/0", "sofa"),
}
"""A little library of objects by id."""
IDS = {"cube": ("cube/0", "cube/1"), "slab": ("slab/0", "slab/1"), "sofa": ("sofa/0",), "stool": ("stool/0",)}
"""The same by category."""


@cache
def load(asset) -> LoadedObject:
    """A model of the library, ready to place."""
    return loaded_object(LIBRARY[asset])


@cache
def prepared(name="furnished") -> RoomStage:
    """A room stage, made once."""
    return prepare_room({"furnished": furnished, "corner": l_shaped, "scan": open_scan}[name](), 0)


def scene_of(*meshes) -> Scene:
    """A scene of meshes as they stand: the first is the room."""
    return Scene(tuple(Body(m, Bvh(m), np.eye(4), i + 1) for i, m in enumerate(meshes)))


def true_distance(mesh, points) -> np.ndarray:
    """Distance of (Q, 3) points to a mesh, over all its faces."""
    return triangle_distance(np.asarray(points, float)[:, None], mesh.vertices[mesh.faces].astype(float)).min(1)


def surface_points(mesh, count, rng) -> np.ndarray:
    """Random points on a mesh, and all its vertices: other ones than the code under test takes."""
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces].astype(float), 1, 0)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    face = rng.choice(len(a), count, p=area / area.sum())
    weights = rng.dirichlet((1, 1, 1), count)
    points = sum(w[:, None] * q[face] for w, q in zip(weights.T, (a, b, c), strict=True))
    return np.concatenate([points, mesh.vertices])
