"""The built-in object library: 40,336 distinct textured objects, each a pure function of its id."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh, bounds, concatenate, face_vectors
from scenegen.assets.procedural.categories import CATEGORIES, Category
from scenegen.assets.source import ObjectModel, hashed_split
from scenegen.errors import AssetError
from scenegen.seeding import Stage, generator, stable_key

VERSION = "objects-2"
"""Changes whenever the same id would give another object."""
_BY_SLUG = {category.slug: category for category in CATEGORIES}


@dataclass(frozen=True)
class ProceduralObjects:
    """The built-in objects as an `ObjectSource`. Ids are "mug/00017", numbered from 0 within a category."""

    name: str = "procedural"
    license: str = "scenegen built-in, CC0"

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Object ids by category, both sorted."""
        return {c.name: tuple(f"{c.slug}/{k:05d}" for k in range(c.count)) for c in CATEGORIES}

    def listed_split(self, object_id: str) -> str:
        """The part that an id belongs to, "train" or "val": a stable hash, 80/20; no two ids give one object."""
        return hashed_split(object_id)

    def split(self, object_id: str) -> str:
        """The same."""
        return self.listed_split(object_id)

    def digest(self, object_id: str) -> str:
        """sha256 (hex) of the generator version and the id."""
        return hashlib.sha256(f"{VERSION}:{object_id}".encode()).hexdigest()

    def load(self, object_id: str) -> ObjectModel:
        """Build one object. Raises AssetError where the id names none."""
        category = _category(object_id)
        rng = generator(0, Stage.ASSET, room=stable_key(object_id))
        mesh = _centred(_tidy(concatenate(category.build(rng))))
        low, high = bounds(mesh)
        return ObjectModel(object_id, category.name, mesh, float(np.linalg.norm(high - low)))

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all objects together: nothing."""
        return ()


def _category(object_id: str) -> Category:
    """The category that an id belongs to. Raises AssetError where there is no such object."""
    slug, _, number = object_id.partition("/")
    category = _BY_SLUG.get(slug)
    known = category is not None and len(number) == 5 and number.isdecimal() and int(number) < category.count
    if category is None or not known:
        raise AssetError("unknown_object", f"no built-in object {object_id!r}: ids look like mug/00017 (see ids())")
    return category


def _tidy(mesh: Mesh) -> Mesh:
    """The mesh without triangles of no area, vertices that no triangle uses, and the classes of parts of a room."""
    area = np.linalg.norm(face_vectors(mesh), axis=1)
    keep = area > 1e-11 * float(np.square(np.ptp(mesh.vertices, axis=0)).sum())
    used, faces = np.unique(mesh.faces[keep], return_inverse=True)
    return replace(
        mesh,
        vertices=mesh.vertices[used],
        faces=faces.reshape(-1, 3).astype(np.int32),
        face_material=mesh.face_material[keep],
        normals=_rows(mesh.normals, used),
        uv=_rows(mesh.uv, used),
        face_label=None,
    )


def _rows(values: NDArray | None, used: NDArray) -> NDArray | None:
    """Rows of a vertex attribute that stay."""
    return None if values is None else values[used]


def _centred(mesh: Mesh) -> Mesh:
    """The mesh moved so that its bounding box is centred at the origin."""
    low, high = bounds(mesh)
    return replace(mesh, vertices=(mesh.vertices - (low + high) / 2).astype(np.float32))
