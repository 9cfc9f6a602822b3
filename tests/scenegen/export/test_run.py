"""Exports as a whole: choice, refusals, the same bytes again, nothing half done."""

import hashlib
import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import h5py
import pytest
from shard_factory import make_content

from scenegen.errors import ShardError, UsageError
from scenegen.export.folder import new_folder, write_file
from scenegen.export.run import FORMS, ExportChoice, export_run
from scenegen.export.scenes import arrangements, staged_scenes
from scenegen.shards import ShardReader, ShardSet
from scenegen.shards.writer import encode_shard, publish

MISSING = () if find_spec("pyarrow") else ("parquet",)
PLAIN = [name for name, form in FORMS.items() if not form.meshes and name not in MISSING]
"""Formats that need nothing but the shards."""


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for k, split in enumerate(("train", "val")):
        publish(folder / f"{split}-{k}.h5", encode_shard(make_content(samples=2, views=5, seed=k, split=split)))
    return folder


def digests(folder: Path):
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_the_same_commands_give_the_same_bytes_and_nothing_else(run, tmp_path):
    before = digests(run)
    for part in ("a", "b"):
        tallies = [export_run(run, tmp_path / part / name, ExportChoice(name)) for name in PLAIN]
        assert {(t.samples, t.scenes, t.total) for t in tallies} == {(4, 4, 4)}
        assert sorted(p.name for p in (tmp_path / part).iterdir()) == sorted(PLAIN)
        time.sleep(2.1 if part == "a" else 0)  # times are kept in steps of two seconds by zip
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(run) == before


@pytest.mark.parametrize("name", PLAIN)
def test_split_and_limit_choose_samples(run, tmp_path, name):
    heard = []
    tally = export_run(
        run, tmp_path / "out", ExportChoice(name, split="val", limit=1), lambda t: heard.append(t.samples)
    )
    assert (tally.samples, tally.total, heard) == (1, 1, [1])
    names = " ".join(digests(tmp_path / "out")).replace("trainvaltest_list", "")
    assert "val" in names
    assert "train" not in names


def test_samples_of_one_arrangement_are_one_scene_and_others_are_not(tmp_path):
    content = make_content(samples=5, layers=("depth",))
    arrays = content.arrays
    arrays["sample/seed"][:, :2] = 7
    for name in ("objects/asset", "objects/T_world_object"):
        arrays[name][1:] = arrays[name][0]
    arrays["objects/T_world_object"][1, 0, 0, 3] = 2
    arrays["sample/seed"][3, 1] = 8
    publish(tmp_path / "x.h5", encode_shard(content))
    assert list(arrangements(ShardReader(tmp_path / "x.h5"))) == [[0, 2, 4], [1], [3]]
    scenes = list(staged_scenes(ShardSet(tmp_path), limit=4))
    assert [(s.name, s.rows) for s in scenes] == [("x-000", (0, 2, 4)), ("x-001", (1,))]
    assert [s.index for s in scenes[0]] == [0, 2, 4]
    assert [s.rows for s in staged_scenes(ShardSet(tmp_path), limit=2)] == [(0, 2)]


