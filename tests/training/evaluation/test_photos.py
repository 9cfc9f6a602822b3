"""`eval-photos`: who is measured, what is written, and that it goes on where it stopped."""

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import photo_world
import pytest
from import_world import shots, write_rgbd
from PIL import Image
from rich.console import Console
from training_world import TINY_MODEL, tiny

from training.cli.main import main
from training.errors import RequestError
from training.evaluation.baselines import RgbPatches
from training.evaluation.benchmarks import megadepth1500, planar, rgbd, scannet1500
from training.evaluation.contender import Dense, Sparse
from training.evaluation.keypoints import SparseSift
from training.evaluation.photos.entrants import Entrants, contenders, run_names
from training.evaluation.photos.pictures import EDGES_PX, colors
from training.evaluation.photos.results import sources_digest
from training.evaluation.photos.run import eval_photos
from training.evaluation.photos.settings import PhotoSettings
from training.evaluation.photos.table import render_photos
from training.models.unet import build_model
from training.running.checkpoint import Checkpoint, save
from training.weights import BUILTIN
from training.weights.trained import open_trained

FEW = PhotoSettings(queries=40, grid=16)
PATCHES, SIFT = Dense(RgbPatches(5), "l2", step=16), Sparse(SparseSift())


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    for number in range(3):
        photo_world.planar(root / f"wall{number}", seed=number)
    photo_world.planar(root / "wall3", homography=photo_world.SHIFT @ photo_world.SHIFT)  # a wrong map: a failure
    return root


