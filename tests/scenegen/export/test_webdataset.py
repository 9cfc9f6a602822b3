"""webdataset reads the tar files and finds what the shard holds."""

import json
import tarfile

import numpy as np
import pytest
from shard_factory import make_content

from scenegen.export import webdataset as module
from scenegen.export.run import ExportChoice, export_run
from scenegen.shards import ShardSet
from scenegen.shards.schema import STATUS
from scenegen.shards.writer import encode_shard, publish

wds = pytest.importorskip("webdataset", reason="webdataset is not installed")


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for k, split in enumerate(("train", "val", "train")):
        content = make_content(samples=2 + k, seed=k, split=split, room=f"room.{k} α")
        publish(folder / f"{split}-{k}.h5", encode_shard(content))
    return folder


def read(path):
    return list(wds.WebDataset(str(path), shardshuffle=False, empty_check=False).decode("rgb8"))


def test_what_comes_out_is_what_is_in_the_shards(run, tmp_path):
    export_run(run, tmp_path / "out", ExportChoice("webdataset"))
    for split, count in (("train", 6), ("val", 3)):
        samples = read(tmp_path / "out" / f"{split}-000000.tar")
        shards = ShardSet(run, split)
        assert [s["__key__"] for s in samples] == [f"{k:08d}" for k in range(count)]
        assert len(shards) == count
        for k, got in enumerate(samples):
            same(got, shards[k], shards.reader(shards.locate(k)[0]))


def same(got, sample, reader):
    about = got["json"]
    for view in range(2):
        np.testing.assert_array_equal(got[f"view{view}.png"], sample.rgb[view])
    for name in ("xy0", "depth0", "ray_instance", "xy", "status"):
        np.testing.assert_array_equal(got["rays.npz"][name], getattr(sample, name))
        assert got["rays.npz"][name].dtype == np.dtype(getattr(sample, name).dtype.str)
    for name in ("depth", "instance", "normal", "semantic"):
        np.testing.assert_array_equal(got["layers.npz"][name], getattr(sample, name))
    assert about["layer_names"] == {"semantic": sample.names["semantic"].tolist()}
    for name in ("K", "T_world_cam", "overlap", "baseline_m", "view_angle_deg"):
        np.testing.assert_array_equal(np.array(about[name], getattr(sample, name).dtype), getattr(sample, name))
    assert (about["sample"], about["room"]) == (sample.index, reader.attributes["room"])
    assert about["status"] == STATUS
    rows = sample.object_asset
    assert [o["asset"] for o in about["objects"]] == [str(reader.asset_ids[r]) for r in rows if r >= 0]
    assert [o["instance"] for o in about["objects"]] == [slot + 2 for slot, r in enumerate(rows) if r >= 0]


def test_a_tar_file_holds_so_many_samples(run, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SAMPLES_PER_TAR", 4)
    export_run(run, tmp_path / "out", ExportChoice("webdataset", pictures="jpg"))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "train-000000.tar",
        "train-000001.tar",
        "val-000000.tar",
    ]
    parts = [read(tmp_path / "out" / f"train-00000{k}.tar") for k in range(2)]
    assert [[s["__key__"] for s in part] for part in parts] == [
        [f"{k:08d}" for k in range(4)],
        ["00000004", "00000005"],
    ]
    assert parts[0][0]["view1.jpg"].shape == (24, 32, 3)


def test_members_carry_nothing_of_this_machine(run, tmp_path):
    export_run(run, tmp_path / "out", ExportChoice("webdataset", split="val"))
    with tarfile.open(tmp_path / "out" / "val-000000.tar") as tar:
        for member in tar:
            assert (member.mtime, member.uid, member.gid, member.uname, member.gname) == (0, 0, 0, "", "")
        assert json.load(tar.extractfile("00000000.json"))["license"] == "license"


def test_without_layers_there_is_no_file_of_layers(tmp_path):
    publish(tmp_path / "a.h5", encode_shard(make_content(samples=1, layers=())))
    (tmp_path / "run").mkdir()
    (tmp_path / "a.h5").rename(tmp_path / "run" / "a.h5")
    export_run(tmp_path / "run", tmp_path / "out", ExportChoice("webdataset"))
    (sample,) = read(tmp_path / "out" / "train-000000.tar")
    assert not any(name.startswith("layers") for name in sample)
