"""Reading shards as NumPy arrays: one file (`ShardReader`) or a folder of them (`ShardSet`).

A file is opened at the first use in each process and never shared across a fork, so readers can be
sent to forked, spawned and forkserver workers. Shards are immutable: files are opened without locks.
"""

import json
import operator
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError, UsageError, typed
from scenegen.lenses import Lens
from scenegen.remote import located
from scenegen.shards import schema
from scenegen.shards.dataset_info import DatasetInfo, stored_as
from scenegen.shards.faults import AGAIN, DAMAGE, fault, no_manifest
from scenegen.shards.lens import read_lenses
from scenegen.shards.opening import OpenShard, close, open_shard
from scenegen.shards.origin import Origin, origin_of
from scenegen.shards.records import MANIFEST, UNREADABLE, listed, require_folder
from scenegen.shards.rows import sample_of
from scenegen.shards.sample import Sample

Array = NDArray[Any]


class ShardReader:
    """Samples of one shard, read lazily: `len(reader)`, `reader[i]`, `reader.read(name, i)`.

    `layers` names the optional layers that samples carry; by default all that the shard has. The file
    is opened at the first use in each process. Every use raises ShardError, in one line, when the file
    is missing, damaged, of another format or newer than this program.
    """

    @typed(UsageError)
    def __init__(self, path: Path | str, layers: Iterable[str] | None = None) -> None:
        self.path = located(path)
        self.layers = None if layers is None else tuple(layers)
        self._opened: OpenShard | None = None

    def __len__(self) -> int:
        """Number of samples."""
        return self._open().datasets["rgb"].shape[0]

    def __getitem__(self, index: int) -> Sample:
        """Sample `index`, negative from the end; IndexError outside."""
        i = _row_number(index, len(self))
        return sample_of(self, i, self._chosen_layers())

    def read(self, name: str, *index: int) -> Array:
        """A whole dataset, or its part at leading indices: `read("rgb", 3, 1)`; blank where the shard says so."""
        with self._reading(name) as opened:
            if schema.FIELD[name].chunk_axes:
                return opened.part(name, index)
            return np.array(opened.table(name)[index])

    def lenses(self, index: int) -> tuple[Lens, ...]:
        """The lenses of the views of sample `index`; pinholes where the shard states none."""
        return read_lenses(self, self._open().sizes["view"], index)

    def read_window(self, name: str, sample: int, view: int, rows: slice, columns: slice) -> Array:
        """A window of one picture, `read(name, sample, view)[rows, columns]`, without unpacking all of it.

        `name` is `rgb` or a layer, else ValueError, as for steps other than 1. Damage of bands that hold no row of
        the window is not noticed.
        """
        with self._reading(name) as opened:
            if not schema.FIELD[name].is_picture or not {rows.step, columns.step} <= {None, 1}:
                raise ValueError(f"[{rows}, {columns}] of {name}: windows are of pictures, and without steps")
            height = opened.datasets[name].shape[2]
            return opened.window(name, (sample, view), range(height)[rows], columns)

    @property
    def attributes(self) -> dict[str, str | int | float]:
        """All root attributes as Python values."""
        return dict(self._open().attributes)

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the run that made the shard."""
        try:
            config = json.loads(str(self._open().attributes["config_json"]))
        except (ValueError, RecursionError) as error:
            raise ShardError(f"{self.path}: {fault(error, 'config_json is not JSON')}") from None
        if not isinstance(config, dict):
            raise ShardError(f"{self.path}: config_json is no table of options: {AGAIN}")
        return config

    @property
    def origin(self) -> Origin:
        """Room, and sources of room and objects."""
        return origin_of(self._open().attributes)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Length of every dimension of the schema: `sample`, `view`, `ray`, `y` and `x` of the pictures, and others."""
        return dict(self._open().sizes)

    @property
    def asset_ids(self) -> Array:
        """(A,) identifiers of the assets, as text."""
        return self.read("assets/id")

    @property
    def asset_categories(self) -> Array:
        """(A,) categories of the assets, as text."""
        return self.read("assets/category")

    def holds(self, name: str) -> bool:
        """Whether the shard has a dataset of this name."""
        return name in self._open().datasets

    def datasets(self) -> tuple[DatasetInfo, ...]:
        """Shape, type, codec and stored size of every dataset, in the order of the schema."""
        try:
            return tuple(stored_as(name, dataset) for name, dataset in self._open().datasets.items())
        except DAMAGE as error:
            raise ShardError(f"{self.path}: {fault(error)}") from None

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._opened is not None:
            close(self._opened.file)
            self._opened = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_opened": None}

    @contextmanager
    def _reading(self, name: str) -> Iterator[OpenShard]:
        """The open file, which has the dataset; what HDF5 raises about damage becomes a ShardError."""
        opened = self._open()
        if name not in opened.datasets and name not in schema.absent(opened.attributes):
            raise ShardError(f"{self.path}: has no dataset {name!r}: choose one of {', '.join(opened.datasets)}")
        try:
            yield opened
        except (OSError, RuntimeError, UnicodeDecodeError, MemoryError) as error:
            raise ShardError(f"{self.path}: {fault(error, f'{name} is damaged')}") from None

    def _open(self) -> OpenShard:
        """The open file of this process; one inherited by a fork is closed first, as HDF5 would share it."""
        if self._opened is not None and self._opened.pid != os.getpid():
            self.close()
        if self._opened is None:
            self._opened = open_shard(self.path)
        return self._opened

    def _chosen_layers(self) -> tuple[str, ...]:
        present = tuple(name for name in schema.LAYERS if name in self._open().datasets)
        if self.layers is None:
            return present
        if absent := [name for name in self.layers if name not in present]:
            raise ShardError(f"{self.path}: has no layer {absent[0]!r}: it holds {', '.join(present) or 'none'}")
        return self.layers


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """One shard of a run folder."""

    folder: Path
    file: str
    """Its name in the folder."""
    samples: int
    room: str
    split: str
    sha256: str = ""
    """Of the file; "" where no manifest says it."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / self.file


class ShardSet:
    """All samples of a run folder as one sequence: `len(shards)`, `shards[i]`.

    The shards are those of `manifest.json` (no shard is opened to count them) or, without one, every
    `*.h5` below the folder in sorted order. The folder may be an address, s3://bucket/set (extra `s3`).
    `split` keeps the shards of one split. At most `max_open` files are open at a time. Raises ShardError
    when there is no shard to read.
    """

    @typed(UsageError)
    def __init__(
        self, folder: Path | str, split: str | None = None, layers: Iterable[str] | None = None, max_open: int = 256
    ) -> None:
        self.folder = located(folder)
        self.layers = None if layers is None else tuple(layers)
        self.entries = _of_split(self.folder, shard_entries(self.folder), split)
        self._ends = np.cumsum([entry.samples for entry in self.entries])
        self._max_open = max_open
        self._readers: OrderedDict[int, ShardReader] = OrderedDict()

    def __len__(self) -> int:
        """Number of samples of all shards."""
        return int(self._ends[-1])

    def __getitem__(self, index: int) -> Sample:
        """Sample `index` of the whole set, negative from the end; IndexError outside."""
        shard, row = self.locate(index)
        return self.reader(shard)[row]

    def locate(self, index: int) -> tuple[int, int]:
        """Number of the shard (a row of `entries`) and of the sample in it."""
        number = _row_number(index, len(self))
        shard = int(np.searchsorted(self._ends, number, side="right"))
        return shard, number - (int(self._ends[shard]) - self.entries[shard].samples)

    def reader(self, shard: int) -> ShardReader:
        """The reader of one shard; the file used longest ago is closed when too many are open."""
        reader = self._readers.pop(shard, None) or ShardReader(self.entries[shard].path, self.layers)
        self._readers[shard] = reader
        if len(self._readers) > self._max_open:
            self._readers.popitem(last=False)[1].close()
        return reader

    def close(self) -> None:
        """Close all files; the next use opens them again."""
        while self._readers:
            self._readers.popitem()[1].close()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_readers": OrderedDict()}


def shard_entries(folder: Path) -> tuple[ShardEntry, ...]:
    """The shards of a run folder, from its manifest or from the files themselves.

    Raises ShardError when the folder or its manifest cannot be used, or no shard is there.
    """
    require_folder(folder)
    entries = _listed(folder) if (folder / MANIFEST).is_file() else _found(folder)
    if not entries:
        raise ShardError(f"{folder}: holds no shard: finish the run with the command that started it")
    return entries


def _listed(folder: Path) -> tuple[ShardEntry, ...]:
    """The shards that a manifest and the records of slices name, in the order of the run."""
    try:
        found = sorted(listed(folder), key=lambda entry: entry.index)
    except UNREADABLE as error:
        raise no_manifest(folder / MANIFEST, error) from None
    return tuple(ShardEntry(folder, e.file, e.samples, e.room, e.split, e.sha256) for e in found)


def _found(folder: Path) -> tuple[ShardEntry, ...]:
    """Entries of a folder without a manifest: each file is opened once."""
    entries = []
    for path in sorted(folder.rglob("*.h5")):
        with ShardReader(path) as reader:
            attributes = reader.attributes
            name, room, split = path.relative_to(folder).as_posix(), str(attributes["room"]), str(attributes["split"])
            entries.append(ShardEntry(folder, name, len(reader), room, split))
    return tuple(entries)


def _of_split(folder: Path, entries: tuple[ShardEntry, ...], split: str | None) -> tuple[ShardEntry, ...]:
    chosen = tuple(entry for entry in entries if split in (None, entry.split))
    if not chosen:
        there = ", ".join(sorted({entry.split for entry in entries}))
        raise ShardError(f"{folder}: has no shard of split {split!r}: choose one of {there}")
    return chosen


def _row_number(index: int, length: int) -> int:
    """`index` from 0, counted from the end when negative; IndexError outside."""
    number = operator.index(index)
    if not -length <= number < length:
        raise IndexError(f"sample {number} of {length}")
    return number % length
