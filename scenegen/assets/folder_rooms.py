"""Any folder of meshes as a source of rooms: one room per mesh, in whatever frame.

Files that differ only in their suffix (scan.obj, scan.ply) are forms of one room: as two rooms they
could end up on both sides of a split. The first form that has its colours is used.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.assets.digest import files_digest, source_files
from scenegen.assets.folder_objects import UP_AXES, mesh_files, read_notes
from scenegen.assets.mesh import Mesh
from scenegen.assets.reading import MESH_SUFFIXES, read_mesh
from scenegen.assets.room_mesh import colored, prepare_room
from scenegen.assets.scans import looks_scanned
from scenegen.assets.source import Defect, Room, hashed_split
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError, UsageError


@dataclass(frozen=True)
class FolderRoom:
    """One room's files and what is known of it beforehand."""

    id: str
    forms: tuple[Path, ...]
    """The same room in one or more formats, the one to try first in front."""
    up_axis: str | None
    """"-y" and the like, true to 30 degrees; None: found without help."""
    unit_m: float
    license: str | None
    unit_stated: bool = False
    is_scan: bool | None = None
    """Stated; None: told by the mesh."""


AUTHORED_UP = {".glb": UP_AXES["y"], ".gltf": UP_AXES["y"]}
"""Up axis that a format fixes (glTF 2.0, 3.4)."""


class FolderRooms:
    """The meshes below a folder, each a room; ids are paths without suffix, or with it where two would be alike.

    An `assets.jsonl` may name id, role, up_axis, unit_m, scan and license by path; meshes with the role "object" are
    left out. Without a stated unit a mesh is in metres. Raises UsageError where folder or file cannot be used.
    """

    name = "folder"

    def __init__(self, path: str | Path) -> None:
        self.root = Path(path)
        if not self.root.is_dir():
            raise UsageError(f"{self.root}: no such folder; give a folder of room meshes ({' '.join(MESH_SUFFIXES)})")
        if not self.rooms:
            raise UsageError(f"{self.root}: no meshes in it; looked for {' '.join(MESH_SUFFIXES)} in all its folders")
        named = sorted({r.license for r in self.rooms.values() if r.license})
        self.license = "; ".join(named) or "not stated: see where the meshes come from"

    @cached_property
    def rooms(self) -> dict[str, FolderRoom]:
        """All rooms by id, sorted."""
        notes = read_notes(self.root / "assets.jsonl")
        paths = mesh_files(self.root)
        absent = sorted(notes.keys() - {self._name(p) for p in paths})
        if absent:
            what = f"names {one_line(absent[0])}, which is no mesh here"
            raise UsageError(f"{self.root / 'assets.jsonl'}: {what}; correct or remove the line")
        wanted = [p for p in paths if notes.get(self._name(p), {}).get("role") != "object"]
        forms: dict[str, list[Path]] = {}
        for path in wanted:
            # a file with a note of its own is a room of its own
            name = self._name(path)
            forms.setdefault(name if name in notes else self._name(path.with_suffix("")), []).append(path)
        rooms: dict[str, FolderRoom] = {}
        for name, files in forms.items():
            stem = self._name(files[0].with_suffix(""))
            alone = sum(self._name(p.with_suffix("")) == stem for p in wanted) == len(files)
            room = _room(tuple(sorted(files, key=_preference)), notes.get(name, {}), stem if alone else name)
            if room.id in rooms:
                raise UsageError(f"{self.root / 'assets.jsonl'}: two rooms have the id {room.id!r}; rename one")
            rooms[room.id] = room
        return dict(sorted(rooms.items()))

    def _name(self, path: Path) -> str:
        """A path below the folder, as assets.jsonl writes it."""
        return path.relative_to(self.root).as_posix()

    def ids(self) -> tuple[str, ...]:
        """All room ids, sorted."""
        return tuple(self.rooms)

    def split(self, room_id: str) -> str:
        """By a stable hash of the id: "train" (80 %) or "val"."""
        return hashed_split(room_id)

    def digest(self, room_id: str) -> str:
        """sha256 (hex) of the mesh, its materials and the pictures they name, and of a stated axis or unit."""
        room = self._room(room_id)
        files = files_digest(tuple(sorted({f for p in room.forms for f in source_files(p, self.root)})), self.root)
        stated = f"{room.up_axis} {room.unit_m if room.unit_stated else None} {room.is_scan}"
        return files if stated == "None None None" else hashlib.sha256(f"{files} {stated}".encode()).hexdigest()

    def load(self, room_id: str) -> Room:
        """Read, clean and level one room. Raises AssetError with a reason where it cannot be used."""
        room = self._room(room_id)
        mesh, defects, path = self._read(room)
        mesh = replace(mesh, vertices=(mesh.vertices.astype(np.float64) * room.unit_m).astype(np.float32))
        return prepare_room(
            room_id,
            mesh,
            defects,
            hint=UP_AXES[room.up_axis] if room.up_axis else None,
            authored=AUTHORED_UP.get(path.suffix.lower()),
            unit_stated=room.unit_stated,
            is_scan=looks_scanned(mesh) if room.is_scan is None else room.is_scan,
        )

    def _read(self, room: FolderRoom) -> tuple[Mesh, tuple[Defect, ...], Path]:
        """The first form that can be read and has its colours, else the first that can be read, and its file."""
        found: list[tuple[Mesh, tuple[Defect, ...], Path]] = []
        trouble: AssetError | None = None
        for path in room.forms:
            try:
                mesh, defects = read_mesh(path, root=self.root)
            except AssetError as error:
                trouble = trouble or error
                continue
            if colored(mesh) and "missing_texture" not in {d.code for d in defects}:
                return mesh, defects, path
            found.append((mesh, defects, path))
        if not found:
            raise trouble or AssetError("missing", f"{room.id}: not in {self.root}")
        return found[0]

    def _room(self, room_id: str) -> FolderRoom:
        """The room of an id. Raises AssetError `missing`."""
        if room_id not in self.rooms:
            raise AssetError("missing", f"{room_id}: not in {self.root}")
        return self.rooms[room_id]


def _preference(path: Path) -> tuple[int, str]:
    """Formats that carry textures first."""
    order = (".glb", ".gltf", ".obj", ".ply", ".off", ".stl")
    suffix = path.suffix.lower()
    return (order.index(suffix) if suffix in order else len(order), path.name)


def _room(forms: tuple[Path, ...], note: dict[str, Any], default_id: str) -> FolderRoom:
    """What is stated, filled up with what the path tells."""
    return FolderRoom(
        id=str(note.get("id", default_id)),
        forms=forms,
        up_axis=note.get("up_axis"),
        unit_m=float(note.get("unit_m", 1.0)),
        license=note.get("license"),
        unit_stated="unit_m" in note,
        is_scan=note.get("scan"),
    )
