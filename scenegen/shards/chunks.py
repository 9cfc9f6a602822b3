"""Chunks packed and unpacked by us instead of by HDF5: shuffle, deflate or zstd, fletcher32.

HDF5 compresses with zlib inside its global lock, and adds its own checksum to what has one already.
libdeflate and libzstd write and read the same formats. Measured on 640 x 480 pairs: packing all layers
with `gzip` 46 against 95 ms, unpacking pictures and rays 4.6 against 18 ms. A deflate stream depends on
the data and the level alone, on every processor. Shuffle and outer checksum are HDF5's own, bit for bit.
A chunk is a band of rows, or all rows, of the array at one leading index.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.shards.codecs import CODECS, READ_ANYWHERE
from scenegen.shards.coder import Coder

_CHECKSUM_BYTES = 4


def pack_chunk(block: NDArray[Any], codec: str = READ_ANYWHERE) -> bytes:
    """The stored bytes of a chunk; `block` is all of it in its stored type, items wider than a byte are shuffled."""
    raw = np.ascontiguousarray(block)
    packed = _coder(codec).compress(shuffled(raw) if raw.itemsize > 1 else raw.tobytes())
    return packed + fletcher32(packed).to_bytes(_CHECKSUM_BYTES, "little")


def unpack_chunk(
    stored: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], codec: str = READ_ANYWHERE
) -> NDArray[Any]:
    """The chunk behind stored bytes; OSError when they are damaged.

    The stream's own checksum of the data is verified, so the outer one is not read.
    """
    size = dtype.itemsize * prod(shape)
    raw = _coder(codec).expand(memoryview(stored)[:-_CHECKSUM_BYTES], size)
    if len(raw) != size:
        raise OSError(f"a chunk holds {len(raw)} bytes instead of {size}")
    return _items(np.frombuffer(raw, np.uint8).reshape(dtype.itemsize, -1)).view(dtype).reshape(shape)


@dataclass(frozen=True)
class Packed:
    """A dataset whose chunks are unpacked here. Asking h5py for shape and type takes longer than finding a chunk."""

    dataset: h5py.Dataset
    codec: str
    axes: int
    """Leading axes of chunk length 1."""
    shape: tuple[int, ...]
    """Shape of the array at one leading index; its first axis is cut into bands."""
    band: tuple[int, ...]
    """Shape of a band."""
    dtype: np.dtype[Any]


def packed(dataset: h5py.Dataset, chunk_axes: int, filters: list[int]) -> Packed | None:
    """The dataset, with these filters in this order, if its chunks are as `pack_chunk` makes them; None otherwise.

    That is: each chunk a band of rows of one leading index, the bands of one height, and a library for the codec.
    """
    shape, chunk = dataset.shape[chunk_axes:], dataset.chunks
    if chunk is None or chunk[:chunk_axes] != (1,) * chunk_axes or not _tiles(chunk[chunk_axes:], shape):
        return None
    codec = _codec_of(dataset.dtype, filters)
    return Packed(dataset, codec, chunk_axes, shape, chunk[chunk_axes:], dataset.dtype) if codec else None


def _tiles(band: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether bands of rows fill an array without a rest."""
    return band[1:] == shape[1:] and all(size % rows == 0 for rows, size in zip(band, shape, strict=True))


def _codec_of(dtype: np.dtype[Any], filters: list[int]) -> str | None:
    """The codec whose coder is installed here and whose filters these are, in this order."""
    before = [h5py.h5z.FILTER_SHUFFLE] if dtype.itemsize > 1 else []
    for name, codec in CODECS.items():
        if codec.coder and filters == [*before, codec.coder.filter, h5py.h5z.FILTER_FLETCHER32]:
            return name if codec.coder.available() else None
    return None


def _coder(codec: str) -> Coder:
    """What packs the chunks of a codec that packs them."""
    coder = CODECS[codec].coder
    assert coder
    return coder


def read(source: Packed, index: tuple[int, ...]) -> NDArray[Any]:
    """`dataset[index]` at leading indices from 0, unpacked here. OSError or RuntimeError when a chunk is damaged."""
    if len(index) >= source.axes:
        return read_rows(source, index[: source.axes], 0, source.shape[0])[index[source.axes :]]
    out = np.empty(source.dataset.shape[len(index) :], source.dtype)
    for rest in np.ndindex(out.shape[: source.axes - len(index)]):
        out[rest] = read_rows(source, (*index, *rest), 0, source.shape[0])
    return out


def read_rows(source: Packed, at: tuple[int, ...], start: int, stop: int, across: slice = slice(None)) -> NDArray[Any]:
    """`dataset[at][start:stop, across]` at all leading indices, 0 <= start < stop, of pictures; `across` is optional.

    Bands without such rows are not touched. OSError or RuntimeError when one that is touched is damaged.
    """
    rows = source.band[0]
    tops = range(start // rows * rows, stop, rows)
    parts = [_band(source, at, top)[max(start - top, 0) : stop - top] for top in tops]
    if across != slice(None):
        parts = [part[:, across] for part in parts]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _band(source: Packed, at: tuple[int, ...], top: int) -> NDArray[Any]:
    """The chunk from row `top` at leading indices `at`; one that lacks a filter or checksum is left to HDF5."""
    corner = (*at, top, *(0 for _ in source.shape[1:]))
    skipped, stored = source.dataset.id.read_direct_chunk(corner)
    if skipped or not _coder(source.codec).checked(stored):
        return np.asarray(source.dataset[(*at, slice(top, top + source.band[0]))])
    return unpack_chunk(stored, source.dtype, source.band, source.codec)


def _items(planes: NDArray[Any]) -> NDArray[Any]:
    """The bytes of (k, n) planes, k a power of 2, item after item: the inverse of `shuffled`.

    Pairs of planes become one of items twice as wide; NumPy's own transposition takes four to ten times as long.
    """
    while len(planes) > 1:
        wide = np.dtype(f"<u{2 * planes.itemsize}")
        high = planes[1::2].astype(wide)
        high <<= 8 * planes.itemsize
        high |= planes[::2].astype(wide)
        planes = high
    return planes[0]


def shuffled(block: NDArray[Any]) -> bytes:
    """Bytes regrouped: all first bytes of the items, then all second ones (HDF5's shuffle filter)."""
    items = block.reshape(-1).view(np.uint8).reshape(-1, block.itemsize)
    planes = np.empty(items.shape[::-1], np.uint8)
    for k, plane in enumerate(planes):
        plane[:] = items[:, k]
    return planes.tobytes()


_WEIGHTS = np.arange(1 << 16, 0, -1, dtype=np.float64)
"""How often each word of a block is counted; sums of this many words are exact in float64."""


def fletcher32(data: bytes) -> int:
    """HDF5's Fletcher checksum: of big-endian 16-bit words, an odd last byte being the high one.

    Sums are kept modulo 65535 in the form in which only an empty sum is 0, as HDF5's reduction leaves them.
    """
    words = np.frombuffer(data + b"\0" * (len(data) % 2), "<u2")
    first = second = 0
    for start in range(0, len(words), len(_WEIGHTS)):
        block = words[start : start + len(_WEIGHTS)].astype(np.float64)
        second += first * len(block) + int(block @ _WEIGHTS[-len(block) :])
        first += int(block.sum())
    # modulo 65535, a word with its bytes swapped is 256 times the word
    return _folded(256 * second) << 16 | _folded(256 * first)


def _folded(total: int) -> int:
    """A sum modulo 65535, with 65535 instead of 0 unless nothing was added."""
    return (total - 1) % 65535 + 1 if total else 0
