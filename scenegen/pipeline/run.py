"""A whole run: plan, finish what is missing, keep the manifest, report."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scenegen.assets.cache import AssetCache
from scenegen.assets.library import open_objects, open_rooms
from scenegen.config import GenerationConfig, checked
from scenegen.errors import UsageError
from scenegen.pipeline.executors import Advanced, Event, Failed, Finished, run_inline, run_pool
from scenegen.pipeline.manifest import (
    fresh_manifest,
    load_manifest,
    make_folder,
    require_same_run,
    surviving,
    sweep,
    write_config,
    write_manifest,
)
from scenegen.pipeline.plan import Job, Plan, make_plan
from scenegen.pipeline.progress import Display
from scenegen.pipeline.worker import Task
from scenegen.rendering.choice import open_renderer
from scenegen.shards.codecs import require_codec

SAVE_SECONDS = 2.0
"""How often the manifest is written while shards come in; a shard made since is made again after a crash."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    manifest: dict
    seconds: float
    new_samples: int
    workers: int

    @property
    def exit_code(self) -> int:
        """0: all shards are there; 1: some failed."""
        return 1 if self.manifest["failed"] else 0


def render(
    config: GenerationConfig, out: Path, *, codec: str, workers: int | None, cache: AssetCache | None, display: Display
) -> Outcome:
    """Make every shard of a run that is not there yet.

    Raises UsageError for an impossible request and RunError for a folder that cannot be used, before
    anything is written. Failed shards are listed in the manifest; the run goes on without them.
    """
    wanted = _wanted_workers(workers)
    plan, task = _prepare(config, out, codec, cache)
    make_folder(out)
    sweep(out)
    fresh = fresh_manifest(config, codec, plan, task.licenses)
    manifest = _resumed(out, fresh)
    done = {entry["index"] for entry in manifest["shards"]}
    jobs = [job for job in plan.jobs if job.index not in done]
    write_config(out, config)
    write_manifest(out, manifest)
    started, crew = time.perf_counter(), min(wanted, len(jobs))
    if jobs:
        display.start(plan, jobs)
        _collect(out, manifest, _events(task, jobs, crew), display)
    manifest["complete"] = len(manifest["shards"]) == len(plan.jobs)
    write_manifest(out, manifest)
    new = {job.index for job in jobs}
    made = sum(entry["samples"] for entry in manifest["shards"] if entry["index"] in new)
    return Outcome(manifest, time.perf_counter() - started, made, crew)


def _prepare(config: GenerationConfig, out: Path, codec: str, cache: AssetCache | None) -> tuple[Plan, Task]:
    """Everything that can be refused before a worker starts."""
    checked(config)
    require_codec(codec)
    rooms, objects = open_rooms(config.room_source, cache), open_objects(config.object_source, cache)
    open_renderer(config.renderer)
    plan = make_plan(config, rooms, objects)
    licenses = (
        rooms.license if rooms.license == objects.license else f"rooms: {rooms.license}; objects: {objects.license}"
    )
    return plan, Task(config, out, codec, len(plan.jobs), licenses, cache)


def _resumed(out: Path, fresh: dict) -> dict:
    """The manifest to go on with: an earlier one of the same run less what has gone, or the fresh one."""
    old = load_manifest(out)
    if old is None:
        return fresh
    require_same_run(out, old, fresh)
    return {**fresh, "shards": surviving(out, old)}


def _wanted_workers(asked: int | None) -> int:
    """Number of workers: as asked, else one per core. Raises UsageError for a negative number."""
    if asked is not None and asked < 0:
        raise UsageError(f"--workers {asked}: must be 0 (in this process) or more")
    return len(os.sched_getaffinity(0)) if asked is None else asked


def _events(task: Task, jobs: list[Job], workers: int) -> Iterator[Event]:
    """The chosen executor's events."""
    return run_pool(task, jobs, workers) if workers else run_inline(task, jobs)


def _collect(out: Path, manifest: dict, events: Iterator[Event], display: Display) -> None:
    """Follow the events; the manifest is saved every few seconds and whatever ends the run."""
    saved = time.monotonic()
    try:
        for event in events:
            display.show(event)
            match event:
                case Finished():
                    manifest["shards"].append(event.entry)
                case Failed():
                    manifest["failed"].append({"room": event.job.room, "file": event.job.file, "why": event.message})
                case Advanced():
                    pass
            if time.monotonic() - saved > SAVE_SECONDS:
                write_manifest(out, manifest)
                saved = time.monotonic()
    finally:
        display.stop()
        close = getattr(events, "close", None)
        if close:
            close()
        sweep(out)
        write_manifest(out, manifest)
