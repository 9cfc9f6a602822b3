"""Zstandard frames with a checksum of their data (RFC 8878), by the `zstandard` package of the extra `zstd`."""

import importlib
import threading
from functools import cache
from typing import Any

FILTER = 32015
"""Number of the registered HDF5 filter that writes and reads such frames."""
LEVEL = 3

_OF_THREAD = threading.local()


def available() -> bool:
    """Whether the package is installed."""
    try:
        importlib.import_module("zstandard")
    except ImportError:
        return False
    return True


def compress(data: bytes) -> bytes:
    """One frame that states the data's size and ends with the low half of its xxHash64."""
    return _library().ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=True).compress(data)


def expand(frame: memoryview, size: int) -> bytes:
    """The `size` bytes behind a frame, its checksum verified. OSError when it is damaged or of another size."""
    library = _library()
    try:
        # before anything is allocated: a damaged size may be any
        stated = library.get_frame_parameters(frame).content_size
        if stated != size:
            raise OSError(f"a chunk holds {stated} bytes instead of {size}")
        return _decompressor().decompress(frame)
    except library.ZstdError:
        raise OSError("a chunk cannot be unpacked") from None


def has_checksum(frame: bytes) -> bool:
    """Whether a frame ends with a checksum of its data; False for what is no frame."""
    library = _library()
    try:
        return library.get_frame_parameters(frame).has_checksum
    except library.ZstdError:
        return False


def _decompressor() -> Any:
    """The decompressor of this thread: making one takes as long as unpacking 10 kB."""
    if not hasattr(_OF_THREAD, "decompressor"):
        _OF_THREAD.decompressor = _library().ZstdDecompressor()
    return _OF_THREAD.decompressor


@cache
def _library() -> Any:
    return importlib.import_module("zstandard")
