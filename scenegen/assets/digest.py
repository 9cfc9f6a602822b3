"""What an asset is made from: its source files and the sha256 over their bytes; what a shard is made from."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from scenegen.assets.gltf.container import named_files
from scenegen.assets.lookup import found_files
from scenegen.assets.obj_mesh import obj_files
from scenegen.assets.ply_mesh import ply_files
from scenegen.errors import unreadable


def source_files(path: Path, root: Path) -> tuple[Path, ...]:
    """The mesh file and the files below `root` that it names, sorted; what is missing is left out.

    Raises AssetError `unreadable` where a file cannot be opened, MachineError where the system failed.
    """
    try:
        return _source_files(path, root)
    except OSError as error:
        raise unreadable(path, error) from None


def _source_files(path: Path, root: Path) -> tuple[Path, ...]:
    """As `source_files`; any OSError."""
    named = _NAMED.get(path.suffix.lower())
    return tuple(sorted(dict.fromkeys([path, *(named(path, root) if named else [])])))


def files_digest(files: tuple[Path, ...], root: Path) -> str:
    """sha256 (hex) over names (relative to `root`), lengths and bytes, read in pieces.

    Raises AssetError `unreadable` where one cannot be read, MachineError where the system failed.
    """
    total = hashlib.sha256()
    for path in files:
        try:
            _add_file(total, path, root)
        except OSError as error:
            raise unreadable(path, error) from None
    return total.hexdigest()


def assets_digest(digests: dict[str, str]) -> str:
    """sha256 over the sorted "id sha256" lines of the assets a shard was made from."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _add_file(total: "hashlib._Hash", path: Path, root: Path) -> None:
    """Name, length and bytes of one file."""
    name = f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0"
    total.update(name.encode("utf-8", "surrogateescape"))
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            total.update(piece)


def _gltf_files(path: Path, root: Path) -> list[Path]:
    """Files that a glTF names."""
    return found_files(named_files(path), root, path.parent)


_NAMED: dict[str, Callable[[Path, Path], list[Path]]] = {
    ".glb": _gltf_files,
    ".gltf": _gltf_files,
    ".obj": obj_files,
    ".ply": ply_files,
}
"""The files below a root that a mesh file names, by its suffix; other kinds name none."""
