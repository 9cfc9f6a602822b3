"""Sources of rooms and objects by the word before the colon: one entry each, and nothing else knows their names."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from scenegen.assets.cache import AssetCache, CachedObjects, CachedRooms, facts_of
from scenegen.assets.source import ObjectSource, RoomSource
from scenegen.assets.wording import one_line
from scenegen.errors import UsageError

ROLES = ("rooms", "objects")


@dataclass(frozen=True)
class SourceKind:
    """What can be named as a source."""

    rooms: str = ""
    """module:name of what opens its rooms, given the folder and a store of facts; "" where it has none."""
    objects: str = ""
    """The same for objects."""
    needs_path: bool = True
    """Whether it lies in a folder; if not, it is opened with nothing and needs no cache."""


_A = "scenegen.assets"
KINDS = {
    "procedural": SourceKind(
        f"{_A}.procedural.rooms:ProceduralRooms", f"{_A}.procedural.objects:ProceduralObjects", False
    ),
    "scenenn": SourceKind(rooms=f"{_A}.scenenn:scenenn_rooms"),
    "shapenet": SourceKind(objects=f"{_A}.shapenet:shapenet_objects"),
    "folder": SourceKind(f"{_A}.folder_rooms:FolderRooms", f"{_A}.folder_objects:FolderObjects"),
    "hm3d": SourceKind(rooms=f"{_A}.folder_rooms:hm3d_rooms"),
    "gso": SourceKind(objects=f"{_A}.folder_objects:scanned_objects"),
    "bop": SourceKind(objects=f"{_A}.folder_objects:benchmark_objects"),
}


def open_rooms(spec: str, cache: AssetCache | None = None) -> RoomSource:
    """The rooms that `spec` names; those of files are kept in `cache` once parsed.

    Opening lists, it reads no mesh. The source can be pickled. Raises UsageError for an unknown kind, a path
    that is missing or not wanted, and a folder without any room.
    """
    kind, path = parse_spec(spec, "rooms")
    if path is None:
        return _opener(KINDS[kind].rooms)()
    facts = facts_of(cache)
    return CachedRooms(_opener(KINDS[kind].rooms)(path, facts), cache, facts)


def open_objects(spec: str, cache: AssetCache | None = None) -> ObjectSource:
    """The objects that `spec` names; those of files are kept in `cache` once parsed. As `open_rooms`."""
    kind, path = parse_spec(spec, "objects")
    if path is None:
        return _opener(KINDS[kind].objects)()
    facts = facts_of(cache)
    return CachedObjects(_opener(KINDS[kind].objects)(path, facts), cache, facts)


def kinds_with(role: str) -> tuple[str, ...]:
    """The kinds that give "rooms" or "objects"."""
    return tuple(name for name, kind in KINDS.items() if getattr(kind, role))


def roles_of(spec: str) -> tuple[str, ...]:
    """What a source can give: rooms, objects, both, or nothing where its kind is unknown."""
    kind = spec.partition(":")[0]
    return tuple(role for role in ROLES if kind in kinds_with(role))


def usage(role: str) -> str:
    """How to name a source of "rooms" or "objects"."""
    return " | ".join(f"{k}:PATH" if KINDS[k].needs_path else k for k in kinds_with(role))


def parse_spec(spec: str, role: str) -> tuple[str, Path | None]:
    """Kind and folder of a source of "rooms" or "objects".

    The folder is None for what lies in none and exists otherwise. Raises UsageError.
    """
    kind, colon, path = spec.partition(":")
    noun, shown = role.removesuffix("s"), one_line(repr(spec))
    if kind not in kinds_with(role):
        raise UsageError(f"unknown {noun} source {shown}; use {usage(role)}")
    if not KINDS[kind].needs_path:
        if colon:
            raise UsageError(f"{noun} source {shown}: it lies in no folder: use {kind}")
        return kind, None
    if not path:
        raise UsageError(f"{noun} source {shown} lacks its folder; use {kind}:PATH, as in --{noun}-source {kind}:PATH")
    folder, problem = _folder(path)
    if problem:
        raise UsageError(f"{noun} source {shown}: {one_line(folder)} {problem}; give the folder that holds the {role}")
    return kind, folder


def _opener(place: str) -> Any:
    """What a module:name names; modules of sources are imported only where one is opened."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _folder(path: str) -> tuple[Path, str]:
    """The folder of that name, and what is wrong with it, or ""."""
    try:
        folder = Path(path).expanduser()
        if folder.is_dir():
            return folder, ""
        return folder, "is not a folder" if folder.exists() else "does not exist"
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a NUL
        return Path(path), "cannot be the name of a folder"
