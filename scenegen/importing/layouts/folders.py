"""Where in a folder sequences lie, and what is said where none does."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.frames import RgbdFrame
from scenegen.importing.pictures import SUFFIXES, reading

DEEPEST = 5
"""Folders below the given one that are searched."""


def holding(folder: Path, *patterns: str) -> Iterator[tuple[str, Path]]:
    """(name, folder) of every folder, the given one first, in which some file fits each pattern.

    The name is the path below the given folder, or that folder's own name.
    """
    for place in _below(folder):
        if all(any(place.glob(pattern)) for pattern in patterns):
            relative = place.relative_to(folder).as_posix()
            yield (folder.resolve().name if relative == "." else relative), place


def _below(folder: Path) -> list[Path]:
    """The folder and those below it, by name; hidden ones are left out."""
    found = [folder]
    level = [folder]
    for _ in range(DEEPEST):
        level = sorted(p for place in level for p in place.iterdir() if p.is_dir() and not p.name.startswith("."))
        found += level
    return found


def find_picture(path: Path, stem: str) -> Path | None:
    """A picture of a given stem in a folder, whatever its suffix; None where there is none."""
    return next((file for suffix in SUFFIXES if (file := path / f"{stem}{suffix}").is_file()), None)


def first_file(*paths: Path) -> Path | None:
    """The first of some files that is there."""
    return next((path for path in paths if path.is_file()), None)


def read_matrix(path: Path, rows: int, columns: int) -> NDArray[np.float64]:
    """(rows, columns) of a text file. Raises ImportingError."""

    def read(file: Path) -> NDArray[np.float64]:
        values = np.loadtxt(file, np.float64)
        if values.size != rows * columns:
            raise ValueError(f"{values.size} numbers are not {rows} x {columns}")
        return values.reshape(rows, columns)

    return reading(path, read, f"a matrix of {rows} x {columns}")


def usable(
    name: str, folder: Path, items: Iterable[Callable[[], RgbdFrame | str]]
) -> tuple[tuple[RgbdFrame, ...], Counter[str]]:
    """The frames among what is found, and how many are no use, by reason.

    Raises ImportingError, with the first reason, where no two frames are left.
    """
    frames: list[RgbdFrame] = []
    skipped: Counter[str] = Counter()
    for item in items:
        found = item()
        if isinstance(found, RgbdFrame):
            frames.append(found)
        else:
            skipped[found] += 1
    if len(frames) < 2:
        why = f"; left out: {', '.join(f'{count} {reason}' for reason, count in skipped.items())}" if skipped else ""
        raise ImportingError(f"{folder}: {name} has {len(frames)} frames that can be used, and a pair needs two{why}")
    return tuple(frames), skipped
