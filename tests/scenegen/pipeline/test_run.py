"""Whole runs: determinism, resume, refusals, and failures that cost only their own room."""

import json
import os
from dataclasses import replace
from io import StringIO

import h5py
import numpy as np
import pytest
from rich.console import Console
from run_world import config_in, digests, run
from small_world import rooms_folder

from scenegen.errors import RunError, ShardError, UsageError
from scenegen.pipeline.cores import usable_cores
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.pipeline.slices import Slice
from scenegen.pipeline.summary import rows
from scenegen.rendering.compiled_renderer import CompiledRenderer
from scenegen.shards.content import ShardContent, validate
from scenegen.shards.reader import ShardSet


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return config_in(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def done(config, tmp_path_factory):
    out = tmp_path_factory.mktemp("done")
    return out, run(config, out)


def test_a_run_leaves_shards_manifest_and_configuration(done, config):
    out, outcome = done
    manifest = json.loads((out / "manifest.json").read_text())
    assert outcome.exit_code == 0
    assert manifest["complete"]
    assert len(manifest["shards"]) == 3
    assert [s["samples"] for s in manifest["shards"]] == [3, 3, 3]
    assert {s["file"]: s["sha256"] for s in manifest["shards"]} == digests(out)
    assert json.loads((out / "config.json").read_text())["pairs_per_room"] == 3
    assert not [p for p in out.iterdir() if p.name.startswith(".")]
    assert len(ShardSet(out)) == 9
    labels = [label for label, _ in rows(outcome)]
    assert labels[:5] == ["pairs", "rays", "overlap", "baseline (m)", "view angle (deg)"]


def test_shards_hold_what_the_schema_says(done):
    out, _ = done
    for path in sorted(out.glob("*.h5")):
        with h5py.File(path) as f:
            names = []
            f.visititems(lambda name, item, names=names: names.append(name) if isinstance(item, h5py.Dataset) else None)
            arrays = {n: f[n].asstr()[...].astype(np.str_) if n.startswith("assets/") else f[n][...] for n in names}
            attributes = {k: v for k, v in f.attrs.items() if k not in {"format", "format_version", "length_unit"}}
        arrays["rays/status"] = arrays["rays/status"].astype(np.uint8)
        known = {k: plain(v) for k, v in attributes.items() if "convention" not in k}
        validate(ShardContent(arrays, known))
        assert arrays["rays/xy0"].shape == (3, 18 * 48, 2)


def plain(value):
    return value.decode() if isinstance(value, bytes) else int(value)


def test_nothing_of_the_machine_is_inside_a_shard(done, config):
    out, _ = done
    rooms = config.room_source.removeprefix("folder:")
    for path in sorted(out.glob("*.h5")):
        data = path.read_bytes()
        assert rooms.encode() not in data
        assert str(out).encode() not in data


def test_the_same_twice_and_with_any_number_of_workers(done, config, tmp_path):
    out, _ = done
    for workers in (1, 2):
        run(config, tmp_path / str(workers), workers)
        assert digests(tmp_path / str(workers)) == digests(out)


def test_another_seed_is_another_data_set(done, config, tmp_path):
    run(replace(config, seed=1, rooms=1), tmp_path)
    assert not set(digests(tmp_path).values()) & set(digests(done[0]).values())


def test_a_room_does_not_depend_on_the_others(done, config, tmp_path):
    """Equal but for the attributes that count shards and rooms."""
    run(replace(config, rooms=1), tmp_path)
    path = next(tmp_path.glob("*.h5"))
    with h5py.File(path) as a, h5py.File(done[0] / path.name) as b:
        for name in ("rgb", "rays/xy", "rays/status", "camera/T_world_cam", "objects/T_world_object"):
            assert np.array_equal(a[name][...], b[name][...], equal_nan=name == "rays/xy"), name


def test_the_same_command_again_makes_only_what_is_missing(config, tmp_path):
    run(config, tmp_path)
    before = digests(tmp_path)
    times = {p.name: p.stat().st_mtime_ns for p in tmp_path.glob("*.h5")}
    gone = sorted(before)[1]
    (tmp_path / gone).unlink()
    outcome = run(config, tmp_path)
    assert outcome.new_samples == 3
    assert digests(tmp_path) == before
    assert {n for n, t in times.items() if (tmp_path / n).stat().st_mtime_ns == t} == set(before) - {gone}
    assert run(config, tmp_path).new_samples == 0


def test_a_truncated_shard_is_made_again(config, tmp_path):
    run(config, tmp_path)
    before = digests(tmp_path)
    path = sorted(tmp_path.glob("*.h5"))[0]
    path.write_bytes(path.read_bytes()[:1000])
    assert run(config, tmp_path).new_samples == 3
    assert digests(tmp_path) == before


def test_a_folder_with_another_run_is_refused_with_the_difference(done, config):
    with pytest.raises(RunError) as error:
        run(replace(config, seed=5, cameras=replace(config.cameras, max_angle_deg=40.0)), done[0])
    assert "cameras.max_angle_deg 65.0 there, 40.0 now; seed 0 there, 5 now" in str(error.value)
    assert "choose another --out, or give the same options to go on" in str(error.value)
    with pytest.raises(RunError, match="codec 'gzip' there, 'none' now"):
        run(config, done[0], codec="none")


def test_a_broken_manifest_is_refused(config, tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(RunError, match=r"manifest\.json: is not a manifest of a run .*; move it away or choose"):
        run(config, tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(config, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match=r"file/out: cannot be written \(Not a directory\); choose another --out"):
        run(config, tmp_path / "file" / "out")


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_closes_every_renderer_that_it_opens(config, tmp_path, monkeypatch, fails):
    """OpenGL's context stays with the process otherwise: one to see that it starts, one that takes the pictures."""
    opened, closed = [], []
    monkeypatch.setattr(CompiledRenderer, "close", lambda renderer: closed.append(id(renderer)))
    start = CompiledRenderer.__init__
    monkeypatch.setattr(
        CompiledRenderer, "__init__", lambda renderer: (opened.append(id(renderer)), start(renderer))[1]
    )
    if fails:
        monkeypatch.setattr("scenegen.pipeline.worker.run_job", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(replace(config, rooms=1), tmp_path)
    else:
        run(replace(config, rooms=1, pairs_per_room=1), tmp_path)
    assert len(opened) == 2
    assert sorted(opened) == sorted(closed)


def test_cores_are_counted_where_the_system_does_not_say_which_may_be_used(monkeypatch):
    assert 1 <= usable_cores() <= os.cpu_count()
    monkeypatch.delattr(os, "sched_getaffinity")
    assert usable_cores() == os.cpu_count()


def test_too_many_rooms_and_negative_workers(config, tmp_path):
    with pytest.raises(UsageError, match=r"--rooms 9: folder:.* has only 3; ask for at most that many"):
        run(replace(config, rooms=9), tmp_path)
    with pytest.raises(UsageError, match=r"--workers -1: must be 0"):
        run(config, tmp_path, workers=-1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("workers", [0, 1])
def test_a_bad_room_costs_only_itself(config, tmp_path, workers):
    rooms = rooms_folder(tmp_path / "rooms", 2)
    (rooms / "broken.ply").write_bytes(b"ply\nformat ascii 1.0\nelement vertex 9999999999\nend_header\n")
    outcome = run(replace(config, room_source=f"folder:{rooms}"), tmp_path / "out", workers)
    assert outcome.exit_code == 1
    assert [item.room for item in outcome.manifest.failed] == ["broken"]
    assert outcome.manifest.failed[0].why.startswith("broken.ply: ")
    assert dict(rows(outcome))["skipped assets"] == f"{outcome.manifest.failed[0].reason} 1"
    assert len(list((tmp_path / "out").glob("*.h5"))) == 2
    assert not outcome.manifest.complete
    assert len(outcome.manifest.shards) == 2


@pytest.fixture(scope="module")
def flawed(config, tmp_path_factory):
    """Two rooms, and objects of which every other one cannot be read and the others lack their materials."""
    folder = tmp_path_factory.mktemp("flawed")
    rooms, objects = rooms_folder(folder / "rooms", 2), folder / "objects"
    corners = "v 0 0 0\nv 0.2 0 0\nv 0 0.3 0\nv 0 0 0.2\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n"
    for k in range(6):
        for name, text in (("bad", "ply\n"), ("plain", f"mtllib {folder}/a.mtl\nusemtl a\n{corners}")):
            path = objects / f"{name}{k}" / f"mesh.{'ply' if name == 'bad' else 'obj'}"
            path.parent.mkdir(parents=True)
            path.write_text(text)
    return replace(config, rooms=2, room_source=f"folder:{rooms}", object_source=f"folder:{objects}")


def said(out):
    manifest = json.loads((out / "manifest.json").read_text())
    return {part: manifest[part] for part in ("assets", "skipped")}


def test_the_manifest_names_defects_of_used_assets_and_skipped_ones(flawed, tmp_path):
    outcome = run(flawed, tmp_path)
    there = said(tmp_path)
    used = {str(name) for k in range(2) for name in ShardSet(tmp_path).reader(k).asset_ids}
    assert used
    assert {name for name in there["assets"] if name.startswith("object ")} == {f"object {name}" for name in used}
    assert all(codes["missing_mtl"] for name, codes in there["assets"].items() if name.startswith("object "))
    assert there["skipped"]
    assert {item["reason"] for item in there["skipped"].values()} == {"unreadable"}
    assert set(there["skipped"]) <= {f"object bad{k}/mesh" for k in range(6)}
    assert not {"assets", "skipped"} & outcome.manifest.shards[0].figures.keys()
    assert f"missing_mtl {len(used)}" in dict(rows(outcome))["assets with defects"]
    assert str(flawed.object_source).removeprefix("folder:") not in (tmp_path / "manifest.json").read_text()


def test_slices_workers_and_resumed_runs_say_the_same_of_assets(flawed, tmp_path):
    run(flawed, tmp_path / "whole")
    for part in (Slice(1, 2), Slice(0, 2)):
        display = Display(Console(file=StringIO()))
        render(flawed, tmp_path / "parts", codec="gzip", crew=Crew(workers=1), cache=None, display=display, part=part)
    assert said(tmp_path / "parts") == said(tmp_path / "whole")
    next((tmp_path / "parts").glob("*.h5")).unlink()
    assert run(flawed, tmp_path / "parts").new_samples == 3
    assert said(tmp_path / "parts") == said(tmp_path / "whole")


def test_a_manifest_without_remarks_is_gone_on_with(flawed, tmp_path):
    run(flawed, tmp_path)
    whole, path = said(tmp_path), tmp_path / "manifest.json"
    older = {key: value for key, value in json.loads(path.read_text()).items() if key not in whole}
    older["config"] |= {"room_source": flawed.room_source, "object_source": flawed.object_source}
    path.write_text(json.dumps(older))
    (tmp_path / "local.json").unlink()
    for shard in tmp_path.glob("*.h5"):
        shard.unlink()
    assert run(flawed, tmp_path).new_samples == 6
    assert said(tmp_path) == whole
    assert str(flawed.room_source) not in path.read_text()


def test_another_folder_of_equal_names_is_another_run(flawed, tmp_path):
    out = tmp_path / "out"
    run(replace(flawed, rooms=1), out)
    rooms = rooms_folder(tmp_path / "rooms", 2)
    elsewhere = replace(flawed, rooms=1, room_source=f"folder:{rooms}")
    with pytest.raises(RunError, match=rf"room_source 'folder:.*' there, 'folder:{rooms}' now"):
        run(elsewhere, out)
    (out / "local.json").unlink()
    assert run(elsewhere, out).new_samples == 0


def test_three_views(config, tmp_path):
    run(replace(config, rooms=1, views=3, pairs_per_room=1), tmp_path)
    sample = ShardSet(tmp_path)[0]
    assert sample.rgb.shape == (3, 72, 96, 3)
    assert sample.xy.shape[0] == 2
    assert sample.overlap.shape == (3, 3)


@pytest.mark.parametrize("codec", ["zstd", "none"])
def test_other_codecs_hold_the_same_data(done, config, tmp_path, codec):
    if codec == "zstd":
        pytest.importorskip("hdf5plugin", reason="extra `zstd` is not installed")
    run(replace(config, rooms=1), tmp_path, codec=codec)
    mine = ShardSet(tmp_path)[0]
    theirs = next(s for s in (ShardSet(done[0])[k] for k in range(9)) if np.array_equal(s.seed, mine.seed))
    assert np.array_equal(mine.rgb, theirs.rgb)
    assert np.array_equal(mine.xy, theirs.xy, equal_nan=True)


def test_fewer_layers(config, tmp_path):
    run(replace(config, rooms=1, pairs_per_room=1, layers=("rgb", "depth")), tmp_path)
    sample = ShardSet(tmp_path)[0]
    assert sample.depth.shape == (2, 72, 96)
    assert sample.instance is None
    assert sample.normal is None
    with h5py.File(next(tmp_path.glob("*.h5"))) as f:
        assert "depth" in f
        assert "normal" not in f
        assert "instance" not in f


def test_slices_make_one_run_in_any_order(done, config, tmp_path):
    parts = [Slice(1, 2), Slice(0, 2)]
    for part in parts:
        outcome = render(
            config,
            tmp_path,
            codec="gzip",
            crew=Crew("inline"),
            cache=None,
            display=Display(Console(file=StringIO())),
            part=part,
        )
        assert outcome.exit_code == 0
        assert outcome.manifest.complete == (part == parts[-1])
    assert digests(tmp_path) == digests(done[0])
    both = [json.loads((out / "manifest.json").read_text()) for out in (tmp_path, done[0])]
    assert [s["content_sha256"] for s in both[0]["shards"]] == [s["content_sha256"] for s in both[1]["shards"]]


def sliced(config, out, part):
    display = Display(Console(file=StringIO()))
    return render(config, out, codec="gzip", crew=Crew("inline"), cache=None, display=display, part=part)


def test_a_slice_records_what_it_made_and_a_whole_run_takes_it_over(done, config, tmp_path):
    sliced(config, tmp_path, Slice(1, 2))
    assert json.loads((tmp_path / "manifest.json").read_text())["shards"] == []
    assert [path.name for path in tmp_path.glob("record-*")] == ["record-1-of-2.json"]
    there = sorted(path.name for path in tmp_path.glob("*.h5"))
    assert [entry.path.name for entry in ShardSet(tmp_path).entries] == there
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.h5")}
    assert run(config, tmp_path).manifest.complete
    assert not list(tmp_path.glob("record-*"))
    assert digests(tmp_path) == digests(done[0])
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in before} == before


def test_slices_of_another_count_go_on_where_others_stopped(done, config, tmp_path):
    sliced(config, tmp_path, Slice(0, 3))
    made = sliced(config, tmp_path, Slice(0, 2))
    assert made.new_samples == 3  # of shards 0 and 2, shard 0 was there
    assert sliced(config, tmp_path, Slice(1, 2)).manifest.complete
    assert not list(tmp_path.glob("record-*"))
    assert digests(tmp_path) == digests(done[0])


def test_a_slice_of_another_configuration_is_one_line(config, tmp_path):
    sliced(config, tmp_path, Slice(0, 2))
    with pytest.raises(RunError, match=r"holds a run with another configuration \(seed"):
        sliced(replace(config, seed=config.seed + 1), tmp_path, Slice(1, 2))


def test_a_failure_is_tried_again_and_forgotten_when_it_is_made(config, tmp_path, monkeypatch):
    monkeypatch.setattr("scenegen.pipeline.worker.run_job", failing)
    assert run(config, tmp_path).exit_code == 1
    assert [item["why"] for item in json.loads((tmp_path / "manifest.json").read_text())["failed"]] == ["no luck"] * 3
    monkeypatch.undo()
    assert run(config, tmp_path).exit_code == 0
    assert json.loads((tmp_path / "manifest.json").read_text())["failed"] == []


def failing(*_):
    raise ShardError("no luck")
