"""`scenegen import`, as a user meets it: runs that every other command takes, the same bytes, resumed after a kill."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from import_world import K, hits, imported, shots, verdicts, write_rgbd
from PIL import Image
from roots import ROOT

from scenegen.cli import main
from scenegen.export.run import ExportChoice, export_run
from scenegen.geometry import pixel_directions, project
from scenegen.inspect.gallery.write import make_gallery
from scenegen.pipeline.repack import content_of
from scenegen.shards import ShardReader, ShardSet, Status
from scenegen.shards.writer import encode_shard
from scenegen.verify.check import ShardReport
from scenegen.verify.deep import Auditor


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Two sequences of frames and the run that they become."""
    folder = tmp_path_factory.mktemp("frames")
    for name in ("kitchen", "hall"):
        write_rgbd(folder / "data" / name, shots(4))
    options = ("--overlap", "0.1:1", "--license", "CC BY 4.0", "--pairs", "6")
    assert imported("rgbd", folder / "data", folder / "run", *options) == 0
    return folder


def test_a_run_of_frames_is_a_run_like_any_other(frames, capsys):
    run = frames / "run"
    assert main(["verify", str(run), "--deep", "6"]) == 0
    said = capsys.readouterr().out
    assert "imported from rgbd: no seed makes its samples again" in said
    assert "verdicts: 0 of " in said
    assert main(["status", str(run)]) == 0
    assert main(["inspect", str(run)]) == 0
    assert main(["card", str(run), "--out", str(frames / "card")]) == 0
    card = (frames / "card" / "README.md").read_text()
    assert "Imported by scenegen" in card
    assert "CC BY 4.0" in card
    assert "synthetic" not in card.lower()
    assert make_gallery(run, 10).shown == 10
    for form in ("colmap", "nerfstudio", "webdataset", "glue-factory", "scene-info", "loftr"):
        assert export_run(run, frames / form, ExportChoice(form)).samples == 12


def test_verdicts_cameras_and_measures_are_those_of_the_world(frames):
    taken = shots(4)
    samples = ShardSet(frames / "run")
    assert len(samples) == 12
    for sample in samples:
        first, other = (int(np.argmin([np.abs(T - s.T).max() for s in taken])) for T in sample.T_world_cam)
        exact, truth = verdicts(sample.xy0, taken[first], taken[other])
        sure = sample.status[0] != Status.AMBIGUOUS
        assert (sample.status[0][sure] == truth[sure]).all()
        assert np.mean(~sure) < 0.25
        assert np.abs(sample.xy[0] - exact).max() < 0.1  # depth comes in whole millimetres
        np.testing.assert_allclose(sample.K, [K, K], atol=1e-9)
        baseline = np.linalg.norm(taken[first].T[:3, 3] - taken[other].T[:3, 3])
        assert sample.baseline_m[0] == pytest.approx(baseline, abs=1e-5)
        assert sample.has_cameras
        assert (sample.ray_instance == (sample.depth0 > 0)).all()


def test_pairs_overlap_as_asked(tmp_path):
    write_rgbd(tmp_path / "data", shots(5))

    def overlaps(low, high):
        out = tmp_path / f"{low}"
        assert imported("rgbd", tmp_path / "data", out, "--overlap", f"{low}:{high}", "--pairs", "20") == 0
        return np.stack([sample.overlap[[0, 1], [1, 0]] for sample in ShardSet(out)])

    every = overlaps(0.0, 1.0)
    assert len(every) == 20
    low, high = np.quantile(every, (0.3, 0.9)).round(3)
    inside = ((every >= low) & (every <= high)).all(1)
    assert 0 < inside.sum() < 20
    assert sorted(overlaps(low, high).tolist()) == sorted(every[inside].tolist())


def test_no_pair_comes_twice_in_a_sequence(frames):
    for entry in ShardSet(frames / "run").entries:
        with ShardReader(entry.path) as reader:
            poses = reader.read("camera/T_world_cam").round(9)
            assert len({pose.tobytes() for pose in poses}) == len(poses) == 6


