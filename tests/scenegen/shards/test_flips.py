"""One flipped byte anywhere in a shard: the reader raises, or what it gives is what it was, and verify sees it."""

import json
import os
import subprocess
import sys

import pytest
from roots import PYTHONPATH

CODECS = ("gzip", "zstd", "none")


def flipped(codec, kind, step):
    """Counts of outcomes, from a process that a crash of libhdf5 may end."""
    if codec == "zstd":
        pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
    environment = os.environ | {"PYTHONPATH": PYTHONPATH}
    command = [sys.executable, "-m", "flips", codec, kind, str(step)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    print(codec, kind, counts)
    return counts


@pytest.mark.parametrize("codec", CODECS)
def test_a_flip_is_refused_or_harmless(codec):
    counts = flipped(codec, "small", 97)
    assert counts["refused"] > 100
    assert counts["refused"] + counts["equal"] == -(-counts["bytes"] // 97)


@pytest.mark.slow
@pytest.mark.parametrize("codec", CODECS)
def test_every_byte_of_a_small_shard(codec):
    counts = flipped(codec, "small", 1)
    assert counts["refused"] + counts["equal"] == counts["bytes"]


@pytest.mark.slow
@pytest.mark.parametrize("codec", CODECS)
def test_a_sample_of_the_bytes_of_large_arrays(codec):
    counts = flipped(codec, "large", 997)
    assert counts["refused"] > 0.95 * (counts["refused"] + counts["equal"])
