"""Two processes over gloo: one run, one set of weights, one writer."""

import json

import numpy as np
import pytest
import torch
from gloo import two_processes
from training_world import TINY, one_thread, write_shards

from training.checkpoint import load
from training.distributed import World, from_environment
from training.errors import RequestError
from training.fit import fit
from training.logs import LOG, VALIDATION, read_lines


@pytest.fixture(scope="module")
def pair_of_processes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    shards = write_shards(folder / "shards")
    outputs = two_processes(shards, folder / "run", folder)
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
    assert second.startswith("Outcome(step=6, steps=6, began=0, first=False)")
    assert [record["step"] for record in read_lines(folder / "run" / LOG)] == [1, 2, 3, 4, 5, 6]
    assert json.loads((folder / "run" / "run.json").read_text())["processes"] == 2


def test_what_is_logged_is_the_mean_over_the_processes(pair_of_processes):
    folder, _, _ = pair_of_processes
    first, second = (torch.load(folder / f"losses-{rank}.pt", weights_only=True) for rank in range(2))
    logged = [record["total"] for record in read_lines(folder / "run" / LOG)]
    assert np.abs(np.subtract(first, second)).min() > 1e-4
    assert logged == pytest.approx(np.mean([first, second], axis=0), rel=1e-6)


ROUNDING = 1e-5
"""Relative difference of a loss that the order of its float32 sums explains: it depends on threads and processors."""


def test_the_step_sees_as_many_pairs_as_with_one_process(pair_of_processes, tmp_path):
    """So the curve begins where that of one process does, and one process could go on with the run."""
    folder, shards, _ = pair_of_processes
    with one_thread():
        fit(TINY, shards, tmp_path, "cpu")
    one, two = (read_lines(run / VALIDATION) for run in (tmp_path, folder / "run"))
    assert one[0] == pytest.approx(two[0], rel=ROUNDING)
    assert one[-1] != pytest.approx(two[-1], rel=100 * ROUNDING)  # each rank has its own negatives and dropout
    assert fit(TINY, shards, folder / "run", "cpu").began == 6


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
