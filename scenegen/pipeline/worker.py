"""Making one shard from job to published file: what runs inside a worker."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from scenegen.assets.cache import AssetCache
from scenegen.config import GenerationConfig
from scenegen.pipeline.places import words
from scenegen.pipeline.shard import make_shard, shard_attributes
from scenegen.pipeline.studio import Studio, open_studio
from scenegen.pipeline.work import Progress
from scenegen.shards.heap import keep_freed_memory
from scenegen.shards.manifest import Record, ShardJob
from scenegen.shards.published import published


@dataclass(frozen=True)
class Task:
    """All that a worker must know of a rendered run; sent once to each."""

    config: GenerationConfig
    out: Path
    codec: str
    num_shards: int
    licenses: str
    cache: AssetCache | None

    def open(self) -> "RenderBench":
        """Open the sources and the renderer. Raises UsageError or RenderError."""
        return RenderBench(self, open_task(self))


@dataclass(frozen=True)
class RenderBench:
    """Sources and a renderer, open."""

    task: Task
    studio: Studio

    def make(self, job: ShardJob, progress: Progress) -> Record:
        """Render one shard. Raises AssetError, StagingError and ShardError."""
        return run_job(self.task, self.studio, job, progress)

    def close(self) -> None:
        """Close the renderer."""
        self.studio.renderer.close()


def open_task(task: Task) -> Studio:
    """Open the sources and the renderer of a run, in a process that keeps its memory from now on.

    Raises UsageError or RenderError.
    """
    keep_freed_memory()
    return open_studio(task.config, task.cache)


def run_job(task: Task, studio: Studio, job: ShardJob, progress: Progress) -> Record:
    """Make, write and publish one shard; its entry for the manifest, and what there is to say of its assets."""
    started = time.perf_counter()
    attributes = shard_attributes(task.config, job, task.num_shards, task.licenses)
    made = make_shard(studio, job, attributes, progress)
    entry = published(made.content, job, task.out, task.codec)
    figures = {"seconds": round(time.perf_counter() - started, 2), **made.figures}
    return Record((replace(entry, figures=figures),), remarks=made.remarks.published(words(task.config).published))
