"""Chunks as HDF5's filters would leave them, made by us: shuffle, deflate, fletcher32.

HDF5 deflates with zlib, which took an eighth of the time of a whole pair. ISA-L writes the same
format, readable by every HDF5, six times faster and 3 % larger (measured on real renders: 13 ms
against 89 ms per 640 x 480 pair with all layers). Shuffle and checksum are HDF5's own, bit for bit.
"""

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

LEVEL = 2
"""ISA-L's level, 0 to 3; the stream says nothing of it."""


def gzip_chunk(block: NDArray) -> bytes:
    """The stored bytes of a chunk under the filters of the `gzip` codec.

    `block` is the whole chunk in its stored type; items wider than a byte are shuffled.
    """
    raw = np.ascontiguousarray(block)
    packed = isal_zlib.compress(shuffled(raw) if raw.itemsize > 1 else raw.tobytes(), LEVEL)
    return packed + fletcher32(packed).to_bytes(4, "little")


def shuffled(block: NDArray) -> bytes:
    """Bytes regrouped: all first bytes of the items, then all second ones (HDF5's shuffle filter)."""
    return block.reshape(-1).view(np.uint8).reshape(-1, block.itemsize).T.tobytes()


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
