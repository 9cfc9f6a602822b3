"""One run in a folder at a time: the second is told who is there, and the dead leave no lock."""

import multiprocessing
import os
import signal
import subprocess
import sys

import pytest
from interrupting import PATIENCE_S

from scenegen.errors import RunError
from scenegen.pipeline.lock import LOCK, manifest_writer, only_run, owner
from scenegen.pipeline.slices import Slice

HOLD = """
import sys, time
from pathlib import Path
from scenegen.pipeline.lock import only_run
from scenegen.pipeline.slices import parse_slice
with only_run(Path(sys.argv[1]), parse_slice(sys.argv[2])):
    print("held", flush=True)
    time.sleep(6000)
"""


@pytest.fixture
def holder(tmp_path):
    """Starts another process that holds a folder."""
    started = []

    def start(part="0/1"):
        process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), part], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"held\n"
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_the_second_run_is_told_who_is_there(holder, tmp_path):
    first = holder()
    who = f"another run (process {first.pid} on "
    with pytest.raises(RunError) as caught, only_run(tmp_path):
        pytest.fail("two runs in one folder")
    assert str(caught.value).startswith(f"{tmp_path}: {who}")
    assert str(caught.value).endswith("is at work here: wait for it, end it, or choose another --out")
    assert owner(tmp_path).startswith(who)


def test_a_lock_of_the_dead_is_no_lock(holder, tmp_path):
    first = holder()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert (tmp_path / LOCK).exists()
    assert owner(tmp_path) is None
    with only_run(tmp_path):
        assert owner(tmp_path).startswith(f"another run (process {os.getpid()} on ")
    assert not (tmp_path / LOCK).exists()


def test_slices_run_side_by_side_but_not_twice_and_not_beside_a_whole_run(holder, tmp_path):
    holder("0/2")
    with only_run(tmp_path, Slice(1, 2)):
        pass
    with pytest.raises(RunError, match="--shard 0/2"), only_run(tmp_path, Slice(0, 2)):
        pytest.fail("one slice twice")
    with pytest.raises(RunError, match="is at work here"), only_run(tmp_path):
        pytest.fail("a whole run beside a slice")


def _wait_for_manifest(folder, said):
    with manifest_writer(folder):
        said.put("in")


def test_the_manifest_has_one_writer(tmp_path):
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    with manifest_writer(tmp_path):
        other = context.Process(target=_wait_for_manifest, args=(tmp_path, said))
        other.start()
        other.join(2)
        assert said.empty()
    other.join(PATIENCE_S)
    assert said.get(timeout=PATIENCE_S) == "in"


def test_nobody_runs_where_there_is_no_folder(tmp_path):
    assert owner(tmp_path / "no") is None
