"""Chunks of the `gzip` codec, packed and unpacked by us instead of by HDF5: shuffle, deflate, fletcher32.

HDF5 deflates with zlib inside its global lock. libdeflate writes and reads the same format, in half the
time and a quarter of it (measured on 640 x 480 pairs: packing all layers 46 against 95 ms, unpacking
pictures and rays 4.6 against 18 ms), and its stream depends on the data and the level alone, on every
processor. Shuffle and checksum are HDF5's own, bit for bit.
"""

from typing import Any

import deflate
import h5py
import numpy as np
from numpy.typing import NDArray

LEVEL = 1
"""libdeflate's level, 1 to 12; the stream says nothing of it."""

_CHECKSUM_BYTES = 4
_PLAIN = [h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_FLETCHER32]
_SHUFFLED = [h5py.h5z.FILTER_SHUFFLE, *_PLAIN]


def pack(block: NDArray[Any]) -> bytes:
    """The stored bytes of a chunk; `block` is all of it in its stored type, items wider than a byte are shuffled."""
    raw = np.ascontiguousarray(block)
    packed = bytes(deflate.zlib_compress(shuffled(raw) if raw.itemsize > 1 else raw.tobytes(), LEVEL))
    return packed + fletcher32(packed).to_bytes(_CHECKSUM_BYTES, "little")


def unpack(stored: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """The chunk behind stored bytes; OSError when they are damaged.

    The stream's own checksum (adler32, over the data) is verified, so the outer one is not read.
    """
    size = dtype.itemsize * int(np.prod(shape))
    try:
        raw = deflate.zlib_decompress(stored[:-_CHECKSUM_BYTES], size)
    except deflate.DeflateError:
        raise OSError("a chunk cannot be unpacked") from None
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


def are_ours(dataset: h5py.Dataset, chunk_axes: int, filters: list[int]) -> bool:
    """Whether a dataset with these filters, in this order, has chunks as `pack` makes them, one per leading index."""
    whole = dataset.chunks == (1,) * chunk_axes + dataset.shape[chunk_axes:]
    return whole and filters == (_SHUFFLED if dataset.dtype.itemsize > 1 else _PLAIN)


def read(dataset: h5py.Dataset, chunk_axes: int, index: tuple[int, ...]) -> NDArray[Any]:
    """`dataset[index]` at leading indices from 0, unpacked here. OSError or RuntimeError when a chunk is damaged."""
    if len(index) >= chunk_axes:
        return _chunk(dataset, index[:chunk_axes])[index[chunk_axes:]]
    out = np.empty(dataset.shape[len(index) :], dataset.dtype)
    for rest in np.ndindex(out.shape[: chunk_axes - len(index)]):
        out[rest] = _chunk(dataset, (*index, *rest))
    return out


def _chunk(dataset: h5py.Dataset, at: tuple[int, ...]) -> NDArray[Any]:
    """The chunk at leading indices `at`, without these axes; one that skipped a filter is left to HDF5."""
    shape = dataset.shape[len(at) :]
    skipped, stored = dataset.id.read_direct_chunk((*at, *(0 for _ in shape)))
    return np.asarray(dataset[at]) if skipped else unpack(stored, dataset.dtype, shape)


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
