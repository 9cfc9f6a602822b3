"""What a table must say about its data: which shards, how large, and whether rooms and objects were trained on."""

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scenegen.shards import ShardReader, ShardSet
from training.data.pairs import picture_size
from training.data.surfaces import Surfaces, surfaces_of
from training.evaluation.taught import Taught

_IDENTITY = ("format_version", "generator_version", "config_sha256", "assets_sha256", "shard_index", "room", "split")


@dataclass(frozen=True)
class Provenance:
    """The measured split of a folder of shards, and what the network knows of it."""

    sha256: str
    """Digest of what the shards were made from: configuration, assets, generator and which shards there are."""
    rooms: tuple[str, ...]
    """Its rooms."""
    objects: int
    """Different objects in them."""
    shared_rooms: int | None
    """Those of its rooms that the network was trained on; None where that is not known."""
    shared_objects: int | None
    """Those of its objects that the network was trained on; None where that is not known."""
    trained_rooms: int | None
    """Rooms that the network was trained on; None where they are not known."""
    held_out: str
    """Whether rooms and objects are held out from training, in a line."""
    image_sizes: tuple[str, ...]
    """Sizes of the pictures, WIDTHxHEIGHT px."""


def provenance(shards: Path, split: str, taught: Taught) -> Provenance:
    """Look at every shard's small tables; no picture is read. Raises ShardError as the reader does."""
    measured = ShardSet(shards, split, layers=())
    readers = [measured.reader(number) for number in range(len(measured.entries))]
    shown = surfaces_of(readers)
    both = None if taught.shown is None else shown & taught.shown
    sizes = {_size(reader) for reader in readers}
    measured.close()
    return Provenance(
        sha256=_digest(measured),
        rooms=tuple(sorted({entry.room for entry in measured.entries})),
        objects=len(shown.objects),
        shared_rooms=both and len(both.rooms),
        shared_objects=both and len(both.objects),
        trained_rooms=taught.shown and len(taught.shown.rooms),
        held_out=_held_out(shown, both, taught),
        image_sizes=tuple(sorted(sizes)),
    )


def inputs_sha256(shards: Path, split: str) -> str:
    """Digest of what the shards of a split were made from. Raises ShardError as the reader does."""
    with closing(ShardSet(shards, split, layers=())) as measured:
        return _digest(measured)


def _digest(measured: ShardSet) -> str:
    identity = [_identity(measured.reader(number), each.samples) for number, each in enumerate(measured.entries)]
    return hashlib.sha256(json.dumps(sorted(identity)).encode()).hexdigest()


def _held_out(shown: Surfaces, both: Surfaces | None, taught: Taught) -> str:
    if both is None:
        return f"not known: {taught.remark}"
    if both.rooms or both.objects:
        rooms, objects = (f"{len(old)} of {len(all)}" for old, all in zip(both.parts, shown.parts, strict=True))
        return f"no: the network was trained on {rooms} rooms and {objects} objects of these; {taught.remark}"
    return f"yes: the network was trained on none of these rooms and objects; {taught.remark}"


def _identity(reader: ShardReader, samples: int) -> list[str]:
    """The same inputs give the same shard, so its inputs name it."""
    return [*(str(reader.attributes[name]) for name in _IDENTITY), str(samples)]


def _size(reader: ShardReader) -> str:
    return "x".join(map(str, picture_size(reader)))
