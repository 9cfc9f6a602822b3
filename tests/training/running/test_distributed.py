"""Two processes over gloo: one run, one set of weights, one writer."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from export_world import made_run
from gloo import together
from interrupting import PATIENCE_S
from soaking.processes import children
from training_world import TINY, one_thread, tiny, tiny_of, write_shards

from training.data.order import epoch_keys
from training.errors import RequestError
from training.presets import PHOTOGRAPHS
from training.running.checkpoint import load
from training.running.distributed import World, from_environment
from training.running.fit import fit
from training.running.logs import LOG, VALIDATION, read_lines
from training.settings import DataSettings

CHANGING = DataSettings(crop=16, min_matches=4, workers=0, augment=PHOTOGRAPHS)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"), train=12)


@pytest.fixture(scope="module")
def pair_of_processes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    shards = write_shards(folder / "shards")
    outputs = together(2, shards, folder / "run", folder)
    return folder, shards, outputs


def test_the_weights_stay_equal_and_are_those_of_the_checkpoint(pair_of_processes):
    folder, _, _ = pair_of_processes
    first, second = (torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2))
    saved = load(folder / "run" / "checkpoint.pt")
    assert saved.step == TINY.steps
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
        assert torch.equal(value, saved.model[name.removeprefix("network.")]), name


def test_only_the_first_writes_and_speaks(pair_of_processes):
    folder, _, (first, second) = pair_of_processes
    assert "training: 6 steps of 2 pairs from 6, 16 px windows, on CPU, 1 threads, 2 processes" in first
    assert second.startswith("Outcome(step=6, steps=6, began=0, first=False, ")
    assert [record["step"] for record in read_lines(folder / "run" / LOG)] == [1, 2, 3, 4, 5, 6]
    assert json.loads((folder / "run" / "run.json").read_text())["processes"] == 2


def test_what_is_logged_is_the_mean_over_the_processes(pair_of_processes):
    folder, _, _ = pair_of_processes
    first, second = (torch.load(folder / f"losses-{rank}.pt", weights_only=True) for rank in range(2))
    logged = [record["total"] for record in read_lines(folder / "run" / LOG)]
    assert np.abs(np.subtract(first, second)).min() > 1e-4
    assert logged == pytest.approx(np.mean([first, second], axis=0), rel=1e-6)


ROUNDING = 1e-4
"""Relative difference of a loss that the order of its float32 sums explains, after six steps of AdamW."""

RUNS = [
    ("stable", {"lam": 0.5}),
    ("stable", {"lam": 0.5, "scale": "official"}),
    ("sigreg", {}),
    ("cover", {"vector_heads": (8, 8), "levels": 2}),
    ("pixpro", {}),
    ("smooth-ap", {}),
    ("don", {}),
]
"""Objectives that compare pairs with one another, draw by themselves, own weights, or follow the network."""


def cases():
    """Every objective with two and with four processes; a few of them, as each starts PyTorch so many times, always."""
    quick = {("stable", 4), ("sigreg", 2)}
    for name, options in RUNS:
        for count in (2, 4):
            marks = () if (name, count) in quick and options != RUNS[1][1] else (pytest.mark.slow,)
            yield pytest.param(name, options, count, marks=marks)


@pytest.mark.parametrize(("name", "options", "count"), list(cases()))
def test_the_loss_is_that_of_one_process(name, options, count, shards, tmp_path):
    """The whole of a step's randomness is on: dropout, photometric changes, mirrored pairs, random negatives."""
    settings = replace(tiny_of(name, **options), batch=4, steps=6, data=CHANGING, precision="float32")
    (tmp_path / "settings.json").write_text(json.dumps(asdict(settings)))
    with one_thread():
        fit(settings, shards, tmp_path / "one", "cpu")
    together(count, shards, tmp_path / "many", tmp_path, tmp_path / "settings.json")
    one, many = ([record["total"] for record in read_lines(tmp_path / run / LOG)] for run in ("one", "many"))
    assert many == pytest.approx(one, rel=ROUNDING, abs=ROUNDING)
    one, many = (read_lines(tmp_path / run / VALIDATION) for run in ("one", "many"))
    assert many[-1]["total"] == pytest.approx(one[-1]["total"], rel=ROUNDING, abs=ROUNDING)


@pytest.mark.slow
def test_pairs_across_samples_are_those_of_one_process(tmp_path):
    rooms = made_run(tmp_path)
    across = replace(CHANGING, crop=32, positives_across=0.5)
    settings = replace(TINY, batch=4, steps=6, data=across, precision="float32")
    (tmp_path / "settings.json").write_text(json.dumps(asdict(settings)))
    with one_thread():
        fit(settings, rooms, tmp_path / "one", "cpu")
    together(2, rooms, tmp_path / "many", tmp_path, tmp_path / "settings.json")
    one, many = ([record["total"] for record in read_lines(tmp_path / run / LOG)] for run in ("one", "many"))
    assert many == pytest.approx(one, rel=ROUNDING, abs=ROUNDING)


def test_a_run_goes_on_with_another_number_of_processes(shards, tmp_path):
    """One, then four, then two: the run of one process."""
    settings = tiny(batch=4, steps=9, precision="float32")  # bfloat16 rounds another batch in another way
    with one_thread():
        fit(settings, shards, tmp_path / "straight", "cpu")
    for count, until in ((1, 3), (4, 6), (2, 9)):
        (tmp_path / "settings.json").write_text(json.dumps(asdict(settings)))
        together(count, shards, tmp_path / "run", tmp_path, tmp_path / "settings.json", until)
        assert load(tmp_path / "run" / "checkpoint.pt").step == until
    straight, changed = (
        [record["total"] for record in read_lines(tmp_path / run / LOG)] for run in ("straight", "run")
    )
    assert changed == pytest.approx(straight, rel=ROUNDING, abs=ROUNDING)


def test_no_pair_twice_in_an_epoch():
    for size in (1, 2, 4):
        keys = [key for rank in range(size) for batch in epoch_keys(26, 8, 0, 3, 0, rank, size) for key in batch]
        assert len(keys) == len(set(keys)) == 24


ENDLESS = "--objective stable --batch 4 --steps 100000 --widths 8 8 --blocks 1 1 --heads 2 --crop 16 --min-matches 4"


def test_a_process_that_is_killed_ends_the_others_in_a_line(shards, tmp_path):
    """By torchrun itself, as the manual has it."""
    words = [
        "--shards",
        shards,
        "--out",
        tmp_path / "run",
        *ENDLESS.split(),
        "--workers",
        "0",
        "--checkpoint-every",
        "1",
    ]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = subprocess.Popen(
        [*torchrun, "-m", "training", "fit", *map(str, words)], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    while not (tmp_path / "run" / "checkpoint.pt").exists():
        assert command.poll() is None, command.communicate()
        time.sleep(0.1)
    os.kill(max(children(command.pid)), signal.SIGKILL)
    _, said = command.communicate(timeout=PATIENCE_S)
    assert command.returncode == 1
    assert re.search("process [01] of 2: another process of the run has ended; its own words say why; the same", said)


def test_a_batch_that_cannot_be_split_is_refused():
    assert World(0, 4).share(32) == 8
    with pytest.raises(RequestError, match="--batch 30: cannot be split over 4 processes; use a multiple"):
        World(0, 4).share(30)


def test_one_process_needs_no_environment(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert from_environment() == World(0, 1, 0)
    assert from_environment().first
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert from_environment() == World(3, 4, 1)
    assert not from_environment().first


def test_the_mean_of_one_process_is_its_value():
    values = torch.tensor([1.0, 2.0])
    assert World().mean(values) is values
