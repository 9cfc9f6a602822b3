"""What an asset is made from: its source files and the sha256 over their bytes."""

import hashlib
import re
from pathlib import Path

from scenegen.assets.gltf.container import named_files
from scenegen.assets.lookup import find_file
from scenegen.assets.mtl import parse_mtl
from scenegen.assets.obj_mesh import library_files
from scenegen.assets.shelf import MOST_TEXTURES
from scenegen.errors import AssetError

_MTLLIB = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE)
_TEXTURE_FILE = re.compile(rb"^comment[ \t]+TextureFile[ \t]+([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
_MOST_FILES = 10_000
"""Names of one model that are looked up."""


def source_files(path: Path, root: Path) -> tuple[Path, ...]:
    """The mesh file and the files below `root` that it names, sorted; what is missing is left out.

    Raises AssetError `unreadable` where a file cannot be opened.
    """
    try:
        return _source_files(path, root)
    except OSError as error:
        raise AssetError("unreadable", f"{path}: cannot be read ({error.strerror})") from None


def _source_files(path: Path, root: Path) -> tuple[Path, ...]:
    """As `source_files`; any OSError."""
    suffix = path.suffix.lower()
    named: list[Path] = []
    if suffix == ".obj":
        named = _obj_files(path, root)
    elif suffix == ".ply":
        with path.open("rb") as file:
            header = file.read(1 << 14).split(b"end_header", 1)[0]
        named = _found(_names(_TEXTURE_FILE, header), root, path.parent)
    elif suffix in (".glb", ".gltf"):
        named = _found(named_files(path), root, path.parent)
    return tuple(sorted(dict.fromkeys([path, *named])))


def files_digest(files: tuple[Path, ...], root: Path) -> str:
    """sha256 (hex) over names (relative to `root`), lengths and bytes, read in pieces.

    Raises AssetError `unreadable` where one cannot be read.
    """
    total = hashlib.sha256()
    for path in files:
        try:
            _add_file(total, path, root)
        except OSError as error:
            raise AssetError("unreadable", f"{path}: cannot be read ({error.strerror})") from None
    return total.hexdigest()


def _add_file(total: "hashlib._Hash", path: Path, root: Path) -> None:
    """Name, length and bytes of one file."""
    name = f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0"
    total.update(name.encode("utf-8", "surrogateescape"))
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            total.update(piece)


def _names(pattern: re.Pattern[bytes], data: bytes) -> list[str]:
    """All names that match."""
    return [m.decode("utf-8", "replace").strip() for m in pattern.findall(data)]


def _obj_files(path: Path, root: Path) -> list[Path]:
    """Material libraries and the pictures they name."""
    libraries, _ = library_files(tuple(_names(_MTLLIB, path.read_bytes())), root, path.parent)
    records = [r for library in libraries for r in parse_mtl(library.read_bytes()).values()]
    names = list(dict.fromkeys(r.texture for r in records if r.texture))[:MOST_TEXTURES]
    return libraries + _found(names, root, path.parent)


def _found(names: list[str], root: Path, start: Path) -> list[Path]:
    """Those that exist within bounds."""
    out: list[Path] = []
    for name in list(dict.fromkeys(names))[:_MOST_FILES]:
        try:
            path = find_file(root, start, name)
        except PermissionError:
            path = None
        out += [path] if path is not None else []
    return out
