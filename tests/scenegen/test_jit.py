"""Compiled functions, with and without a place to keep them."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from scenegen import jit


def double(x):
    return 2 * x


@pytest.mark.parametrize("make", [jit.compiled, jit.inlined])
def test_a_function_is_compiled_and_counts_the_same(make):
    function = make(double)
    assert isinstance(function, type(numba.njit(double)))
    assert function(21) == 42


def test_without_a_place_to_keep_it_it_is_compiled_all_the_same(monkeypatch):
    asked = []

    def njit(**options):
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(**options)

    monkeypatch.setattr(jit, "njit", njit)
    assert jit.compiled(double)(4) == 8
    assert asked == [True, False]


def test_a_numba_that_keeps_otherwise_compiles_all_the_same(monkeypatch):
    """What is kept is found by a name that is Numba's own."""

    def njit(cache=False, **options):
        made = numba.njit(**options)
        return made if not cache else lambda function: made(function).py_func

    monkeypatch.setattr(jit, "njit", njit)
    assert jit.compiled(double)(4) == 8


KEPT = """
from scenegen.jit import compiled

@compiled
def double(x):
    return 2 * x

print(double(2), double(2.5), sum(double.stats.cache_hits.values()))
"""


@pytest.fixture
def kept(tmp_path):
    """Runs a module whose function is kept in a folder: what it prints, and the folder."""
    (tmp_path / "kept.py").write_text(KEPT)
    folder = tmp_path / "cache"

    def run(begin="", **variables):
        code = f"{begin}\nimport kept"
        home = {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": str(Path(jit.__file__).parent.parent)}
        environment = os.environ | home | variables
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        return done.stdout.split() or done.stderr.splitlines()[-1:]

    return run, folder


def test_what_was_kept_is_taken(kept):
    run, _ = kept
    assert [run(), run()] == [["4", "5.0", "0"], ["4", "5.0", "2"]]


@pytest.mark.parametrize("pattern", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize("length", [0, 10])
def test_what_is_damaged_is_made_anew(kept, pattern, length):
    """As a file is that was not on the disk yet when the machine went down."""
    run, folder = kept
    run()
    for path in folder.rglob(pattern):
        path.write_bytes(path.read_bytes()[:length])
    assert [run()[:2], run()] == [["4", "5.0"], ["4", "5.0", "2"]]


def test_a_full_disk_keeps_nothing_and_stops_nothing(kept):
    run, _ = kept
    full = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    full += "; resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))"
    assert run(full) == ["4", "5.0", "0"]


def test_what_was_kept_for_other_arguments_is_not_taken(kept):
    """Two processes that begin at once may give two files one name, and the later one wins."""
    run, folder = kept
    run()
    one, two = sorted(folder.rglob("*.nbc"))
    two.write_bytes(one.read_bytes())
    assert [run()[:2], run()] == [["4", "5.0"], ["4", "5.0", "2"]]


def test_where_numba_may_not_compile_it_counts_as_missing(kept):
    run, _ = kept
    assert run(NUMBA_DISABLE_JIT="1") == ["ImportError: NUMBA_DISABLE_JIT is set: nothing is compiled"]


def test_a_change_of_what_is_imported_is_a_change(tmp_path, monkeypatch):
    package = tmp_path / "thing"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "far": "C = 1\n",
        "near": "from thing.far import C\n",
        "kernel": "import math\nfrom thing.near import C\n",
        "other": "C = 1\n",
    }.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.setattr(jit, "__file__", str(package / "jit.py"))

    def digest():
        for kept in (jit.digest, jit._imported):
            kept.cache_clear()
        return jit.digest(package / "kernel.py")

    first = digest()
    (package / "other.py").write_text("C = 2\n")
    assert digest() == first
    (package / "far.py").write_text("C = 2\n")
    assert digest() != first


KERNEL = """
from thing.constant import C
from scenegen.jit import compiled

@compiled
def answer():
    return C

print(answer())
"""


def test_a_kept_function_forgets_a_constant_that_changed(tmp_path):
    package = tmp_path / "thing"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "kernel.py").write_text(KERNEL)
    # the packages that count are those beside scenegen: it is reached through this folder
    (tmp_path / "scenegen").symlink_to(Path(jit.__file__).parent)
    said = []
    for constant in (1, 2):
        (package / "constant.py").write_text(f"C = {constant}\n")
        command = [sys.executable, "-c", "import thing.kernel"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        said.append(done.stdout.split())
    assert said == [["1"], ["2"]]
