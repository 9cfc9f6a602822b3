"""Any folder of meshes as a source of objects, with or without an `assets.jsonl` that describes them."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.assets.cleaning import centred, clean_object, diagonal, rotated
from scenegen.assets.digest import files_digest, source_files
from scenegen.assets.limits import OBJECT_LIMITS
from scenegen.assets.reading import MESH_SUFFIXES, read_mesh
from scenegen.assets.source import Defect, ObjectModel, hashed_split
from scenegen.assets.wording import is_plain, one_line, plain_path
from scenegen.errors import AssetError, UsageError
from scenegen.geometry import rotation_between

UP_AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1), "-x": (-1, 0, 0), "-y": (0, -1, 0), "-z": (0, 0, -1)}
Y_UP_SUFFIXES = (".glb", ".gltf", ".obj")
"""Formats that are +Y up unless stated otherwise; the rest is taken as +Z up."""
MAX_OBJECT_M = 4.0
"""A larger diagonal is not in metres, if no unit is given."""
SIZE_M = (1e-3, 1e3)
"""Box diagonals that an object can have."""
UNIT_M = (1e-9, 1e9)
"""Units that a file can have."""
_MOST_NOTES = 64 << 20


@dataclass(frozen=True)
class FolderAsset:
    """One mesh of a folder and what is known of it beforehand."""

    id: str
    path: Path
    category: str
    up_axis: str
    unit_m: float | None
    """Metres per unit of the file; None: to be guessed."""
    license: str | None


class FolderObjects:
    """The meshes below a folder, sorted by path; ids are paths below it unless `assets.jsonl` says otherwise.

    Each line of `assets.jsonl` is an object with `path` (or `id`) and any of id, role, category, up_axis, unit_m,
    license; meshes with the role "room" are left out. Raises UsageError where folder or file cannot be used.
    """

    name = "folder"

    def __init__(self, path: str | Path) -> None:
        self.root = Path(path)
        if not self.root.is_dir():
            raise UsageError(f"{self.root}: no such folder; give a folder of meshes ({' '.join(MESH_SUFFIXES)})")
        if not self.assets:
            raise UsageError(f"{self.root}: no meshes in it ({' '.join(MESH_SUFFIXES)})")

    @cached_property
    def assets(self) -> dict[str, FolderAsset]:
        """All objects by id, sorted."""
        notes = read_notes(self.root / "assets.jsonl")
        paths = mesh_files(self.root)
        found = [(p, notes.get(p.relative_to(self.root).as_posix(), {})) for p in paths]
        assets = [_asset(self.root, p, note) for p, note in found if note.get("role") != "room"]
        by_id = {a.id: a for a in sorted(assets, key=lambda a: a.id)}
        absent = sorted(notes.keys() - {p.relative_to(self.root).as_posix() for p in paths})
        if absent or len(by_id) < len(assets):
            what = f"names {one_line(absent[0])}, which is no mesh here" if absent else "gives one id to two meshes"
            raise UsageError(f"{self.root / 'assets.jsonl'}: {what}; correct or remove the line")
        return by_id

    @property
    def license(self) -> str:
        """Licences named in `assets.jsonl`, or that none is known."""
        named = sorted({a.license for a in self.assets.values() if a.license})
        return "; ".join(named) or "not stated: see where the meshes come from"

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Object ids by category, both sorted."""
        categories = sorted({a.category for a in self.assets.values()})
        return {c: tuple(i for i, a in self.assets.items() if a.category == c) for c in categories}

    def split(self, object_id: str) -> str:
        """The split, "train" or "val": by a stable hash of the id, 80/20."""
        return hashed_split(object_id)

    def digest(self, object_id: str) -> str:
        """sha256 (hex) of the mesh, its materials and the pictures they name."""
        return files_digest(source_files(self._asset(object_id).path, self.root), self.root)

    def load(self, object_id: str) -> ObjectModel:
        """Read, clean, turn and scale one mesh. Raises AssetError with a reason where it cannot be used."""
        asset = self._asset(object_id)
        mesh, defects = read_mesh(asset.path, root=self.root, limits=OBJECT_LIMITS)
        rotation = np.rint(rotation_between(UP_AXES[asset.up_axis], (0, 0, 1)))
        mesh, mended = clean_object(rotated(mesh, rotation))
        unit_m, guessed = (asset.unit_m, ()) if asset.unit_m else guess_unit(diagonal(mesh))
        mesh = centred(mesh, unit_m)
        if not SIZE_M[0] <= diagonal(mesh) <= SIZE_M[1]:
            size = f"{diagonal(mesh):.3g} m across, objects are {SIZE_M[0]:g} to {SIZE_M[1]:g} m"
            raise AssetError("implausible_size", f"{object_id}: {size}; state unit_m in assets.jsonl")
        return ObjectModel(object_id, asset.category, mesh, diagonal(mesh), defects + mended + guessed)

    def _asset(self, object_id: str) -> FolderAsset:
        """The asset of an id. Raises AssetError `missing`."""
        if object_id not in self.assets:
            raise AssetError("missing", f"{object_id}: not in {self.root}")
        return self.assets[object_id]


