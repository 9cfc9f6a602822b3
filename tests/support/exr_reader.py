"""A small reader of OpenEXR: scan lines, one channel of floats, plain or ZIP; by the file layout, sharing no code with the writer."""

import struct
import zlib

import numpy as np


def read_exr(data: bytes):
    """(attributes as {name: (type, bytes)}, name of the channel, picture)."""
    assert data[:8] == bytes.fromhex("762f3101 02000000")
    attributes, at = {}, 8
    while data[at]:
        name, kind = data[at:].split(b"\0", 2)[:2]
        at += len(name) + len(kind) + 2
        (size,) = struct.unpack_from("<i", data, at)
        attributes[name.decode()] = (kind.decode(), data[at + 4 : at + 4 + size])
        at += 4 + size
    at += 1
    x0, y0, x1, y1 = struct.unpack("<4i", attributes["dataWindow"][1])
    width, height = x1 - x0 + 1, y1 - y0 + 1
    channel, kinds = attributes["channels"][1].split(b"\0", 1)
    assert (struct.unpack("<iiii", kinds[:16]), kinds[16:]) == ((2, 0, 1, 1), b"\0")
    lines = {0: 1, 3: 16}[attributes["compression"][1][0]]
    count = -(-height // lines)
    out = np.empty((height, width), "<f4")
    offsets = struct.unpack_from(f"<{count}Q", data, at)
    assert offsets[0] == at + 8 * count
    for k, offset in enumerate(offsets):
        top, size = struct.unpack_from("<ii", data, offset)
        assert top == k * lines
        rows = min(lines, height - top)
        block = unpacked(data[offset + 8 : offset + 8 + size], rows * width * 4)
        out[top : top + rows] = np.frombuffer(block, "<f4").reshape(rows, width)
    assert offset + 8 + size == len(data)
    return attributes, channel.decode(), out


def unpacked(data: bytes, size: int) -> bytes:
    """A block as it was before ZIP: a running sum less 128, then the two halves dealt out in turn."""
    if len(data) == size:
        return data
    values, last = bytearray(), 0
    for k, byte in enumerate(zlib.decompress(data)):
        last = byte if k == 0 else (last + byte - 128) % 256
        values.append(last)
    out = bytearray(size)
    half = (size + 1) // 2
    out[0::2], out[1::2] = values[:half], values[half:]
    return bytes(out)
