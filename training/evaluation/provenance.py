"""What a table must say about its data: which shards, how large, and that rooms and objects were not trained on."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenegen.shards import ShardReader, ShardSet
from training.data.pairs import picture_size

_IDENTITY = ("format_version", "generator_version", "config_sha256", "assets_sha256", "shard_index", "room", "split")


@dataclass(frozen=True)
class Provenance:
    """The held-out part of a folder of shards."""

    sha256: str
    """Digest of what the shards were made from: configuration, assets, generator and which shards there are."""
    rooms: tuple[str, ...]
    """Held-out rooms."""
    objects: int
    """Different objects in them."""
    shared_rooms: int
    """Held-out rooms that are also in the training split: must be 0."""
    shared_objects: int
    """Held-out objects that are also in the training split: must be 0."""
    trained_rooms: int
    """Rooms of the training split, 0 where the folder has none to compare with."""
    image_sizes: tuple[str, ...]
    """Sizes of the pictures, WIDTHxHEIGHT px."""


def provenance(shards: Path, split: str) -> Provenance:
    """Look at every shard's small tables; no picture is read. Raises ShardError as the reader does."""
    every = ShardSet(shards, layers=())
    held = [number for number, entry in enumerate(every.entries) if entry.split == split]
    other = [number for number, entry in enumerate(every.entries) if entry.split == "train" != split]
    rooms, trained = ({every.entries[number].room for number in numbers} for numbers in (held, other))
    objects, known = (_objects(every, numbers) for numbers in (held, other))
    identity = [_identity(every.reader(number), every.entries[number].samples) for number in held]
    sizes = {_size(every.reader(number)) for number in held}
    every.close()
    return Provenance(
        sha256=hashlib.sha256(json.dumps(sorted(identity)).encode()).hexdigest(),
        rooms=tuple(sorted(rooms)),
        objects=len(objects),
        shared_rooms=len(rooms & trained),
        shared_objects=len(objects & known),
        trained_rooms=len(trained),
        image_sizes=tuple(sorted(sizes)),
    )


def _objects(shards: ShardSet, numbers: list[int]) -> set[str]:
    """Objects that stand in a scene of these shards."""
    found: set[str] = set()
    for reader in map(shards.reader, numbers):
        used = np.unique(reader.read("objects/asset"))
        found |= set(reader.asset_ids[used[used >= 0]].tolist())
    return found


def _identity(reader: ShardReader, samples: int) -> list[str]:
    """The same inputs give the same shard, so its inputs name it."""
    return [*(str(reader.attributes[name]) for name in _IDENTITY), str(samples)]


def _size(reader: ShardReader) -> str:
    return "x".join(map(str, picture_size(reader)))
