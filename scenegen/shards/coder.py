"""What packs a chunk."""

from collections.abc import Callable
from dataclasses import dataclass


def _always() -> bool:
    return True


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
    available: Callable[[], bool] = _always
    """Whether its package is installed."""
