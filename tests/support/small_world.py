"""A folder of small rooms and one of small objects, written as PLY: real runs in a second."""

from pathlib import Path

import numpy as np
import trimesh
from staging_rooms import furnished, l_shaped


def write_ply(path: Path, vertices, faces, colors) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mesh = trimesh.Trimesh(vertices, faces, vertex_colors=colors, process=False)
    mesh.export(path)


def rooms_folder(folder: Path, count: int = 3) -> Path:
    """`count` furnished rooms of different sizes, +Z up, coloured by position; the first few all in train."""
    for k in range(count):
        room = l_shaped() if k % 3 == 2 else furnished(width=4.9 + 0.3 * k, depth=4.0 + 0.2 * k)
        vertices, faces = split_fine(room.mesh.vertices[room.mesh.faces].astype(float))
        write_ply(folder / f"room{k}.ply", vertices, faces, mottled(vertices))
    return folder


def objects_folder(folder: Path) -> Path:
    """A dozen boxes and cones of different proportions, 20 to 40 cm, two of them in val."""
    for k in range(12):
        size = 0.2 + 0.02 * k
        box = (size, size * (0.5 + 0.04 * k), size * 1.2)
        solid = trimesh.creation.box(box) if k % 2 else trimesh.creation.cone(size * (0.4 + 0.025 * k), size)
        write_ply(folder / f"thing{k}" / "mesh.ply", solid.vertices, solid.faces, mottled(solid.vertices * 7 + k))
    return folder


def split_fine(triangles, longest=0.35):
    """Triangles cut until no edge is longer than `longest`, so that vertex colours show detail."""
    while True:
        edges = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2)
        large = edges.max(1) > longest
        if not large.any():
            return triangles.reshape(-1, 3), np.arange(len(triangles) * 3).reshape(-1, 3)
        rows = np.flatnonzero(large)
        k = edges[rows].argmax(1)
        a, b, c = (triangles[rows, (k + i) % 3] for i in range(3))
        middle = (a + b) / 2
        halves = [np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)]
        triangles = np.concatenate([triangles[~large], *halves])


def mottled(vertices):
    """(N, 4) uint8 colours that vary with position."""
    v = np.asarray(vertices)
    waves = np.sin(v @ np.array([[2.1, 5.3, 0.7], [3.7, -1.9, 4.1], [1.3, 2.7, -3.3]]))
    rgb = (140 + 70 * waves).clip(0, 255).astype(np.uint8)
    return np.c_[rgb, np.full(len(v), 255, np.uint8)]
