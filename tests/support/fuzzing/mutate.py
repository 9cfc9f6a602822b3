"""Damage to bytes: what a bad disk, a broken exporter, a half download or a hostile author makes of a file.

Every function takes bytes and a generator and returns bytes; none knows a file format. The same
generator state gives the same damage, so that a case is repeated by its number.
"""

import re
import struct
from collections.abc import Callable, Sequence

import numpy as np

MOST_BYTES = 1 << 18
"""No mutant is longer than this, or than its original where that is longer."""

NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
NASTY_NUMBERS = (
    tuple(
        b"2 3 0.5 nan NaN inf -inf 1e38 -1e38 1e39 1e308 1e309 1e-45 -1 0 -0 1 255 256 65535 65536 2147483647 2147483648".split()
    )
    + tuple(b"-2147483648 4294967295 4294967296 9223372036854775807 9223372036854775808 1e9 0x10 1_0 1,5".split())
    + (
        b"",
        b"-",
        b"9" * 400,
        "\u0661".encode(),
    )
)
NASTY_WORDS = (
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\r",
    b"\n",
    b"\t",
    b" ",
    b"\\\n",
    b"A" * 5000,
    b"../",
    b"%s%n",
    b"\xef\xbb\xbf",
)
NASTY_INTEGERS = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    0x7F800000,
    0x7FC00000,
)

Mutator = Callable[[bytes, np.random.Generator], bytes]


def _spot(data: bytes, rng: np.random.Generator) -> int:
    """An offset into `data`, more often among its first bytes: headers are where parsers trust."""
    most = len(data) if rng.random() < 0.6 else min(len(data), 256)
    return int(rng.integers(0, most + 1))


def _span(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    """A stretch of `data`, short more often than long."""
    start = _spot(data, rng)
    length = int(2 ** rng.uniform(0, np.log2(len(data) + 2)))
    return start, min(len(data), start + length)


def flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    """One to eight bits flipped."""
    mutant = bytearray(data)
    for _ in range(int(rng.integers(1, 9)) if data else 0):
        mutant[min(_spot(data, rng), len(data) - 1)] ^= 1 << int(rng.integers(8))
    return bytes(mutant)


def replace_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    """A short stretch of random bytes over what was there."""
    start = _spot(data, rng)
    noise = rng.integers(0, 256, int(rng.integers(1, 9)), dtype=np.uint8).tobytes()
    return data[:start] + noise + data[start + len(noise) :]


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    """The file up to some byte."""
    return data[: _spot(data, rng)]


def drop_head(data: bytes, rng: np.random.Generator) -> bytes:
    """The file from some byte on."""
    return data[_spot(data, rng) :]


def delete_span(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch taken out."""
    start, stop = _span(data, rng)
    return data[:start] + data[stop:]


def repeat_span(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch repeated up to a few hundred times."""
    start, stop = _span(data, rng)
    times = min(int(2 ** rng.uniform(1, 9)), MOST_BYTES // max(stop - start, 1))
    return data[:start] + data[start:stop] * max(times, 2) + data[stop:]


def splice(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch copied to somewhere else."""
    start, stop = _span(data, rng)
    to = _spot(data, rng)
    return data[:to] + data[start:stop] + data[to:]


def zero_span(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch of zeros or of ones: a hole in a sparse file, an erased flash page."""
    start, stop = _span(data, rng)
    return data[:start] + bytes([int(rng.choice((0x00, 0xFF)))]) * (stop - start) + data[stop:]


def insert_word(data: bytes, rng: np.random.Generator) -> bytes:
    """Something put in that text should not hold: NUL, a broken encoding, a very long word, a parent folder."""
    at = _spot(data, rng)
    return data[:at] + NASTY_WORDS[int(rng.integers(len(NASTY_WORDS)))] + data[at:]


def replace_numbers(data: bytes, rng: np.random.Generator) -> bytes:
    """One to four numbers of a text replaced by ones that parsers stumble over."""
    mutant = data
    for _ in range(int(rng.integers(1, 5))):
        found = list(NUMBER.finditer(mutant))
        if not found:
            return flip_bits(mutant, rng)
        match = found[int(rng.integers(len(found)))]
        mutant = mutant[: match.start()] + NASTY_NUMBERS[int(rng.integers(len(NASTY_NUMBERS)))] + mutant[match.end() :]
    return mutant


def replace_integer(data: bytes, rng: np.random.Generator) -> bytes:
    """A binary 16-, 32- or 64-bit field replaced by a limit of its type, in either byte order."""
    kind = "<>"[int(rng.integers(2))] + "HIQ"[int(rng.integers(3))]
    size = struct.calcsize(kind)
    value = NASTY_INTEGERS[int(rng.integers(len(NASTY_INTEGERS)))] & (256**size - 1)
    start = min(_spot(data, rng), max(len(data) - size, 0))
    return data[:start] + struct.pack(kind, value) + data[start + size :]


def duplicate_line(data: bytes, rng: np.random.Generator) -> bytes:
    """One line given again, at any place."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    line = lines[int(rng.integers(len(lines)))]
    lines[(at := int(rng.integers(len(lines) + 1))) : at] = [line] * int(rng.integers(1, 4))
    return b"".join(lines)


def delete_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """One to a few lines taken out."""
    lines = data.splitlines(keepends=True)
    start = int(rng.integers(len(lines) + 1))
    del lines[start : start + int(rng.integers(1, 5))]
    return b"".join(lines)


def swap_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """Two lines exchanged."""
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    one, other = rng.integers(len(lines), size=2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


MUTATORS: Sequence[Mutator] = (
    flip_bits,
    replace_bytes,
    truncate,
    drop_head,
    delete_span,
    repeat_span,
    splice,
    zero_span,
    insert_word,
    replace_numbers,
    replace_numbers,
    replace_numbers,
    replace_integer,
    replace_integer,
    duplicate_line,
    delete_lines,
    swap_lines,
)
"""Equally likely; numbers stand here more than once, for that is what a parser believes."""


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """`data` with one to four kinds of damage, the same for the same state of `rng`; bounded in length."""
    mutant = data
    for _ in range(min(int(rng.geometric(0.6)), 4)):
        mutant = MUTATORS[int(rng.integers(len(MUTATORS)))](mutant, rng)
    return mutant[: max(MOST_BYTES, len(data))]
