"""`scenegen export` as it is typed: what it asks for and what it says."""

import json
from io import StringIO

import pytest
import tyro
from rich.console import Console
from shard_factory import make_content

from scenegen.cli.publishing import ExportCommand, export
from scenegen.errors import UsageError
from scenegen.shards.writer import encode_shard, publish


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run").mkdir()
    publish(tmp_path / "run" / "a.h5", encode_shard(make_content(samples=3)))
    return tmp_path / "run"


def typed(*words, **options):
    console = Console(file=StringIO(), width=120, **options)
    return export(tyro.cli(ExportCommand, args=[str(word) for word in words]), console), console.file.getvalue()


def test_what_was_written_is_said(run, tmp_path):
    code, said = typed(run, "--format", "webdataset", "--out", tmp_path / "out", "--max", 2, "--pictures", "jpg")
    assert code == 0
    assert said.split("\n")[0].startswith("2 samples of 2 staged scenes for webdataset are in ")
    assert said.strip().endswith("out")
    assert (tmp_path / "out" / "train-000000.tar").is_file()


def test_an_unfinished_run_is_called_so(run, tmp_path):
    entry = {"index": 0, "file": "a.h5", "room": "r", "split": "train", "samples": 3, "bytes": 1}
    (run / "manifest.json").write_text(json.dumps({"config": {}, "shards": [entry], "failed": [], "num_shards": 2}))
    _, said = typed(run, "--format", "webdataset", "--out", tmp_path / "out")
    assert said.startswith("the run is unfinished: 1 of 2 shards are there\n3 samples")


def test_a_terminal_sees_how_far_it_is(run, tmp_path):
    code, said = typed(run, "--format", "colmap", "--out", tmp_path / "out", force_terminal=True)
    assert code == 0
    assert "3 of 3 samples" in said


def test_a_format_that_is_none_is_named(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        typed(run, "--format", "ply", "--out", tmp_path / "out")
    assert caught.value.code == 2
    assert "glue-factory" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_limit_of_nothing_is_refused(run, tmp_path):
    with pytest.raises(UsageError, match="--max 0: must be 1 or more"):
        typed(run, "--format", "colmap", "--out", tmp_path / "out", "--max", 0)
