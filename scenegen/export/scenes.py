"""The staged scenes of a run: what a COLMAP model or a transforms.json describes.

Several samples may show the same objects in the same places, lit anew: they are one scene with more cameras.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from scenegen.export.meshes import Meshes
from scenegen.shards.reader import ShardEntry, ShardReader, ShardSet
from scenegen.shards.sample import Sample


@dataclass(frozen=True)
class SceneSamples:
    """Samples of one shard that share room, objects and their places; iterating reads one at a time."""

    name: str
    """Name that no other scene of the run has: file name of the shard and number of the first sample."""
    entry: ShardEntry
    """The shard it is in."""
    reader: ShardReader
    rows: tuple[int, ...]
    """Numbers of its samples in the shard."""
    meshes: Meshes | None = None
    """Where its room and objects are read, for formats that ask for them."""

    @property
    def shard(self) -> str:
        """Name of its shard in one word, unique in its run."""
        return self.name.rpartition("-")[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures in pixels."""
        height, width = next(info.shape for info in self.reader.datasets() if info.name == "rgb")[2:4]
        return width, height

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Sample]:
        for row in self.rows:
            yield self.reader[row]


def staged_scenes(shards: ShardSet, limit: int | None = None) -> Iterator[SceneSamples]:
    """The scenes of a run in the order of its shards, with `limit` samples at most.

    Raises ShardError where a shard is missing, damaged or of a newer format.
    """
    left = len(shards) if limit is None else limit
    for number, entry in enumerate(shards.entries):
        reader = shards.reader(number)
        for rows in arrangements(reader):
            if left <= 0:
                return
            kept = tuple(islice(rows, left))
            left -= len(kept)
            yield SceneSamples(f"{_stem(entry.file)}-{kept[0]:03d}", entry, reader, kept)


def arrangements(reader: ShardReader) -> Iterable[list[int]]:
    """Rows of a shard by arrangement, in the order of their first samples.

    The spawn key names room and arrangement; that the objects stand in the same places is looked at too.
    """
    seeds, assets = reader.read("sample/seed"), reader.read("objects/asset")
    poses = reader.read("objects/T_world_object")
    groups: dict[tuple[bytes, ...], list[int]] = {}
    for row in range(len(seeds)):
        key = (seeds[row, :2].tobytes(), assets[row].tobytes(), poses[row].tobytes())
        groups.setdefault(key, []).append(row)
    return groups.values()


def _stem(file: str) -> str:
    """Name of a shard in one word, unique in its run."""
    return PurePosixPath(file).with_suffix("").as_posix().replace("/", "-")


def picture_name(row: int, view: int, suffix: str) -> str:
    """File name of one view of a sample; no dot but the one before the suffix."""
    return f"sample{row:03d}_view{view}.{suffix}"