def mesh_files(root: Path) -> list[Path]:
    """The meshes below a folder, sorted. Raises UsageError for a name that cannot be an id."""
    found = (p for p in root.rglob("*") if p.suffix.lower() in MESH_SUFFIXES and p.is_file())
    return sorted(plain_path(p, root) for p in found)


def guess_unit(diagonal_units: float) -> tuple[float, tuple[Defect, ...]]:
    """Metres per unit by size alone: metres up to 4, centimetres up to 400, else millimetres; noted unless metres."""
    if diagonal_units <= MAX_OBJECT_M:
        return 1.0, ()
    unit_m, name = (0.01, "centimetres") if diagonal_units <= 100 * MAX_OBJECT_M else (0.001, "millimetres")
    return unit_m, (Defect("unit_guessed", name),)


def read_notes(path: Path) -> dict[str, dict[str, Any]]:
    """Lines of `assets.jsonl` by path; empty where there is no such file. Raises UsageError with the line number."""
    if not path.is_file():
        return {}
    if path.stat().st_size > _MOST_NOTES:
        raise UsageError(f"{path}: more than {_MOST_NOTES >> 20} MiB; one short line per mesh is enough")
    notes: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
        if line.strip():
            note = _note(line, f"{path}:{number}")
            notes[str(note.get("path", note.get("id")))] = note
    return notes


def _note(line: str, where: str) -> dict[str, Any]:
    """One checked line."""
    try:
        note = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"{where}: not a JSON object") from None
    if not isinstance(note, dict) or not isinstance(note.get("path", note.get("id")), str):
        raise UsageError(f"{where}: needs a `path` (or `id`) that names a mesh below the folder")
    for key in ("path", "id", "role", "category", "license"):
        if key in note and not (isinstance(note[key], str) and note[key] and is_plain(note[key])):
            raise UsageError(f"{where}: {key} must be a plain text on one line")
    if note.get("up_axis", "z") not in tuple(UP_AXES):  # a list cannot be looked up in a dict
        raise UsageError(f"{where}: up_axis must be one of {' '.join(UP_AXES)}")
    unit = note.get("unit_m", 1.0)
    if isinstance(unit, bool) or not isinstance(unit, int | float) or not UNIT_M[0] <= unit <= UNIT_M[1]:
        raise UsageError(f"{where}: unit_m must be a positive number of metres, {UNIT_M[0]:g} to {UNIT_M[1]:g}")
    if not isinstance(note.get("scan", False), bool):
        raise UsageError(f"{where}: scan must be true or false")
    return note


def _asset(root: Path, path: Path, note: dict[str, Any]) -> FolderAsset:
    """What is stated, filled up with what the path tells."""
    relative = path.relative_to(root)
    parent = relative.parent.name or path.stem
    default_up = "y" if path.suffix.lower() in Y_UP_SUFFIXES else "z"
    return FolderAsset(
        id=str(note.get("id", relative.as_posix())),
        path=path,
        category=str(note.get("category") or parent).lower(),
        up_axis=note.get("up_axis", default_up),
        unit_m=note.get("unit_m"),
        license=note.get("license"),
    )
