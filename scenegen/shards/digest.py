"""Digests of shards: of the bytes, for transport, and of the data, whatever codec it is stored with."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from scenegen.errors import ShardError
from scenegen.shards.codecs import require_readable
from scenegen.shards.opening import AGAIN, DAMAGE, first_line, open_file

_BLOCK_BYTES = 1 << 20


def file_sha256(path: Path) -> str:
    """Hexadecimal sha256 of the bytes of a file. Raises ShardError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ShardError(f"{path}: cannot be read ({error.strerror}): check the path and its permissions") from None


def content_sha256(source: Path | h5py.File) -> str:
    """Hexadecimal sha256 of all that a shard says, equal for every codec.

    Over root attributes, then each dataset in sorted order: name, type, shape, attributes (but for the
    dimension labels) and decoded bytes (little-endian, C order), a chunk at a time. Raises ShardError
    when the file is missing, not HDF5 or damaged.
    """
    if isinstance(source, h5py.File):
        return _digest(source)
    try:
        with open_file(source) as file:
            return _digest(file)
    except DAMAGE as error:
        raise ShardError(f"{source}: is damaged ({first_line(error)}): {AGAIN}") from None


def _digest(file: h5py.File) -> str:
    digest = hashlib.sha256(_canonical(_attributes(file)))
    names: list[str] = []
    file.visit(names.append)
    for name in sorted(names):
        item = file[name]
        if isinstance(item, h5py.Dataset):
            require_readable(item)
            digest.update(_canonical([name, _type_name(item), item.shape, _attributes(item)]))
            for block in _blocks(item):
                digest.update(block)
    return digest.hexdigest()


def _canonical(value: Any) -> bytes:
    """One line of JSON that is the same on every machine."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _attributes(holder: h5py.File | h5py.Dataset) -> dict[str, Any]:
    """All attributes but the dimension labels, which HDF5 wants as variable-length text.

    That lies in a global heap without checksum, and reading it from a damaged file can hang HDF5.
    """
    return {name: _plain(holder.attrs[name]) for name in holder.attrs if name != "DIMENSION_LABELS"}


def _plain(value: Any) -> Any:
    """An attribute as text, number or list."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def _type_name(dataset: h5py.Dataset) -> Any:
    """The stored type: NumPy's name with byte order, and the names of an enum."""
    name, enum = dataset.dtype.newbyteorder("<").str, h5py.check_enum_dtype(dataset.dtype)
    return [name, sorted(enum.items())] if enum else name


def _blocks(dataset: h5py.Dataset) -> Iterator[bytes]:
    """Decoded bytes of a dataset in C order, some rows of the first axis at a time."""
    if not dataset.size:
        return
    row_bytes = dataset.size // len(dataset) * dataset.dtype.itemsize
    rows = max(dataset.chunks[0] if dataset.chunks else 1, _BLOCK_BYTES // row_bytes)
    for start in range(0, len(dataset), rows):
        block = dataset[start : start + rows]
        yield np.ascontiguousarray(block, block.dtype.newbyteorder("<")).tobytes()
