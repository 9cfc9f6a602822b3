"""Making one shard from job to published file: what runs inside a worker."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scenegen.assets.cache import AssetCache
from scenegen.config import GenerationConfig
from scenegen.pipeline.places import words
from scenegen.pipeline.plan import Job
from scenegen.pipeline.studio import Studio, make_shard, open_studio, shard_attributes
from scenegen.shards.digest import sha256_of
from scenegen.shards.heap import keep_freed_memory
from scenegen.shards.writer import encode_shard, publish

Entry = dict[str, object]


@dataclass(frozen=True)
class Task:
    """All that a worker must know of the run; sent once to each."""

    config: GenerationConfig
    out: Path
    codec: str
    num_shards: int
    licenses: str
    cache: AssetCache | None


def open_task(task: Task) -> Studio:
    """Open the sources and the renderer of a run, in a process that keeps its memory from now on.

    Raises UsageError or RenderError.
    """
    keep_freed_memory()
    return open_studio(task.config, task.cache)


def run_job(task: Task, studio: Studio, job: Job, progress: Callable[[int], None]) -> Entry:
    """Make, write and publish one shard; its entry for the manifest, and what the manifest says of its assets."""
    started = time.perf_counter()
    attributes = shard_attributes(task.config, job, task.num_shards, task.licenses)
    made = make_shard(studio, job, attributes, progress)
    data = encode_shard(made.content, task.codec)
    publish(task.out / job.file, data)
    return {
        "index": job.index,
        "file": job.file,
        "room": job.room,
        "split": job.split,
        "samples": len(made.content.arrays["rgb"]),
        "bytes": len(data),
        "content_sha256": sha256_of(made.content),
        "sha256": hashlib.sha256(data).hexdigest(),
        "seconds": round(time.perf_counter() - started, 2),
        **made.figures,
        **made.remarks.published(words(task.config).published).to_manifest(),
    }