def test_a_folder_that_is_taken_is_refused_and_left_alone(run, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine").write_text("x")
    with pytest.raises(UsageError, match="taken: is there already: choose another --out, or remove it first"):
        export_run(run, taken, ExportChoice("colmap"))
    with pytest.raises(UsageError, match="is there already"):
        export_run(run, taken / "mine", ExportChoice("colmap"))
    assert [p.name for p in taken.iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    export_run(run, tmp_path / "empty", ExportChoice("colmap"))
    assert any((tmp_path / "empty").iterdir())


def test_requests_that_cannot_be_met_are_one_line(run, tmp_path):
    out = tmp_path / "out"
    cases = [
        (
            ExportChoice("ply"),
            UsageError,
            "--format ply: is unknown: choose one of colmap, nerfstudio, webdataset, glue-factory, "
            "scene-info, loftr, dust3r, flow, glb, wai, parquet",
        ),
        (ExportChoice("colmap", pictures="gif"), UsageError, "--pictures gif: is unknown: choose png or jpg"),
        (ExportChoice("colmap", limit=0), UsageError, "--max 0: must be 1 or more"),
        (ExportChoice("colmap", split="test"), ShardError, "has no shard of split 'test': choose one of train, val"),
    ]
    for choice, kind, text in cases:
        with pytest.raises(kind, match=text) as caught:
            export_run(run, out, choice)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="lies in the folder of the run"):
        export_run(run, run / "colmap", ExportChoice("colmap"))
    with pytest.raises(ShardError, match="no such folder"):
        export_run(tmp_path / "no", out, ExportChoice("colmap"))
    with pytest.raises(ShardError, match=r"\.h5: is a file: give the folder of a run"):
        export_run(next(run.glob("*.h5")), out, ExportChoice("colmap"))
    assert not out.exists()


def damage(path):
    with h5py.File(path) as file:
        at = file["rgb"].id.get_chunk_info(1).byte_offset
    data = bytearray(path.read_bytes())
    data[at + 20] ^= 255
    path.write_bytes(data)


def newer(path):
    with h5py.File(path, "r+") as file:
        file.attrs.modify("format_version", b"3.0")


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (damage, "rgb is damaged"),
        (newer, "has format version 3.0, this program reads 2.0"),
        (Path.unlink, "no such file"),
    ],
)
def test_a_bad_shard_is_one_line_and_leaves_nothing(run, tmp_path, name, spoil, text):
    listed = [
        {"file": p.name, "samples": 2, "room": "r", "split": p.name.split("-")[0]} for p in sorted(run.glob("*.h5"))
    ]
    (run / "manifest.json").write_text(json.dumps({"shards": listed}))
    spoil(run / "val-1.h5")
    with pytest.raises(ShardError, match=text) as caught:
        export_run(run, tmp_path / "out" / "new" / "x", ExportChoice(name))
    assert "val-1.h5" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_folders_above_stay_where_they_were_there_or_hold_something(tmp_path):
    def interrupted(out, meanwhile):
        with new_folder(out):
            write_file(meanwhile, b"1")
            raise KeyboardInterrupt

    for out, meanwhile in (("there/x", "there/mine"), ("made/new/x", "made/mine")):
        (tmp_path / "there").mkdir(exist_ok=True)
        with pytest.raises(KeyboardInterrupt):
            interrupted(tmp_path / out, tmp_path / meanwhile)
        (tmp_path / "there" / "mine").unlink(missing_ok=True)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")) == ["made", "made/mine", "there"]


def test_an_out_that_cannot_be_written_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ShardError, match=r"file/out: cannot be written \(.*\): free space or choose another --out"):
        export_run(run, tmp_path / "file" / "out", ExportChoice("colmap"))


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, run, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for name in PLAIN:
        with pytest.raises(ShardError, match=r"out: cannot be written \(No space left on device\)"):
            export_run(run, tmp_path / "out", ExportChoice(name))
        assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_what_a_killed_command_left_is_swept_and_what_another_is_at_is_not(tmp_path):
    with new_folder(tmp_path / "out") as other:
        gone, foreign = tmp_path / ".out.export-1", tmp_path / ".out2.export-1"
        write_file(gone / "x", b"")
        write_file(foreign / "x", b"")
        write_file(other / "a", b"1")
        script = "import sys, pathlib; from scenegen.export.folder import new_folder\n"
        script += "with new_folder(pathlib.Path(sys.argv[1])) as f: (f / 'b').touch()"
        done = subprocess.run([sys.executable, "-c", script, tmp_path / "out"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert sorted(p.name for p in tmp_path.iterdir()) == sorted([other.name, foreign.name, "out"])
        (tmp_path / "out" / "b").unlink()
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a"]


def test_whoever_comes_second_is_refused(tmp_path):
    def late():
        with new_folder(tmp_path / "out") as building:
            write_file(building / "a", b"1")
            write_file(tmp_path / "out" / "b", b"2")

    with pytest.raises(ShardError, match="out: cannot be written"):
        late()
    assert [p.name for p in tmp_path.rglob("*")] == ["out", "b"]
