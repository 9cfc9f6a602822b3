"""Whether tests pass in a copy of the tree: each run in a process of its own that begins with the libraries at hand."""

import gc
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

LIBRARIES = ["numpy", "scipy.spatial", "h5py", "torch", "numba", "hypothesis.strategies", "pytest", "trimesh"]
"""What is imported once for all runs; nothing of the tree."""
OWN = {"scenegen", "training", "mutate", "mutating"}
"""Packages that a run takes from the copy, whatever the process has of them."""
PYTEST = ["-q", "-x", "--tb=no", "-m", "not slow", "-p", "no:cacheprovider", "--hypothesis-profile", "mutants"]


@dataclass(frozen=True)
class Trial:
    """How a run of tests ended."""

    passed: bool
    seconds: float
    timed_out: bool = False


def copied(root: Path, folder: Path) -> Path:
    """A copy of the tree's own files, with what is not committed yet."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    return folder


def tried(tree: Path, tests: Sequence[str], timeout_s: float | None, keep: bool = False) -> Trial:
    """Run tests in a copy of the tree, until one fails; what takes longer than `timeout_s` is ended, and failed.

    `keep`: modules are kept as bytecode for the runs after this one.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(LIBRARIES)
    process = processes.Process(target=_run, args=(str(tree), list(tests), keep))
    begin = time.monotonic()
    process.start()
    try:
        process.join(timeout_s)
        return Trial(process.exitcode == 0, time.monotonic() - begin, process.exitcode is None)
    finally:
        _end(process)


def _end(process: BaseProcess) -> None:
    """End a run and all that it started, which is its group."""
    if process.pid is not None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
    process.join()


def _run(tree: str, tests: list[str], keep: bool) -> None:
    """The run itself: pytest in the copy, heard by nobody."""
    os.setsid()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(tree)
    places = [str(Path(tree, name)) for name in ("", "tests/support", "tools")]
    sys.path[:0] = places
    for name in [name for name in sys.modules if name.split(".")[0] in OWN]:
        del sys.modules[name]
    sys.dont_write_bytecode = not keep
    os.environ |= {"PYTHONPATH": os.pathsep.join(places)} | ({} if keep else {"PYTHONDONTWRITEBYTECODE": "1"})
    gc.freeze()  # of what the libraries are made nothing is ever free again, and pytest looks for what is
    import pytest

    sys.exit(int(pytest.main([*PYTEST, *tests])))
