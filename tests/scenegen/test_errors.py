"""Errors by their words, and what the system's own failures become while an asset is read."""

import errno
import pickle
from pathlib import Path

import pytest

from scenegen.assets.digest import files_digest, source_files
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError, MachineError, ScenegenError, first_line, printable, unreadable

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
