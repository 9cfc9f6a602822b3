"""What a worker made of a job becomes a file, and an entry of the manifest."""

import hashlib
from pathlib import Path

from scenegen.shards.content import ShardContent
from scenegen.shards.digest import digest_of, sha256_of
from scenegen.shards.manifest import Entry, ShardJob
from scenegen.shards.writer import encode_shard, publish_shard


def published(content: ShardContent, job: ShardJob, folder: Path, codec: str) -> Entry:
    """The entry, without figures, of a shard that lies in its folder now. Raises as writing a shard does.

    A shard that is there already is kept where it says the same, in whatever bytes.
    """
    data = encode_shard(content, codec)
    there = publish_shard(folder / job.file, data)
    return Entry(
        index=job.index,
        file=job.file,
        room=job.room,
        split=job.split,
        samples=len(content.arrays["rgb"]),
        bytes=len(there),
        content_sha256=digest_of(there) if there != data else sha256_of(content),
        sha256=hashlib.sha256(there).hexdigest(),
    )
