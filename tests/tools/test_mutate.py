"""Faults are put in one at a time, where something is decided, into a copy; who notices none of them is told."""

import ast
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import mutate
import pytest
from mutating import declared, faults, trial
from mutating.declared import Equal

SOURCE = '''
"""A module of 1 function."""

@cache(size=3)
def f(x: int = 2, *, y: "list[3]" = None) -> Literal["one"]:
    """At 4."""
    if not x < 1 and y == 0.5:  # a remark
        return -x * 2.0
    a[x] = b.T @ c if d else max(~e, -7) | 8
    a += "word"
    if x is None:
        raise ValueError(f"{x + 1} of 9")
    g("two words", "é" + z, [h for h in z if h])
    return True
'''


def changes(source):
    return {(mutant.before, mutant.after) for mutant in faults.mutants(source)}


def test_what_is_turned():
    condition = "if not x < 1 and y == 0.5: # a remark"
    row = "a[x] = b.T @ c if d else max(~e, -7) | 8"
    call = 'g("two words", "é" + z, [h for h in z if h])'
    assert changes(SOURCE) == {
        ('def f(x: int = 2, *, y: "list[3]" = None) -> Literal["one"]:',
         'def f(x: int = 3, *, y: "list[3]" = None) -> Literal["one"]:'),
        (condition, "if (not (not x < 1 and y == 0.5)): # a remark"),
        (condition, "if (not x < 1 or y == 0.5): # a remark"),
        (condition, "if (x < 1) and y == 0.5: # a remark"),
        (condition, "if not (x <= 1) and y == 0.5: # a remark"),
        (condition, "if not (x >= 1) and y == 0.5: # a remark"),
        (condition, "if not x < 2 and y == 0.5: # a remark"),
        (condition, "if not x < 1 and (y != 0.5): # a remark"),
        (condition, "if not x < 1 and y == 1.0: # a remark"),
        ("return -x * 2.0", "return None"),
        ("return -x * 2.0", "return (-x / 2.0)"),
        ("return -x * 2.0", "return x * 2.0"),
        ("return -x * 2.0", "return -x * 4.0"),
        (row, "pass"),
        (row, "a[x] = b.T @ c if (not d) else max(~e, -7) | 8"),
        (row, "a[x] = (c @ b.T) if d else max(~e, -7) | 8"),
        (row, "a[x] = b @ c if d else max(~e, -7) | 8"),
        (row, "a[x] = b.T @ c if d else (max(~e, -7) & 8)"),
        (row, "a[x] = b.T @ c if d else min(~e, -7) | 8"),
        (row, "a[x] = b.T @ c if d else max(e, -7) | 8"),
        (row, "a[x] = b.T @ c if d else max(~e, 7) | 8"),
        (row, "a[x] = b.T @ c if d else max(~e, -7) | 9"),
        ('a += "word"', "a -= 'word'"),
        ('a += "word"', "a += 'word_'"),
        ("if x is None:", "if (x is not None):"),
        (call, "pass"),
        (call, """g("two words", ('é' - z), [h for h in z if h])"""),
        (call, """g("two words", 'é_' + z, [h for h in z if h])"""),
        (call, 'g("two words", "é" + z, [h for h in z if (not h)])'),
        ("return True", "return None"),
        ("return True", "return False"),
    }  # fmt: skip


def test_a_fault_binds_as_tightly_as_what_it_stands_for():
    lines = ["a & b & c", "~(a | b) & c", "x ** 2 ** 3", "not (a or b) and c", "a - b - c", "not a == b"]
    for line in lines:
        for mutant in faults.mutants(line):
            turned = ast.unparse(ast.parse(mutant.source))
            assert turned != ast.unparse(ast.parse(line))
    assert ("a & b & c", "(a | b) & c") in changes("a & b & c")
    assert ("~(a | b) & c", "(a | b) & c") in changes("~(a | b) & c")


def test_everything_but_the_fault_stays_as_it_was_written():
    text = Path(mutate.ROOT / "scenegen" / "geometry.py").read_text(encoding="utf-8")
    for mutant in faults.mutants(text):
        ast.parse(mutant.source)
        gone, come = ({*a.splitlines()} - {*b.splitlines()} for a, b in ((text, mutant.source), (mutant.source, text)))
        assert len(gone) <= text.count("\n") - mutant.source.count("\n") + 1  # several lines may become one
        assert len(come) <= 1


def test_the_draw_depends_on_the_seed_alone():
    every = faults.mutants(SOURCE)
    assert mutate.drawn(every, 5, 1) == mutate.drawn(every, 5, 1) != mutate.drawn(every, 5, 2)
    assert mutate.drawn(every, 999, 0) == every
    fewer, more = ([every.index(mutant) for mutant in mutate.drawn(every, limit, 3)] for limit in (5, 9))
    assert set(fewer) < set(more)
    assert more == sorted(more)


def test_tests_are_found_by_name():
    assert mutate.tests_of(Path("scenegen/shards/dense.py")) == ["tests/scenegen/shards/test_dense.py"]
    assert mutate.tests_of(Path("scenegen/geometry.py")) == ["tests/scenegen/test_geometry.py"]
    assert mutate.tests_of(Path("training/objectives/stable.py")) == ["tests/training/objectives/test_stable.py"]
    assert mutate.tests_of(Path("scenegen/no_such_module.py")) == []


