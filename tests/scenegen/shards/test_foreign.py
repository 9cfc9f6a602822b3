"""What verify, the reader and the run say of files and manifests that were not written by this program, or not here."""

import hashlib
import json
from io import StringIO

import h5py
import numpy as np
import pytest
from listed_shards import entry_of, list_in_manifest, listing, sound_content
from rich.console import Console
from shard_factory import make_content

from scenegen.errors import RunError, ShardError
from scenegen.pipeline.manifest import load_manifest
from scenegen.pipeline.repack import repack
from scenegen.shards.digest import content_sha256
from scenegen.shards.opening import require_name
from scenegen.shards.reader import ShardReader, ShardSet
from scenegen.shards.writer import encode_shard
from scenegen.verify.check import check_shard, unlisted


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(encode_shard(sound_content()))
    return path


def edited(path, edit):
    with h5py.File(path, "r+") as file:
        edit(file)
    return path


# ---- what verify asks besides ----


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda f: f.attrs.modify("pixel_convention", "corners"), "pixel_convention is 'corners', not '(x, y), x to the"),
        (lambda f: f.attrs.modify("config_json", '{"pairs": 3}'), "config_json is not the configuration of config_sha256"),
        (lambda f: f.attrs.create("note", 1), "the attribute 'note' is not of this format"),
        (lambda f: f.attrs.create("seed", "zero"), "has an attribute 'seed' that is not int"),
        (lambda f: f["depth"].attrs.create("units", "mm"), "depth is in 'mm', not 'm'"),
    ],
)  # fmt: skip
def test_words_that_are_not_of_the_format(shard, edit, problem):
    found = check_shard(edited(shard, edit)).problems
    assert any(line.startswith(problem) for line in found), found


def test_a_configuration_that_is_no_json(shard):
    def edit(file):
        file.attrs["config_json"] = b"{"
        file.attrs["config_sha256"] = hashlib.sha256(b"{").hexdigest().encode()

    (problem,) = check_shard(edited(shard, edit)).problems
    assert problem.startswith("config_json is not JSON")


def test_damage_where_no_reader_looks_is_found(shard):
    """The list of free space among the names of the root group; found by the fuzzer."""
    data = bytearray(shard.read_bytes())
    data[data.index(b"FSHD") + 10] ^= 1
    shard.write_bytes(data)
    assert ShardReader(shard)[0].index == 0
    assert check_shard(shard).problems


def test_claims_without_data_are_refused(shard):
    def edit(file):
        del file["rgb"]
        file.create_dataset("rgb", (2, 2, 24, 32, 3), "u1", chunks=(1, 1, 24, 32, 3))

    edited(shard, edit)
    for read in (lambda: ShardReader(shard)[0], lambda: content_sha256(shard)):
        with pytest.raises(ShardError, match="rgb claims data that the file does not hold: make it again"):
            read()


def test_the_digest_reads_nothing_outside_of_the_file(shard, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    edited(shard, lambda file: file.create_dataset("notes", (6,), "u1", external=[(str(tmp_path / "secret"), 0, 6)]))
    with pytest.raises(ShardError, match=r"a\.h5: notes is not stored in the file itself: do not trust this file"):
        content_sha256(shard)


def test_a_shard_that_may_not_be_read_is_one_line(shard, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    entry = entry_of(shard)
    monkeypatch.setattr(type(shard), "stat", refuse)
    assert check_shard(shard, entry).problems == (
        "cannot be read (Permission denied): mend that, then run the same command again",
    )
    with pytest.raises(ShardError, match="Permission denied"):
        len(ShardReader(shard))


def test_only_lock_files_of_slices_are_overlooked(shard, tmp_path):
    for name in ("run-0-of-2.lock", "run.lock", "run-x-of-2.lock", "run-0-of-2.lock.h5"):
        (tmp_path / name).touch()
    assert unlisted(tmp_path, {shard.name}) == ["run-0-of-2.lock.h5", "run-x-of-2.lock"]


# ---- manifests ----


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x.h5", "a/../../x.h5", "", ".", "a\0.h5", "a\n.h5", "\ud800.h5", "x" * 300]
)
def test_names_that_lead_out_of_the_folder_or_are_none(name):
    with pytest.raises(ValueError, match=r"lies outside the folder|is no file name"):
        require_name(name)


def test_names_inside():
    assert require_name("shards/ä.h5") == "shards/ä.h5"


@pytest.mark.parametrize("samples", [0, -1, 1.5, "2", 1 << 40, None, float("inf")])
def test_impossible_numbers_of_samples(shard, tmp_path, samples):
    list_in_manifest(shard)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["shards"][0]["samples"] = samples
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ShardError, match="is not a manifest"):
        ShardSet(tmp_path)


def run_folder(tmp_path, **changes):
    path = tmp_path / "run" / "a.h5"
    path.parent.mkdir()
    path.write_bytes(encode_shard(make_content()))
    manifest = {"config": {}, "codec": "gzip", "shards": [listing(entry_of(path)) | changes], "failed": []}
    (path.parent / "manifest.json").write_text(json.dumps(manifest))
    return path.parent


@pytest.mark.parametrize(
    "changes", [{"file": "../b.h5"}, {"file": None}, {"bytes": "7"}, {"index": None}, {"samples": []}, {"split": 3}]
)
def test_a_manifest_with_impossible_entries_is_refused(tmp_path, changes):
    folder = run_folder(tmp_path, **changes)
    with pytest.raises(RunError, match=r"is not a manifest of a run \(.*\); move it away or choose another --out"):
        load_manifest(folder)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"shards": [], "config": {}, "failed": 3}', '{"config": {}}', "3"])
def test_a_manifest_that_is_something_else_is_refused(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(RunError, match="is not a manifest of a run"):
        load_manifest(tmp_path)


def test_repack_writes_nothing_outside_of_its_folder(tmp_path):
    folder = run_folder(tmp_path, file="../run/a.h5")
    with pytest.raises(RunError, match="lies outside the folder"):
        repack(folder, "none", tmp_path / "deep" / "new", Console(file=StringIO()))
    assert not (tmp_path / "deep" / "run").exists()


def test_a_wrong_count_of_samples_is_not_read_beyond(tmp_path):
    folder = run_folder(tmp_path, samples=5)
    with pytest.raises(IndexError):
        ShardSet(folder)[4]
    assert np.array_equal(ShardSet(folder)[1].rgb, make_content().arrays["rgb"][1])
