"""Opening a shard and checking it: HDF5, of this format and version, complete, and all its own.

Files from elsewhere are not trusted: links, virtual datasets, external storage (h5py#2891), unknown or repeated
filters and data that is claimed but not stored are refused before any data is read.
"""

import atexit
import contextlib
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5i  # pyright: ignore[reportAttributeAccessIssue]
from numpy.typing import NDArray

from scenegen.address import Address
from scenegen.errors import ShardError, printable
from scenegen.shards import schema
from scenegen.shards.chunks import Packed, packed, read, read_rows
from scenegen.shards.codecs import filters_of, require_readable
from scenegen.shards.faults import AGAIN, DAMAGE, fault

_LONGEST_NAME = 255
"""Bytes of a file's name at most, as file systems have it."""
_CHECKSUM_BYTES = 4
_FEWEST = {"sample": 1, "view": 2}
"""Least sizes of a shard that has something to read."""


@dataclass
class OpenShard:
    """An open, checked file and the process that opened it."""

    pid: int
    file: h5py.File
    datasets: dict[str, h5py.Dataset]
    """The datasets of the schema that the file has, by name."""
    attributes: dict[str, str | int | float]
    """Root attributes as Python values."""
    sizes: dict[str, int]
    """Sizes by dimension label, as `schema.check_shapes` gives them."""
    tables: dict[str, NDArray[Any]] = field(default_factory=dict)
    """Small datasets that were read as a whole."""
    sources: dict[str, Packed | None] = field(default_factory=dict)
    """Datasets whose storage was looked at: what `chunks` unpacks, None where HDF5 does."""

    def part(self, name: str, index: tuple[int, ...]) -> NDArray[Any]:
        """The part of a large dataset at leading indices; blank where the shard says that it lacks it."""
        if name not in self.datasets:
            return schema.blank(schema.FIELD[name], self.sizes)[index]
        dataset, source = self.datasets[name], self._source(name)
        if source and _inside(index, dataset.shape):
            return read(source, index)
        return np.asarray(dataset[index])

    def window(self, name: str, index: tuple[int, int], rows: range, columns: slice) -> NDArray[Any]:
        """Neighbouring rows, and of these some columns, of the picture at all leading indices."""
        dataset, source = self.datasets[name], self._source(name)
        if source and rows and _inside(index, dataset.shape):
            return read_rows(source, index, rows.start, rows.stop, columns)
        return np.asarray(dataset[(*index, slice(rows.start, rows.stop), columns)])

    def table(self, name: str) -> NDArray[Any]:
        """A small dataset as a whole, kept while the file is open; text as `str`; blank as in `part`."""
        if name not in self.datasets:
            return schema.blank(schema.FIELD[name], self.sizes)
        if name not in self.tables:
            data = self.datasets[name][()]
            self.tables[name] = np.char.decode(data, "utf-8") if schema.FIELD[name].dtype == schema.TEXT else data
        return self.tables[name]

    def _source(self, name: str) -> Packed | None:
        """What `chunks` unpacks of a dataset; None where HDF5 does."""
        if name not in self.sources:
            dataset = self.datasets[name]
            self.sources[name] = packed(dataset, schema.FIELD[name].chunk_axes, filters_of(dataset))
        return self.sources[name]


