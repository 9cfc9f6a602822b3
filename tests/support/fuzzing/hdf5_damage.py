"""Damage to shards: of bytes, of stretches of another shard, and of HDF5's structures with their checksums mended."""

import struct
from collections.abc import Sequence

import numpy as np

from fuzzing.mutate import Mutator, mutate

MARKS = (b"\x89HDF", b"OHDR", b"OCHK", b"FAHD", b"FADB", b"EAHD", b"BTHD", b"BTLF", b"FRHP", b"FHDB")
"""First bytes of the structures of HDF5 that carry a checksum of their own."""
LONGEST_STRUCTURE = 2048


def damage_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    """Damage of any kind, or a few bytes changed in place, as on a bad disk."""
    if rng.random() < 0.6:
        return mutate(data, rng)
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(out)))
        out[at : at + 1] = rng.bytes(1)
    return bytes(out)


def splicer(other: bytes) -> Mutator:
    """A mutator that puts in a stretch of another shard at the same place, or its tail."""

    def spliced(data: bytes, rng: np.random.Generator) -> bytes:
        start = int(rng.integers(len(data)))
        if rng.random() < 0.3:
            return data[:start] + other[start:]
        stop = start + int(2 ** rng.uniform(3, 13))
        return data[:start] + other[start:stop] + data[stop:]

    return spliced


def mender(places: Sequence[tuple[int, int]]) -> Mutator:
    """A mutator that changes fields of one or two structures and makes their checksums right again."""

    def mended(data: bytes, rng: np.random.Generator) -> bytes:
        out = bytearray(data)
        for _ in range(int(rng.integers(1, 3))):
            start, end = places[int(rng.integers(len(places)))]
            for _ in range(int(rng.integers(1, 5))):
                _change_field(out, start + 4, end, rng)
            out[end : end + 4] = struct.pack("<I", lookup3(bytes(out[start:end])))
        return bytes(out)

    return mended


def _change_field(out: bytearray, start: int, end: int, rng: np.random.Generator) -> None:
    """One field of 1, 2, 4 or 8 bytes set to something that parsers stumble over."""
    size = int(rng.choice((1, 1, 1, 2, 4, 8)))
    at = int(rng.integers(start, max(end - size, start + 1)))
    limit = 1 << 8 * size
    now = int.from_bytes(out[at : at + size], "little")
    choices = (0, 1, limit - 1, limit >> 1, now + 1, now - 1, now * 2, now ^ 1 << int(rng.integers(8 * size)))
    value = int(rng.integers(256)) if rng.random() < 0.3 else choices[int(rng.integers(len(choices)))]
    out[at : at + size] = (value % limit).to_bytes(size, "little")


def structures(data: bytes) -> tuple[tuple[int, int], ...]:
    """The structures of a file that carry a checksum: their first byte and the place of the checksum."""
    found = []
    for mark in MARKS:
        at = data.find(mark)
        while at >= 0:
            end = _checksum_place(data, at)
            found += [(at, end)] if end else []
            at = data.find(mark, at + 4)
    return tuple(sorted(found))


def _checksum_place(data: bytes, start: int) -> int:
    """Where the checksum of the structure at `start` lies; 0 where none fits. Object headers say how long they are."""
    first, last = start + 8, min(start + LONGEST_STRUCTURE, len(data) - 4)
    if data[start : start + 4] == b"OHDR":
        flags = data[start + 5]
        at, width = start + 6 + 16 * (flags >> 5 & 1) + 4 * (flags >> 4 & 1), 1 << (flags & 3)
        first = at + width + int.from_bytes(data[at : at + width], "little")
    for end in range(first, last):
        if lookup3(data[start:end]) == int.from_bytes(data[end : end + 4], "little"):
            return end
    return 0


def lookup3(data: bytes) -> int:
    """Jenkins' lookup3 hash of 32 bits with a start value of 0: the checksum of HDF5's metadata."""
    mask, length = 0xFFFFFFFF, len(data)
    a = b = c = (0xDEADBEEF + length) & mask
    words = struct.unpack(f"<{-(-length // 12) * 3}I", data + bytes(-length % 12)) if length else ()
    turn = lambda x, k: ((x << k) | (x >> (32 - k))) & mask  # noqa: E731
    last = len(words) - 3
    for k in range(0, last, 3):
        a, b, c = (a + words[k]) & mask, (b + words[k + 1]) & mask, (c + words[k + 2]) & mask
        a = ((a - c) & mask) ^ turn(c, 4)
        c = (c + b) & mask
        b = ((b - a) & mask) ^ turn(a, 6)
        a = (a + c) & mask
        c = ((c - b) & mask) ^ turn(b, 8)
        b = (b + a) & mask
        a = ((a - c) & mask) ^ turn(c, 16)
        c = (c + b) & mask
        b = ((b - a) & mask) ^ turn(a, 19)
        a = (a + c) & mask
        c = ((c - b) & mask) ^ turn(b, 4)
        b = (b + a) & mask
    if not words:
        return c
    a, b, c = (a + words[last]) & mask, (b + words[last + 1]) & mask, (c + words[last + 2]) & mask
    for x, y, k in ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24)):
        s = [a, b, c]
        s[x] = ((s[x] ^ s[y]) - turn(s[y], k)) & mask
        a, b, c = s
    return c
