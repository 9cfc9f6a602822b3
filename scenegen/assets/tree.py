"""The mesh files below a folder: links are followed, and each real folder is looked into once."""

import os
from collections.abc import Iterator
from pathlib import Path

from scenegen.assets.reading import MESH_SUFFIXES
from scenegen.assets.wording import plain_path


def mesh_files(root: Path) -> list[Path]:
    """The meshes below a folder, sorted by path. Raises UsageError for a name that cannot be an id.

    Files and folders that are links count as what they lead to, wherever that lies: the user put them there.
    """
    found = (p for listed in _folders(root) for p in listed if p.suffix.lower() in MESH_SUFFIXES)
    return sorted(plain_path(p, root) for p in found if p.is_file())


def _folders(root: Path) -> Iterator[list[Path]]:
    """What root and all folders below hold, each real one under one name: its own, else the first link to it.

    So a ring of links ends, and a folder that is there twice does not give its objects twice.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        links: list[Path] = []
        for start in waiting:
            yield from _tree(start, seen, links)
        waiting = sorted(links)


def _tree(start: Path, seen: set[tuple[int, int]], links: list[Path]) -> Iterator[list[Path]]:
    """What a folder holds, and those below it that are no links and were not seen; links go on a list."""
    pending = [start]
    while pending:
        folder = pending.pop()
        if not _is_new(folder, seen):
            continue
        listed = list(folder.iterdir())
        yield listed
        below = [p for p in listed if p.is_dir()]
        links += [p for p in below if p.is_symlink()]
        pending += sorted((p for p in below if not p.is_symlink()), reverse=True)


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a folder was not seen under another name and may be listed; it is seen from now on."""
    if not os.access(folder, os.R_OK | os.X_OK):
        return False
    stat = folder.stat()
    key = (stat.st_dev, stat.st_ino)
    if key in seen:
        return False
    seen.add(key)
    return True
