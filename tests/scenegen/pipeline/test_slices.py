"""Which part of a run a command makes, and what is said where a scheduler's variables do not tell."""

import os
import subprocess
import sys

import pytest

from scenegen.errors import UsageError
from scenegen.pipeline.slices import Slice, chosen_slice, parse_slice


def test_every_shard_belongs_to_one_slice():
    for count in (1, 3, 5):
        parts = [Slice(i, count) for i in range(count)]
        assert all(sum(part.holds(shard) for part in parts) == 1 for shard in range(20))


@pytest.mark.parametrize("text", ["", "1", "2/2", "-1/2", "a/b", "0/0", "1/2/3", "½/1"])
def test_slices_that_are_none(text):
    with pytest.raises(UsageError, match="must be i/n with i from 0 to n - 1"):
        parse_slice(text)


def slurm(**numbers):
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in numbers.items()}


@pytest.mark.parametrize(
    ("environment", "part", "said_by"),
    [
        ({}, Slice(), ""),
        ({"SCENEGEN_SHARD": "2/8"}, Slice(2, 8), "SCENEGEN_SHARD"),
        (slurm(ID=0, MIN=0, COUNT=16), Slice(0, 16), "SLURM_ARRAY_TASK_ID"),
        (slurm(ID=16, MIN=1, MAX=16, COUNT=16, STEP=1), Slice(15, 16), "SLURM_ARRAY_TASK_ID"),
        (slurm(ID=11, MIN=3, MAX=15, COUNT=4, STEP=4), Slice(2, 4), "SLURM_ARRAY_TASK_ID"),
        (slurm(ID=0, MIN=0, COUNT=1), Slice(), "SLURM_ARRAY_TASK_ID"),
        ({"JOB_COMPLETION_INDEX": "3", "SCENEGEN_SHARD_COUNT": "4"}, Slice(3, 4), "JOB_COMPLETION_INDEX"),
        ({"SCENEGEN_SHARD": "1/3", **slurm(ID=0, MIN=0, COUNT=2)}, Slice(1, 3), "SCENEGEN_SHARD"),
        ({"JOB_COMPLETION_INDEX": "9", **slurm(ID=1, MIN=0, COUNT=2)}, Slice(1, 2), "SLURM_ARRAY_TASK_ID"),
    ],
)
def test_schedulers_say_the_part(environment, part, said_by):
    assert chosen_slice(None, environment) == (part, said_by)
    assert chosen_slice("1/2", environment) == (Slice(1, 2), "--shard")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SCENEGEN_SHARD": ""}, "SCENEGEN_SHARD '': must be i/n with i from 0 to n - 1"),
        ({"SCENEGEN_SHARD": "4/4"}, "SCENEGEN_SHARD '4/4': must be i/n"),
        (slurm(ID="", MIN=0, COUNT=4), "SLURM_ARRAY_TASK_ID is empty or missing: it comes from sbatch --array"),
        (slurm(ID=1, COUNT=4), "SLURM_ARRAY_TASK_MIN is empty or missing"),
        (slurm(ID=1, MIN=0), "SLURM_ARRAY_TASK_COUNT is empty or missing"),
        (slurm(ID="one", MIN=0, COUNT=4), "SLURM_ARRAY_TASK_ID is 'one', not a whole number"),
        (slurm(ID=7, MIN=1, COUNT=3), "SLURM_ARRAY_TASK_ID 7: is not one of 3 tasks that begin at 1, 1 apart; say the"),
        (slurm(ID=6, MIN=3, COUNT=4, STEP=4), "SLURM_ARRAY_TASK_ID 6: is not one of 4 tasks that begin at 3, 4 apart"),
        (slurm(ID=3, MIN=3, COUNT=1), "SLURM_ARRAY_TASK_ID 3: is not one of 1 tasks that begin at 3"),
        ({"JOB_COMPLETION_INDEX": "3"}, "SCENEGEN_SHARD_COUNT is empty or missing: it comes from the number of comp"),
        ({"JOB_COMPLETION_INDEX": "4", "SCENEGEN_SHARD_COUNT": "4"}, "JOB_COMPLETION_INDEX 4: must be below SCENEGEN"),
        ({"JOB_COMPLETION_INDEX": "", "SCENEGEN_SHARD_COUNT": "4"}, "JOB_COMPLETION_INDEX is empty or missing"),
        (slurm(MIN=0, COUNT=4), "SLURM_ARRAY_TASK_ID is empty or missing: it comes from sbatch --array"),
        (slurm(COUNT=4), "SLURM_ARRAY_TASK_ID is empty or missing"),
        ({"SCENEGEN_SHARD_COUNT": "4"}, "JOB_COMPLETION_INDEX is empty or missing: it comes from an indexed job"),
        ({"SCENEGEN_SHARD": f"{'1' * 5000}/2"}, "SCENEGEN_SHARD '1111"),
        (slurm(ID="1" * 5000, MIN=0, COUNT=4), "SLURM_ARRAY_TASK_ID is '1111"),
    ],
)
def test_variables_that_do_not_tell_are_an_error(environment, said):
    with pytest.raises(UsageError) as told:
        chosen_slice(None, environment)
    assert str(told.value).startswith(said)
    assert "\n" not in str(told.value)


WORDS = ("--rooms", "4", "--pairs-per-room", "1", "--size", "64x48", "--workers", "0", "--objects", "1:1")


def run(tmp_path, environment):
    command = [sys.executable, "-m", "scenegen", "render", *WORDS, "--out", str(tmp_path / "run [b]")]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


def test_the_command_makes_the_part_of_its_task(tmp_path):
    done = run(tmp_path, slurm(ID=2, MIN=1, COUNT=4))
    assert done.returncode == 0, done.stderr
    assert "part 1/4 of the run, as SLURM_ARRAY_TASK_ID says" in done.stdout
    assert f"config.json are in {tmp_path / 'run [b]'}\n" in done.stdout  # brackets are no markup
    assert len(list((tmp_path / "run [b]").glob("*.h5"))) == 1


def test_the_command_does_nothing_where_it_cannot_tell(tmp_path):
    done = run(tmp_path, {"SLURM_ARRAY_TASK_ID": ""})
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert "SLURM_ARRAY_TASK_ID is empty or missing" in done.stderr
    assert not (tmp_path / "run").exists()
