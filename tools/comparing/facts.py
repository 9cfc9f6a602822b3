"""What a reader found in a mesh file, in a form that two readers share, and its place on disk."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE_PX = 240
"""Width and height of the pictures."""
FOV_DEG = 40.0
_WAYS = ((0.55, 0.45, 0.7), (-0.75, 0.35, -0.56), (0.2, -0.85, 0.48))
EYES = tuple(tuple(3 * np.array(way) / np.linalg.norm(way)) for way in _WAYS)
"""Where the pictures are taken from, looking at 0 with +Y up; the model's box has its half diagonal 1 and centre 0."""
LEAST_AREA = 1e-10
"""Share of the box's diagonal squared below which a triangle counts as degenerate."""
GRID = 1e5
"""Places per diagonal that tell corners apart."""
MOST_TOLD_APART = 300_000
"""Triangles beyond which doubled ones are not looked for: the page keeps their corners as text."""


@dataclass(frozen=True, eq=False)
class Facts:
    """A mesh as read by someone, or why it was not read."""

    error: str = ""
    """Why there is no mesh; empty where there is one."""
    triangles: int = 0
    with_area: int = 0
    distinct: int = 0
    """Triangles with an area, counted once where they coincide."""
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    area: float = 0.0
    notes: tuple[str, ...] = ()
    """What may explain a difference."""
    pictures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    """(3, S, S, 4) sRGB and coverage: `base`; where they apply `glow`, and `mixed`, `mixed_glow`: vertex colours and
    coarse texels mixed as bytes."""

    @property
    def diagonal(self) -> float:
        """Of the box."""
        return float(np.linalg.norm(np.subtract(self.high, self.low)))


def measured(points: NDArray[np.floating], faces: NDArray[np.integer]) -> Facts:
    """Facts of triangles (F, 3) on points (N, 3), without pictures."""
    if not len(faces):
        return Facts(error="no triangles")
    corners = points.astype(np.float64)[faces]
    low, high = corners.min((0, 1)), corners.max((0, 1))
    diagonal = float(np.linalg.norm(high - low))
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    kept = areas > LEAST_AREA * diagonal**2
    distinct = (
        _distinct((corners[kept] - low) / (diagonal or 1.0)) if len(faces) <= MOST_TOLD_APART else int(kept.sum())
    )
    return Facts("", len(faces), int(kept.sum()), distinct, tuple(low), tuple(high), float(areas.sum()))


def _distinct(corners: NDArray[np.float64]) -> int:
    """How many of (F, 3, 3) triangles, in diagonals, differ in a corner."""
    places = np.rint(corners * GRID).astype(np.int64)
    names = np.sort(places @ np.array([1, 1 << 20, 1 << 40]), axis=1)
    return len(np.unique(names, axis=0)) if len(names) else 0


def save(facts: Facts, path: Path) -> None:
    """Write facts to a file of their own."""
    plain = {k: v for k, v in asdict(replace(facts, pictures={})).items() if k != "pictures"}
    np.savez_compressed(path, facts=np.array(json.dumps(plain)), **facts.pictures)  # pyright: ignore[reportArgumentType]


def restore(path: Path) -> Facts:
    """Facts of `save`."""
    with np.load(path, allow_pickle=False) as kept:
        plain = json.loads(str(kept["facts"]))
        pictures = {name: kept[name] for name in kept.files if name != "facts"}
    plain |= {name: tuple(plain[name]) for name in ("low", "high", "notes")}
    return Facts(**plain, pictures=pictures)
