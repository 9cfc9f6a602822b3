"""Any folder of meshes as a source of rooms: one room per scene, in whatever frame.

Files that are forms of one scene (see `forms`) are one room; the first form that has its colours is used.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scenegen.assets.facts import FactStore
from scenegen.assets.folder import FolderAsset, asset_digest, folder_assets, found_asset, named_licenses, read_best
from scenegen.assets.habits import GLTF, hm3d_split, place_of
from scenegen.assets.limits import ROOM_LIMITS
from scenegen.assets.notes import UP_AXES
from scenegen.assets.proportions import surface_split
from scenegen.assets.room_mesh import level_room
from scenegen.assets.scannet import labelled_by_file, labels_file
from scenegen.assets.scans import looks_scanned
from scenegen.assets.source import Room, hashed_split


def place_split(room_id: str) -> str | None:
    """The split of scans that several times show one place, by a stable hash of the place; None for all others."""
    place = place_of(room_id)
    return None if place is None else hashed_split(place)


@dataclass(frozen=True)
class RoomFolderLayout:
    """A data set's own way to lay out a folder of rooms."""

    name: str
    only: re.Pattern[str] | None = None
    """What the names of its meshes hold; None: any mesh."""
    split: Callable[[str], str | None] = place_split
    """A split that is known from the id; None: by the surface."""
    authored: str | None = None
    """Up axis of all its meshes, whatever their format says; None: as the format says."""
    license: str | None = None
    """Its terms where `assets.jsonl` states none; None: not known."""
    is_scan: bool | None = None
    """Whether its meshes are scans where `assets.jsonl` does not say; None: told by each mesh."""


ANY = RoomFolderLayout("folder")
HM3D = RoomFolderLayout(
    "hm3d",
    only=re.compile(r"\.glb$", re.IGNORECASE),
    split=hm3d_split,
    authored="z",  # its .glb are +Z up, against glTF's +Y: Habitat's configuration of the data set says so
    license="Matterport's terms for HM3D: non-commercial academic use; no redistribution of meshes",
    is_scan=True,
)


class FolderRooms:
    """The models below a folder, each a room; ids are paths without suffix and what tells the form.

    An `assets.jsonl` may name id, role, up_axis, unit_m, scan and license by path; meshes with the role "object" are
    left out. Without a stated unit a mesh is in metres. Raises UsageError where folder or file cannot be used.
    """

    baked_light = True

    def __init__(self, path: str | Path, facts: FactStore | None = None, layout: RoomFolderLayout = ANY) -> None:
        self.root = Path(path)
        self.layout = layout
        self.name = layout.name
        self.rooms = folder_assets(self.root, "room", layout.only)
        """All rooms by id, sorted."""
        self.license = named_licenses(self.rooms, layout.license)

    def ids(self) -> tuple[str, ...]:
        """All room ids, sorted."""
        return tuple(self.rooms)

    def in_order(self, shuffled: tuple[str, ...]) -> tuple[str, ...]:
        """The rooms in the order in which a run takes them: as drawn."""
        return shuffled

    def listed_split(self, room_id: str) -> str | None:
        """The split where a list or the place that a scan shows decides it; else None, and the surface does."""
        return self.layout.split(room_id)

    def split(self, room_id: str) -> str:
        """As listed, else "train" (80 %) or "val" by the surface. Raises AssetError where it cannot be read."""
        return self.listed_split(room_id) or surface_split(read_best(self._room(room_id), self.root, ROOM_LIMITS)[1])

    def digest(self, room_id: str) -> str:
        """sha256 (hex) of its files, the materials and pictures they name, and of a stated axis or unit."""
        room = self._room(room_id)
        stated = f"{room.up_axis} {room.unit_m} {room.is_scan}"
        named = [path for form in room.forms[:1] if (path := labels_file(form))]
        files = replace(room, forms=(*room.forms, *named))
        return asset_digest(files, self.root, "" if stated == "None None None" else stated)

    def load(self, room_id: str) -> Room:
        """Read, clean and level one room. Raises AssetError with a reason where it cannot be used."""
        room = self._room(room_id)
        path, mesh, defects = read_best(room, self.root, ROOM_LIMITS)
        categories: dict[int, str] = {}
        if named := labels_file(path):
            mesh, categories, more = labelled_by_file(mesh, named, self.root, ROOM_LIMITS)
            defects += more
        is_scan = self.layout.is_scan if room.is_scan is None else room.is_scan
        is_gltf = GLTF.pattern.search(path.name) is not None  # the one format that fixes axis and unit
        authored = self.layout.authored or (GLTF.up_axis if is_gltf else None)
        mesh = replace(mesh, vertices=(mesh.vertices.astype(np.float64) * (room.unit_m or 1.0)).astype(np.float32))
        return level_room(
            room_id,
            mesh,
            defects,
            hint=UP_AXES[room.up_axis] if room.up_axis else None,
            authored=UP_AXES[authored] if authored else None,
            unit_stated=room.unit_m is not None or is_gltf,
            is_scan=looks_scanned(mesh) if is_scan is None else is_scan,
            categories=categories,
        )

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all rooms together: nothing."""
        return ()

    def _room(self, room_id: str) -> FolderAsset:
        """The room of an id. Raises AssetError `missing`."""
        return found_asset(self.rooms, room_id, self.root)


def hm3d_rooms(path: Path, facts: FactStore) -> FolderRooms:
    """Habitat-Matterport 3D: `00800-TEEsavR23oF/TEEsavR23oF.glb`."""
    return FolderRooms(path, facts, HM3D)
