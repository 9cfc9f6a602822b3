"""What is done, missing and failed, as a user reads it."""

import json
from io import StringIO

import pytest
from rich.console import Console

from scenegen.errors import RunError
from scenegen.pipeline.status import LISTED, print_status, run_status


def folder_of(path, planned=4, done=(0,), failed=(), **changes):
    names = [f"train-{k}.h5" for k in range(planned)]
    entries = [
        {"index": k, "file": names[k], "room": "r", "split": "val" if k else "train", "samples": 3, "bytes": 5}
        for k in done
    ]
    for k in done:
        (path / names[k]).write_bytes(b"12345")
    manifest = {
        "config": {},
        "planned": [{"index": k, "file": name} for k, name in enumerate(names)],
        "shards": entries,
        "failed": [{"index": k, "file": names[k], "room": "r", "why": "too small"} for k in failed],
    }
    (path / "manifest.json").write_text(json.dumps(manifest | changes))
    return path


def printed(folder):
    stream = StringIO()
    return print_status(folder, Console(file=stream, width=100)), stream.getvalue()


def test_a_complete_run(tmp_path):
    code, text = printed(folder_of(tmp_path, 2, (0, 1)))
    assert code == 0
    assert "2 of 2 done" in text
    assert "6 (train 3, val 3)" in text
    assert "nobody" in text
    assert "goes on with it" not in text


def test_missing_and_failed_shards_are_named_with_the_reason(tmp_path):
    code, text = printed(folder_of(tmp_path, 4, (0,), (2,)))
    assert code == 1
    assert "failed   train-2.h5: too small" in text
    assert [line for line in text.splitlines() if line.startswith("missing  t")] == [
        "missing  train-1.h5",
        "missing  train-3.h5",
    ]
    assert "the command that began the run goes on with it" in text


def test_a_shard_of_another_size_is_missing(tmp_path):
    folder = folder_of(tmp_path, 2, (0, 1))
    (folder / "train-1.h5").write_bytes(b"123")
    assert run_status(folder).missing == ("train-1.h5",)


def test_a_long_list_is_cut(tmp_path):
    _, text = printed(folder_of(tmp_path, LISTED + 5))
    assert "missing  and 4 more" in text


def test_no_run(tmp_path):
    with pytest.raises(RunError, match=r"holds no run \(no manifest.json\)"):
        run_status(tmp_path)
