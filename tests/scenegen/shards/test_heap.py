"""Telling the C library to keep freed memory: seen in the page faults of a process, and harmless elsewhere."""

import ctypes
import subprocess
import sys

import pytest

from scenegen.shards import heap

FAULTS = """
import resource
import numpy as np
from scenegen.shards.heap import keep_freed_memory
{told}
def big(): return [np.ones({numbers}) for _ in range(4)]
for _ in range(5): big()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50): big()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(told, numbers):
    script = FAULTS.format(told=told, numbers=numbers)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
@pytest.mark.parametrize("numbers", [115_000, 5_500_000], ids=["a picture", "maps of a batch: beyond 32 MB"])
def test_pictures_that_come_and_go_fault_no_pages(numbers):
    if not heap.keep_freed_memory():
        pytest.skip("the C library has no mallopt")
    assert faults("keep_freed_memory()", numbers) < faults("", numbers) / 10


HOLES = """
from pathlib import Path
import numpy as np
from scenegen.shards.heap import give_back_freed_memory, keep_freed_memory
def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private"))
keep_freed_memory()
blocks = [np.ones(50_000) for _ in range(200)]
full = private()
del blocks[::2]
kept = private()
given = give_back_freed_memory()
print(given, full - kept, full - private())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_holes_between_what_is_used_are_given_back():
    if not heap.keep_freed_memory():
        pytest.skip("the C library has no mallopt")
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    given, before, after = done.stdout.split()
    assert given == "True"
    assert int(before) < 2_000
    assert int(after) > 35_000


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not heap.keep_freed_memory()
    assert not heap.give_back_freed_memory()
