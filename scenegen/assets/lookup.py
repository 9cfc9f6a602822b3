"""Finding the files that a model names: inside the model's own folder and nowhere else.

Names inside files are foreign: none leads out of the root, by ".." or as an absolute path. Links on the disk are
the user's own (a folder linked in from another disk, a hub's cache whose files are links into `blobs/`): those
below the root are followed wherever they lead.
"""

import os
import posixpath
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

_DRIVE = re.compile(r"^[A-Za-z]:/")
_LONGEST_NAME, _LONGEST_PART = 1024, 255
"""Bytes of a path and of a name in it: longer ones are no files, and asking for them is an error."""
_MOST_FILES = 10_000
"""Names of one model that are looked up."""


def find_file(root: Path, start: Path, name: str) -> Path | None:
    """The file that a model in folder `start` names, or None where there is none.

    Accepts backslashes, quotes, stray blanks, %20 and wrong upper or lower case; an absolute path is tried
    by its last part beside the model. Links below `root` are followed. Raises PermissionError where the name
    leads out of `root`.
    """
    outside = False
    for candidate in [*_candidates(name), *_shelved(root, start, name)]:
        inside = _relative_to_root(root, start, candidate)
        outside |= inside is None
        found = _walk(root, inside) if inside else None
        if found is not None:
            return found
    if outside:
        raise PermissionError(f"{name} leads out of the model's folder")
    return None


def found_files(names: Sequence[str], root: Path, start: Path) -> list[Path]:
    """Those of the named files that exist within bounds, each once."""
    out: list[Path] = []
    for name in list(dict.fromkeys(names))[:_MOST_FILES]:
        try:
            path = find_file(root, start, name)
        except PermissionError:
            path = None
        out += [path] if path is not None else []
    return out


def _candidates(name: str) -> list[str]:
    """Spellings of a name to try, likeliest first."""
    if len(name) > 4 * _LONGEST_NAME:
        return []
    plain = name.strip().strip("\"'").replace("\\", "/")
    spellings = [plain, unquote(plain), posixpath.basename(plain), _as_written(plain)]
    return [s for s in dict.fromkeys(spellings) if s and _possible(s)]


def _as_written(name: str) -> str:
    """The name whose bytes are those of the text that named it, where that was taken for Latin-1."""
    try:
        return os.fsdecode(name.encode("latin-1"))
    except UnicodeEncodeError:
        return ""


def _shelved(root: Path, start: Path, name: str) -> list[str]:
    """Where Google Scanned Objects keep the pictures of `meshes/model.obj`: in `materials/textures/` beside it."""
    if start.name.lower() != "meshes" or start == root:
        return []
    return list(dict.fromkeys(f"../materials/textures/{posixpath.basename(c)}" for c in _candidates(name)))


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
        match = sorted(p for p in here.iterdir() if _alike(p.name) == _alike(part))
        if not match:
            return None
        here = match[0]
    return here if here.is_file() else None


def _alike(name: str) -> str:
    """What spellings of a name have in common: accents may be letters of their own, as macOS writes them."""
    return unicodedata.normalize("NFC", name).casefold()
