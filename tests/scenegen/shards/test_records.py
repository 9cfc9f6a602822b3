"""Manifests and records of slices: what is written is read, by whoever laid it out; what is odd is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifests import FILES, JOBS, entry, manifest

from scenegen.errors import ShardError
from scenegen.shards.manifest import Failure, Record, together
from scenegen.shards.reader import shard_entries
from scenegen.shards.recording import manifest_json, record_json
from scenegen.shards.records import (
    MANIFEST,
    known_config,
    known_manifest,
    listed,
    parse_manifest,
    read_manifest,
)
from scenegen.shards.remarks import Remarks, Skip


def failure(k, why="too small"):
    return Failure(FILES[k], why, k, f"r{k}", "empty")


REMARKS = Remarks({"room r1": {"no_uv": ("x", "y")}}, {"object b": Skip("no_faces", "flat")})
TEXTS = st.text(max_size=8)
NUMBERS = st.lists(st.floats(0, 1) | st.integers(0, 9), max_size=3)
MADE = st.sets(st.integers(0, 5)).flatmap(
    lambda ks: st.tuples(*(st.builds(lambda n, k=k: entry(k, figures={"overlap": n}), NUMBERS) for k in sorted(ks)))
)


@settings(max_examples=50, deadline=None)
@given(made=MADE, license=TEXTS, why=TEXTS)
def test_what_is_written_is_read(made, license, why):
    there = {entry.index for entry in made}
    failed = [failure(k, why) for k in range(6) if k not in there][:1]
    said = replace(manifest(*made, failed=failed, remarks=REMARKS), license=license)
    text = manifest_json(said)
    for laid_out in (text, json.dumps(json.loads(text)), json.dumps(json.loads(text), indent=1)):
        assert parse_manifest(json.loads(laid_out)) == said


@pytest.mark.parametrize("layout", [None, 1, 2, "ours"])
def test_a_listing_is_the_manifest_without_figures_however_it_is_laid_out(tmp_path, layout):
    text = manifest_json(manifest(entry(1), entry(4), failed=[failure(2)]))
    if layout != "ours":
        text = json.dumps(json.loads(text), indent=layout)
    (tmp_path / MANIFEST).write_text(text)
    assert list(listed(tmp_path)) == [replace(entry(k), figures={}) for k in (1, 4)]
    assert known_config(tmp_path) == {"rooms": 6}


def test_the_configuration_is_told_without_reading_the_lists(tmp_path):
    text = manifest_json(manifest(entry(1)))
    (tmp_path / MANIFEST).write_text(text[: text.index('"planned"')] + '"planned": [\n  what was never read')
    assert known_config(tmp_path) == {"rooms": 6}


def test_shards_stand_one_to_a_line():
    lines = manifest_json(manifest(entry(0), entry(1))).splitlines()
    assert sum(line.startswith('  {"index"') for line in lines) == 2 + len(JOBS)


def test_records_and_manifest_are_one_run(tmp_path):
    whole = manifest(entry(0), failed=[failure(3), failure(4)])
    (tmp_path / MANIFEST).write_text(manifest_json(whole))
    for name, part in {
        "record-0-of-2.json": Record((entry(2), entry(4))),
        "record-1-of-2.json": Record((entry(1),), (failure(5),), REMARKS),
    }.items():
        (tmp_path / name).write_text(record_json(part, whole))
    (tmp_path / "record-x-of-2.json").write_text("not one")
    found = read_manifest(tmp_path)
    assert [e.index for e in found.shards] == [0, 1, 2, 4]
    assert [f.index for f in found.failed] == [3, 5]
    assert found.remarks == REMARKS
    assert not found.complete
    assert [e.path.name for e in shard_entries(tmp_path)] == [FILES[k] for k in (0, 1, 2, 4)]


def test_the_record_of_a_shard_that_was_made_again_counts(tmp_path):
    whole = manifest(entry(0, bytes=1))
    (tmp_path / MANIFEST).write_text(manifest_json(whole))
    (tmp_path / "record-0-of-2.json").write_text(record_json(Record((entry(0, bytes=2, sha256="new"),)), whole))
    assert [e.bytes for e in read_manifest(tmp_path).shards] == [2]
    assert [e.sha256 for e in shard_entries(tmp_path)] == ["new"]


@pytest.mark.parametrize("name", ["generator_version", "config_sha256", "assets_sha256", "codec"])
def test_a_record_of_another_run_is_refused(tmp_path, name):
    (tmp_path / MANIFEST).write_text(manifest_json(manifest()))
    (tmp_path / "record-0-of-2.json").write_text(record_json(Record(), replace(manifest(), **{name: "other"})))
    said = f"record-0-of-2.json is of another run: {name} 'other', not that of manifest.json"
    with pytest.raises(ShardError, match=said):
        known_manifest(tmp_path)


def test_a_record_that_is_merged_while_others_are_read_is_missed_nowhere(tmp_path, monkeypatch):
    """The records are read before the manifest, so an entry is in one of them at least."""
    whole = manifest(entry(0))
    (tmp_path / MANIFEST).write_text(manifest_json(whole))
    (tmp_path / "record-0-of-2.json").write_text(record_json(Record((entry(2),)), whole))
    from scenegen.shards import records

    real = records.record_paths

    def merged_meanwhile(folder):
        paths = real(folder)
        (tmp_path / MANIFEST).write_text(manifest_json(manifest(entry(0), entry(2))))
        for path in paths:
            path.unlink()
        return paths

    monkeypatch.setattr(records, "record_paths", merged_meanwhile)
    assert [e.index for e in read_manifest(tmp_path).shards] == [0, 2]


@pytest.mark.parametrize("read", ["_table", "_items"])
def test_a_record_that_is_merged_between_look_and_read_is_missed_nowhere(tmp_path, monkeypatch, read):
    """The later the address of a long list answers, the likelier."""
    from scenegen.shards import records

    whole = manifest(entry(0))
    (tmp_path / MANIFEST).write_text(manifest_json(whole))
    (tmp_path / "record-0-of-2.json").write_text(record_json(Record((entry(2),)), whole))
    real = getattr(records, read)

    def merged_before(path, *rest):
        if path.name != MANIFEST:
            (tmp_path / MANIFEST).write_text(manifest_json(manifest(entry(0), entry(2))))
            path.unlink()
        return real(path, *rest)

    monkeypatch.setattr(records, read, merged_before)
    found = read_manifest(tmp_path).shards if read == "_table" else sorted(listed(tmp_path), key=lambda e: e.index)
    assert [e.index for e in found] == [0, 2]


@pytest.mark.parametrize("text", ["", '{"format": ', "[]", "{}"])
def test_a_damaged_record_is_named_and_not_the_manifest(tmp_path, text):
    """Or else the manifest is moved away, and all is made again."""
    (tmp_path / MANIFEST).write_text(manifest_json(manifest(entry(0))))
    (tmp_path / "record-0-of-2.json").write_text(text)
    said = r"record-0-of-2\.json: is no record of this run \(.*\): move it away, then run the same command again: what"
    for refused in (lambda: known_manifest(tmp_path), lambda: shard_entries(tmp_path)):
        with pytest.raises(ShardError, match=said) as told:
            refused()
        assert str(told.value).count(MANIFEST) <= 1
        assert not str(told.value).startswith(str(tmp_path / MANIFEST))


def test_a_table_without_shards_is_no_manifest(tmp_path):
    (tmp_path / MANIFEST).write_text("{}")
    with pytest.raises(ShardError, match=r"is not a manifest \(KeyError: 'shards'\)"):
        shard_entries(tmp_path)


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ({}, "'shards'"),
        ({"shards": [{"file": "a.h5"}]}, "'room'"),
        ({"shards": [{"file": "../a.h5", "samples": 1, "room": "a", "split": "b"}]}, "lies outside the folder"),
        ({"shards": [], "config": []}, "config is not dict"),
        ({"shards": [], "num_shards": "3"}, "num_shards is not int"),
        ({"shards": [], "failed": [{"file": "a.h5"}]}, "'why'"),
        ({"shards": [], "planned": [{"file": 3}]}, "file is not str"),
        ([], "it is no table"),
    ],
)
def test_what_is_no_manifest(tmp_path, table, what):
    (tmp_path / MANIFEST).write_text(json.dumps(table))
    if not isinstance(table, dict):
        with pytest.raises(ShardError, match=r"run the command that made it again, or delete it$"):
            known_config(tmp_path)
    with pytest.raises(ShardError) as caught:
        known_manifest(tmp_path)
    assert what in str(caught.value)
    assert str(caught.value).endswith("run the command that made it again, or delete it")


def test_no_manifest(tmp_path):
    assert known_manifest(tmp_path) is None
    assert known_config(tmp_path) == {}


def test_many_records_are_one():
    parts = [Record((entry(k),), remarks=Remarks({f"room r{k}": {}})) for k in (3, 1)]
    joined = Record((entry(0),)).and_then(together(parts))
    assert [e.index for e in joined.shards] == [0, 1, 3]
    assert set(joined.remarks.defects) == {"room r3", "room r1"}
