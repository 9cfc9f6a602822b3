"""Opening a shard and checking it: HDF5, of this format and version, complete, and all its own.

Files from elsewhere are not trusted: links, virtual datasets, external storage (h5py#2891) and unknown
filters are refused before any data is read.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError
from scenegen.shards import schema
from scenegen.shards.chunks import are_ours
from scenegen.shards.codecs import filters_of, require_readable

AGAIN = "make it again with the command that made it, or copy it again"
"""What to do about a damaged shard."""

DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError)
"""What h5py raises about a damaged file."""


@dataclass
class OpenShard:
    """An open, checked file and the process that opened it."""

    pid: int
    file: h5py.File
    datasets: dict[str, h5py.Dataset]
    """The datasets of the schema that the file has, by name."""
    attributes: dict[str, str | int | float]
    """Root attributes as Python values."""
    tables: dict[str, NDArray[Any]] = field(default_factory=dict)
    """Small datasets that were read as a whole."""
    ours: dict[str, bool] = field(default_factory=dict)
    """Datasets whose storage was looked at: whether `chunks` unpacks them."""

    def unpacked_here(self, name: str, chunk_axes: int) -> bool:
        """Whether the chunks of a dataset are unpacked by `chunks` rather than by HDF5."""
        if name not in self.ours:
            dataset = self.datasets[name]
            self.ours[name] = are_ours(dataset, chunk_axes, filters_of(dataset))
        return self.ours[name]


def open_file(path: Path) -> h5py.File:
    """Open an HDF5 file to read; ShardError when it is missing or not HDF5.

    Without locks, which network file systems refuse, unless this process already has it open with them;
    without a chunk cache, because a chunk is used once.
    """
    if not path.is_file():
        raise ShardError(f"{path}: no such file: check the path, or run the command that makes it")
    try:
        try:
            return h5py.File(path, "r", locking=False, rdcc_nbytes=0)
        except OSError as error:
            if "locking flag" not in str(error):
                raise
            return h5py.File(path, "r", rdcc_nbytes=0)
    except OSError as error:
        raise ShardError(f"{path}: is not HDF5, or was cut short ({first_line(error)}): {AGAIN}") from None


def open_shard(path: Path) -> OpenShard:
    """Open and check one shard; ShardError, in one line, when it is not a shard that can be read."""
    file = open_file(path)
    try:
        attributes = {name: _python_value(value) for name, value in file.attrs.items()}
        _check_format(attributes)
        return OpenShard(os.getpid(), file, _checked_datasets(file), attributes)
    except ShardError as error:
        file.close()
        raise ShardError(f"{path}: {error}") from None
    except DAMAGE as error:
        file.close()
        raise ShardError(f"{path}: is damaged ({first_line(error)}): {AGAIN}") from None


def _check_format(attributes: Mapping[str, str | int | float]) -> None:
    """Refuse foreign files, newer major versions, and files without the attributes of the format."""
    if attributes.get("format") != schema.FORMAT:
        raise ShardError(f"is HDF5 but not a {schema.FORMAT} shard: give a shard that scenegen wrote")
    version = str(attributes.get("format_version"))
    if version.split(".")[0] != schema.FORMAT_VERSION.split(".")[0]:
        raise ShardError(f"has format version {version}, this program reads {schema.FORMAT_VERSION}: update scenegen")
    if missing := sorted((schema.CONVENTIONS.keys() | schema.ATTRIBUTES.keys()) - attributes.keys()):
        raise ShardError(f"has no attribute {missing[0]!r}: {AGAIN}")


def _checked_datasets(file: h5py.File) -> dict[str, h5py.Dataset]:
    """The datasets of the schema, once their kind, shape, type and filters are right."""
    found = {field.name: dataset for field in schema.FIELDS if (dataset := _own_dataset(file, field.name)) is not None}
    for name, dataset in found.items():
        require_readable(dataset)
        _check_dtype(schema.FIELD[name], dataset)
    try:
        schema.check_shapes({name: dataset.shape for name, dataset in found.items()})
    except ValueError as error:
        raise ShardError(f"{error}: {AGAIN}") from None
    return found


def _own_dataset(file: h5py.File, name: str) -> h5py.Dataset | None:
    """A dataset whose data lies in this file; ShardError when a link or storage leads elsewhere."""
    holder: Any = file
    for part in name.split("/"):
        if part not in holder:
            return None
        if not isinstance(holder.get(part, getlink=True), h5py.HardLink):
            raise ShardError(f"{name} is a link: a shard holds all its data itself, do not trust this file")
        holder = holder[part]
    if not isinstance(holder, h5py.Dataset) or holder.is_virtual or holder.external:
        raise ShardError(f"{name} is not stored in the file itself: do not trust this file")
    return holder


def _check_dtype(field: schema.Field, dataset: h5py.Dataset) -> None:
    if field.dtype == schema.TEXT:
        text = h5py.check_string_dtype(dataset.dtype)
        fits = text is not None and text.length is not None
    elif field.dtype == schema.ENUM:
        fits = h5py.check_enum_dtype(dataset.dtype) == schema.STATUS
    else:
        fits = dataset.dtype == np.dtype(field.dtype)
    if not fits:
        raise ShardError(f"{field.name} has type {dataset.dtype}, not {schema.dtype_text(field)}: {AGAIN}")


def _python_value(value: Any) -> str | int | float:
    """An attribute as text or number."""
    return value.decode() if isinstance(value, bytes) else value.item() if isinstance(value, np.generic) else value


def first_line(error: Exception) -> str:
    """The first line of an error, without its full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
