"""Another codec, the same data: proved by the digest, refused where it would not be."""

import hashlib
import json
from io import StringIO

import pytest
from rich.console import Console
from shard_factory import make_content

from scenegen.errors import RunError, ShardError, UsageError
from scenegen.pipeline import repack as pipeline_repack
from scenegen.pipeline.repack import repack
from scenegen.shards.digest import content_sha256
from scenegen.shards.writer import encode_shard


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    data = encode_shard(make_content(samples=3))
    (folder / "a.h5").write_bytes(data)
    (folder / "config.json").write_text("{}")
    digest = content_sha256(folder / "a.h5")
    entry = {"index": 0, "file": "a.h5", "room": "a", "split": "train", "samples": 3, "bytes": len(data)}
    entry |= {"sha256": hashlib.sha256(data).hexdigest(), "content_sha256": digest}
    manifest = {"config": {}, "config_sha256": "c", "codec": "gzip", "shards": [entry], "failed": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def packed(run, codec, out):
    return repack(run, codec, out, Console(file=StringIO()))


@pytest.mark.parametrize("codec", ["none", "zstd", "gzip"])
def test_the_data_is_the_same_and_the_manifest_says_so(run, codec, tmp_path):
    if codec == "zstd":
        pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
    before, after = packed(run, codec, tmp_path / "new")
    (entry,) = json.loads((tmp_path / "new/manifest.json").read_text())["shards"]
    path = tmp_path / "new/a.h5"
    assert content_sha256(path) == content_sha256(run / "a.h5") == entry["content_sha256"]
    assert (before, after) == ((run / "a.h5").stat().st_size, path.stat().st_size)
    assert (entry["bytes"], entry["sha256"]) == (after, hashlib.sha256(path.read_bytes()).hexdigest())
    assert json.loads((tmp_path / "new/manifest.json").read_text())["codec"] == codec
    assert (tmp_path / "new/config.json").is_file()
    assert packed(run, codec, tmp_path / "new") == (before, after)


def test_there_and_back_gives_the_same_bytes(run, tmp_path):
    packed(run, "none", tmp_path / "none")
    packed(tmp_path / "none", "gzip", tmp_path / "back")
    assert (tmp_path / "back/a.h5").read_bytes() == (run / "a.h5").read_bytes()


def test_a_shard_that_says_something_else_is_refused(run, tmp_path):
    (run / "a.h5").write_bytes(encode_shard(make_content(samples=3, room="b")))
    with pytest.raises(ShardError, match="does not say what its manifest lists"):
        packed(run, "none", tmp_path / "new")
    assert not (tmp_path / "new/a.h5").exists()


def test_a_copy_that_says_something_else_is_taken_back(run, tmp_path, monkeypatch):
    """What was written is read again: one level of one colour is enough."""

    def altered(content, codec):
        content.arrays["rgb"][0, 0, 0, 0, 0] ^= 1
        return encode_shard(content, codec)

    monkeypatch.setattr(pipeline_repack, "encode_shard", altered)
    with pytest.raises(
        ShardError, match=r"a\.h5: did not come out the same: check the disk, then run the command again"
    ):
        packed(run, "none", tmp_path / "new")
    assert not (tmp_path / "new/a.h5").exists()
    assert not (tmp_path / "new/manifest.json").exists()


def test_refusals(run, tmp_path):
    with pytest.raises(RunError, match="is the run itself"):
        packed(run, "none", run)
    with pytest.raises(RunError, match="holds no run"):
        packed(tmp_path, "none", tmp_path / "new")
    with pytest.raises(UsageError, match="codec 'lzf' is unknown"):
        packed(run, "lzf", tmp_path / "new")
    packed(run, "none", tmp_path / "new")
    with pytest.raises(RunError, match="holds another run"):
        packed(run, "gzip", tmp_path / "new")
