"""Chunks packed and unpacked by us instead of by HDF5: shuffle, deflate or zstd, fletcher32.

HDF5 compresses with zlib inside its global lock, and adds its own checksum to what has one already.
libdeflate and libzstd write and read the same formats. Measured on 640 x 480 pairs: packing all layers
with `gzip` 46 against 95 ms, unpacking pictures and rays 4.6 against 18 ms. A deflate stream depends on
the data and the level alone, on every processor. Shuffle and outer checksum are HDF5's own, bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import deflate
import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.shards import zstd

LEVEL = 1
"""libdeflate's level, 1 to 12; the stream says nothing of it."""

_CHECKSUM_BYTES = 4


@dataclass(frozen=True)
class Coder:
    """A compressor whose streams carry a checksum of the data, and its HDF5 filter."""

    filter: int
    """Number of the HDF5 filter that writes and reads the same streams."""
    compress: Callable[[bytes], bytes]
    expand: Callable[[memoryview, int], bytes | bytearray]
    """From a stream and the size of the data to the data; OSError when they do not fit or the stream is damaged."""
    checked: Callable[[bytes], bool]
    """Whether a stream carries the checksum; others are left to HDF5."""


def pack(block: NDArray[Any], codec: str = "gzip") -> bytes:
    """The stored bytes of a chunk; `block` is all of it in its stored type, items wider than a byte are shuffled."""
    raw = np.ascontiguousarray(block)
    packed = CODERS[codec].compress(shuffled(raw) if raw.itemsize > 1 else raw.tobytes())
    return packed + fletcher32(packed).to_bytes(_CHECKSUM_BYTES, "little")


def unpack(stored: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], codec: str = "gzip") -> NDArray[Any]:
    """The chunk behind stored bytes; OSError when they are damaged.

    The stream's own checksum of the data is verified, so the outer one is not read.
    """
    size = dtype.itemsize * int(np.prod(shape))
    raw = CODERS[codec].expand(memoryview(stored)[:-_CHECKSUM_BYTES], size)
    if len(raw) != size:
        raise OSError(f"a chunk holds {len(raw)} bytes instead of {size}")
    planes = np.frombuffer(raw, np.uint8).reshape(dtype.itemsize, -1)
    if dtype.itemsize == 1:
        return planes.view(dtype).reshape(shape)
    items = np.empty(planes.shape[::-1], np.uint8)
    # plane by plane: NumPy's own transposition takes three times as long
    for k, plane in enumerate(planes):
        items[:, k] = plane
    return items.view(dtype).reshape(shape)


def coder_of(dataset: h5py.Dataset, chunk_axes: int, filters: list[int]) -> str | None:
    """The codec of a dataset with these filters, in this order, if its chunks are as `pack` makes them.

    That is: one chunk per leading index, and a library for the codec is there; None otherwise.
    """
    if dataset.chunks != (1,) * chunk_axes + dataset.shape[chunk_axes:]:
        return None
    before = [h5py.h5z.FILTER_SHUFFLE] if dataset.dtype.itemsize > 1 else []
    fits = (name for name, coder in CODERS.items() if filters == [*before, coder.filter, h5py.h5z.FILTER_FLETCHER32])
    name = next(fits, None)
    return None if name == "zstd" and not zstd.available() else name


def read(dataset: h5py.Dataset, chunk_axes: int, index: tuple[int, ...], codec: str = "gzip") -> NDArray[Any]:
    """`dataset[index]` at leading indices from 0, unpacked here. OSError or RuntimeError when a chunk is damaged."""
    if len(index) >= chunk_axes:
        return _chunk(dataset, index[:chunk_axes], codec)[index[chunk_axes:]]
    out = np.empty(dataset.shape[len(index) :], dataset.dtype)
    for rest in np.ndindex(out.shape[: chunk_axes - len(index)]):
        out[rest] = _chunk(dataset, (*index, *rest), codec)
    return out


def _chunk(dataset: h5py.Dataset, at: tuple[int, ...], codec: str) -> NDArray[Any]:
    """The chunk at leading indices `at`, without these axes; one that lacks a filter or checksum is left to HDF5."""
    shape = dataset.shape[len(at) :]
    skipped, stored = dataset.id.read_direct_chunk((*at, *(0 for _ in shape)))
    if skipped or not CODERS[codec].checked(stored):
        return np.asarray(dataset[at])
    return unpack(stored, dataset.dtype, shape, codec)


def _deflated(data: bytes) -> bytes:
    return bytes(deflate.zlib_compress(data, LEVEL))


def _inflated(stream: memoryview, size: int) -> bytes | bytearray:
    try:
        return deflate.zlib_decompress(stream, size)
    except deflate.DeflateError:
        raise OSError("a chunk cannot be unpacked") from None


def _always(_stream: bytes) -> bool:
    """Every zlib stream ends with an adler32 of the data (RFC 1950)."""
    return True


CODERS = {
    "gzip": Coder(h5py.h5z.FILTER_DEFLATE, _deflated, _inflated, _always),
    "zstd": Coder(zstd.FILTER, zstd.compress, zstd.expand, zstd.has_checksum),
}
"""Codecs whose chunks are made here."""


def shuffled(block: NDArray[Any]) -> bytes:
    """Bytes regrouped: all first bytes of the items, then all second ones (HDF5's shuffle filter)."""
    items = block.reshape(-1).view(np.uint8).reshape(-1, block.itemsize)
    planes = np.empty(items.shape[::-1], np.uint8)
    for k, plane in enumerate(planes):
        plane[:] = items[:, k]
    return planes.tobytes()


def fletcher32(data: bytes) -> int:
    """HDF5's Fletcher checksum: of big-endian 16-bit words, an odd last byte being the high one.

    Sums are kept modulo 65535 in the form in which only an empty sum is 0, as HDF5's reduction leaves them.
    """
    words = np.frombuffer(data + b"\0" * (len(data) % 2), ">u2").astype(np.uint64)
    first = words.sum(dtype=np.uint64)
    second = np.dot(words, np.arange(len(words), 0, -1, dtype=np.uint64))
    return _folded(int(second)) << 16 | _folded(int(first))


def _folded(total: int) -> int:
    """A sum modulo 65535, with 65535 instead of 0 unless nothing was added."""
    return (total - 1) % 65535 + 1 if total else 0
