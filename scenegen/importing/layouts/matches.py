"""`matches`: files of rows x0 y0 x1 y1 (.npz .csv .txt .json), each beside its two pictures.

The file names them: `image0` and `image1` in JSON and npz, `# left.png right.png` in the first line of text; or they
are the only two of its folder. JSON has `points1` and `points2`, npz `matches` (N, 4) or two arrays (N, 2).
Pixel (0, 0) is the centre of the top-left one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.flat import PairSequence, Sparse
from scenegen.importing.layouts.folders import holding
from scenegen.importing.layouts.pair_names import named_pictures
from scenegen.importing.options import ImportOptions
from scenegen.importing.pictures import BAD, reading

F64 = NDArray[np.float64]
ROWS = ("matches", "corr", "correspondences", "points")
"""Names of an array (N, 4) of x0 y0 x1 y1."""
ENDS = (("points0", "points1"), ("points1", "points2"), ("keypoints0", "keypoints1"), ("mkpts0", "mkpts1"),
        ("kpts0", "kpts1"))  # fmt: skip
"""Names of two arrays (N, 2); the first pair that is there counts."""


@dataclass(frozen=True)
class MatchedPair:
    """Two pictures with a file of matches."""

    file: Path
    pictures: tuple[Path, Path]

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it is made of."""
        return (*self.pictures, self.file)

    def truth(self, options: ImportOptions) -> Sparse:
        """The matches. Raises ImportingError where there are none."""
        rows = _rows(reading(self.file, READERS[self.file.suffix.lower()], "a file of matches"))
        if rows is None or not len(rows):
            raise ImportingError(f"{self.file}: holds no matches (rows x0 y0 x1 y1): add some, or remove it")
        return Sparse(rows[:, :2], rows[:, 2:])


def find(folder: Path) -> list[PairSequence]:
    """The pairs below a folder, those of one folder together. Raises ImportingError."""
    found = [
        (name, place, sorted(path for path in place.glob("*") if path.suffix.lower() in READERS and _is_matches(path)))
        for name, place in holding(folder, "*")
    ]
    return [PairSequence(name, tuple(_pair(path) for path in files)) for name, _, files in found if files]


def _pair(path: Path) -> MatchedPair:
    return MatchedPair(path, named_pictures(path, reading(path, READERS[path.suffix.lower()], "a file of matches")))


def _is_matches(path: Path) -> bool:
    """Whether a file is one of matches, sound or not: other text and JSON may lie beside them."""
    if path.suffix.lower() in (".npz", ".csv"):
        return True
    try:
        return _rows(READERS[path.suffix.lower()](path)) is not None
    except BAD:
        return False


def _rows(said: dict[str, Any]) -> F64 | None:
    """(N, 4) x0 y0 x1 y1; None where a file has none."""
    for name in ROWS:
        if name in said and np.ndim(said[name]) == 2 and np.shape(said[name])[1] >= 4:
            return np.asarray(said[name], np.float64)[:, :4]
    for first, second in ENDS:
        if first in said and second in said and np.shape(said[first]) == np.shape(said[second]):
            return np.hstack([np.asarray(said[end], np.float64).reshape(-1, 2) for end in (first, second)])
    return None


def _npz(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as data:
        return {name: data[name] for name in data.files}


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _text(path: Path) -> dict[str, Any]:
    """Numbers between commas or blanks; the first comment may name the pictures, a line of words is passed over."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    words = [line.replace(",", " ").split() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    numbers = [row for row in words if not _is_heading(row)]
    said: dict[str, Any] = {"matches": np.array([[float(word) for word in row[:4]] for row in numbers])}
    names = next((line.lstrip("# ").split() for line in lines if line.lstrip().startswith("#")), [])
    return said | (dict(zip(("image0", "image1"), names, strict=True)) if len(names) == 2 else {})


def _is_heading(row: list[str]) -> bool:
    return not any(character.isdigit() for character in row[0]) or row[0].lower() in ("x0", "x1")


READERS: dict[str, Callable[[Path], dict[str, Any]]] = {".npz": _npz, ".json": _json, ".csv": _text, ".txt": _text}
"""Readers of files of matches, by suffix."""
