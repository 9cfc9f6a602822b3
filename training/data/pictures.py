"""The pictures of a folder: which files they are and which of them train, told by their names alone.

No file is opened for it, so that a folder of any size is ready at once; what a file really holds shows when it is read.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from training.errors import DataError
from training.photo import SUFFIXES

VAL_SHARE = 0.2
"""Share of the pictures, by a hash of their names, that validates; the others train."""


@dataclass(frozen=True)
class Listing:
    """The files of a folder that may be pictures, sorted by name."""

    folder: Path
    """The folder."""
    names: tuple[str, ...]
    """Their paths inside the folder, parts joined by "/"."""
    sizes_bytes: tuple[int, ...]
    """Their sizes."""
    others: int
    """Files whose ending says that they are no picture."""

    def only(self, split: str) -> "Listing":
        """The pictures of one split, "train" or "val"."""
        chosen = [k for k, name in enumerate(split_of(self.names)) if name == split]
        names = tuple(self.names[k] for k in chosen)
        return Listing(self.folder, names, tuple(self.sizes_bytes[k] for k in chosen), self.others)

    def digest(self) -> str:
        """sha256 over names and sizes: the same for the same files anywhere; the bytes are not read for it."""
        lines = (os.fsencode(name) + b"\0%d\n" % size for name, size in zip(self.names, self.sizes_bytes, strict=True))
        return hashlib.sha256(b"".join(lines)).hexdigest()


def list_pictures(folder: Path) -> Listing:
    """The pictures in a folder and the folders inside it, without hidden ones and links to folders.

    A file counts by its ending; one without an ending, or with one of digits as DICOM files have, may be a picture.
    Raises DataError where there is no folder or no such file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder}: is no folder: give the folder that holds the pictures")
    files = sorted(_files(folder))
    chosen = [(name, size) for name, size in files if _may_be_picture(name)]
    if not chosen:
        kinds = ", ".join(sorted(SUFFIXES))
        raise DataError(f"{folder}: holds no pictures among {len(files)} files: give a folder with {kinds}")
    names, sizes = zip(*chosen, strict=True)
    return Listing(folder, names, sizes, len(files) - len(chosen))


def split_of(names: tuple[str, ...]) -> list[str]:
    """The split of each picture, 80/20 (train/val) by a stable hash of its name; both have one where there are two.

    A picture keeps its split when others come or go, but for the one that a split lacked.
    """
    chances = np.array([_chance(name) for name in names])
    val = chances < VAL_SHARE
    if not val.any():
        val[np.argmin(chances)] = len(names) > 1
    elif val.all():
        val[np.argmax(chances)] = False
    return ["val" if held_out else "train" for held_out in val]


def _chance(name: str) -> float:
    """A number in [0, 1), the same for a name in every process and on every machine."""
    return int.from_bytes(hashlib.sha256(os.fsencode(name)).digest()[:4], "little") / 2**32


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Name and size in bytes of each file that is not hidden, in no order."""
    waiting = [("", folder)]
    while waiting:
        prefix, path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                seen = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            raise DataError(f"{path}: cannot be listed ({error.strerror}); check its permissions") from None
        waiting += [(f"{prefix}{e.name}/", Path(e.path)) for e in seen if e.is_dir(follow_symlinks=False)]
        yield from ((prefix + entry.name, entry.stat().st_size) for entry in seen if entry.is_file())


def _may_be_picture(name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in SUFFIXES or suffix[1:].isdigit() or not suffix
