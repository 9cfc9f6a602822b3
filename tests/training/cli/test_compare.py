"""`scenetrain compare` as it is typed, in a tiny form; what it refuses; and its page in a real browser."""

import signal
import subprocess
import sys
import time

import pytest
from browser import Page, chromium
from interrupting import PATIENCE_S, interruptible
from training_world import write_shards

from training.cli import main
from training.cli.compare import lr_factors_of
from training.cli.main import parse
from training.comparison.page import themed
from training.presets import preset
from training.running.checkpoint import load

TINY = ("--steps", "2", "--batch", "2", "--crop", "16", "--min-matches", "4", "--points", "100", "--channels", "8",
        "--pairs", "2", "--queries", "20", "--device", "cpu", "--validation-pairs", "2")  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A comparison of two runs in two processes, and what it said."""
    folder = tmp_path_factory.mktemp("compare")
    words = ["compare", "--shards", write_shards(folder / "shards"), "--out", folder / "run", *TINY, "--objectives",
             "infonce,stable:p=2", "--seeds", 1, "--lr-factors", 1, "--processes", 2]  # fmt: skip
    command = [sys.executable, "-m", "training", *map(str, words)]
    return folder / "run", words, subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_tiny_comparison(done):
    out, _, said = done
    assert said.returncode == 0, said.stderr
    assert "2 of 2: " in said.stdout
    for title in ("Matches found on held-out pairs", "Verdicts: PCK@5 px", "Stability", "Price", "dense SIFT"):
        assert title in said.stdout
        assert title in (out / "compare.md").read_text(encoding="utf-8")
    assert "compare.html" in said.stdout
    rows = (out / "compare.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["objective", "infonce", "stable:p=2"]
    assert '"CPU, 1 threads' in rows[1]
    assert (out / "runs" / "stable_p=2" / "lr1" / "seed0" / "checkpoint.pt").is_file()


def test_the_same_again_makes_no_run(done, capsys):
    out, words, _ = done
    before = (out / "compare.csv").read_bytes()
    assert main([str(word) for word in words]) == 0
    assert " of 2: " not in capsys.readouterr().out
    assert (out / "compare.csv").read_bytes() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_checkpoints_to_go_on_from(done, tmp_path, number):
    """Both runs end after their step, and the processes with them."""
    out, words, _ = done
    (tmp_path / "references.csv").write_bytes((out / "references.csv").read_bytes())
    changed = {"--steps": 5000, "--checkpoint-every": 4000}  # the checkpoint is that of the goodbye
    long = [*words[:4], tmp_path, *words[5:], *(word for pair in changed.items() for word in pair)]
    with interruptible():
        process = subprocess.Popen(
            [sys.executable, "-m", "training", *map(str, long)], stderr=subprocess.PIPE, text=True
        )
    runs = [tmp_path / "runs" / name / "lr1" / "seed0" for name in ("infonce", "stable_p=2")]
    while process.poll() is None and not all(_has_logged(run) for run in runs):
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, errors) == (130, "interrupted\n")
    for run in runs:
        assert 0 < load(run / "checkpoint.pt").step < 4000
    assert not (tmp_path / "compare.csv").exists()


def _has_logged(run):
    """Whether steps of a run are in its log, which comes to the disk now and then."""
    log = run / "log.jsonl"
    return log.is_file() and log.stat().st_size > 0


def test_a_window_that_does_not_fit_is_refused_before_anything_is_written(done, tmp_path, capsys):
    _, words, _ = done
    again = [str(word) for word in (*words[:4], tmp_path / "new", *words[5:], "--window", 999)]
    assert main(again) == 2
    assert "--window 999: does not fit the held-out pictures, " in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not chromium(), reason="no Chromium to show a page in (apt install chromium)")
def test_the_page_shows_all_of_it_in_either_theme_and_asks_for_nothing(done, tmp_path):
    out, _, _ = done
    page = Page(chromium(), tmp_path)
    try:
        for dark in (False, True):
            page.open(out / "compare.html", dark=dark)
            assert page.run("document.querySelector('h1').textContent") == "run"
            assert page.run("document.querySelectorAll('table').length") == 7
            assert page.run(
                "[...document.querySelectorAll('figure svg')].every(f => f.getBoundingClientRect().width > 500)"
            )
            assert page.run("document.documentElement.scrollWidth <= innerWidth")
            ink = page.run("getComputedStyle(document.querySelector('figure svg text')).fill")
            assert ink == page.run("getComputedStyle(document.body).color")
            assert page.problems == []
            assert page.requests == [(out / "compare.html").as_uri()]
        assert ink == "rgb(232, 234, 236)"
    finally:
        page.close()


def test_a_figure_takes_the_colors_of_the_page():
    svg = '<?xml version="1.0"?><!DOCTYPE svg><svg><metadata>who\nknows</metadata><path style="fill: #ffffff"/><g style="stroke: #E6E6E6; fill: #262626"/></svg>'
    assert themed(svg) == '<svg><path style="fill: none"/><g style="stroke: var(--line); fill: currentColor"/></svg>'


def test_runs_begin_with_the_preset_and_take_the_options_of_fit():
    command = parse(["compare", "--shards", "s", "--out", "o", "--lr", "0.01", "--crop", "64", "--health-every", "3"])
    base = preset("compare")
    assert (command.batch, command.steps, command.pixels, command.model) == (
        base.batch,
        base.steps,
        base.pixels,
        base.model,
    )
    assert (command.optimizer.lr, command.data.crop, command.every.health_every) == (0.01, 64, 3)
    paper = parse(["compare", "--shards", "s", "--out", "o", "--preset", "paper", "--steps", "9"])
    assert (paper.batch, paper.data.crop, paper.steps) == (32, 256, 9)
    pictures = parse(["compare", "--shards", "s", "--out", "o", "--images", "photos", "--transform", "cover"])
    assert pictures.views.transform == "cover"


def test_factors_are_as_their_rows_tell_them():
    assert lr_factors_of("0.3333333333,1,1.0000001,3") == (0.333333, 1, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--steps", "0"], "--steps 0: must be 1 or more"),
        (["--seeds", "0"], "--seeds 0: must be in [1, 1000]"),
        (["--seeds", "99999999999"], "--seeds 99999999999: must be in [1, 1000]"),
        (["--betas", "2", "3"], "--betas 2 3: must be numbers of 0 to below 1"),
        (["--queries", "0"], "--queries 0: must be 1 or more"),
        (["--processes", "0"], "--processes 0: must be 1 or more"),
        (["--lr-factors", "1,x"], "--lr-factors 1,x: give positive numbers, with commas between"),
        (["--lr-factors", "0"], "--lr-factors 0: give positive numbers, with commas between"),
        (["--objectives", "magic"], "--objectives magic: unknown; choose among stable, "),
        (["--objectives", ","], "--objectives ',': names nothing; choose among stable, "),
        (["--unit-length"], "--unit-length: each objective has its own way in a comparison; leave it out"),
        (["--objectives", "stable"], "empty: holds no shards"),
        (["--preset", "fast"], "--preset fast: unknown; choose one of"),
    ],
)
def test_bad_requests_are_one_line(tmp_path, capsys, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["compare", "--shards", "empty", "--out", "run", *words]) in (1, 2)
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.startswith("scenetrain: ")
    assert len(errors.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_shards_without_a_split_val_are_told_what_to_do(tmp_path, capsys):
    shards, out = write_shards(tmp_path / "shards", val=0), tmp_path / "run"
    assert main(["compare", "--shards", str(shards), "--out", str(out), *TINY, "--objectives", "stable"]) == 1
    said = capsys.readouterr().err
    assert f"{shards}: has no shard of split 'val', only of train: render more rooms with `scenegen render" in said
    assert len(said.strip().splitlines()) == 1
    assert not out.exists()


def test_a_preset_without_a_length_wants_one(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["compare", "--shards", "s", "--out", "o", "--preset", "paper"])
    assert leaving.value.code == 2
    assert "--steps" in capsys.readouterr().err


def test_shards_may_lie_at_an_address():
    words = ["compare", "--shards", "memory://compare/run", "--out", "out", "--steps", "2"]
    assert str(parse(words).shards) == "memory://compare/run"
