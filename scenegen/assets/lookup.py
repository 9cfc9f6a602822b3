"""Finding the files that a model names: inside the model's own folder and nowhere else."""

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

from trimesh.resolvers import Resolver

_DRIVE = re.compile(r"^[A-Za-z]:/")
_LONGEST_NAME, _LONGEST_PART = 1024, 255
"""Bytes of a path and of a name in it: longer ones are no files, and asking for them is an error."""
MOST_BYTES = 1 << 30
"""A larger file is not read."""


def find_file(root: Path, start: Path, name: str) -> Path | None:
    """The file that a model in folder `start` names, or None where there is none.

    Accepts backslashes, quotes, stray blanks, %20 and wrong upper or lower case; an absolute path is tried
    by its last part beside the model. Raises PermissionError where the name leads out of `root`.
    """
    outside = False
    for candidate in _candidates(name):
        inside = _relative_to_root(root, start, candidate)
        outside |= inside is None
        found = _walk(root, inside) if inside else None
        if found is not None and found.resolve().is_relative_to(root.resolve()):
            return found
        outside |= found is not None
    if outside:
        raise PermissionError(f"{name} leads out of the model's folder")
    return None


def _candidates(name: str) -> list[str]:
    """Spellings of a name to try, likeliest first."""
    if len(name) > 4 * _LONGEST_NAME:
        return []
    plain = name.strip().strip("\"'").replace("\\", "/")
    spellings = [plain, unquote(plain), posixpath.basename(plain)]
    return [s for s in dict.fromkeys(spellings) if s and _possible(s)]


def _possible(name: str) -> bool:
    """Whether a file can have that name."""
    encoded = name.encode("utf-8", "replace")
    parts = max(map(len, encoded.split(b"/")))
    return b"\0" not in encoded and len(encoded) <= _LONGEST_NAME and parts <= _LONGEST_PART


def _relative_to_root(root: Path, start: Path, name: str) -> str | None:
    """`name`, seen from `start`, as a normal path below `root`; None where it leaves it."""
    if name.startswith("/") or _DRIVE.match(name):
        return None
    path = posixpath.normpath(posixpath.join(start.relative_to(root).as_posix(), name))
    return None if path == ".." or path.startswith("../") else path


def _walk(root: Path, relative: str) -> Path | None:
    """The file at `relative` below `root`, upper and lower case alike if need be."""
    exact = root / relative
    if exact.is_file():
        return exact
    here = root
    for part in relative.split("/"):
        if not here.is_dir():
            return None
        match = sorted(p for p in here.iterdir() if p.name.casefold() == part.casefold())
        if not match:
            return None
        here = match[0]
    return here if here.is_file() else None


class FolderResolver(Resolver):
    """What trimesh asks for files: `find_file` below one root. Keeps what it could not give."""

    def __init__(self, root: Path, start: Path) -> None:
        self.root, self.start = root, start
        self.missing: list[str] = []
        """Names that were asked for and not found."""
        self.refused: list[str] = []
        """Names that lead out of the root."""

    def size(self, key: str) -> int:
        """Bytes of the named file; 0 where it is missing or out of bounds, which is not kept."""
        try:
            path = find_file(self.root, self.start, key)
        except PermissionError:
            return 0
        return 0 if path is None else path.stat().st_size

    def get(self, key: str) -> bytes:
        """Bytes of the named file. Raises FileNotFoundError or PermissionError."""
        try:
            path = find_file(self.root, self.start, key)
        except PermissionError:
            self.refused.append(key)
            raise
        if path is None or path.stat().st_size > MOST_BYTES:
            self.missing.append(key)
            raise FileNotFoundError(key)
        return path.read_bytes()

    def keys(self) -> list[str]:
        """Names of all files below the starting folder, sorted."""
        return sorted(p.relative_to(self.start).as_posix() for p in self.start.rglob("*") if p.is_file())

    def namespaced(self, namespace: str) -> "FolderResolver":
        """The same root seen from a folder below the starting one."""
        return FolderResolver(self.root, self.start / namespace)

    def write(self, name: str, data: object) -> None:
        """Reading never writes."""
        raise PermissionError(f"refusing to write {name}")
