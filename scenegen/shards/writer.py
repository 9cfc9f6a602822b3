"""From arrays to the bytes of a shard, and from bytes to a published file.

A shard is built in memory and appears under its name only when it is complete and on the disk: HDF5
never writes to the disk itself, because a full disk or a killed process then leaves a file that opens
and silently holds a part of the data. The same content gives the same bytes.
"""

import contextlib
import errno
import io
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.errors import RAISE_LIMIT, ShardError
from scenegen.remote import is_remote, write_new, write_over
from scenegen.shards import schema
from scenegen.shards.chunks import pack_chunk
from scenegen.shards.codecs import CODECS, READ_ANYWHERE, require_codec, storage_options
from scenegen.shards.content import ShardContent, stored, validate

ADVICE = {
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: f"{RAISE_LIMIT}, then run the same command again",
}
"""What to do where a full disk or a folder's rights are not the reason."""
_GROWTH_BYTES = 1 << 22
_MAX_ATTRIBUTES = 64


_BINARY = getattr(os, "O_BINARY", 0)
"""Windows changes line ends where it is not told so."""


def encode_shard(content: ShardContent, codec: str = READ_ANYWHERE) -> bytes:
    """The bytes of the HDF5 file that holds `content`, stored with `codec`.

    Raises ValueError when the content breaks the schema (`validate`), UsageError when the codec is
    unknown or not installed.
    """
    require_codec(codec)
    validate(content)
    with _memory_file() as file:
        ordered = {name: content.attributes[name] for name in schema.attributes_due(content.attributes)}
        for name, value in (schema.conventions(content.attributes, content.arrays) | ordered).items():
            _set_attribute(file, name, value)
        for field in schema.FIELDS:
            if field.name in content.arrays:
                _write_field(file, field, content.arrays[field.name], codec)
        file.flush()
        return file.id.get_file_image()


def publish(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that the name appears only with all of it, durably.

    A temporary file beside it is written and synced, renamed, and the folder is synced. Raises
    ShardError, with nothing left behind, when the disk is full, the folder cannot be written, or `path` is a device.
    On a remote file system the file is sent whole under its name.
    """
    if is_remote(path):
        write_over(path, data)
        return
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        if path.exists() and not path.is_file():
            raise ShardError(f"{path}: is not a file that can be replaced: give another path")
        temporary.unlink(missing_ok=True)
        _write_synced(temporary, data)
        temporary.replace(path)
        sync(path.parent)
    except OSError as error:
        cause = error.strerror or str(error)
        advice = ADVICE.get(error.errno or 0, "free space or make the folder writable, then run the same command again")
        raise ShardError(f"{path}: cannot be written ({cause}): {advice}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def publish_shard(path: Path, data: bytes) -> bytes:
    """Write a shard as `publish` does; the bytes that are there now.

    On a remote file system one that is there is left: another process made it of the same configuration. Raises
    ShardError where it is no shard of that.
    """
    if not is_remote(path):
        publish(path, data)
        return data
    there = write_new(path, data)
    if there != data and _made_of(there) != _made_of(data):
        raise ShardError(f"{path}: is there already, and no shard of this run: choose another --out, or remove it")
    return there


def _made_of(data: bytes) -> tuple[str, ...]:
    """What a shard in memory says that it was made of; nothing where it is none."""
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            return tuple(str(file.attrs[name]) for name in ("config_sha256", "shard_index", "generator_version"))
    except (OSError, KeyError, RuntimeError, ValueError):
        return ()


def _memory_file() -> h5py.File:
    """A new HDF5 file in memory that takes no times and keeps its attributes where they are checksummed."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(_GROWTH_BYTES, False)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_obj_track_times(False)
    creation.set_attr_phase_change(_MAX_ATTRIBUTES, 0)
    return h5py.File(h5py.h5f.create(b"shard", h5py.h5f.ACC_TRUNC, creation, access))


def _write_field(file: h5py.File, field: schema.Field, array: NDArray[Any], codec: str) -> None:
    """Create one dataset with its documentation and its data."""
    data = stored(field, array)
    options: dict[str, Any] = {"dtype": data.dtype, "track_times": False}
    if data.size:
        options |= {"chunks": field.chunks(data.shape)} | storage_options(codec, data.itemsize)
    dataset = file.create_dataset(field.name, data.shape, **options)
    if data.size:
        _write_chunks(dataset, data, codec)
    _set_attribute(dataset, "description", field.description)
    _set_attribute(dataset, "units", field.units)
    for axis, label in enumerate(field.dims):
        dataset.dims[axis].label = label
    if field.name == "preview":
        _tag_image(dataset)


def _write_chunks(dataset: h5py.Dataset, data: NDArray[Any], codec: str) -> None:
    """Write all data; compressed chunks are packed here, which is faster."""
    if not CODECS[codec].coder:
        dataset[...] = data
        return
    for block in dataset.iter_chunks():
        dataset.id.write_direct_chunk(tuple(part.start for part in block), pack_chunk(data[block], codec))


def _set_attribute(holder: h5py.File | h5py.Dataset, name: str, value: str | int | float) -> None:
    """Store text with a fixed length: variable-length text lies where HDF5 has no checksum."""
    if isinstance(value, str):
        text = value.encode()
        holder.attrs.create(name, text, dtype=h5py.string_dtype("utf-8", max(1, len(text))))
    else:
        holder.attrs.create(name, value)


def _tag_image(dataset: h5py.Dataset) -> None:
    """Mark a (H, W, 3) uint8 dataset as a picture after the HDF5 Image specification 1.2."""
    tags = {"CLASS": "IMAGE", "IMAGE_VERSION": "1.2", "IMAGE_SUBCLASS": "IMAGE_TRUECOLOR"}
    for name, value in (tags | {"INTERLACE_MODE": "INTERLACE_PIXEL"}).items():
        dataset.attrs.create(name, np.bytes_(value))


def _write_synced(path: Path, data: bytes) -> None:
    """Write all of `data` to a new file and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk: a rename then survives a power cut.

    Nothing happens where folders cannot be opened (Windows), which also refuses to flush what is open for reading.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
