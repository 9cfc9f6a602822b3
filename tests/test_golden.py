"""A shard of this format version, kept: what it says never changes silently, and others can read it.

Made by `scenegen render --rooms 1 --pairs-per-room 1 --size 64x48 --out out/golden`. A change of the format needs a new
version of it, a new golden shard and a new digest, all in one commit.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scenegen.shards.digest import content_sha256
from scenegen.shards.reader import ShardReader
from scenegen.shards.schema import FORMAT_VERSION, STATUS
from scenegen.shards.verify import check_shard

GOLDEN = Path(__file__).parent / "golden" / "train-room_000-000.h5"
DIGEST = "bf2948fd31135b0210d147002608ca7d5c7cc9c243c162d1ea42a1e30267aed3"
H5WASM = Path(sys.prefix) / "node" / "node_modules" / "h5wasm" / "dist" / "node" / "hdf5_hl.js"

h5dump = pytest.mark.skipif(not shutil.which("h5dump"), reason="h5dump is not installed (Debian: hdf5-tools)")
h5wasm = pytest.mark.skipif(
    not (shutil.which("node") and H5WASM.exists()), reason="Node.js with h5wasm is not installed (make test does it)"
)


@pytest.fixture
def reader():
    with ShardReader(GOLDEN) as opened:
        yield opened


def test_it_says_what_it_always_said():
    assert content_sha256(GOLDEN) == DIGEST
    assert FORMAT_VERSION == "1.0", "a new format needs a golden shard of its own"


def test_it_is_sound(reader):
    assert check_shard(GOLDEN).problems == ()
    assert len(reader) == 1
    assert reader[0].rgb.shape == (2, 48, 64, 3)


def dumped(*words):
    return subprocess.run(["h5dump", *words, GOLDEN], capture_output=True, text=True, check=True).stdout


@h5dump
def test_h5dump_reads_the_words():
    assert '(0): "scenegen-pairs"' in dumped("-a", "/format")
    text = dumped("-d", "/rays/status", "-s", "0,0,0", "-c", "1,1,1")
    for name, code in STATUS.items():
        assert f'"{name}"' in text
        assert f" {code};" in text


@h5dump
@pytest.mark.parametrize("name", ["rgb", "depth", "instance", "normal", "rays/xy", "rays/xy0", "camera/K"])
def test_h5dump_reads_the_numbers(reader, name, tmp_path):
    dumped("-d", f"/{name}", "-b", "LE", "-o", tmp_path / "bytes")
    expected = reader.read(name)
    assert (tmp_path / "bytes").read_bytes() == expected.astype(expected.dtype.newbyteorder("<")).tobytes()


@h5wasm
def test_h5wasm_reads_the_same(reader):
    script = GOLDEN.with_name("read.mjs")
    done = subprocess.run(["node", script, GOLDEN, H5WASM], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert (said["format"], said["split"]) == ("scenegen-pairs", "train")
    assert said["codes"] == STATUS
    assert said["categories"] == list(reader.asset_categories)
    assert said["shape"] == [1, 2, 48, 64, 3]
    for name, dataset in [("rgb", "rgb"), ("status", "rays/status"), ("depth0", "rays/depth0"), ("xy0", "rays/xy0")]:
        assert said[name] == pytest.approx(float(reader.read(dataset).sum(dtype=np.float64)), rel=1e-9)
