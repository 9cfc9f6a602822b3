"""A function of a Python file: what it may say and import, and every way in which it fails in a line."""

import sys
from pathlib import Path

import numpy as np
import pytest

from training.errors import RequestError
from training.outside.function_file import open_function

PICTURE = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)


def file_of(tmp_path, text, name="peer.py"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_the_function_and_what_its_attributes_say(tmp_path):
    path = file_of(
        tmp_path,
        "def describe(picture):\n    return picture.transpose(2, 0, 1) / 255\n"
        "describe.stride_px = 2\ndescribe.distance = 'l1'\ndescribe.name = 'Peer'\n",
    )
    outside = open_function(path, "describe")
    assert (outside.stated.where, outside.stated.name) == (f"{path}:describe", "Peer")
    assert (outside.stated.stride_px, outside.stated.offset_px, outside.stated.distance) == (2, 0.5, "l1")
    np.testing.assert_array_equal(outside.describe(PICTURE), PICTURE.transpose(2, 0, 1) / 255)


def test_without_attributes_the_name_is_that_of_file_and_function(tmp_path):
    assert open_function(file_of(tmp_path, "def f(picture): ..."), "f").stated.name == "peer:f"


def test_modules_beside_the_file_are_found_when_it_is_loaded_and_when_it_runs(tmp_path):
    file_of(tmp_path, "VALUE = 3", "sibling_early.py")
    file_of(tmp_path, "VALUE = 4", "sibling_late.py")
    text = "import sibling_early\ndef f(picture):\n    import sibling_late\n    return sibling_early.VALUE, sibling_late.VALUE"
    before = list(sys.path)
    assert open_function(file_of(tmp_path, text), "f").describe(PICTURE) == (3, 4)
    assert sys.path == before


def test_a_file_named_from_its_folder_is_told_as_it_was_named(tmp_path, monkeypatch):
    file_of(tmp_path, "def f(picture):\n    raise ValueError('no')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match=r"^peer\.py:f failed on a picture of 5x4 px: ValueError: no \(line 2\)$"):
        open_function(Path("peer.py"), "f").describe(PICTURE)


def test_files_of_one_name_do_not_mix(tmp_path):
    answers = []
    for folder, value in (("a", 1), ("b", 2)):
        (tmp_path / folder).mkdir()
        path = file_of(tmp_path / folder, f"def f(picture):\n    return {value}")
        answers.append(open_function(path, "f"))
    assert [outside.describe(PICTURE) for outside in answers] == [1, 2]


@pytest.mark.parametrize(
    ("text", "function", "message"),
    [
        ("def g(picture): ...", "f", r"peer\.py:f: the file has no f"),
        ("f = 3", "f", r"peer\.py:f: is of type int, not a function"),
        ("def f(picture): ...", "", r"peer\.py: name its function too, as .*peer\.py:describe"),
        ("def f(:", "f", r"peer\.py: cannot be loaded: SyntaxError: .*line 1\)"),
        (
            "\nimport no_such_module",
            "f",
            r"peer\.py: cannot be loaded: ModuleNotFoundError: .*'no_such_module' \(line 2\)",
        ),
        ("raise SystemExit('no weights')", "f", r"peer\.py: cannot be loaded: SystemExit: no weights \(line 1\)"),
        ("def f(p): ...\nf.stride_px = 'x'", "f", r"peer\.py:f: its stride_px is 'x', must be a number of pixels"),
    ],
)
def test_what_cannot_be_opened_is_told_in_a_line(tmp_path, text, function, message):
    with pytest.raises(RequestError, match=message + "$") as raised:
        open_function(file_of(tmp_path, text), function)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("raise ValueError('two\\nlines')", r"ValueError: two \(line 3\)"),
        ("assert picture.ndim == 2", r"AssertionError \(line 3\)"),
        ("import json; json.loads('')", r"JSONDecodeError: Expecting value: .* \(line 3\)"),
    ],
)
def test_what_fails_inside_is_told_with_its_line(tmp_path, line, message):
    path = file_of(tmp_path, f"def f(picture):\n    # a comment\n    {line}\n")
    before = list(sys.path)
    with pytest.raises(RequestError, match=rf"peer\.py:f failed on a picture of 5x4 px: {message}$"):
        open_function(path, "f").describe(PICTURE)
    assert sys.path == before
