"""What a source of rooms and a source of objects are: two Protocols and the two things they give."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from scenegen.assets.mesh import Mesh
from scenegen.assets.wording import one_line


@dataclass(frozen=True)
class Defect:
    """Something wrong with an asset that did not make it unusable, or was mended."""

    code: str
    """Short stable code: missing_texture, coincident_faces, no_uv, translucent, inverted_alpha, ..."""
    detail: str = ""
    """One short phrase: a file name, a count. Foreign names come in here: what is long or not printable is cut."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", one_line(self.detail))


@dataclass(frozen=True)
class Room:
    """A room in the world frame: +Z up, floor near z = 0, metres, centred near x = y = 0."""

    id: str
    mesh: Mesh
    ceiling_m: float
    """Height of the ceiling, or of the top of the scan where it has none."""
    categories: dict[int, str]
    """Names of `mesh.face_label` ids, where known."""
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True)
class ObjectModel:
    """An object in its own frame: +Z up, front along -Y, metres at its natural size, box centred at 0."""

    id: str
    """Unique within its source: "03001627/1a2b...", "mug/17"."""
    category: str
    """Plain lower-case word: chair, table, mug."""
    mesh: Mesh
    size_m: float
    """Natural size in metres: the diagonal of the bounding box of `mesh`."""
    defects: tuple[Defect, ...] = ()


class RoomSource(Protocol):
    """A set of rooms. Ids are sorted and stable; loading is a pure function of the id."""

    @property
    def name(self) -> str:
        """Word before the colon of --room-source."""
        ...

    @property
    def license(self) -> str:
        """Terms under which pictures of these rooms may be used, one line."""
        ...

    @property
    def baked_light(self) -> bool:
        """Whether the colours of the rooms hold the light in which they were scanned."""
        ...

    def ids(self) -> tuple[str, ...]:
        """All room ids, sorted."""
        ...

    def in_order(self, shuffled: tuple[str, ...]) -> tuple[str, ...]:
        """All room ids in the order in which a run takes them, given in an order drawn by chance."""
        ...

    def listed_split(self, room_id: str) -> str | None:
        """The split where it is known from the id alone: by a published list, or by a hash of made rooms."""
        ...

    def split(self, room_id: str) -> str:
        """One of train, val, test: as listed, else 80/20 (train/val) by the surface, which is read for it.

        Raises AssetError where it cannot be read.
        """
        ...

    def digest(self, room_id: str) -> str:
        """sha256 (hex) of what the room is made from: its files, or generator version and id."""
        ...

    def load(self, room_id: str) -> Room:
        """Read one room. Raises AssetError where it cannot be used."""
        ...

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all rooms together, a line each; for people."""
        ...


class ObjectSource(Protocol):
    """A set of objects by category. Ids are sorted and stable; loading is a pure function of the id."""

    @property
    def name(self) -> str:
        """Word before the colon of --object-source."""
        ...

    @property
    def license(self) -> str:
        """Terms under which pictures of these objects may be used, one line."""
        ...

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Object ids by category, both sorted."""
        ...

    def listed_split(self, object_id: str) -> str | None:
        """The split where it is known from the id alone."""
        ...

    def split(self, object_id: str) -> str:
        """One of train, val: as listed, else 80/20 by the surface, which is read for it.

        Raises AssetError where it cannot be read.
        """
        ...

    def digest(self, object_id: str) -> str:
        """sha256 (hex) of what the object is made from."""
        ...

    def load(self, object_id: str) -> ObjectModel:
        """Read one object. Raises AssetError where it cannot be used."""
        ...

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all objects together (units), a line each; for people."""
        ...


def hashed_split(asset_id: str) -> str:
    """`train` for four fifths of all ids and `val` for the rest, by a stable hash of the id."""
    return four_fifths(f"split:{asset_id}")


def four_fifths(text: str) -> str:
    """`train` for four fifths of all texts and `val` for the rest, by a stable hash."""
    return "val" if hashlib.sha256(text.encode()).digest()[0] < 51 else "train"
