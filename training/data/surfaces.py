"""Which rooms and objects the samples of shards show: what training and evaluation are held apart by."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenegen.shards import ShardReader, ShardSet


@dataclass(frozen=True)
class Surfaces:
    """Rooms and objects, each as SOURCE:ID, for identifiers are unique within their source."""

    rooms: frozenset[str]
    objects: frozenset[str]

    @property
    def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        """Rooms, objects."""
        return self.rooms, self.objects

    def __and__(self, other: "Surfaces") -> "Surfaces":
        """What both have."""
        return Surfaces(self.rooms & other.rooms, self.objects & other.objects)


def surfaces(folder: Path, split: str) -> Surfaces:
    """What stands in the samples of a split, by small tables alone. Raises ShardError as the reader does."""
    with closing(ShardSet(folder, split=split, layers=())) as shards:
        return surfaces_of(map(shards.reader, range(len(shards.entries))))


def surfaces_of(readers: Iterable[ShardReader]) -> Surfaces:
    """What stands in the samples of some shards."""
    rooms: set[str] = set()
    objects: set[str] = set()
    for reader in readers:
        origin = reader.origin
        rooms.add(f"{origin.room_source}:{origin.room}")
        objects |= {f"{origin.object_source}:{name}" for name in _used(reader)}
    return Surfaces(frozenset(rooms), frozenset(objects))


def _used(reader: ShardReader) -> list[str]:
    """Identifiers of the objects that stand in a scene of a shard."""
    used = np.unique(reader.read("objects/asset"))
    return reader.asset_ids[used[used >= 0]].tolist()
