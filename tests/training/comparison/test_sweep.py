"""A whole comparison of tiny runs: what it leaves, and that a kill, a divergence or other company change nothing."""

import io
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from rich.console import Console
from training_world import TINY, Killed, killed_after, one_thread, write_shards

from scenegen.shards import ShardSet
from training.comparison import measuring
from training.comparison.contestant import contestants
from training.comparison.outcome import facts_of, show_outcome
from training.comparison.setup import SETTINGS, Setup
from training.comparison.sweep import ROWS, run_missing
from training.comparison.trial import Row, Trial, plan
from training.errors import DataError, RequestError
from training.evaluation.benchmarks.shards import HeldOutPairs
from training.evaluation.run import EvaluationSettings
from training.files.rows import read_rows
from training.running import fit as fit_module
from training.running.checkpoint import load
from training.running.logs import VALIDATION, read_lines
from training.settings import Every

WATCHED = ("cpu_s", "wall_s", "s_per_step", "peak_mib")
"""What no two runs have in common."""


@pytest.fixture(autouse=True, scope="module")
def alone():
    """One thread, as a run's own process has."""
    with one_thread():
        yield


def here(function, jobs, workers):
    """The jobs one after the other, in this process."""
    return map(function, jobs)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


def setup_of(shards, out, **changes):
    base = replace(TINY, objective="", loss=None, steps=4)
    seldom, few = Every(validate_every=2, health_every=2), EvaluationSettings(2, 10, 16, pictures=0)
    return replace(Setup(base, few, seldom, shards, shards, out, "cpu", "train", "val"), **changes)


def run(setup, names="infonce,stable", factors=(1.0,), seeds=2, report=lambda *_: None):
    chosen = contestants(names)
    return run_missing(setup, chosen, plan([each.name for each in chosen], factors, seeds), 1, report, here)


def without_times(rows):
    return [replace(row, **dict.fromkeys(WATCHED, 0.0)) for row in rows]


@pytest.fixture(scope="module")
def straight(shards, tmp_path_factory):
    """An uninterrupted comparison."""
    setup, said = setup_of(shards, tmp_path_factory.mktemp("runs") / "straight"), []
    rows, references = run(setup, report=lambda row, done, of: said.append((row.trial, done, of)))
    return setup, rows, references, said


def test_every_run_has_its_row_and_its_folder(straight):
    setup, rows, references, said = straight
    trials = [Trial(1.0, name, seed) for seed in (0, 1) for name in ("infonce", "stable")]
    assert [row.trial for row in rows] == trials
    assert said == [(trial, k, 4) for k, trial in enumerate(trials, 1)]
    assert [each.name for each in references] == ["untrained", "RGB 7x7", "RGB 7x7 - mean", "dense SIFT"]
    for row in rows:
        assert (row.steps, row.diverged, row.collapsed) == (4, False, False)
        assert 0 < row.s_per_step == pytest.approx(row.cpu_s / 4, rel=1e-4)
        assert set(row.metrics) == set(references[0].metrics)
        folder = setup.folder(row.trial)
        assert row.val_loss == pytest.approx(read_lines(folder / VALIDATION)[-1]["total"], rel=1e-5)
        settings = load(folder / "checkpoint.pt").settings
        assert (settings.objective, settings.seed) == (row.objective, row.seed)
    assert "pck5=" in rows[0].terms
    assert "forward=" in rows[0].terms
    kept = read_rows(setup.out / ROWS, Row)
    assert [row.trial for row in kept] == sorted(trials)


def test_the_metrics_are_those_of_eval(straight, tmp_path, monkeypatch):
    from training.evaluation.run import evaluate

    setup, rows, _, _ = straight
    monkeypatch.setattr("training.evaluation.run._draw", lambda *_: [])
    table = evaluate(setup.folder(rows[0].trial), setup.held_out, tmp_path, "cpu", setup.evaluation)
    for name, value in rows[0].metrics.items():
        assert value == pytest.approx(table.rows[0].scores.metrics[name].value, rel=1e-5)


def test_the_same_again_makes_nothing(straight, monkeypatch):
    setup, rows, references, _ = straight
    monkeypatch.setattr(measuring, "fit", None)
    assert run(setup)[0] == rows
    assert [each.name for each in run(setup)[1]] == [each.name for each in references]


def test_more_seeds_and_objectives_join_what_is_there(straight, shards, tmp_path):
    few = setup_of(shards, tmp_path)
    run(few, "stable", seeds=1)
    made = []
    rows, _ = run(few, report=lambda row, *_: made.append(row.trial.title))
    assert made == ["infonce, lr x 1, seed 0", "infonce, lr x 1, seed 1", "stable, lr x 1, seed 1"]
    assert without_times(rows) == without_times(straight[1])
    assert list(json.loads((tmp_path / SETTINGS).read_text())["contestants"]) == ["stable", "infonce"]


def test_killed_in_the_middle_it_goes_on_to_the_same_rows(straight, shards, tmp_path, monkeypatch):
    setup = setup_of(shards, tmp_path)
    with monkeypatch.context() as patch:
        killed_after(patch, 6)  # the second run, after its step 2
        with pytest.raises(Killed):
            run(setup)
    assert len(read_rows(tmp_path / ROWS, Row)) == 1
    begun = []
    monkeypatch.setattr(measuring, "fit", lambda *a, **k: (begun.append(done := fit_module.fit(*a, **k)), done)[1])
    rows, _ = run(setup)
    assert [outcome.began for outcome in begun] == [2, 0, 0]
    assert without_times(rows) == without_times(straight[1])


