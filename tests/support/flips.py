"""Flips bytes of a shard one by one and reads it: python -m flips CODEC KIND STEP.

`small` is a shard of 20 kB, most of it HDF5's own structures; `large` one whose pictures and rays are most of it. Every
STEP-th byte is changed, by patterns in turn. Run in a process of its own: a crash of libhdf5 must not end the tests.
Prints the counts as JSON; ends with an error at the first wrong data.
"""

import contextlib
import hashlib
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from fuzzing.hdf5 import everything
from shard_factory import make_content

from scenegen.errors import ShardError
from scenegen.shards.digest import content_sha256
from scenegen.shards.manifest import Entry
from scenegen.shards.writer import encode_shard
from scenegen.verify.check import check_shard

PATTERNS = (0x01, 0x80, 0xFF, 0x10, 0x02, 0x40, 0x04, 0x20, 0x08)
SIZES = {"small": {"height": 12, "width": 16, "layers": ("depth",)}, "large": {"height": 240, "width": 320}}


def flip_all(codec: str, kind: str, step: int, folder: Path) -> Counter[str]:
    """What became of the flips: `refused` by the reader, or read with `equal` content and seen by verify's sha256."""
    good = encode_shard(make_content(samples=1, **SIZES[kind]), codec)
    entry = Entry("x.h5", "room-α", "train", 1, 0, len(good), hashlib.sha256(good).hexdigest())
    path = folder / "x.h5"
    path.write_bytes(good)
    truth = (everything(path), content_sha256(path))
    rng, counts = np.random.default_rng(0), Counter(bytes=len(good))
    for number, start in enumerate(range(0, len(good), step)):
        place = min(start + int(rng.integers(step)), len(good) - 1)
        bad = bytearray(good)
        bad[place] ^= PATTERNS[number % len(PATTERNS)]
        path.write_bytes(bad)
        assert check_shard(path, entry).problems, f"verify is content with byte {place} flipped"
        counts[_outcome(path, truth, place)] += 1
    return counts


def _outcome(path: Path, truth: tuple[str, str], place: int) -> str:
    """`refused` or `equal`; AssertionError where other data is read."""
    try:
        said = everything(path)
    except ShardError:
        return "refused"
    assert said == truth[0], f"wrong data after a flip at byte {place}"
    with contextlib.suppress(ShardError):  # what no reader looks at may be damaged
        assert content_sha256(path) == truth[1], f"another content digest after a flip at byte {place}"
    return "equal"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(flip_all(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(scratch))))
