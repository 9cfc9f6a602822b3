"""Foreign mesh files to `Mesh`: the one door through which they come in.

Nothing is cleaned here (see `cleaning`): axes, units and faces are the file's own.
"""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.assets.gltf.scene import read_gltf
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import F32, Mesh
from scenegen.assets.obj_mesh import read_obj
from scenegen.assets.off_mesh import read_off
from scenegen.assets.ply_mesh import read_ply
from scenegen.assets.source import Defect
from scenegen.assets.stl_mesh import read_stl
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError, unreadable

MESH_SUFFIXES = (".glb", ".gltf", ".obj", ".off", ".ply", ".stl")
"""File types that `read_mesh_file` accepts, lower case."""
LOADER_VERSION = 5
"""Raised when reading or cleaning changes its results: part of every cache key."""
FARTHEST = 1e9
"""Coordinates beyond are damage: float32 holds nothing of a shape out there."""
FARTHEST_UV = 1e6
"""Repeats of a texture beyond which float32 cannot tell its texels apart."""
_POINTER, _POINTER_BYTES = b"version https://git-lfs.github.com/spec/", 1024
"""How a file begins that Git LFS leaves where it has not fetched the real one, and how long such files are at most."""
_READERS = {
    ".glb": read_gltf,
    ".gltf": read_gltf,
    ".obj": read_obj,
    ".off": read_off,
    ".ply": read_ply,
    ".stl": read_stl,
}


def read_mesh_file(
    path: Path, *, root: Path | None = None, limits: Limits = ROOM_LIMITS
) -> tuple[Mesh, tuple[Defect, ...]]:
    """Read one mesh file with materials, textures, colours, normals and labels.

    `root` is the folder that the file may name other files in, its own folder by default; nothing outside is
    read. Positions far from the file's origin are relative to the centre of their box (`origin.localized`).
    `face_label` holds the integer property `label` of a PLY (majority of a face's vertices).
    Raises AssetError: `missing`, `unsupported`, `too_large`, `unreadable`, `empty`, `no_faces`, `bad_index`,
    `not_finite`, `implausible_size` (coordinates beyond `FARTHEST`); MachineError where the system failed.
    """
    suffix = path.suffix.lower()
    if suffix not in MESH_SUFFIXES:
        raise AssetError("unsupported", f"{path}: not one of {' '.join(MESH_SUFFIXES)}")
    try:
        _check_size(path, limits.max_bytes)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mesh, defects = _READERS[suffix](path, path.parent if root is None else root, limits)
    except AssetError:
        raise
    except Exception as error:  # foreign parsers raise anything on damaged files
        if isinstance(error, OSError) and error.errno:
            raise unreadable(path, error) from None
        reason = one_line(error) or type(error).__name__
        raise AssetError("unreadable", f"{path}: cannot be read ({reason})") from None
    if not len(mesh.faces):
        raise AssetError("no_faces", f"{path}: no face has three corners")
    if len(mesh.faces) > limits.max_faces:
        raise AssetError("too_large", f"{path}: {len(mesh.faces)} faces, more than {limits.max_faces}")
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
    if size < _POINTER_BYTES and path.read_bytes().startswith(_POINTER):
        raise AssetError("missing", f"{path}: stands for a file in Git LFS; fetch it with git lfs pull")


def _checked(mesh: Mesh, path: Path) -> tuple[Mesh, list[Defect]]:
    """Indices in range and finite numbers wherever a face looks; raises AssetError otherwise."""
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise AssetError("bad_index", f"{path}: a face names a vertex that is not in the file")
    broken = np.asarray(~np.isfinite(mesh.vertices).all(axis=1))
    if broken[mesh.faces].any():
        raise AssetError("not_finite", f"{path}: coordinates that are not finite numbers")
    broken |= (np.abs(mesh.vertices) > FARTHEST).any(axis=1)
    if broken[mesh.faces].any():
        raise AssetError("implausible_size", f"{path}: coordinates beyond {FARTHEST:g}; is the file damaged?")
    mesh = replace(mesh, vertices=_zeroed(mesh.vertices, broken))
    if mesh.normals is not None:  # cleaning mends what is 0
        mesh = replace(mesh, normals=_zeroed(mesh.normals, ~(np.abs(mesh.normals) < FARTHEST).all(axis=1)))
    defects = []
    if mesh.uv is not None and (lost := ~(np.abs(mesh.uv) < FARTHEST_UV).all(axis=1)).any():
        defects.append(Defect("bad_uv", f"{int(lost.sum())} vertices"))
        mesh = replace(mesh, uv=_zeroed(mesh.uv, lost))
    return mesh, defects


def _zeroed(rows: F32, which: Any) -> F32:
    """The rows with those marked in (N,) `which` set to 0."""
    return np.where(which[:, None], np.float32(0), rows) if which.any() else rows
