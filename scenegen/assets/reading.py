"""Foreign mesh files to `Mesh`: the one door through which they come in.

Nothing is cleaned here (see `cleaning`): axes, units and faces are the file's own.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.obj_mesh import read_obj
from scenegen.assets.ply_mesh import read_ply
from scenegen.assets.scene_mesh import read_scene
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

MESH_SUFFIXES = (".glb", ".gltf", ".obj", ".off", ".ply", ".stl")
"""File types that `read_mesh` accepts, lower case."""
LOADER_VERSION = 1
"""Raised when reading or cleaning changes its results: part of every cache key."""
_READERS = {".obj": read_obj, ".ply": read_ply}


def read_mesh(
    path: Path, *, root: Path | None = None, max_bytes: int = 1 << 30, max_faces: int = 10_000_000
) -> tuple[Mesh, tuple[Defect, ...]]:
    """Read one mesh file with materials, textures, colours, normals and labels.

    `root` is the folder that the file may name other files in, its own folder by default; nothing outside is
    read. `face_label` holds the integer property `label` of a PLY (majority of a face's vertices).
    Raises AssetError: `missing`, `unsupported`, `too_large`, `unreadable`, `empty`, `no_faces`, `bad_index`,
    `not_finite`.
    """
    suffix = path.suffix.lower()
    if suffix not in MESH_SUFFIXES:
        raise AssetError("unsupported", f"{path}: not one of {' '.join(MESH_SUFFIXES)}")
    _check_size(path, max_bytes)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            mesh, defects = _READERS.get(suffix, read_scene)(path, path.parent if root is None else root)
    except AssetError:
        raise
    except Exception as error:  # foreign parsers raise anything on damaged files
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise AssetError("unreadable", f"{path}: cannot be read ({reason})") from None
    if not len(mesh.faces):
        raise AssetError("no_faces", f"{path}: no face has three corners")
    if len(mesh.faces) > max_faces:
        raise AssetError("too_large", f"{path}: {len(mesh.faces)} faces, more than {max_faces}")
    checked, more = _checked(mesh, path)
    return checked, tuple(defects + more)


def _check_size(path: Path, max_bytes: int) -> None:
    """Refuse what is not there, empty or too large before it is read."""
    if not path.is_file():
        raise AssetError("missing", f"{path}: no such file")
    size = path.stat().st_size
    if size == 0:
        raise AssetError("empty", f"{path}: the file is empty")
    if size > max_bytes:
        raise AssetError("too_large", f"{path}: {size} bytes, more than {max_bytes}")


def _checked(mesh: Mesh, path: Path) -> tuple[Mesh, list[Defect]]:
    """Indices in range and finite numbers wherever a face looks; raises AssetError otherwise."""
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise AssetError("bad_index", f"{path}: a face names a vertex that is not in the file")
    broken = np.asarray(~np.isfinite(mesh.vertices).all(axis=1))
    if broken.any() and broken[mesh.faces].any():
        raise AssetError("not_finite", f"{path}: coordinates that are not finite numbers")
    defects = []
    if mesh.uv is not None and not np.isfinite(mesh.uv).all():
        count = int((~np.isfinite(mesh.uv)).any(1).sum())
        defects.append(Defect("bad_uv", f"{count} vertices"))
        mesh = replace(mesh, uv=np.nan_to_num(mesh.uv, nan=0.0, posinf=0.0, neginf=0.0))
    return mesh, defects
