"""A shard that was made lies in its folder, and its entry says so."""

import hashlib

from shard_factory import make_content

from scenegen.shards.digest import content_sha256
from scenegen.shards.manifest import Entry, ShardJob
from scenegen.shards.published import published


def test_the_entry_is_that_of_the_file(tmp_path):
    content = make_content()
    path = tmp_path / "x.h5"
    entry = published(content, ShardJob(3, "room-a", "val", 8, 9, "x.h5"), tmp_path, "gzip")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    samples = len(content.arrays["rgb"])
    assert entry == Entry("x.h5", "room-a", "val", samples, 3, path.stat().st_size, sha256, content_sha256(path))
