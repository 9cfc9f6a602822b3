"""How the cost of a pair grows: with triangles, objects, pixels and views."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, reduce
from typing import Any

import numpy as np

from benching.section import Section
from benching.subject import Change, Subject, opened, room_of, timed
from scenegen.assets.mesh import Mesh
from scenegen.assets.source import Room
from scenegen.config import Range, Size

Step = tuple[int, Subject, Change | None]
"""x, or 0 for the triangles of the room; what is made, and what is done to the room first."""
MOST_TRIANGLES = 10_000_000
OBJECTS = (1, 5, 15, 35)
SIZES = ((160, 120), (320, 240), (640, 480), (1280, 960), (1920, 1440))
VIEWS = (2, 4, 8, 12)


def sweep(name: str, subject: Subject) -> Section:
    """One sweep, each value in a studio of its own."""
    return Section(f"Cost against {name}", tuple(_rows(name, SWEEPS[name](subject))), curve=(name, "ms a pair"))


def _rows(name: str, steps: Iterator[Step]) -> Iterator[dict[str, Any]]:
    for value, subject, change in steps:
        timing = timed(subject, opened(subject, change))
        yield {
            name: value or timing.triangles,
            "ms a pair": timing.ms,
            "MB a pair": timing.written / timing.pairs / 1e6,
        }


def _triangles(subject: Subject) -> Iterator[Step]:
    """The same room, each of its triangles cut in 4, 16, 64, ..., until there are MOST_TRIANGLES."""
    yield 0, subject, None
    studio = opened(subject)
    count = len(studio.rooms.load(room_of(subject, studio)).mesh.faces)
    for times in range(1, 1 + math.ceil(math.log(MOST_TRIANGLES / count, 4))):
        yield 0, subject, partial(finer_room, times=times)


def _objects(subject: Subject) -> Iterator[Step]:
    for count in OBJECTS:
        objects = replace(subject.config.objects, objects=Range(count, count))
        yield count, subject.varied(objects=objects), None


def _sizes(subject: Subject) -> Iterator[Step]:
    for width, height in SIZES:
        yield width * height, subject.varied(size=Size(width, height)), None


def _views(subject: Subject) -> Iterator[Step]:
    for count in VIEWS:
        yield count, subject.varied(views=count), None


SWEEPS: dict[str, Callable[[Subject], Iterator[Step]]] = {
    "triangles": _triangles,
    "objects": _objects,
    "pixels": _sizes,
    "views": _views,
}


def finer_room(room: Room, times: int) -> Room:
    """The room with 4^times as many triangles."""
    return replace(room, mesh=reduce(lambda mesh, _: quartered(mesh), range(times), room.mesh))


def quartered(mesh: Mesh) -> Mesh:
    """The same surface, each triangle in four; edges are cut for each triangle apart."""
    corners, count = mesh.faces.reshape(-1), len(mesh.faces)
    first, second = mesh.faces.ravel(), np.roll(mesh.faces, -1, axis=1).ravel()

    def cut(values: Any) -> Any:
        if values is None:
            return None
        middle = (values[first].astype(np.float64) + values[second]) / 2
        return np.concatenate([values[corners], middle.astype(values.dtype)])

    a, b, c = np.arange(3 * count, dtype=np.int32).reshape(-1, 3).T
    ab, bc, ca = (np.arange(3 * count, dtype=np.int32) + 3 * count).reshape(-1, 3).T
    faces = np.stack([(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]).transpose(2, 0, 1).reshape(-1, 3)
    normals = cut(mesh.normals)
    if normals is not None:
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return replace(
        mesh,
        vertices=cut(mesh.vertices),
        faces=np.ascontiguousarray(faces),
        face_material=np.repeat(mesh.face_material, 4),
        normals=normals,
        uv=cut(mesh.uv),
        colors=cut(mesh.colors),
        face_label=None if mesh.face_label is None else np.repeat(mesh.face_label, 4),
    )
