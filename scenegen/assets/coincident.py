"""Coincident faces: surfaces stored twice, as ShapeNet does, once for each side.

Both twins lie at the same place, so rays hit either at random and textures come out speckled. One of
each group is kept: a textured one, else the one that looks outwards.
"""

from dataclasses import replace

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh, bounds, face_vectors
from scenegen.geometry import normalize

_RAYS = 12
"""Directions per face and side that vote on where outside is."""
_LIFT = 1e-4
"""Height of a vote's origin over the face, as a share of the box's diagonal."""


def remove_coincident(mesh: Mesh, point: NDArray[np.int64]) -> tuple[Mesh, int]:
    """The mesh with one face of each coincident group, and the number of faces removed.

    `point` (N,) names the place of each vertex (see `cleaning.merged_vertices`); faces over the same three
    places coincide, whatever their winding.
    """
    group = coincident_groups(mesh, point)
    if len(group) == int(group.max(initial=-1)) + 1:
        return mesh, 0
    kept = np.sort(_best_of_each(mesh, group))
    label = None if mesh.face_label is None else mesh.face_label[kept]
    out = replace(mesh, faces=mesh.faces[kept], face_material=mesh.face_material[kept], face_label=label)
    return out, len(mesh.faces) - len(kept)


def coincident_groups(mesh: Mesh, point: NDArray[np.int64]) -> NDArray[np.int64]:
    """(F,) number of the group of faces that cover the same three places."""
    triple = np.sort(point[mesh.faces], axis=1)
    order = np.lexsort(triple.T)
    changes = (np.diff(triple[order], axis=0) != 0).any(1)
    group = np.empty(len(order), np.int64)
    group[order] = np.concatenate([[0], np.cumsum(changes)])
    return group


def _best_of_each(mesh: Mesh, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """(G,) the face to keep of each group: textured, then outward, then first in the file."""
    textured = np.array([m.texture is not None for m in mesh.materials])[mesh.face_material]
    doubled = np.flatnonzero(np.bincount(group)[group] > 1)
    outward = np.zeros(len(group))
    outward[doubled] = outward_votes(mesh, doubled)
    order = np.lexsort((np.arange(len(group)), -outward, ~textured, group))
    return order[np.concatenate([[True], np.diff(group[order]) != 0])]


def outward_votes(mesh: Mesh, faces: NDArray[np.int64]) -> NDArray[np.float64]:
    """(K,) in [-1, 1]: how far more of the open air lies before the faces (1) than behind (-1) them.

    Rays leave each face on both sides; those that meet nothing have reached the outside. Where both sides see
    the same, the side away from the middle of the box wins by a hair.
    """
    low, high = bounds(mesh)
    center, normal = mesh.vertices[mesh.faces[faces]].mean(1), normalize(face_vectors(mesh)[faces])
    scene = EmbreeScene()
    keep = TriangleMesh(scene, np.ascontiguousarray(mesh.vertices), np.ascontiguousarray(mesh.faces))
    lift = _LIFT * float(np.linalg.norm(high - low))
    front, back = (_escapes(scene, center + side * lift * normal, side * normal) for side in (1, -1))
    del keep
    away = np.sign(((center - (low + high) / 2) * normal).sum(1))
    return (front - back) + away * 1e-3


def _escapes(scene: EmbreeScene, origin: NDArray, normal: NDArray) -> NDArray[np.float64]:
    """(K,) share of the rays over the side of `normal` that meet nothing."""
    free = np.zeros(len(origin))
    start = np.ascontiguousarray(origin, np.float32)
    for direction in _sphere(_RAYS):
        upward = direction * np.where(normal @ direction < 0, -1.0, 1.0)[:, None]
        hit = scene.run(start, np.ascontiguousarray(upward, np.float32), query="OCCLUDED") == 0
        free += ~hit
    return free / _RAYS


def _sphere(count: int) -> NDArray[np.float64]:
    """(count, 3) even directions over half a sphere (Fibonacci); opposite ones stand for each other."""
    k = np.arange(count) + 0.5
    z, turn = k / count, k * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)
