"""Runs in a bucket of an S3-compatible server: written whole, resumed, read in ranges, verified; and what goes wrong."""

import json
import socket
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from run_world import config_in, digests, run
from s3_server import BUCKET, Cutting, s3_server

from scenegen import remote
from scenegen.address import PATIENCE
from scenegen.errors import ShardError, UsageError
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.manifest import require_manifest
from scenegen.pipeline.merge import merge
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.pipeline.slices import WHOLE, Slice
from scenegen.pipeline.status import run_status
from scenegen.remote import located
from scenegen.shards import ShardSet
from scenegen.shards.manifest import Record
from scenegen.shards.recording import manifest_json, record_json
from scenegen.shards.records import require_folder
from scenegen.shards.writer import publish_shard
from scenegen.verify.check import check_shard, targets


@pytest.fixture(scope="module")
def server():
    with s3_server() as address:
        yield address


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return config_in(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def s3(server):
    import boto3

    return boto3.client("s3", endpoint_url=server)


@pytest.fixture
def folder(server, request):
    return located(f"s3://{BUCKET}/{request.node.name}/set")


def rendered(config, out, part=WHOLE, crew=Crew("inline")):  # noqa: B008
    display = Display(Console(file=StringIO()))
    return render(config, out, codec="gzip", crew=crew, cache=None, display=display, part=part)


def names(folder):
    return sorted(remote.sizes(folder))


def test_a_run_in_a_bucket_is_the_run_on_a_disk(config, folder, s3, tmp_path):
    local = run(config, tmp_path)
    made = rendered(config, folder, crew=Crew(workers=2))
    assert made.manifest.complete
    assert "local.json" not in names(folder)
    assert {e.file: e.sha256 for e in made.manifest.shards} == digests(tmp_path)
    for entry in made.manifest.shards:
        head = s3.head_object(Bucket=BUCKET, Key=f"{folder.key.partition('/')[2]}/{entry.file}")
        assert (head["Metadata"]["sha256"], head["ContentLength"]) == (entry.sha256, entry.bytes)
    assert local.manifest.record.shards[0].content_sha256 == made.manifest.record.shards[0].content_sha256
    here, there = ShardSet(tmp_path), ShardSet(str(folder))
    assert len(there) == len(here)
    for k in (0, len(here) - 1):
        np.testing.assert_array_equal(there[k].rgb, here[k].rgb)
        np.testing.assert_array_equal(there[k].xy, here[k].xy)
    window = there.reader(0).read_window("rgb", 0, 1, slice(3, 20), slice(5, 30))
    np.testing.assert_array_equal(window, here[0].rgb[1, 3:20, 5:30])
    assert not [p for t in targets(folder)[0] for p in check_shard(t.path, t.entry).problems]
    assert targets(folder)[1] == []


def test_the_same_command_makes_what_is_missing_and_nothing_twice(config, folder, s3):
    made = rendered(config, folder)
    lost = made.manifest.shards[1]
    s3.delete_object(Bucket=BUCKET, Key=f"{folder.key.partition('/')[2]}/{lost.file}")
    assert run_status(folder).missing == (lost.file,)
    again = rendered(config, folder)
    assert again.new_samples == lost.samples
    assert again.manifest.shards[1].sha256 == lost.sha256
    assert run_status(folder).missing == ()


def test_slices_record_and_merge_there(config, folder, tmp_path):
    rendered(config, folder, Slice(0, 2))
    assert "record-0-of-2.json" in names(folder)
    assert len(ShardSet(folder).entries) == 2
    assert merge(folder).joined == 1
    assert rendered(config, folder, Slice(1, 2)).manifest.complete
    assert not [name for name in names(folder) if name.startswith("record")]
    run(config, tmp_path)
    assert {e.file: e.sha256 for e in require_manifest(folder).shards} == digests(tmp_path)


def test_a_shard_that_another_process_made_meanwhile_is_taken_over(config, folder, tmp_path):
    made = rendered(config, folder)
    first = made.manifest.shards[0]
    data = bytearray((folder / first.file).read_bytes())
    assert publish_shard(folder / first.file, bytes(data)) == bytes(data)
    with pytest.raises(ShardError, match="is there already, and no shard of this run: choose another --out"):
        publish_shard(folder / first.file, b"something else")
    remote.write_over(folder / "stray.h5", b"junk")
    assert targets(folder)[1] == ["stray.h5"]


def test_a_bucket_that_is_not_there(config, server):
    with pytest.raises(
        ShardError, match=r"s3://no-such-bucket/set/\.probe-\d+: cannot be reached \(The specified bucket"
    ):
        rendered(config, located("s3://no-such-bucket/set"))


def test_a_bucket_that_may_only_be_read_or_is_full(config, folder, monkeypatch):
    class Refusing:
        def invalidate_cache(self):
            pass

        def pipe_file(self, *_, **__):
            raise PermissionError(13, "Access Denied")

    monkeypatch.setattr("fsspec.filesystem", lambda *_, **__: Refusing())
    with pytest.raises(ShardError, match=r"cannot be reached \(.*Access Denied\): see that it is there, that you may"):
        rendered(config, folder)


def test_credentials_that_are_missing_are_one_line(server, tmp_path):
    command = [sys.executable, "-m", "scenegen", "render", "--rooms", "1", "--pairs-per-room", "1", "--size", "64x48"]
    empty = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": server,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(
        [*command, "--out", f"s3://{BUCKET}/x"], capture_output=True, text=True, env=empty, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(f"scenegen: s3://{BUCKET}/x/.probe-")
    assert "credentials" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def cutting(server, request):
    """A proxy that cuts connections, and the folder as it is reached through it."""
    from upath import UPath

    proxy = Cutting(server)
    options = {"client_kwargs": {"endpoint_url": proxy.address}, "config_kwargs": {"retries": {"max_attempts": 0}}}
    yield proxy, located(UPath(f"s3://{BUCKET}/{request.node.name}/set", **options))
    proxy.close()


def test_an_upload_that_is_cut_leaves_nothing_and_the_next_run_mends_it(config, folder, cutting):
    proxy, through = cutting
    rooms = replace(config, rooms=2)
    rendered(rooms, through, Slice(0, 2))
    assert len(ShardSet(folder)) == 3
    proxy.upwards = 8000
    with pytest.raises(ShardError, match="cannot be reached"):
        publish_shard(through / "train-room1-000.h5", (folder / ShardSet(folder).entries[0].file).read_bytes())
    assert proxy.cuts
    assert [name for name in names(folder) if name.endswith(".h5")] == [ShardSet(folder).entries[0].file]
    proxy.upwards = None
    assert rendered(rooms, through, Slice(1, 2)).manifest.complete


def test_a_connection_that_is_cut_while_a_shard_is_read_is_one_line(config, folder, cutting, monkeypatch):
    rendered(replace(config, rooms=1), folder)
    proxy, through = cutting
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    shards = ShardSet(through)
    proxy.downwards = 3000
    with pytest.raises(ShardError) as caught:
        shards[0]
    assert proxy.cuts
    assert str(caught.value).startswith(str(through))
    assert len(str(caught.value).splitlines()) == 1
    proxy.downwards = None
    assert len(ShardSet(through)[0].rgb) == 2


def test_a_server_that_never_answers_is_given_up(server, monkeypatch):
    """It takes connections and says nothing."""
    from upath import UPath

    quick = {"connect_timeout": 1, "read_timeout": 0.2, "retries": {"max_attempts": 0}}
    assert set(PATIENCE["s3"]["config_kwargs"]) == set(quick)
    monkeypatch.setitem(PATIENCE, "s3", {"config_kwargs": quick})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        there = located(UPath(f"s3://{BUCKET}/set", client_kwargs={"endpoint_url": endpoint}))
        with pytest.raises(ShardError, match=r"^s3://bucket/set: cannot be reached \(.*[Tt]imeout"):
            require_folder(there)


def test_reading_takes_ranges_and_not_the_file(config, folder, monkeypatch):
    big = replace(config, rooms=1, size=config.size._replace(width=640, height=480))
    rendered(big, folder)
    from s3fs.core import S3File

    real, asked = S3File._fetch_range, []
    monkeypatch.setattr(S3File, "_fetch_range", lambda self, a, b: asked.append(b - a) or real(self, a, b))
    shards = ShardSet(folder)
    shards.reader(0).read_window("rgb", 1, 0, slice(0, 60), slice(0, 64))
    size = require_manifest(folder).shards[0].bytes
    assert 0 < sum(asked) < size / 2


def test_an_address_that_nobody_knows_is_one_line():
    with pytest.raises(UsageError, match=r"nowhere://x: cannot be reached \(.*\): install what fsspec needs for it"):
        located("nowhere://x")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(UsageError, match=r"needs the package upath: pip install 'scenegen\[s3\]'"):
        located("s3://bucket/x")


def test_commands_take_addresses(config, folder, tmp_path):
    rendered(config, folder)
    for words in (["status"], ["verify"], ["inspect"], ["merge"]):
        command = [sys.executable, "-m", "scenegen", *words, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), words
    assert json.loads((folder / "manifest.json").read_text())["complete"]


def test_training_reads_from_a_bucket_with_several_workers(config, folder, tmp_path):
    torch = pytest.importorskip("torch")
    from training.data.loader import read_batches
    from training.data.pairs import content_digest, open_pairs
    from training.measuring.loader_rate import random_keys
    from training.settings import DataSettings

    rendered(config, folder)
    run(config, tmp_path)
    settings = DataSettings(crop=64, workers=2, min_matches=1)
    batches = []
    for place in (folder, tmp_path):
        data = open_pairs(place, "train", settings, 0)
        batches.append(list(read_batches(data, random_keys(data, 2, 3))))
    assert all(torch.equal(a.images1, b.images1) for a, b in zip(*batches, strict=True))
    assert content_digest(folder) == content_digest(tmp_path)


def test_a_process_that_looked_before_sees_what_others_did_since(config, folder, s3, tmp_path):
    """File systems of fsspec keep listings, in which neither new records are nor the gone ones gone."""
    run(config, tmp_path)
    key = folder.key.partition("/")[2]

    def put(name, data=None):
        data = (tmp_path / name).read_bytes() if data is None else data
        s3.put_object(Bucket=BUCKET, Key=f"{key}/{name}", Body=data)

    whole = require_manifest(tmp_path)
    put("manifest.json", manifest_json(replace(whole, record=Record())).encode())
    with pytest.raises(ShardError, match="holds no shard"):
        ShardSet(str(folder))
    for entry in whole.shards:
        put(entry.file)
    put("record-0-of-2.json", record_json(whole.record, whole).encode())
    assert len(ShardSet(str(folder))) == sum(entry.samples for entry in whole.shards)
    assert not run_status(folder).missing
    put("manifest.json")
    s3.delete_object(Bucket=BUCKET, Key=f"{key}/record-0-of-2.json")
    assert require_manifest(folder).complete
