"""Compiled functions, with and without a place to keep them."""

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
