"""The card says what the file says, and the package's card is that of its file."""

import csv
from pathlib import Path

from roots import ROOT
from training_world import tiny_of
from weights_maker import checkpoint, weights

from scenegen.shards import file_sha256
from training.data.transforms.registry import with_images
from training.running.checkpoint import Checkpoint
from training.weights.card import card
from training.weights.trained import FILE
from training.weights.weights import weights_of
from training.weights.weights_file import read_weights


def test_its_figures_are_those_of_the_file():
    text = card(Path("a.safetensors"), weights(seed=3))
    count = sum(tensor.numel() for tensor in checkpoint().model.values())
    assert text.startswith("# a.safetensors\n")
    assert (
        f"with {count:,} numbers, trained by `scenetrain fit` with the objective `stable` for 6 steps on shards" in text
    )
    assert "a descriptor of 8 numbers" in text
    assert "near by l2" in text
    assert "| seed | 3 |" in text
    assert "| sha256 of the data | abc |" in text
    assert "--run a.safetensors" in text
    assert '| loss.p | "inf" |' in text
    assert "data.workers" not in text


def test_single_pictures_and_unfinished_runs_are_told():
    settings = with_images(tiny_of("infonce"), "paper")
    text = card(Path("a.safetensors"), weights_of(Checkpoint(settings, 2, 6, "abc", {}, {}, {})))
    assert "for 2 of 6 steps on pairs made of single pictures." in text
    assert "| views.transform |" in text


def test_the_card_of_the_package_is_that_of_its_file():
    text = FILE.with_suffix(".md").read_text(encoding="utf-8")
    assert text.startswith(card(FILE, read_weights(FILE)))
    assert f"{FILE.stat().st_size:,} bytes, sha256 `{file_sha256(FILE)}`" in text


def test_figures_of_the_card_are_those_of_the_results():
    """Of turned and scaled copies, and of the photographs: what the tools wrote beside what the card says."""
    text = FILE.with_suffix(".md").read_text(encoding="utf-8")
    rows = list(csv.DictReader((ROOT / "tools/results/turns.csv").read_text(encoding="utf-8").splitlines()))
    half = len(rows) // 2
    for ours, sift in zip(rows[:half], rows[half:], strict=True):
        cells = ("/".join(f"{float(row[f'pck@{px}']):.0f}" for px in (1, 3, 5, 10)) for row in (ours, sift))
        assert f" | {' | '.join(cells)} |" in text
    photos = (ROOT / "tools/results/photos.md").read_text(encoding="utf-8").split("\n\n")[0]
    for name in ("builtin", "ALIKE-n", "dense SIFT"):
        (line,) = [line for line in photos.splitlines() if line.startswith(f"| {name} |")]
        assert all(cell.split(" (")[0] in text for cell in line.strip("| ").split(" | ")[1:])
