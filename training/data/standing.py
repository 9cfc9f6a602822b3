"""Which objects stand in which samples of a set, and in how many arrangements: from the tables of shards alone.

An arrangement is a room furnished once; its samples show the same objects in the same places.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.shards import ShardReader, ShardSet

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class StandingObjects:
    """The objects that stand in several arrangements, one row for each sample that has one of them, (E,).

    What stands twice in one sample is left out there: a point of it has no one place. Rows are in the order of samples.
    """

    sample: Numbers
    """(E,) numbers of the samples in the set."""
    object: Numbers
    """(E,) numbers of the objects, 0 to O - 1."""
    slot: Numbers
    """(E,) rows of the objects in the tables `objects/...` of their samples."""
    arrangement: Numbers
    """(E,) numbers of the arrangements that the samples are of."""
    by_object: Numbers
    """(E,) rows in the order of objects."""
    starts: Numbers
    """(O + 1,) where the rows of an object begin in `by_object`."""

    def rows_of(self, sample: int) -> Numbers:
        """The rows of a sample; none where nothing in it stands elsewhere."""
        first, last = np.searchsorted(self.sample, [sample, sample + 1])
        return np.arange(first, last)

    def elsewhere(self, row: int) -> Numbers:
        """The rows of other arrangements with the object of a row; at least one."""
        number = self.object[row]
        rows = self.by_object[self.starts[number] : self.starts[number + 1]]
        return rows[self.arrangement[rows] != self.arrangement[row]]

    def __len__(self) -> int:
        """Number of rows; 0 where no object stands in two arrangements."""
        return len(self.sample)


def standing(shards: ShardSet) -> StandingObjects:
    """The objects of a set: each shard is opened once, and three small tables of it are read. Raises ShardError."""
    objects, arrangements = _Numbered(), _Numbered()
    parts = [
        _of_shard(shards.reader(number), first, objects, arrangements) for number, first in enumerate(_firsts(shards))
    ]
    return _several(*np.concatenate([np.empty((0, 4), np.int64), *parts]).T)


class _Numbered(dict[Any, int]):
    """Things by the number in which they came."""

    def __missing__(self, key: Hashable) -> int:
        self[key] = len(self)
        return self[key]


def _firsts(shards: ShardSet) -> Iterable[int]:
    """Number of the first sample of each shard."""
    return np.cumsum([0, *(entry.samples for entry in shards.entries[:-1])]).tolist()


def _of_shard(reader: ShardReader, first: int, objects: _Numbered, arrangements: _Numbered) -> Numbers:
    """(E, 4) sample, object, slot and arrangement of what stands once in a sample of a shard."""
    origin, seeds = reader.origin, reader.read("sample/seed").tolist()
    ids = [(origin.object_source, name) for name in reader.asset_ids.tolist()]
    place = (origin.room_source, origin.room, reader.attributes.get("seed"))
    rows = [
        (first + row, objects[ids[asset]], slot, arrangements[(*place, *seeds[row][:2])])
        for row, assets in enumerate(reader.read("objects/asset").tolist())
        for slot, asset in _single(assets, len(ids))
    ]
    return np.array(rows, np.int64).reshape(-1, 4)


def _single(assets: list[int], known: int) -> Iterator[tuple[int, int]]:
    """Slot and asset of each object that stands in a sample once."""
    counts = Counter(assets)
    return ((slot, asset) for slot, asset in enumerate(assets) if 0 <= asset < known and counts[asset] == 1)


def _several(sample: Numbers, number: Numbers, slot: Numbers, arrangement: Numbers) -> StandingObjects:
    """Of these rows, those whose object stands in more than one arrangement, objects numbered anew."""
    pairs = np.unique(np.stack([number, arrangement], 1), axis=0)
    arrangements = np.bincount(pairs[:, 0], minlength=int(number.max(initial=-1)) + 1)
    kept = arrangements[number] > 1
    _, number = np.unique(number[kept], return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(number))])
    return StandingObjects(
        sample[kept], number, slot[kept], arrangement[kept], np.argsort(number, kind="stable"), starts
    )
