"""Small facts about files, found once and kept beside the cache of assets: a split, a box.

A fact is a short text under a key that names what it was found from, by which version. One file each, written aside
and renamed; what is damaged is found again, and without a place to write everything is found each time.
"""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path

from scenegen.assets.kept_files import write_whole
from scenegen.assets.reading import LOADER_VERSION

FORMAT_VERSION = 1
"""Raised when facts of old files may no longer be used."""
_LONGEST = 400
_MARK = "scenegen fact\n"


class FactStore:
    """Facts in one folder, in memory alone where it is None."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._known: dict[str, str] = {}

    def get(self, kind: str, digest: str, find: Callable[[], str]) -> str:
        """The fact of that kind about what has that digest; `find()`, which may raise, where it is not known yet."""
        key = hashlib.sha256(f"{kind}\0{digest}\0{LOADER_VERSION}\0{FORMAT_VERSION}".encode()).hexdigest()
        if key not in self._known:
            kept = self._read(key)
            self._known[key] = find() if kept is None else kept
            if kept is None:
                self._write(key, self._known[key])
        return self._known[key]

    def _path(self, key: str) -> Path | None:
        """File of a key: 256 folders, for tens of thousands of small files."""
        return None if self.folder is None else self.folder / "facts" / key[:2] / f"{key[2:]}.txt"

    def _read(self, key: str) -> str | None:
        """What is kept under a key, if it is whole."""
        path = self._path(key)
        with contextlib.suppress(OSError, ValueError):
            text = path.read_bytes()[: 2 * _LONGEST].decode() if path else ""
            if text.startswith(_MARK) and text.endswith("\n") and len(text) > len(_MARK):
                return text.removeprefix(_MARK).removesuffix("\n")
        return None

    def _write(self, key: str, fact: str) -> None:
        """All or nothing; nothing where it cannot be written."""
        path = self._path(key)
        if path is None or len(fact) > _LONGEST:
            return
        with contextlib.suppress(OSError):
            write_whole(path, lambda file: file.write(f"{_MARK}{fact}\n".encode()))