def test_the_same_data_gives_the_same_bytes_with_any_number_of_workers(frames, tmp_path):
    again = ["import", "--from", "rgbd", "--data", str(frames / "data"), "--out", str(tmp_path), "--workers", "2"]
    assert main([*again, "--overlap", "0.1:1", "--license", "CC BY 4.0", "--pairs", "6"]) == 0
    for path in sorted((frames / "run").glob("*.h5")):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_another_request_into_the_same_folder_is_refused(frames, capsys):
    assert imported("rgbd", frames / "data", frames / "run", "--pairs", "5") == 1
    said = capsys.readouterr().err
    assert "holds a run with another configuration" in said
    assert "pairs 6 there, 5 now" in said


def test_the_manifest_names_no_folder_and_says_what_it_is(frames):
    text = (frames / "run" / "manifest.json").read_text()
    assert str(frames) not in text
    manifest = json.loads(text)
    assert (manifest["format_version"], manifest["complete"]) == ("1.1", True)
    assert manifest["config"]["imported_from"] == "rgbd"
    assert manifest["config"]["depth_noise"] == {"floor_m": 0.005, "per_m": 0.0, "per_m2": 0.004}


DEADLY = """
import os, signal, sys
from scenegen.shards import published

publish, done = published.publish_shard, []

def deadly(path, data):
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(path)
    return publish(path, data)

published.publish_shard = deadly

if __name__ == "__main__":
    from scenegen.cli.main import main
    sys.exit(main())
"""


def test_a_killed_import_goes_on_where_it_stopped(tmp_path):
    for k in range(4):
        write_rgbd(tmp_path / "data" / f"seq-{k}", shots(3))
    (tmp_path / "deadly.py").write_text(DEADLY)
    words = ["import", "--from", "rgbd", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "run"),
             "--overlap", "0:1", "--workers", "0", "--license", "CC0"]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, str(tmp_path / "deadly.py"), *words], env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    there = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").glob("*.h5")}
    assert len(there) == 2
    assert main(["status", str(tmp_path / "run")]) == 1
    assert main(words) == 0
    assert imported("rgbd", tmp_path / "data", tmp_path / "whole", "--overlap", "0:1", "--license", "CC0") == 0
    contents = [{p.name: p.read_bytes() for p in (tmp_path / run).glob("*.h5")} for run in ("whole", "run")]
    assert contents[0] == contents[1]
    assert len(contents[0]) == 4
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["complete"]


