"""Deflate streams of zlib (RFC 1950, 1951), by libdeflate."""

import deflate

from scenegen.shards.coder import Coder

LEVEL = 1
"""libdeflate's level, 1 to 12; the stream says nothing of it."""


def _compress(data: bytes) -> bytes:
    return bytes(deflate.zlib_compress(data, LEVEL))


def _expand(stream: memoryview, size: int) -> bytes | bytearray:
    try:
        return deflate.zlib_decompress(stream, size)
    except deflate.DeflateError:
        raise OSError("a chunk cannot be unpacked") from None


def _is_checked(_stream: bytes) -> bool:
    """Every zlib stream ends with an adler32 of the data (RFC 1950)."""
    return True


DEFLATE = Coder(1, _compress, _expand, _is_checked)
"""The coder of HDF5's filter `deflate`."""