def test_what_is_declared_is_there():
    """Modules and tests that exist, and faults that the modules still have."""
    for equal in declared.equals():
        every = faults.mutants((mutate.ROOT / equal.module).read_text(encoding="utf-8"))
        assert declared.stale(equal.module, every, [equal]) == []
        assert equal.why
    assert set(tomllib.loads(declared.FILE.read_text(encoding="utf-8"))) <= {"tests", "equal"}
    for module in declared.modules_with_tests():
        assert (mutate.ROOT / module).is_file()
        for test in declared.named_tests(module):
            file, _, name = test.partition("::")
            assert f"def {name}" in (mutate.ROOT / file).read_text(encoding="utf-8")


def test_what_is_declared_of_lines_that_changed_is_stale():
    every = faults.mutants("a < b")
    assert declared.stale("m.py", every, [Equal("m.py", "a < b", "(a <= b)", "why")]) == []
    old = Equal("m.py", "a < c", "(a <= c)", "why")
    assert declared.stale("m.py", every, [old]) == [old]
    assert declared.stale("other.py", every, [old]) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scenegen/no_such_module.py"], "is no module of this tree"),
        (["/etc/passwd"], "is no module of this tree"),
        (["README.md"], "is no module of this tree"),
        (["scenegen/geometry.py", "--limit", "-1"], "try 1 mutant or more"),
        (["scenegen/geometry.py", "--tests", "tests/nope.py"], "no such file"),
        (["scenegen/shards/__init__.py"], "name some with --tests"),
        (["scenegen/geometry.py", "--line", "1"], "no fault can be put in there on that line"),
    ],
)
def test_what_cannot_be_tried_is_one_line(monkeypatch, words, said):
    monkeypatch.chdir(mutate.ROOT)
    with pytest.raises(SystemExit, match=said) as caught:
        mutate.main(words)
    assert "\n" not in str(caught.value)


@pytest.fixture
def tree(tmp_path):
    """A tree of one module, whose tests notice one of its two faults, and hang at 99."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "package.py").write_text("SIZE = 11\nUNSEEN = 5\n")
    (tmp_path / "tests" / "test_package.py").write_text(
        "import time, package\ndef test_size():\n    time.sleep(600 * (package.SIZE == 99))\n    assert package.SIZE < 12"
    )
    (tmp_path / "tests" / "conftest.py").write_text(
        "from hypothesis import settings\nsettings.register_profile('mutants')\n"
    )
    return tmp_path


def test_a_run_passes_fails_or_is_ended(tree, monkeypatch):
    monkeypatch.setattr(trial, "LIBRARIES", [])
    tests = ["tests/test_package.py"]
    assert trial.tried(tree, tests, None).passed
    (tree / "package.py").write_text("SIZE = 13")
    failed = trial.tried(tree, tests, None)
    assert (failed.passed, failed.timed_out) == (False, False)
    (tree / "package.py").write_text("SIZE = 99")
    ended = trial.tried(tree, tests, 2)
    assert (ended.passed, ended.timed_out) == (False, True)
    assert [mutate.verdict(run) for run in (failed, ended)] == ["noticed", "noticed, by time"]


def test_survivors_and_declared_ones_are_printed(tree, monkeypatch, capsys):
    monkeypatch.setattr(trial, "LIBRARIES", [])
    monkeypatch.setattr(mutate, "ROOT", tree)
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    arguments = ["package.py", "--tests", "tests/test_package.py"]
    monkeypatch.chdir(tree)
    assert mutate.main(arguments) == 1
    said = capsys.readouterr().out
    assert "package.py:2\n  - UNSEEN = 5\n  + UNSEEN = 6\n  SURVIVED" in said
    assert "line 1: noticed," in said
    assert "package.py: 2 of 2 mutants: 1 noticed, 0 declared equal, 1 survived" in said
    monkeypatch.setattr(mutate, "equals", lambda: [Equal("package.py", "UNSEEN = 5", "UNSEEN = 6", "nobody asks")])
    assert mutate.main(arguments) == 0
    said = capsys.readouterr().out
    assert "  + UNSEEN = 6\n  equal: nobody asks" in said
    assert "1 noticed, 1 declared equal, 0 survived" in said
    assert mutate.main([*arguments, "--line", "1"]) == 0
    assert "package.py: 1 of 2 mutants: 1 noticed" in capsys.readouterr().out
    (tree / "tests" / "test_package.py").write_text("def test_it(): assert False")
    with pytest.raises(SystemExit, match="its tests fail as it is: mend them first"):
        mutate.main(arguments)
    assert (tree / "package.py").read_text() == "SIZE = 11\nUNSEEN = 5\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_ended_on_the_way_leaves_nothing(tmp_path, number):
    command = [sys.executable, mutate.ROOT / "tools" / "mutate.py", "training/ranges.py"]
    before = (mutate.ROOT / "training" / "ranges.py").read_text(encoding="utf-8")
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, cwd=mutate.ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    next(line for line in process.stdout if line.startswith("1/"))
    time.sleep(0.2)
    process.send_signal(number)
    assert process.wait(60) == 128 + number
    assert not list(tmp_path.glob("mutate-*"))
    assert (mutate.ROOT / "training" / "ranges.py").read_text(encoding="utf-8") == before
    assert tempfile.gettempdir() != str(tmp_path)
