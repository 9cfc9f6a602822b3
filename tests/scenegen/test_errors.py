"""Errors by their words, and what the system's own failures become while an asset is read."""

import errno
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from scenegen.address import Address
from scenegen.assets.digest import files_digest, source_files
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import (
    AssetError,
    MachineError,
    ScenegenError,
    UsageError,
    check_fields,
    first_line,
    printable,
    typed,
    unreadable,
)

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.obj").write_text(TRIANGLE)
    return tmp_path / "a.obj"


def failing(monkeypatch, number: int) -> None:
    """Let every file that is opened fail as the system would."""

    def refuse(*_, **__):
        raise OSError(number, "words of another language")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)


READERS = [
    lambda path: read_mesh_file(path),
    lambda path: source_files(path, path.parent),
    lambda path: files_digest((path,), path.parent),
]


@pytest.mark.parametrize("read", READERS)
def test_too_many_open_files_are_no_broken_asset(path, monkeypatch, read):
    failing(monkeypatch, errno.EMFILE)
    with pytest.raises(MachineError) as caught:
        read(path)
    told = "cannot be read (Too many open files): raise the limit of open files (ulimit -n), then run the same command again"
    assert str(caught.value) == f"{path}: {told}"


@pytest.mark.parametrize("read", READERS)
def test_a_failing_disk_is_no_broken_asset(path, monkeypatch, read):
    failing(monkeypatch, errno.EIO)
    with pytest.raises(MachineError, match=r"\(Input/output error\): mend that, then run the same command again$"):
        read(path)


@pytest.mark.parametrize("read", READERS)
def test_a_file_without_permission_is_an_asset_that_cannot_be_used(path, monkeypatch, read):
    failing(monkeypatch, errno.EACCES)
    with pytest.raises(AssetError, match=r"cannot be read \(Permission denied\)$") as caught:
        read(path)
    assert caught.value.reason == "unreadable"


def test_an_error_without_a_number_keeps_its_words():
    assert str(unreadable(Path("a.obj"), OSError("cut short"))) == "a.obj: cannot be read (cut short)"


@pytest.mark.parametrize("error", [AssetError("empty", "a.obj: empty"), MachineError("a.obj: cannot be read")])
def test_errors_come_whole_out_of_a_worker(error: ScenegenError):
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.reason, str(back)) == (type(error), error.reason, str(error))


def test_words_of_a_file_are_short_and_plain():
    assert printable("a\x1b[31mb\nc") == "a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}c"
    assert printable("é" * 1000) == "é" * 300 + "…"


def test_the_first_line_of_an_error():
    assert first_line(ValueError("\nno such place.\nmore")) == "no such place"
    assert first_line(ValueError()) == "ValueError"


@dataclass(frozen=True)
class Kinds:
    """Every kind that is looked at, and two that are not."""

    count: int = 1
    share: float = 0.5
    name: str = ""
    place: Path | str = "a"
    limit: int | None = None
    mode: Literal["soft", "hard"] = "soft"
    pair: tuple[int, str] = (1, "a")
    many: tuple[float, ...] = ()
    table: NDArray[np.float64] | None = None
    names: Iterable[str] = ()
    fault: AssetError | None = None
    loose: Any = None
    rows: ArrayLike = ()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": 1.0}, "count 1.0: must be a whole number"),
        ({"count": True}, "count True: must be a whole number"),
        ({"count": np.zeros(3)}, "count of type ndarray: must be a whole number"),
        ({"share": "0.5"}, "share '0.5': must be a number"),
        ({"share": 1j}, "share of type complex: must be a number"),
        ({"name": 10**5000}, "name int of great length or depth: must be a text"),
        ({"name": ["a" * 200]}, f"name ['{'a' * 75}...: must be a text"),
        ({"place": ""}, "place '': must be a path"),
        ({"place": None}, "place None: must be a path"),
        ({"limit": "2"}, "limit '2': must be a whole number or None"),
        ({"mode": "odd"}, "mode 'odd': must be one of soft, hard"),
        ({"pair": (1, 2)}, "pair (1, 2): must be (a whole number, a text)"),
        ({"pair": (1,)}, "pair (1,): must be (a whole number, a text)"),
        ({"pair": "ab"}, "pair 'ab': must be (a whole number, a text)"),
        ({"many": (1, [np.zeros((2, 2))])}, "many (1, [array([[0., 0.],        [0., 0.]])]): must be (a number, ...)"),
        ({"table": [1.0]}, "table [1.0]: must be an array or None"),
        ({"names": "rgb"}, "names 'rgb': must be a list"),
        ({"names": 3}, "names 3: must be a list"),
        ({"fault": ValueError()}, "fault of type ValueError: must be an AssetError or None"),
        ({"count": "x", "share": "y"}, "count 'x': must be a whole number"),
    ],
)
def test_the_first_field_of_another_kind_is_named(values, said):
    with pytest.raises(UsageError) as error:
        check_fields(Kinds(**values), UsageError)
    assert str(error.value) == said


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"count": np.int64(3), "share": np.float32(0.5), "limit": 3, "place": Path()},
        {"place": Address(PurePosixPath("bucket/set"))},
        {"share": 1, "pair": [1, "a"], "many": np.ones(3), "names": (name for name in "ab")},
        {"loose": object(), "rows": "what it likes", "fault": AssetError("code", "words")},
    ],
)
def test_numbers_of_numpy_and_lists_are_what_they_stand_for(values):
    check_fields(Kinds(**values), UsageError)


def test_a_typed_function_is_called_with_what_it_takes_and_with_nothing_else():
    class Door:
        @typed(UsageError)
        def open(self, width: int, *others: int, name: str = "a", **options: Any) -> tuple[Any, ...]:
            """As it says."""
            return width, others, name, options

    assert Door().open(3, 4, more=5) == (3, (4,), "a", {"more": 5})
    assert (Door.open.__name__, Door.open.__doc__) == ("open", "As it says.")
    with pytest.raises(UsageError, match=r"^width 'x': must be a whole number$"):
        Door().open("x")
    with pytest.raises(UsageError, match=r"^name 3: must be a text$"):
        Door().open(1, name=3)
    with pytest.raises(TypeError, match="width"):
        Door().open()
