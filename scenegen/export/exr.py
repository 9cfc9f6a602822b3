"""A depth map as an OpenEXR file: one channel Y of 32-bit floats, scan lines, compressed with ZIP.

After the public description of the file layout (openexr.com, "OpenEXR File Layout"), little-endian: magic number,
version, header of attributes, offsets of the blocks, blocks of 16 lines. ZIP takes the bytes of a block apart into
those of even and of odd place, keeps differences, and deflates them; a block that does not shrink stays as it is.
Nothing that the project installs writes OpenEXR: the wheels of OpenCV 5.0.0 are built without it.
"""

import struct
from collections.abc import Iterator

import deflate
import numpy as np
from numpy.typing import NDArray

MAGIC, VERSION = 20000630, 2
LINES = 16
"""In a block of ZIP."""
LEVEL = 1
"""libdeflate's level; higher ones take 8 % off a depth map and several times as long."""
ZIP, FLOAT, INCREASING_Y = 3, 2, 0
"""Codes of the compression, of the type of a channel and of the order of lines."""


def depth_exr(depth_m: NDArray[np.float32]) -> bytes:
    """(H, W) z-depth in metres as an OpenEXR file, exact."""
    lines = np.ascontiguousarray(depth_m, dtype="<f4")
    head = _header(*lines.shape)
    whole = len(lines) - len(lines) % LINES
    parts = [lines[:whole].reshape(-1, LINES * lines.shape[1]), lines[whole:].reshape(1, -1)]
    stored = [data for part in parts if part.size for data in _packed(part)]
    blocks = [struct.pack("<ii", LINES * k, len(data)) + data for k, data in enumerate(stored)]
    ends = len(head) + 8 * len(blocks) + np.cumsum([0, *map(len, blocks)])
    return head + ends[:-1].astype("<u8").tobytes() + b"".join(blocks)


def _packed(blocks: NDArray[np.float32]) -> Iterator[bytes]:
    """Blocks (B, N) of N numbers compressed, each as it is where that is no longer."""
    pairs = blocks.view("<u2")  # of bytes of even and of odd place
    apart = np.empty((len(pairs), 2, pairs.shape[1]), np.uint8)
    apart[:, 0], apart[:, 1] = pairs, pairs >> 8  # a byte holds the lower one
    apart = apart.reshape(len(pairs), -1)
    apart[:, 1:] += 128 - apart[:, :-1]  # the right side is whole before the left is written; bytes wrap around
    for block, ready in zip(blocks, apart, strict=True):
        short = bytes(deflate.zlib_compress(ready.data, LEVEL))
        yield short if len(short) < block.nbytes else block.tobytes()


def _header(height: int, width: int) -> bytes:
    """Magic number, version and attributes, up to the empty name that ends them."""
    attributes = b"".join(
        name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value
        for name, kind, value in _attributes(height, width)
    )
    return struct.pack("<ii", MAGIC, VERSION) + attributes + b"\0"


def _attributes(height: int, width: int) -> Iterator[tuple[str, str, bytes]]:
    """Name, type and value of what a header must have."""
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    # name, type, whether it is perceptually linear, three bytes kept free, sampling in x and y; an empty name ends them
    yield "channels", "chlist", b"Y\0" + struct.pack("<iB3xii", FLOAT, 0, 1, 1) + b"\0"
    yield "compression", "compression", bytes([ZIP])
    yield "dataWindow", "box2i", window
    yield "displayWindow", "box2i", window
    yield "lineOrder", "lineOrder", bytes([INCREASING_Y])
    yield "pixelAspectRatio", "float", struct.pack("<f", 1)
    yield "screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)
    yield "screenWindowWidth", "float", struct.pack("<f", 1)
