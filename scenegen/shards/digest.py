"""Digests of shards: of the bytes, for transport, and of the data, whatever codec it is stored with."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError
from scenegen.shards.chunks import packed, read
from scenegen.shards.codecs import filters_of
from scenegen.shards.content import ShardContent, stored
from scenegen.shards.faults import DAMAGE, fault, trouble
from scenegen.shards.opening import open_file, require_stored_here
from scenegen.shards.schema import FIELD, conventions


def file_sha256(path: Path) -> str:
    """Hexadecimal sha256 of the bytes of a file. Raises ShardError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        what = f"cannot be read ({error.strerror}): check the path and its permissions"
        raise ShardError(f"{path}: {trouble(error, what)}") from None


def content_sha256(source: Path | h5py.File) -> str:
    """Hexadecimal sha256 of all that a shard says, equal for every codec.

    Over the root attributes, then each dataset in sorted order: name, type, shape and decoded bytes
    (little-endian, C order). How a dataset is described is no part of it. Raises ShardError when the file is
    missing, not HDF5 or damaged.
    """
    if isinstance(source, h5py.File):
        return _of_file(source)
    try:
        with open_file(source) as file:
            return _of_file(file)
    except ShardError as error:
        raise ShardError(f"{source}: {str(error).removeprefix(f'{source}: ')}") from None
    except DAMAGE as error:
        raise ShardError(f"{source}: {fault(error)}") from None


def digest_of(data: bytes) -> str:
    """The `content_sha256` of a shard in memory. Raises as that does."""
    with h5py.File(io.BytesIO(data), "r") as file:
        return content_sha256(file)


def sha256_of(content: ShardContent) -> str:
    """The `content_sha256` of the shard that holds `content`, without writing it."""
    digest = _begun(conventions(content.attributes, content.arrays) | content.attributes)
    for name in sorted(content.arrays):
        array = stored(FIELD[name], content.arrays[name])
        _add(digest, name, array, [_bytes(array)])
    return digest.hexdigest()


def _of_file(file: h5py.File) -> str:
    digest = _begun({name: _plain(value) for name, value in file.attrs.items()})
    names: list[str] = []
    file.visit(names.append)
    for name in sorted(names):
        item = file[name]
        if isinstance(item, h5py.Dataset):
            require_stored_here(name, item)
            _add(digest, name, item, _blocks(name, item))
    return digest.hexdigest()


def _begun(attributes: Mapping[str, Any]) -> Any:
    return hashlib.sha256(_canonical(attributes))


def _add(digest: Any, name: str, array: h5py.Dataset | NDArray[Any], blocks: Iterable[bytes]) -> None:
    """Take a dataset into the digest."""
    digest.update(_canonical([name, _type_name(array.dtype), array.shape]))
    for block in blocks:
        digest.update(block)


def _canonical(value: Any) -> bytes:
    """One line of JSON that is the same on every machine."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    """An attribute as text or number."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return value.decode() if isinstance(value, bytes) else value


def _type_name(dtype: np.dtype[Any]) -> Any:
    """The stored type: NumPy's name with byte order, and the names of an enum."""
    name, enum = dtype.newbyteorder("<").str, h5py.check_enum_dtype(dtype)
    return [name, sorted(enum.items())] if enum else name


def _blocks(name: str, dataset: h5py.Dataset) -> Iterator[bytes]:
    """Decoded bytes of a dataset in C order, however it is cut into chunks, a picture at a time."""
    axes = FIELD[name].chunk_axes if name in FIELD else 0
    if not (dataset.size and axes):
        yield _bytes(dataset[()])
        return
    source = packed(dataset, axes, filters_of(dataset))
    for at in np.ndindex(dataset.shape[:axes]):
        yield _bytes(read(source, at) if source else dataset[at])


def _bytes(array: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
