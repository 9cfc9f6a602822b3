"""Samples with what the paper's claims are checked against: room, categories, depth and instances."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.evenly import from_first
from scenegen.shards import Sample, ShardSet
from training.errors import DataError

Array = NDArray[Any]
BACKGROUND = "room"
"""Category of the pixels of the room itself."""
NOTHING = ""
"""Category of the pixels where nothing was hit."""


@dataclass(frozen=True)
class LabelledSample:
    """A sample of a shard, its room, and the category of each of its objects."""

    sample: Sample
    """Pictures, layers and rays."""
    room: str
    """Name of the room."""
    categories: tuple[str, ...]
    """Category of each object slot (M,), "" in an empty slot."""

    def layers(self) -> tuple[Array, Array]:
        """Depth (H, W) float32 in metres and instance (H, W) uint16 of view 0; DataError where the shard has none."""
        sample = self.sample
        if sample.depth is None or sample.instance is None:
            raise DataError(
                f"sample {sample.index} of room {self.room!r} has no depth or instance layer: "
                "render the shards with --layers rgb,depth,instance"
            )
        return sample.depth[0], sample.instance[0]

    def category_map(self) -> NDArray[np.str_]:
        """(H, W) category of each pixel of view 0: object slot s is instance s + 2, the room is `room`."""
        names = np.array([NOTHING, BACKGROUND, *self.categories])
        return names[self.layers()[1]]


class LabelledSamples:
    """The samples of shards as a sequence, read lazily: `len(samples)`, `samples[i]`, iteration (again and again).

    `limit` > 0 keeps that many, evenly spread over the set, so that every room has its part.
    """

    def __init__(self, shards: ShardSet, limit: int = 0) -> None:
        self._shards = shards
        self._rows = from_first(len(shards), limit)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> LabelledSample:
        shard, row = self._shards.locate(self._rows[index])
        reader = self._shards.reader(shard)
        sample = reader[row]
        return LabelledSample(sample, self._shards.entries[shard].room, _names(sample, reader.asset_categories))

    def __iter__(self) -> Iterator[LabelledSample]:
        return (self[index] for index in range(len(self)))


def _names(sample: Sample, categories: Array) -> tuple[str, ...]:
    """Category of each slot: `object_asset` counts rows of the shard's own asset table."""
    return tuple(NOTHING if row < 0 else str(categories[row]) for row in sample.object_asset)