def test_a_run_that_was_asked_to_stop_ends_the_comparison(shards, tmp_path, monkeypatch):
    stopped = fit_module.Outcome(2, 4, 0)
    monkeypatch.setattr(measuring, "fit", lambda *a, **k: stopped)
    with pytest.raises(KeyboardInterrupt):
        run(setup_of(shards, tmp_path))
    assert read_rows(tmp_path / ROWS, Row) == []


@pytest.fixture(scope="module")
def wild(shards, tmp_path_factory):
    """The second learning rate is beyond all reason."""
    out = tmp_path_factory.mktemp("runs") / "wild"
    base = replace(TINY, objective="", loss=None, steps=4, optimizer=replace(TINY.optimizer, lr_start=1.0, lr_end=1.0))
    setup = replace(setup_of(shards, out), base=base)
    return setup, *run(setup, "stable", (1.0, 1e33))


def test_a_run_that_diverges_is_a_row_at_its_step(wild):
    _, rows, _ = wild
    calm, mad = rows[:2], rows[2:]
    assert not any(row.diverged for row in calm)
    for row in mad:
        assert 0 < row.diverged_step <= 4
        assert row.metrics == {}
        assert not row.collapsed


def test_outcome(wild):
    setup, rows, references = wild
    stream = io.StringIO()
    files = show_outcome(setup, rows, references, Console(file=stream, width=80))
    assert sorted(path.name for path in files) == [
        "compare.html", "compare.md", "losses.svg", "matching.svg", "seeds.svg", "verdicts.csv",
    ]  # fmt: skip
    said = stream.getvalue()
    assert "2 of 2" in said
    assert "diverged" in said
    text = (setup.out / "compare.md").read_text(encoding="utf-8")
    assert "- Learning rate: 0.001 x 1, 1e+33" in text
    assert "- Steps: 4 of 2 pairs, 16 px" in text
    assert "- Measured on: 2 held-out pairs, up to 10 rays of each, 16 px" in text
    before = {path: path.read_bytes() for path in files}
    show_outcome(setup, rows, references, Console(file=stream))
    assert {path: path.read_bytes() for path in files} == before  # no clock, no chance


def test_the_pairs_are_counted_that_there_are(wild):
    setup, rows, _ = wild
    more = replace(setup, evaluation=replace(setup.evaluation, pairs=10_000))
    there = len(HeldOutPairs(ShardSet(setup.held_out, split="val", layers=()), 10, 0))
    assert facts_of(more, rows)["Measured on"] == f"{there} held-out pairs, up to 10 rays of each, 16 px"


def test_a_comparison_of_diverged_runs_alone_is_told(wild):
    setup, rows, references = wild
    show_outcome(setup, rows[2:], references, Console(file=io.StringIO()))
    assert "Every run diverged." in (setup.out / "compare.html").read_text(encoding="utf-8")


def test_descriptors_that_are_not_finite_are_a_divergence_too(shards, tmp_path, monkeypatch):
    from training.models.describe import NetworkDescriptor

    real = NetworkDescriptor.__call__
    monkeypatch.setattr(
        NetworkDescriptor, "__call__", lambda self, images: real(self, images) / 0 * (self.name == "trained")
    )
    monkeypatch.setattr("training.comparison.sweep._references", lambda *_: [])
    rows, _ = run(setup_of(shards, tmp_path), "stable", seeds=1)
    assert (rows[0].diverged_step, rows[0].metrics) == (4, {})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train_sha256": "other"}, r"data.train_sha256 is 'train' there and 'other' now"),
        ({"val_sha256": "other"}, r"data.val_sha256 is 'val' there and 'other' now"),
        ({"evaluation": EvaluationSettings(3, 10, 16, pictures=0)}, r"evaluation.pairs is 2 there and 3 now"),
        ({"base": replace(TINY, objective="", loss=None, steps=5)}, r"run.steps is 4 there and 5 now"),
    ],
)
def test_a_folder_of_another_comparison_is_refused(straight, change, said):
    setup = straight[0]
    with pytest.raises(RequestError, match=rf"holds a comparison of other settings \({said}\); use another --out"):
        run(replace(setup, **change))


def test_what_holds_no_comparison_is_one_line(shards, tmp_path):
    (tmp_path / SETTINGS).write_text("[]")
    with pytest.raises(RequestError, match=r"settings.json: is not that of a comparison; use another --out"):
        run(setup_of(shards, tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match=r"--out .*file: cannot be written"):
        run(setup_of(shards, tmp_path / "file"))


def test_what_no_run_could_do_is_refused_before_the_first(shards, tmp_path):
    for change, error, said in (
        ({"batch": 7}, DataError, "6 pairs do not fill a batch of 7"),
        ({"data": replace(TINY.data, crop=99)}, (RequestError, DataError), "99"),
    ):
        setup = setup_of(shards, tmp_path / "out")
        with pytest.raises(error, match=said):
            run(replace(setup, base=replace(setup.base, **change)))
        assert not (tmp_path / "out").exists()


def test_a_row_says_all_that_a_table_needs():
    assert {"objective", "lr_factor", "seed", "data_sha256", "device", "torch", "version", "metrics"} <= {
        field.name for field in fields(Row)
    }
    assert Trial(3.0, "infonce:temperature=0.2", 1).folder == "infonce_temperature=0.2/lr3/seed1"
    assert Path(Trial(1.0, "a", 0).folder).parts == ("a", "lr1", "seed0")
