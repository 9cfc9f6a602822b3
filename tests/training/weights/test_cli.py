"""`--run` without a run, files of weights instead of one, and how they are made, as a user types it."""

import json
import os
import subprocess
import sys

import h5py
import pytest
from PIL import Image
from training_world import write_shards
from weights_maker import run_folder

from scenegen.shards import file_sha256
from training.cli import main
from training.weights.trained import FILE


@pytest.fixture
def scenetrain(tmp_path):
    """Run the command in a folder of its own; exit code, output, errors."""

    def run(*words):
        environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "CUDA_VISIBLE_DEVICES": ""}
        done = subprocess.run(
            [sys.executable, "-m", "training", *map(str, words)],
            cwd=tmp_path, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def photos(tmp_path):
    for name in ("a.png", "b.png"):
        Image.effect_noise((40, 32), 80).convert("RGB").save(tmp_path / name)
    return "a.png", "b.png"


def test_two_photos_are_matched_without_a_run(scenetrain, photos, tmp_path):
    code, out, errors = scenetrain("match", *photos)
    assert (code, errors) == (0, "")
    assert out.endswith("pixels found a match; the picture is matches.png\n")
    assert (tmp_path / "matches.png").stat().st_size > 0


def test_photos_are_described_without_a_run(scenetrain, photos, tmp_path):
    code, out, errors = scenetrain("extract", *photos, "--out", "d.h5")
    assert (code, out, errors) == (0, "d.h5 holds a.png, b.png\n", "")
    with h5py.File(tmp_path / "d.h5") as file:
        assert file.attrs["checkpoint_sha256"] == file_sha256(FILE)
        assert "objective" in json.loads(file.attrs["settings_json"])


def test_a_file_is_made_of_a_run_and_used_in_its_place(scenetrain, photos, tmp_path):
    run_folder(tmp_path / "run")
    code, out, errors = scenetrain("export-weights", "--run", "run", "--out", "own.safetensors")
    assert (code, errors) == (0, "")
    said = "own.safetensors holds the weights, own.md says what they are; use them with --run own.safetensors\n"
    assert out == said
    for run in ("run", "own.safetensors"):
        assert scenetrain("extract", photos[0], "--run", run, "--out", f"{run}.h5")[0] == 0
    with h5py.File(tmp_path / "run.h5") as one, h5py.File(tmp_path / "own.safetensors.h5") as other:
        assert (one["a.png"][...] == other["a.png"][...]).all()
        assert one.attrs["settings_json"] == other.attrs["settings_json"]


def test_eval_takes_a_file_and_wants_a_folder_to_write_to(scenetrain, tmp_path):
    write_shards(tmp_path / "shards")
    run_folder(tmp_path / "run")
    assert scenetrain("export-weights", "--run", "run", "--out", "own.safetensors")[0] == 0
    words = (
        "eval",
        "--run",
        "own.safetensors",
        "--shards",
        "shards",
        "--pairs",
        "2",
        "--queries",
        "20",
        "--pictures",
        "0",
    )
    said = "scenetrain: --run own.safetensors: is no folder to write to; give --out DIR\n"
    assert scenetrain(*words) == (2, "", said)
    code, out, errors = scenetrain(*words, "--out", "measured")
    assert code == 0, errors
    assert "figures are in measured" in out
    table = json.loads((tmp_path / "measured" / "table.json").read_text())
    assert file_sha256(tmp_path / "own.safetensors") in json.dumps(table)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["match", "a.png", "b.png", "--run", "x.safetensors"], 1, "x.safetensors: does not exist; make it with"),
        (["export-weights", "--run", "run", "--out", "x.bin"], 2, "--out x.bin: must end with .safetensors"),
        (["export-weights", "--run", "gone", "--out", "x.safetensors"], 1, "gone/checkpoint.pt: does not exist"),
        (["export-weights", "--run", "run", "--out", "no/x.safetensors"], 2, "no/x.safetensors: cannot be written"),
    ],
)
def test_bad_requests_are_one_line_and_leave_nothing(photos, tmp_path, monkeypatch, capsys, words, code, message):
    monkeypatch.chdir(tmp_path)
    run_folder(tmp_path / "run")
    left = main(words)
    out, errors = capsys.readouterr()
    assert (left, out) == (code, "")
    assert errors.startswith(f"scenetrain: {message}")
    assert len(errors.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "run"]
