"""Joining the records of slices: nothing is lost, nothing is said twice, a slice at work is left alone."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from manifests import entry, manifest
from rich.console import Console

from scenegen.errors import RunError
from scenegen.pipeline.lock import only_run
from scenegen.pipeline.merge import merge
from scenegen.pipeline.slices import Slice
from scenegen.pipeline.status import print_status, run_status
from scenegen.shards.manifest import Record
from scenegen.shards.recording import manifest_json, record_json
from scenegen.shards.records import MANIFEST, read_manifest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / MANIFEST).write_text(manifest_json(manifest(entry(5))))
    for part, made in ((Slice(0, 2), (0, 2)), (Slice(1, 2), (1,))):
        record = record_json(Record(tuple(entry(k) for k in made)), manifest())
        (tmp_path / f"record-{part.index}-of-{part.count}.json").write_text(record)
    return tmp_path


def records(folder):
    return sorted(path.name for path in folder.glob("record-*"))


def test_records_become_the_manifest_and_again_nothing_changes(folder):
    before = read_manifest(folder)
    merged = merge(folder)
    assert (merged.joined, merged.at_work) == (2, 0)
    assert [e.index for e in merged.manifest.shards] == [0, 1, 2, 5]
    assert records(folder) == []
    assert read_manifest(folder) == before
    text = (folder / MANIFEST).read_bytes()
    assert merge(folder).joined == 0
    assert (folder / MANIFEST).read_bytes() == text


def test_a_slice_at_work_keeps_its_record(folder):
    with only_run(folder, Slice(1, 2)):
        merged = merge(folder)
        assert (merged.joined, merged.at_work) == (1, 1)
        assert records(folder) == ["record-1-of-2.json"]
        assert [e.index for e in read_manifest(folder).shards] == [0, 1, 2, 5]
    assert merge(folder).joined == 1


def test_parts_of_other_counts_join_too(folder):
    (folder / "record-1-of-3.json").write_text(record_json(Record((entry(4),)), manifest()))
    assert [e.index for e in merge(folder).manifest.shards] == [0, 1, 2, 4, 5]


def test_a_folder_without_a_run_is_one_line(tmp_path):
    with pytest.raises(RunError, match=r"holds no run \(no manifest\.json\)"):
        merge(tmp_path)


def test_a_record_of_another_run_is_one_line_and_stays(folder):
    other = json.loads((folder / "record-1-of-2.json").read_text()) | {"config_sha256": "z"}
    (folder / "record-1-of-2.json").write_text(json.dumps(other))
    with pytest.raises(RunError, match=r"record-1-of-2\.json is of another run: config_sha256 'z'"):
        merge(folder)
    assert len(records(folder)) == 2


def test_status_reads_records(folder):
    for k in (0, 1, 2, 5):
        (folder / entry(k).file).write_bytes(bytes(entry(k).bytes))
    status = run_status(folder)
    assert len(status.done) == 4
    assert status.missing == tuple(entry(k).file for k in (3, 4))
    assert print_status(folder, Console(file=StringIO())) == 1


def test_the_command(folder):
    command = [sys.executable, "-m", "scenegen", "merge", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout == (
        "manifest.json lists 4 of 6 shards; records of slices joined: 2, of slices at work, left: 0\n"
    )
