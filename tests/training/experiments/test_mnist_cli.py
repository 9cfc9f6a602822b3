"""`scenetrain colored-mnist` as it is typed, on the real digits, in a tiny form; and what it refuses."""

import subprocess
import sys

import pytest
from PIL import Image
from roots import ROOT

REAL = ROOT.parent / "shared/data/mnist"
TINY = ("--quick", "--seeds", "1", "--backbone-steps", "2", "--classifier-steps", "2", "--batch", "4", "--images", "8")


def scenetrain(*words, cwd):
    command = [sys.executable, "-m", "training", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="shared/data/mnist is not there")
def test_a_tiny_sweep_and_the_same_again(tmp_path):
    words = ("colored-mnist", "--mnist", REAL, "--out", tmp_path / "run", "--lam", "1,0.5", *TINY)
    done = scenetrain(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 of 2: p = inf, λ = " in done.stdout
    assert "Colored MNIST against the official runs" in done.stdout
    assert "official ID" in done.stdout  # whole headings, in 80 columns too
    assert "not run: 19 of 21 cells" in done.stdout
    rows = (tmp_path / "run/runs.csv").read_text()
    assert len(rows.splitlines()) == 3
    for name in ("accuracies.png", "curves.png", "channels.png", "places.png"):
        assert min(Image.open(tmp_path / "run" / name).size) > 100
    again = scenetrain(*words, cwd=tmp_path)
    assert again.returncode == 0
    assert " of 2:" not in again.stdout
    assert (tmp_path / "run/runs.csv").read_text() == rows
    other = scenetrain(*words, "--batch", 6, cwd=tmp_path)
    assert other.returncode == 2
    assert "holds a sweep of other settings (backbone.batch is 4 there and 6 now" in other.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--mnist", "nowhere"], 2, "nowhere/train-images-idx3-ubyte.gz: no such file; fetch the four files with"),
        (["--p", "3"], 2, "--p 3: choose among inf, 1, 2"),
        (["--lam", "1,x"], 2, "--lam 1,x: give numbers from 0 to 1"),
        (["--lam", "1.5"], 2, "--lam 1.5: give numbers from 0 to 1"),
        (["--seeds", "0"], 2, "--seeds 0: must be 1 or more"),
        (["--batch", "1"], 2, "--batch 1: must be 2 or more"),
        (["--workers", "0"], 2, "--workers 0: must be 1 or more"),
        (["--together", "0"], 2, "--together 0: must be 1 or more"),
        (["--device", "cuda"], 2, "--device cuda: no GPU is usable"),
    ],
)
def test_bad_requests_are_one_line(tmp_path, capsys, monkeypatch, words, code, said):
    import torch

    from training.cli.main import main

    if "cuda" in words and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    monkeypatch.chdir(tmp_path)
    assert main(["colored-mnist", "--out", "run", *words]) == code
    errors = capsys.readouterr().err
    assert said in " ".join(errors.split())
    assert "Traceback" not in errors
