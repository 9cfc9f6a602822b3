"""What the system refuses is said in its words: a sound shard is not called damaged."""

import contextlib
import errno
import json
import os
import re
import resource
import sys
from pathlib import Path

import h5py
import pytest
from shard_factory import make_content

from scenegen.cli.main import main
from scenegen.errors import ScenegenError, ShardError
from scenegen.inspect.table import tables_of
from scenegen.pipeline.manifest import load_manifest
from scenegen.shards import ShardSet
from scenegen.shards.digest import content_sha256
from scenegen.shards.opening import open_shard
from scenegen.shards.reader import ShardReader
from scenegen.shards.writer import encode_shard, publish
from scenegen.verify.check import check_shard

AGAIN = re.compile("again with|copy it again|damaged|cut short|not HDF5|delete it|move it away")


@pytest.fixture
def folder(tmp_path):
    data = encode_shard(make_content(samples=2))
    publish(tmp_path / "train-a.h5", data)
    entry = {"index": 0, "file": "train-a.h5", "room": "a", "split": "train", "samples": 2, "bytes": len(data)}
    (tmp_path / "manifest.json").write_text(json.dumps({"config": {}, "shards": [entry], "failed": []}))
    return tmp_path


@contextlib.contextmanager
def no_file_left():
    """This process may open no file any more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
    held = []
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


READERS = {
    "open_shard": lambda folder: open_shard(folder / "train-a.h5"),
    "ShardReader": lambda folder: ShardReader(folder / "train-a.h5")[0],
    "ShardSet": lambda folder: ShardSet(folder)[0],
    "content_sha256": lambda folder: content_sha256(folder / "train-a.h5"),
    "inspect": lambda folder: tables_of(folder / "train-a.h5"),
    "inspect a run": tables_of,
    "render": load_manifest,
}


@pytest.mark.parametrize("name", READERS)
def test_too_many_open_files_is_no_damage(folder, name):
    with no_file_left(), pytest.raises(ScenegenError) as caught:
        READERS[name](folder)
    assert "cannot be read (Too many open files): mend that, or raise the limit" in str(caught.value)
    assert not AGAIN.search(str(caught.value))
    READERS[name](folder)


def test_verify_says_so_too(folder):
    with no_file_left():
        (problem,) = check_shard(folder / "train-a.h5").problems
    assert problem.startswith("cannot be read (Too many open files)")
    assert not any("read" in problem for problem in check_shard(folder / "train-a.h5").problems)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_other_refusals_keep_their_words(folder, monkeypatch, code):
    def refuse(*_, **__):
        raise OSError(code, f"Unable to synchronously open file (errno = {code})")

    monkeypatch.setattr(h5py, "File", refuse)
    with pytest.raises(ShardError) as caught:
        open_shard(folder / "train-a.h5")
    words = f"cannot be read ({os.strerror(code)}): mend that, then run the same command again"
    assert str(caught.value) == f"{folder / 'train-a.h5'}: {words}"


def test_a_read_that_fails_on_the_way_is_no_damage(folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EIO, "file read failed")

    reader = ShardReader(folder / "train-a.h5")
    monkeypatch.setattr("scenegen.shards.opening.OpenShard.part", refuse)
    with reader, pytest.raises(ShardError, match=r"h5: cannot be read \(Input/output error\): mend that, then"):
        reader.read("rgb", 0)


def test_a_name_that_is_too_long_asks_for_a_shorter_one(tmp_path):
    with pytest.raises(ShardError, match=r"cannot be written \(File name too long\): choose a shorter name$"):
        publish(tmp_path / ("a" * 250 + ".h5"), b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_no_reader_expects_is_one_line_of_the_command(folder, monkeypatch, capsys):
    def refuse(_):
        raise OSError(errno.EMFILE, "Too many open files", str(folder))

    monkeypatch.setattr(sys.modules["scenegen.cli.main"], "_run", refuse)
    assert main(["inspect", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"scenegen: {folder}: cannot be read (Too many open files)")
    assert len(said.splitlines()) == 1


def test_a_damaged_file_is_still_called_so(folder):
    path = Path(folder / "train-a.h5")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ShardError, match=r"was cut short .*make it again"):
        open_shard(path)
