"""The unit of a folder's meshes: one decision from all their sizes, where neither format nor user states one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenegen.assets.cleaning import diagonal, drop_unreferenced
from scenegen.assets.digest import files_digest
from scenegen.assets.facts import FactStore
from scenegen.assets.limits import OBJECT_LIMITS
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.source import Defect
from scenegen.errors import AssetError
from scenegen.evenly import middles

MAX_OBJECT_M = 4.0
"""Half of the objects of a folder are no larger: a larger middle one is not in metres."""
SAMPLE = 32
"""Files whose size is looked at."""
MOST_BYTES = 16 << 20
"""Larger files are looked at only where there are no smaller ones: the sample is read for its boxes alone."""
NAMES = {1.0: "metres", 0.01: "centimetres", 0.001: "millimetres"}


@dataclass(frozen=True)
class Unit:
    """Metres per unit of a file, and how that is known."""

    metres: float
    why: str
    assumed: bool = False
    """Whether it may be wrong."""

    def __str__(self) -> str:
        return f"{NAMES.get(self.metres, f'{self.metres:g} m')}: {self.why}"

    @property
    def defects(self) -> tuple[Defect, ...]:
        """A note where the unit is a guess that changes the size."""
        return (Defect("unit_guessed", str(self)),) if self.assumed and self.metres != 1 else ()


def folder_unit(paths: list[Path], root: Path, facts: FactStore) -> Unit:
    """The unit of meshes by their sizes as a whole: metres, centimetres or millimetres, by the middle diagonal."""
    sample = looked_at(paths)
    sizes = [size for p in sample if (size := _diagonal(p, root, facts)) is not None]
    if not sizes:
        return Unit(1.0, "no size is known", True)
    middle = float(np.median(sizes))
    metres = 1.0 if middle <= MAX_OBJECT_M else 0.01 if middle <= 100 * MAX_OBJECT_M else 0.001
    return Unit(metres, f"the middle one of {len(sizes)} meshes is {middle:.3g} units across", True)


def looked_at(paths: list[Path]) -> list[Path]:
    """At most SAMPLE of the paths, evenly spread over the sorted ones; large files only where all are."""
    small = sorted(p for p in paths if _bytes(p) <= MOST_BYTES) or sorted(paths, key=lambda p: (_bytes(p), p))[:1]
    return [small[k] for k in middles(len(small), SAMPLE)]


def _bytes(path: Path) -> int:
    """Size of a file, 0 where it cannot be told."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _diagonal(path: Path, root: Path, facts: FactStore) -> float | None:
    """Diagonal of a mesh's box in its own units; None where it cannot be read."""
    try:
        return float(facts.get("diagonal", files_digest((path,), root), lambda: repr(_measured(path, root))))
    except AssetError:
        return None


def _measured(path: Path, root: Path) -> float:
    """Read for its size alone. Raises AssetError."""
    return diagonal(drop_unreferenced(read_mesh_file(path, root=root, limits=OBJECT_LIMITS)[0])[0])
