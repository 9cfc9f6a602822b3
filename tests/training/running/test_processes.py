"""Jobs in processes: their results, their errors, and their end."""

import os
import subprocess
import sys
import time

import pytest
from interrupting import PATIENCE_S
from process_work import polite, work

from training.errors import DataError, DivergenceError
from training.running.processes import in_processes


def until(path):
    end = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_each_job_has_a_process_of_its_own_with_one_thread():
    found = list(in_processes(work, [("threads", k) for k in range(3)], 2))
    assert len({process for process, _ in found} | {os.getpid()}) == 4
    assert {threads for _, threads in found} == {1}
    assert list(in_processes(work, [], 2)) == []


def test_what_a_job_raises_is_raised_and_the_others_are_asked_to_end(tmp_path):
    jobs = [("wait", str(tmp_path / "ended")), ("", 1)]
    results = in_processes(polite, jobs, 2)
    assert next(results) == 1
    until(tmp_path / "ended.begun")
    results.close()
    assert (tmp_path / "ended").exists()
    with pytest.raises(DivergenceError, match="no numbers"):
        list(in_processes(work, [("fail", "no numbers")], 1))


def test_a_process_that_the_system_stops_is_one_line():
    with pytest.raises(
        DataError,
        match=r"a process was stopped by the system, often for lack of memory; the same command goes on; fewer",
    ):
        list(in_processes(work, [("die", 0)], 1))


def test_a_process_ends_with_its_parent(tmp_path):
    script = (
        "from process_work import polite\nfrom training.running.processes import in_processes\n"
        f"if __name__ == '__main__': list(in_processes(polite, [('wait', {str(tmp_path / 'ended')!r})], 1))"
    )
    (tmp_path / "script.py").write_text(script)
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "script.py"], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    until(tmp_path / "ended.begun")
    parent.kill()
    parent.wait()
    until(tmp_path / "ended")


def test_a_process_whose_parent_is_gone_ends_in_silence():
    code = (
        "from multiprocessing import Pipe\nfrom training.running.processes import _work\n"
        "receiver, sender = Pipe(duplex=False)\nreceiver.close()\n_work(sender, int, 3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
