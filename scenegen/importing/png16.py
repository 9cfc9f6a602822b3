"""PNG files of three channels of 16 bits, which Pillow reads as 8 bits: KITTI keeps optical flow in them.

A filtered byte is told from its neighbours to the left, above and between (PNG specification, section 9), so a picture
is undone along its diagonals: all pixels of one depend on those before it alone.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB = 2
_PIXEL_BYTES = 6


def read_png16(path: Path) -> NDArray[np.uint16]:
    """(H, W, 3) the values of a PNG of three channels of 16 bits, not interlaced. Raises ValueError."""
    data = path.read_bytes()
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR":
        raise ValueError("it is no PNG")
    width, height, depth, color, _, _, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, color, interlace) != (16, RGB, 0):
        raise ValueError("it is no PNG of three channels of 16 bits")
    raw = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    rows = np.frombuffer(raw, np.uint8).reshape(height, 1 + _PIXEL_BYTES * width)
    filtered = rows[:, 1:].reshape(height, width, _PIXEL_BYTES)
    return unfiltered(filtered, rows[:, 0]).reshape(height, -1).view(">u2").astype(np.uint16).reshape(height, width, 3)


def unfiltered(filtered: NDArray[np.uint8], filters: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, B) the bytes of a picture from its filtered ones and the filter (H,) of each row."""
    if filters.max(initial=0) > 4:
        raise ValueError(f"it has a row of filter {filters.max()}")
    height, width, count = filtered.shape
    out = np.zeros((height + 1, width + 1, count), np.int16)
    for diagonal in range(height + width - 1):
        row = np.arange(max(0, diagonal - width + 1), min(height, diagonal + 1))
        column = diagonal - row
        left, above, between = out[row + 1, column], out[row, column + 1], out[row, column]
        guess = _guess(left, above, between, filters[row][:, None])
        out[row + 1, column + 1] = (filtered[row, column] + guess) & 0xFF
    return out[1:, 1:].astype(np.uint8)


def _guess(
    left: NDArray[np.int16], above: NDArray[np.int16], between: NDArray[np.int16], kind: NDArray[np.uint8]
) -> NDArray[np.int16]:
    """What each filter adds to a byte: none, left, above, their mean, or the one nearest to left + above - between."""
    aim = left + above - between
    far_left, far_above, far_between = np.abs(aim - left), np.abs(aim - above), np.abs(aim - between)
    paeth = np.where((far_left <= far_above) & (far_left <= far_between), left, between)
    paeth = np.where((far_above < far_left) & (far_above <= far_between), above, paeth)
    return np.select([kind == 1, kind == 2, kind == 3, kind == 4], [left, above, (left + above) >> 1, paeth], 0)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, body) of the chunks of a PNG."""
    at = len(SIGNATURE)
    while data.startswith(SIGNATURE) and at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