def test_a_pair_without_overlap_is_one_line_and_fails_the_shard_alone(tmp_path, capsys):
    write_rgbd(tmp_path / "data" / "good", shots(3))
    apart = shots(2)
    for k, shot in enumerate(apart):
        shot.T[:3, 3] += (100 * k, 0, 0)
    write_rgbd(tmp_path / "data" / "apart", apart)
    assert imported("rgbd", tmp_path / "data", tmp_path / "run", "--overlap", "0.1:1") == 1
    said = capsys.readouterr().out
    assert said.count("no other frame of apart is left that overlaps by 0.1 to 1: widen --overlap") == 1
    assert re.search(r"^failed  \S+: no other frame of apart", said, re.MULTILINE)
    assert re.search(r"^failed, as said above: \S+apart\S+\.h5$", said, re.MULTILINE)
    assert "--license was not given" in said
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert [s["room"] for s in manifest["shards"]] == ["good"]
    assert str(tmp_path) not in json.dumps(manifest["failed"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--size", "4x4"), "--size 4x4: width and height must be 16 to 8192 pixels"),
        (("--overlap", "0.9:0.2"), "--overlap 0.9:0.2: must be LOW:HIGH within 0:1"),
        (("--intrinsics", "1,2,3"), "--intrinsics 1,2,3: must be FX,FY,CX,CY in pixels"),
        (("--focal-px", "-5"), "--focal-px -5.0: must be a positive number of pixels"),
        (("--noise-m", "0"), "one of them above 0"),
        (("--pairs", "-1"), "--pairs -1: must be 1 or more, or 0"),
        (("--license", " "), "--license: must be one line of text"),
        (("--disparity-scale", "0"), "--disparity-scale 0.0: must be above 0"),
    ],
)
def test_an_impossible_request_is_one_line(options, message, tmp_path, capsys):
    assert imported("rgbd", tmp_path, tmp_path / "out", *options) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_damaged_picture_costs_its_pairs_alone_and_is_named_where_all_are_lost(tmp_path, capsys):
    write_rgbd(tmp_path / "data", shots(2))
    (tmp_path / "data" / "frame-000001.color.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    assert imported("rgbd", tmp_path / "data", tmp_path / "run", "--overlap", "0:1") == 1
    assert "frame-000001.color.png: cannot be read as a picture" in capsys.readouterr().out


def test_pictures_are_shrunk_with_their_cameras(tmp_path):
    write_rgbd(tmp_path / "data", shots(3))
    assert imported("rgbd", tmp_path / "data", tmp_path / "run", "--size", "80x80", "--overlap", "0:1") == 0
    sample = ShardSet(tmp_path / "run")[0]
    assert sample.rgb.shape[1:3] == (80, 80)
    assert (sample.rgb[:, 60:] == 0).all()
    np.testing.assert_allclose(sample.K[0][:2, 2], (K[:2, 2] + 0.5) / 2 - 0.5)
    taken = shots(3)
    first, other = (taken[int(np.argmin([np.abs(T - s.T).max() for s in taken]))] for T in sample.T_world_cam)
    seen = sample.status[0] == Status.VISIBLE
    # a pixel of the small picture covers 2 x 2: its ray is that between them
    rays = pixel_directions(sample.K[0], sample.xy0[seen].astype(float)) @ first.T[:3, :3].T
    exact, _ = project(sample.K[1], other.T, hits(first.T[:3, 3], rays))
    assert np.abs(exact - sample.xy[0][seen]).max() < 0.6  # depth is that of the nearest of the four
    assert np.median(np.abs(exact - sample.xy[0][seen])) < 0.05


def spoil(run, tmp_path, change):
    """The report of a deep look at a copy of the first shard, with changed arrays."""
    path = sorted(run.glob("*.h5"))[0]
    content = content_of(path)
    (tmp_path / path.name).write_bytes(encode_shard(replace(content, arrays=content.arrays | change(content.arrays))))
    (tmp_path / "manifest.json").write_text(json.dumps({"config": json.loads(content.attributes["config_json"])}))
    return Auditor(tmp_path, 6).look(tmp_path / path.name, ShardReport(path.name, ()))


def noise_for_pictures(arrays):
    return {"rgb": np.random.default_rng(0).integers(0, 256, arrays["rgb"].shape, np.uint8)}


def test_a_deep_look_finds_wrong_verdicts_poses_and_pictures(frames, tmp_path):
    assert spoil(frames / "run", tmp_path, lambda a: {}).problems == ()
    swapped = spoil(
        frames / "run", tmp_path, lambda a: {"rays/status": np.maximum(a["rays/status"], 2) * (a["rays/status"] > 0)}
    )
    assert any("differ from what depth and cameras say" in p for p in swapped.problems)
    moved = spoil(frames / "run", tmp_path, lambda a: {"rays/xy": a["rays/xy"] + np.float32(0.1)})
    assert any("px from where depth and poses put it" in p for p in moved.problems)
    foreign = spoil(frames / "run", tmp_path, noise_for_pictures)
    assert any("look no more alike than shuffled ones" in p for p in foreign.problems)


def test_real_frames_of_a_shelf(shared_data, tmp_path, capsys):
    assert imported("rgbd", shared_data / "pairs" / "rgbd_shelf", tmp_path, "--license", "BSD-2-Clause") == 0
    assert main(["verify", str(tmp_path), "--deep", "12"]) == 0
    samples = ShardSet(tmp_path)
    assert len(samples) == 12
    assert all((sample.status == Status.VISIBLE).sum() > 1000 for sample in samples)
    # the robot's poses are off by some millimetres, which is some pixels at half a metre: said, and no damage
    assert "labels fit the pictures better a pixel or two elsewhere in " in capsys.readouterr().out
    assert Image.fromarray(samples[0].rgb[0]).size == (640, 480)


def test_a_figure_and_a_view_of_frames(frames, tmp_path):
    pytest.importorskip("matplotlib")
    for kind in ("matches", "warp", "overlap"):
        assert main(["figure", str(frames / "run"), "--kind", kind, "--out", str(tmp_path / f"{kind}.png")]) == 0
