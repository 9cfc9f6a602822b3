"""A shard of this format version, kept: what it says never changes silently, and others can read it.

Made by `scenegen render --rooms 1 --pairs-per-room 1 --size 64x48 --out out/golden`, and made again here. A change of
the format needs a new version of it, a new golden shard and a new digest, all in one commit. A change of what is made (a
room, a picture, a label) needs a new golden shard, its digest and the processor that it was made on.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from roots import TESTS

from scenegen.cli import main
from scenegen.config import from_dict
from scenegen.pipeline.studio import open_studio
from scenegen.shards.digest import content_sha256
from scenegen.shards.reader import ShardReader
from scenegen.shards.schema import FORMAT_VERSION, STATUS
from scenegen.verify.audit import audit
from scenegen.verify.check import check_shard

GOLDEN = TESTS / "golden" / "train-room_000-000.h5"
DIGEST = "b8b069d564a8968189d7287cd93b787a0f143f5393569c76327f81deb6b5c01d"
COMMAND = ("render", "--rooms", "1", "--pairs-per-room", "1", "--size", "64x48")
PROCESSOR = "AuthenticAMD 25 1"
"""Vendor, family and model of the processor that made it: there every bit must come out again."""
ELSEWHERE = 0.002
"""Share of pixels and rays that another processor may round to another side of an edge, beyond the audit's tolerances."""
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


def processor():
    """Vendor, family and model; "" where the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return " ".join(said.get(name, "") for name in ("vendor_id", "cpu family", "model"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The shard, made again by the command that made it."""
    out = tmp_path_factory.mktemp("golden")
    assert main([*COMMAND, "--workers", "0", "--no-cache", "--out", str(out)]) == 0
    return out / GOLDEN.name


def test_made_again_it_says_the_same(made):
    if processor() == PROCESSOR:
        assert content_sha256(made) == DIGEST, (
            "what is made has changed: if it should, see the first lines of this file"
        )
    with ShardReader(made) as new, ShardReader(GOLDEN) as old:
        assert new.attributes == old.attributes
        assert {i.name: (i.shape, i.dtype) for i in new.datasets()} == {
            i.name: (i.shape, i.dtype) for i in old.datasets()
        }
        for name in ("assets/id", "assets/category", "objects/asset", "rays/xy0", "sample/seed", "camera/K"):
            np.testing.assert_array_equal(new.read(name), old.read(name), err_msg=name)
        for name in ("camera/T_world_cam", "objects/T_world_object", "sample/baseline_m", "sample/view_angle_deg"):
            np.testing.assert_allclose(new.read(name), old.read(name), atol=1e-6, err_msg=name)


def test_made_again_every_picture_and_ray_is_the_same_within_rounding(reader):
    found = audit(open_studio(from_dict(reader.config), None), reader, [0])
    assert {kind: tally.differ for kind, tally in found.items() if tally.rate > ELSEWHERE} == {}
    assert found["rays"].compared == 384
    assert found["cameras"].differ == 0


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
