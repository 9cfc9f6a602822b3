"""SceneNN as a source of rooms: `<id>/<id>.ply` scans with instance labels, named by `<id>/<id>.xml`."""

import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from scenegen.assets.digest import files_digest
from scenegen.assets.face_names import UNKNOWN
from scenegen.assets.facts import FactStore
from scenegen.assets.manifest import scenenn_split
from scenegen.assets.mesh import Mesh
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.room_mesh import level_room
from scenegen.assets.source import Defect, Room, hashed_split
from scenegen.assets.wording import one_line, plain_path
from scenegen.errors import AssetError, UsageError

UP = (0.0, 1.0, 0.0)
"""SceneNN scans are +Y up, to within a tilt."""
_QUIRKS = {"prop": "otherprop", "fridge": "refrigerator", "": UNKNOWN}
_ID = re.compile(r"-?[0-9]{1,18}")
_MAX_XML_BYTES = 16 << 20


class SceneNNRooms:
    """The rooms of a folder in SceneNN's layout; ids are the names of its sub-folders ("005").

    The 76 annotated rooms keep their published split ("train", "test"), all others the stable hash. Instance ids
    stay in `mesh.face_label`; `Room.categories` names their class. Raises UsageError where nothing is there.
    """

    name = "scenenn"
    baked_light = True
    license = "terms of the SceneNN project: research use; no redistribution of meshes"

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        if not self.root.is_dir():
            raise UsageError(f"{self.root}: no such folder; give the folder that holds SceneNN's numbered folders")
        if not self._ids:
            raise UsageError(f"{self.root}: no SceneNN rooms; looked for <id>/<id>.ply")
        self._published = scenenn_split()

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        folders = sorted(p for p in self.root.iterdir() if p.is_dir())
        return tuple(plain_path(p, self.root).name for p in folders if (p / f"{p.name}.ply").is_file())

    def ids(self) -> tuple[str, ...]:
        """All room ids, sorted."""
        return self._ids

    def in_order(self, shuffled: tuple[str, ...]) -> tuple[str, ...]:
        """The 76 annotated rooms before all others."""
        return tuple(sorted(shuffled, key=lambda room: room not in self._published))

    def listed_split(self, room_id: str) -> str:
        """The published "train" or "test", else "train" or "val" by a stable hash of the id: scans are no copies."""
        return self._published.get(room_id) or hashed_split(room_id)

    def split(self, room_id: str) -> str:
        """The same."""
        return self.listed_split(room_id)

    def digest(self, room_id: str) -> str:
        """sha256 (hex) of scan and annotation."""
        files = (self._file(room_id, "ply"), self._file(room_id, "xml"))
        return files_digest(tuple(p for p in files if p.is_file()), self.root)

    def load(self, room_id: str) -> Room:
        """Read, clean, level and name one room. Raises AssetError with a reason where it cannot be used."""
        mesh, defects = read_mesh_file(self._file(room_id, "ply"), root=self.root / room_id)
        names, more = self._names(room_id)
        mesh, categories = _known_labels(mesh, names)
        return level_room(room_id, mesh, defects + more, hint=UP, is_scan=True, categories=categories)

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all rooms together: nothing."""
        return ()

    def _names(self, room_id: str) -> tuple[dict[int, str], tuple[Defect, ...]]:
        """Class by instance id; a missing or unusable annotation is a defect, not the end of the room."""
        path = self._file(room_id, "xml")
        if not path.is_file():
            return {}, (Defect("no_annotation", path.name),)
        try:
            return read_annotation(path), ()
        except AssetError as error:
            return {}, (Defect("bad_annotation", str(error)),)

    def _file(self, room_id: str, suffix: str) -> Path:
        """Path of a file of a room. Raises AssetError `missing` for ids that are not here."""
        if room_id not in self._ids:
            raise AssetError("missing", f"{room_id}: not in {self.root}")
        return self.root / room_id / f"{room_id}.{suffix}"


def scenenn_rooms(path: Path, facts: FactStore) -> SceneNNRooms:
    """SceneNN's rooms; no fact about their meshes is needed beforehand."""
    return SceneNNRooms(path)


def read_annotation(path: Path) -> dict[int, str]:
    """Class name by instance id of a SceneNN annotation.

    `nyu_class` where the file has it, else the free `text`; labels without a number are passed over. Raises
    AssetError: `too_large`, `unsafe_xml` (anything with a DOCTYPE or an ENTITY), `unreadable`.
    """
    if path.stat().st_size > _MAX_XML_BYTES:
        raise AssetError("too_large", f"{path.name}: more than {_MAX_XML_BYTES >> 20} MiB")
    data = path.read_bytes()
    # Without a document type there is nothing to expand; a NUL betrays an encoding that could hide one.
    if b"\0" in data or any(word in data.upper() for word in (b"<!DOCTYPE", b"<!ENTITY")):
        raise AssetError("unsafe_xml", f"{path.name}: DOCTYPE, ENTITY or wide characters are refused; remove them")
    try:
        root = ElementTree.fromstring(data.decode("utf-8-sig", "replace"))
    except (ElementTree.ParseError, ValueError) as error:
        raise AssetError("unreadable", f"{path.name}: not well-formed XML ({error})") from None
    labels = [(label.get("id", "").strip(), label) for label in root.iter("label")]
    return {int(key): _class_name(label) for key, label in labels if _ID.fullmatch(key)}


def _class_name(label: ElementTree.Element) -> str:
    """The NYU class of a label in plain lower case, known misspellings mended; "unknown" where it has none."""
    raw = label.get("nyu_class")
    name = one_line((label.get("text", "") if raw is None else raw).lower())
    return _QUIRKS.get(name, name)


def _known_labels(mesh: Mesh, names: dict[int, str]) -> tuple[Mesh, dict[int, str]]:
    """Labels with 0 for none (SceneNN writes -1 as well), and a name for every id in the mesh."""
    if mesh.face_label is None:
        return mesh, {}
    label = np.maximum(mesh.face_label, 0)
    present = [int(k) for k in np.unique(label) if k]
    return replace(mesh, face_label=label), {k: names.get(k, UNKNOWN) for k in present}
