"""STL to a mesh: trimesh parses."""

import io
from pathlib import Path

import numpy as np
import trimesh

from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.origin import localized
from scenegen.assets.source import Defect
from scenegen.errors import AssetError


def read_stl(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of an STL file and what is wrong with it; it names no other files.

    Raises AssetError `no_faces`; anything that trimesh raises on a damaged file.
    """
    del root, limits
    scene = trimesh.load_scene(io.BytesIO(_stl(path)), file_type="stl", process=False)
    parts = [g for g in scene.geometry.values() if isinstance(g, trimesh.Trimesh) and len(g.faces)]
    if not parts:
        raise AssetError("no_faces", f"{path.name}: no triangles")
    starts = np.cumsum([0, *(len(p.vertices) for p in parts)])
    faces = np.concatenate([p.faces + start for p, start in zip(parts, starts, strict=False)]).astype(np.int32)
    vertices = localized(np.concatenate([p.vertices for p in parts]))
    return Mesh(vertices, faces, np.zeros(len(faces), np.int32), (Material(""),)), []


def _stl(path: Path) -> bytes:
    """The file; one that is not binary as UTF-8, which trimesh would else guess at."""
    data = path.read_bytes()
    binary = len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")
    return data if binary else data.decode("utf-8", "replace").encode()
