"""Sources of rooms and objects by name: "procedural", "scenenn:PATH", "shapenet:PATH", "folder:PATH"."""

from pathlib import Path

from scenegen.assets.cache import AssetCache, CachedObjects, CachedRooms
from scenegen.assets.source import ObjectSource, RoomSource
from scenegen.assets.wording import one_line
from scenegen.errors import UsageError

ROOM_KINDS = ("procedural", "scenenn", "folder")
OBJECT_KINDS = ("procedural", "shapenet", "folder")


def open_rooms(spec: str, cache: AssetCache | None = None) -> RoomSource:
    """The rooms that `spec` names; those of files are kept in `cache` once parsed.

    Opening lists, it reads no mesh. The source can be pickled. Raises UsageError for an unknown kind, a path
    that is missing or not wanted, and a folder without any room.
    """
    kind, path = parse_spec(spec, ROOM_KINDS, "room")
    if path is None:
        from scenegen.assets.procedural.rooms import ProceduralRooms

        return ProceduralRooms()
    if kind == "scenenn":
        from scenegen.assets.scenenn import SceneNNRooms

        return CachedRooms(SceneNNRooms(path), cache)
    from scenegen.assets.folder_rooms import FolderRooms

    return CachedRooms(FolderRooms(path), cache)


def open_objects(spec: str, cache: AssetCache | None = None) -> ObjectSource:
    """The objects that `spec` names; those of files are kept in `cache` once parsed. As `open_rooms`."""
    kind, path = parse_spec(spec, OBJECT_KINDS, "object")
    if path is None:
        from scenegen.assets.procedural.objects import ProceduralObjects

        return ProceduralObjects()
    if kind == "shapenet":
        from scenegen.assets.shapenet import ShapeNetObjects

        return CachedObjects(ShapeNetObjects(path), cache)
    from scenegen.assets.folder_objects import FolderObjects

    return CachedObjects(FolderObjects(path), cache)


def parse_spec(spec: str, kinds: tuple[str, ...], noun: str) -> tuple[str, Path | None]:
    """Kind and folder of a source; the folder is None for the built-in library and exists otherwise.

    `kinds` are those allowed, `noun` says of what ("room", "object"). Raises UsageError.
    """
    kind, colon, path = spec.partition(":")
    shown = one_line(repr(spec))
    usage = " | ".join(k if k == "procedural" else f"{k}:PATH" for k in kinds)
    if kind not in kinds:
        raise UsageError(f"unknown {noun} source {shown}; use {usage}")
    if kind == "procedural":
        if colon:
            raise UsageError(f"{noun} source {shown}: the built-in library takes no path; use procedural")
        return kind, None
    if not path:
        raise UsageError(f"{noun} source {shown} lacks its folder; use {kind}:PATH, as in --{noun}-source {kind}:PATH")
    folder, problem = _folder(path)
    if problem:
        raise UsageError(f"{noun} source {shown}: {one_line(folder)} {problem}; give the folder that holds the {noun}s")
    return kind, folder


def _folder(path: str) -> tuple[Path, str]:
    """The folder of that name, and what is wrong with it, or ""."""
    try:
        folder = Path(path).expanduser()
        if folder.is_dir():
            return folder, ""
        return folder, "is not a folder" if folder.exists() else "does not exist"
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a NUL
        return Path(path), "cannot be the name of a folder"
