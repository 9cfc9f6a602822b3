"""How often the up direction of a room is found, and what confidence is worth: counted over rooms whose up is known."""

import itertools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from house_maker import KINDS, Kind, turns
from numpy.typing import ArrayLike
from triangle_soup import as_arrays

from scenegen.assets.alignment import align
from scenegen.errors import AssetError
from scenegen.geometry import angle_between
from scenegen.seeding import Stage, generator, stable_key

WRONG_DEG = 20.0
SURE = 0.5
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Verdict:
    """What was found of one room in one orientation."""

    kind: str
    name: str
    off_deg: float
    """Between the direction found and the true one; 180 where no floor was found."""
    confidence: float

    @property
    def wrong(self) -> bool:
        """Whether the room lies or stands on its head."""
        return self.off_deg > WRONG_DEG


def judged(kind: str, name: str, vertices: ArrayLike, faces: ArrayLike, up: ArrayLike, promised: bool) -> Verdict:
    """One room with a known up; `promised`: as from a format that names it."""
    try:
        found = align(vertices, faces, generator(0, Stage.ASSET), authored=up if promised else None)
    except AssetError:
        return Verdict(kind, name, 180.0, 0.0)
    return Verdict(kind, name, float(np.rad2deg(angle_between(found.up, up))), found.confidence)


def homes(seed: int, count: int, kinds: Iterable[Kind] = KINDS) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Kind, name, vertices and faces of `count` synthetic homes of each kind, +Z up."""
    for kind in kinds:
        for k in range(count):
            rng = generator(seed, Stage.ROOM, room=zlib.crc32(kind.name.encode()), sample=k)
            yield (kind.name, f"{kind.name} {k}", *as_arrays(kind.make(rng)))


def census(
    rooms: Iterable[tuple[str, str, np.ndarray, np.ndarray]], promised: bool, ways: slice = slice(None)
) -> Iterator[Verdict]:
    """Every room (+Z up) in the six orientations and an oblique one, or in those `ways` of them."""
    for kind, name, vertices, faces in rooms:
        rng = generator(1, Stage.ROOM, room=stable_key(name))
        for turn in turns(rng)[ways]:
            yield judged(kind, name, vertices @ turn.T, faces, turn[:, 2], promised)


def sure_and_wrong(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Rooms with a confidence of one half or more, and how many of those are wrong."""
    sure = [v for v in verdicts if v.confidence >= SURE]
    return len(sure), sum(v.wrong for v in sure)


def by_kind(verdicts: list[Verdict]) -> list[tuple[str, int, int, int, int]]:
    """(kind, rooms, wrong, sure, sure and wrong) of each kind, in order of appearance."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.kind, []).append(verdict)
    return [(kind, len(g), sum(v.wrong for v in g), *sure_and_wrong(g)) for kind, g in groups.items()]


def by_confidence(verdicts: list[Verdict]) -> list[tuple[float, float, int, int]]:
    """(from, to, rooms, wrong) of each bin of confidence."""
    rows = []
    for low, high in itertools.pairwise(BINS):
        inside = [v for v in verdicts if low <= v.confidence < high or v.confidence == high == 1.0]
        rows.append((low, high, len(inside), sum(v.wrong for v in inside)))
    return rows