def _inside(index: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether leading indices lie from 0 within a shape."""
    return all(0 <= i < n for i, n in zip(index, shape, strict=False))


def open_file(path: Path) -> h5py.File:
    """Open an HDF5 file to read; ShardError when it is missing or not HDF5.

    Without locks, which network file systems refuse, unless this process already has it open with them;
    without a chunk cache, because a chunk is used once.
    """
    try:
        if isinstance(path, Address):
            return _remote_file(path)
        if not path.is_file():
            raise ShardError(f"{path}: no such file: check the path, or run the command that makes it")
        try:
            return h5py.File(path, "r", locking=False, rdcc_nbytes=0)
        except OSError as error:
            if "locking flag" not in str(error):
                raise
            return h5py.File(path, "r", rdcc_nbytes=0)
    except DAMAGE as error:
        raise ShardError(f"{path}: {fault(error, 'is not HDF5, or was cut short')}") from None


_REMOTE_FILES: "weakref.WeakSet[h5py.File]" = weakref.WeakSet()
"""Remote files that are open in this process."""


def _remote_file(path: Address) -> h5py.File:
    """A remote file, whose bytes HDF5 asks Python for."""
    file = h5py.File(path.ranges(), "r", rdcc_nbytes=0)
    _REMOTE_FILES.add(file)
    return file


@atexit.register
def _close_remote_files() -> None:
    """HDF5 closes what is open after Python has ended, and then nobody answers it: the process would crash."""
    for file in tuple(_REMOTE_FILES):
        close(file)


def open_shard(path: Path) -> OpenShard:
    """Open and check one shard; ShardError, in one line, when it is not a shard that can be read."""
    file = open_file(path)
    try:
        attributes = _attributes(file)
        _check_format(attributes)
        datasets, sizes = _checked_datasets(file, schema.absent(attributes))
        return OpenShard(os.getpid(), file, datasets, attributes, sizes)
    except ShardError as error:
        close(file)
        raise ShardError(f"{path}: {error}") from None
    except DAMAGE as error:
        close(file)
        raise ShardError(f"{path}: {fault(error)}") from None


def close(file: h5py.File) -> None:
    """Close a file; of a damaged one HDF5 may fail even at that."""
    with contextlib.suppress(*DAMAGE):
        file.close()


def _check_format(attributes: Mapping[str, str | int | float]) -> None:
    """Refuse foreign files, newer major versions, and files without the attributes of the format."""
    if attributes.get("format") != schema.FORMAT:
        raise ShardError(f"is HDF5 but not a {schema.FORMAT} shard: give a shard that scenegen wrote")
    version = printable(str(attributes.get("format_version")))
    if version.split(".")[0] not in schema.MAJORS:
        raise ShardError(f"has format version {version}, this program reads {schema.NEWEST_VERSION}: update scenegen")
    due = schema.attributes_due(attributes)
    if missing := sorted((schema.CONVENTIONS.keys() | due.keys()) - attributes.keys()):
        raise ShardError(f"has no attribute {missing[0]!r}: {AGAIN}")
    kinds = dict.fromkeys(schema.CONVENTIONS, str) | {name: kind for name, (kind, _) in due.items()}
    if wrong := [name for name, kind in kinds.items() if not isinstance(attributes[name], kind)]:
        raise ShardError(f"has an attribute {wrong[0]!r} that is not {kinds[wrong[0]].__name__}: {AGAIN}")


def _attributes(file: h5py.File) -> dict[str, str | int | float]:
    """The root attributes that are text or a number; shards have no others."""
    values = {name: _python_value(value) for name, value in file.attrs.items()}
    return {name: value for name, value in values.items() if isinstance(value, str | int | float)}


def _checked_datasets(file: h5py.File, lacking: tuple[str, ...]) -> tuple[dict[str, h5py.Dataset], dict[str, int]]:
    """The datasets of the schema, once their kind, shape, type and filters are right, and sizes by dimension.

    `lacking` names those that the shard says it has not.
    """
    found = {field.name: dataset for field in schema.FIELDS if (dataset := _own_dataset(file, field.name)) is not None}
    for name, dataset in found.items():
        _check_dtype(schema.FIELD[name], dataset)
        require_stored_here(name, dataset)
    try:
        sizes = schema.check_shapes({name: dataset.shape for name, dataset in found.items()}, lacking)
    except ValueError as error:
        raise ShardError(f"{error}: {AGAIN}") from None
    if few := [f"{sizes[label]} {label}s" for label, fewest in _FEWEST.items() if sizes[label] < fewest]:
        raise ShardError(f"holds {few[0]}: {AGAIN}")
    return found, sizes


def _own_dataset(file: h5py.File, name: str) -> h5py.Dataset | None:
    """A dataset whose data lies in this file; ShardError when a link or storage leads elsewhere."""
    holder: Any = file
    for part in name.split("/"):
        if not isinstance(holder, h5py.Group) or part not in holder:
            return None
        if not isinstance(holder.get(part, getlink=True), h5py.HardLink):
            raise ShardError(f"{name} is a link: a shard holds all its data itself, do not trust this file")
        holder = holder[part]
    if not isinstance(holder, h5py.Dataset):
        raise ShardError(f"{name} is not a dataset: {AGAIN}")
    return holder


def require_stored_here(name: str, dataset: h5py.Dataset) -> None:
    """Raise ShardError unless all data of a dataset lies in its file, behind filters that shards use, each once."""
    if dataset.is_virtual or dataset.external:
        raise ShardError(f"{name} is not stored in the file itself: do not trust this file")
    require_readable(dataset)
    filters = filters_of(dataset)
    if len(filters) > len(set(filters)):
        raise ShardError(f"{name} is stored with one filter twice: do not trust this file")
    if not _is_whole(dataset):
        raise ShardError(f"{name} claims data that the file does not hold: {AGAIN}")


def _is_whole(dataset: h5py.Dataset) -> bool:
    """Whether a dataset is of a fixed size and there is storage for all of it.

    HDF5 crashes on chunks that lie outside of the dataset, and on some that lie outside of the file.
    """
    if dataset.maxshape != dataset.shape:
        return False
    if not dataset.size or dataset.chunks is None:
        return dataset.id.get_storage_size() == (dataset.size or 0) * dataset.id.get_type().get_size()
    chunk, found = dataset.chunks, []
    dataset.id.chunk_iter(found.append)
    wanted = prod(-(-size // step) for size, step in zip(dataset.shape, chunk, strict=True))
    fits = all(step <= size for size, step in zip(dataset.shape, chunk, strict=True))
    raw, end = prod(chunk) * dataset.id.get_type().get_size(), h5i.get_file_id(dataset.id).get_filesize()
    return fits and len(found) == wanted and all(_is_stored(info, raw, end) for info in found)


def _is_stored(chunk: Any, raw: int, end: int) -> bool:
    """Whether a chunk of `raw` bytes lies in a file of `end` bytes; one that skipped its filters is not shorter."""
    skipped = chunk.filter_mask != 0
    return 0 < chunk.size <= end - chunk.byte_offset and (not skipped or raw <= chunk.size <= raw + _CHECKSUM_BYTES)


def _check_dtype(field: schema.Field, dataset: h5py.Dataset) -> None:
    if field.dtype == schema.TEXT:
        text = h5py.check_string_dtype(dataset.dtype)
        fits = text is not None and text.length is not None
    elif field.dtype == schema.ENUM:
        fits = h5py.check_enum_dtype(dataset.dtype) == schema.STATUS
    else:
        fits = dataset.dtype == np.dtype(field.dtype)
    if not fits:
        found = printable(str(dataset.dtype))
        raise ShardError(f"{field.name} has type {found}, not {schema.dtype_text(field)}: {AGAIN}")


def _python_value(value: Any) -> Any:
    """An attribute as Python has it: text or a number, in a shard."""
    return value.decode() if isinstance(value, bytes) else value.item() if isinstance(value, np.generic) else value


def require_name(name: Any) -> str:
    """The name of a file in a folder, as a manifest gives it. Raises ValueError where it leads elsewhere, or is none.

    By the text alone: a manifest may name a hundred thousand.
    """
    if not isinstance(name, str):
        raise TypeError("file is not str")
    parts = name.split("/")
    if (not parts[0] and name) or ".." in parts:
        raise ValueError(f"{name} lies outside the folder")
    if not (name.strip("./") and name.isprintable() and len(name.encode()) <= _LONGEST_NAME):
        raise ValueError(f"{name!a} is no file name")
    return name