@pytest.fixture(scope="module")
def measured(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return out, eval_photos([PATCHES, SIFT], data, out, FEW, pictures=2)


def test_every_benchmark_has_its_numbers(measured):
    _, table = measured
    assert [sheet.benchmark for sheet in table.sheets] == ["planar", "annotated"]
    dense, sparse = table.sheets[0].results
    assert dense.scores.metrics["pck@1"].value == pytest.approx(0.75, abs=0.05)
    assert dense.scores.metrics["pck@1"].low < 0.75 < dense.scores.metrics["pck@1"].high
    assert dense.scores.scenes == 4
    assert "pck@1" not in sparse.scores.metrics
    assert sparse.scores.metrics["mma@3"].value == pytest.approx(0.75, abs=0.1)


def test_every_form_says_the_same(measured):
    out, table = measured
    value = table.sheets[0].results[0].scores.metrics["pck@5"].value
    content = json.loads((out / "table.json").read_text())
    assert content["sheets"][0]["results"][0]["scores"]["metrics"]["pck@5"]["value"] == pytest.approx(value)
    rows = list(csv.DictReader((out / "table.csv").open()))
    assert [float(row["value"]) for row in rows if row["metric"] == "pck@5" and row["benchmark"] == "planar"] == [
        pytest.approx(value, rel=1e-5)
    ]
    for name in ("table.txt", "table.md", "index.html"):
        text = (out / name).read_text()
        assert f"{100 * value:.1f}" in text
        assert "PoseLib LO-RANSAC" in text  # every table names its estimators and their thresholds
        assert "inliers within 3 px (homography), 2 px (pose)" in text
        assert "queries 40, grid 16, long_side 0" in text  # and the settings that were used
        assert table.sheets[0].data[:12] in text
    assert "sparse SIFT" not in (out / "table.md").read_text().partition("own matches")[0]


def test_the_table_fits_a_terminal_of_eighty_columns(measured):
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(render_photos(measured[1]))
    assert "…" not in console.export_text()


def test_pictures_show_failures_first(measured):
    out, _ = measured
    drawn = sorted((out / "pictures" / "planar" / "rgb-5x5").iterdir())
    assert drawn[0].name == "00-wall3.png"
    assert len(drawn) == 2
    assert np.asarray(Image.open(drawn[0])).std() > 20
    page = (out / "index.html").read_text()
    for source in re.findall(r'src="([^"]+)"', page):
        assert (out / source).is_file()
    assert page.index("00-wall3.png") < page.index("01-wall")


def test_colors_tell_right_from_wrong_and_from_unknown():
    low, high = EDGES_PX
    assert len(set(colors(np.array([0, low, high, np.nan])))) == 4
    assert colors(np.array([np.inf]))[0] == colors(np.array([high]))[0]
    assert colors(np.array([low - 0.01]))[0] == colors(np.array([0.0]))[0]


def test_what_was_predicted_is_kept_and_thresholds_may_change(data, measured, monkeypatch):
    out, table = measured
    monkeypatch.setattr(Dense, "respond", lambda *_: pytest.fail("asked again"))
    again = eval_photos([PATCHES], data, out, replace(FEW, homography_px=1.0), pictures=0)
    kept, before = (each.sheets[0].results[0].scores.metrics for each in (again, table))
    assert kept["pck@5"] == before["pck@5"]
    with pytest.raises(pytest.fail.Exception):
        eval_photos([PATCHES], data, out, replace(FEW, queries=41), pictures=0)


def test_another_scale_of_disparity_asks_again_about_stereo_alone(tmp_path, monkeypatch):
    photo_world.stereo(tmp_path / "data" / "cones", levels=2)
    photo_world.planar(tmp_path / "data" / "wall")
    names, asked = ("planar", "stereo"), []
    respond = Dense.respond
    monkeypatch.setattr(Dense, "respond", lambda self, pair: (asked.append(pair.name), respond(self, pair))[1])
    usual, half = (
        eval_photos([PATCHES], tmp_path / "data", tmp_path / "out", replace(FEW, disparity_scale=scale), names, 0)
        for scale in (0.0, 2.0)
    )
    assert asked == ["wall", "cones", "cones"]
    wrong, right = (table.sheets[1].results[0].scores.metrics["pck@1"].value for table in (usual, half))
    assert right > 0.8 > wrong


def test_runs_and_descriptors_are_named_and_compared_as_they_want(tmp_path):
    for name in ("a/run", "b/run", "c"):
        (tmp_path / name).mkdir(parents=True)
        model = build_model(TINY_MODEL, 5)
        save(tmp_path / name / "checkpoint.pt", Checkpoint(tiny(), 1, 1, "", model.state_dict(), {}, {}))
    runs = (tmp_path / "a/run", tmp_path / "b/run", tmp_path / "c")
    assert run_names(runs) == ["a/run", "b/run", f"{tmp_path.name}/c"]
    assert run_names(runs[1:]) == ["run", "c"]
    assert run_names(()) == []
    (tmp_path / "grey.py").write_text(
        "def grey(picture):\n    return picture.mean(2)[None] / 255.0\ngrey.distance = 'l1'\n"
    )
    outside = f"{tmp_path / 'grey.py'}:grey"
    found = contenders(Entrants(runs, (outside,)), 8, "cpu")
    assert len(found) == 4 + 3
    assert len({each.method for each in found[:3]}) == 1  # the same weights
    assert found[3].distance == "l1"
    assert all(each.distance == "cosine" for each in contenders(Entrants(runs, (outside,), False, "cosine"), 8, "cpu"))
    with pytest.raises(RequestError, match=r"two descriptors are called .*: leave one out, or name it otherwise"):
        contenders(Entrants(descriptors=(outside, outside)), 8, "cpu")
    with pytest.raises(RequestError, match="nothing to measure: give --run or --descriptor, or leave out --no-base"):
        contenders(Entrants(baselines=False), 8, "cpu")


def test_the_weights_of_the_package_stand_beside_runs():
    (found,) = contenders(Entrants((BUILTIN,), baselines=False), 8, "cpu")
    assert (found.name, found.distance) == ("builtin", open_trained(BUILTIN).about.distance)


def test_the_command_prints_its_table(data, tmp_path):
    (tmp_path / "grey.py").write_text(
        "def grey(picture):\n    return picture.mean(2)[None] / 255.0\ngrey.distance = 'l2'\n"
    )
    words = [
        "eval-photos",
        "--data",
        str(data),
        "--out",
        str(tmp_path / "out"),
        "--descriptor",
        f"{tmp_path}/grey.py:grey",
    ]
    words += ["--no-baselines", "--benchmark", "planar", "--queries", "20", "--pictures", "1", "--device", "cpu"]
    done = subprocess.run([sys.executable, "-m", "training", *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "planar: pixels asked about" in done.stdout
    assert f"open {tmp_path}/out/index.html" in done.stdout.replace("\n", "")
    wrong = subprocess.run(
        [sys.executable, "-m", "training", "eval-photos", "--data", str(tmp_path / "out"), "--out", str(tmp_path / "o")],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1
    assert "holds no pair in a known layout" in wrong.stderr


def test_a_truth_that_was_corrected_is_another_truth_of_the_same_length(tmp_path):
    photo_world.planar(tmp_path / "wall")
    before = sources_digest(planar.find(tmp_path))
    assert sources_digest(planar.find(tmp_path)) == before
    file = tmp_path / "wall" / "points.json"
    text = file.read_text()
    file.write_text(text.replace("6.0", "7.0"))
    assert len(file.read_text()) == len(text)
    assert sources_digest(planar.find(tmp_path)) != before


def test_a_pose_that_was_corrected_is_another_truth(tmp_path):
    source = scannet1500.find(photo_world.scannet1500(tmp_path))[0]
    moved = replace(source, numbers=(source.numbers[0] + 0.001, *source.numbers[1:]))
    same = replace(source, numbers=(source.numbers[0] + 1e-12, *source.numbers[1:]))  # of another machine
    assert sources_digest([moved]) != sources_digest([source]) == sources_digest([same])


def test_poses_and_intrinsics_of_lists_and_frames_are_part_of_the_truth(tmp_path):
    (source,) = megadepth1500.find(photo_world.megadepth1500(tmp_path / "lists"))
    assert [number.shape for number in source.numbers] == [(3, 3), (3, 3), (4, 4), (4, 4)]
    write_rgbd(tmp_path / "room", shots(2))
    numbers = rgbd.find(tmp_path / "room")[0].numbers
    assert [number.shape for number in numbers] == 2 * [(4, 4), (3, 3), ()]


def test_a_number_of_pictures_below_0_is_refused(data, tmp_path, capsys):
    assert main(["eval-photos", "--data", str(data), "--out", str(tmp_path), "--pictures", "-1"]) == 2
    assert "--pictures -1: must be 0 or more" in capsys.readouterr().err


def test_names_that_would_share_their_files_are_refused(tmp_path):
    (tmp_path / "grey.py").write_text(
        "def a(picture):\n    return picture.mean(2)[None]\ndef b(picture):\n    return a(picture)\n"
        "a.name, b.name = 'my-net', 'My net'\n"
    )
    outside = tuple(f"{tmp_path / 'grey.py'}:{function}" for function in "ab")
    with pytest.raises(
        RequestError, match="two descriptors are called my-net and My net, which is one name for files: l"
    ):
        contenders(Entrants(descriptors=outside, baselines=False), 8, "cpu")


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_measured(data, tmp_path, monkeypatch):
    (tmp_path / "out").write_text("")
    with pytest.raises(RequestError, match=r"out: cannot be written \(File exists\); change --out or free space"):
        eval_photos([PATCHES], data, tmp_path / "out", FEW)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "planar").write_text("")
    with pytest.raises(RequestError, match=r"0000.h5: cannot be written \(.*\); change --out or free space"):
        eval_photos([PATCHES], data, tmp_path / "made", FEW)
