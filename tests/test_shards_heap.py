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
def big(): return [np.ones(115_000) for _ in range(4)]  # a megabyte each, as a picture
for _ in range(20): big()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200): big()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(told):
    done = subprocess.run([sys.executable, "-c", FAULTS.format(told=told)], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_pictures_that_come_and_go_fault_no_pages():
    if not heap.keep_freed_memory():
        pytest.skip("the C library has no mallopt")
    assert faults("keep_freed_memory()") < faults("") / 10


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not heap.keep_freed_memory()
