"""A whole run: plan, finish what is missing, keep the manifest, report."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scenegen.assets.cache import AssetCache
from scenegen.assets.library import open_objects, open_rooms
from scenegen.config import GenerationConfig, checked
from scenegen.pipeline.events import Advanced, Event, Failed, Finished
from scenegen.pipeline.executors import Crew, run_jobs
from scenegen.pipeline.lock import only_run
from scenegen.pipeline.manifest import (
    begin,
    fresh_manifest,
    make_folder,
    record_run,
    require_manifest,
    sweep,
    write_config,
)
from scenegen.pipeline.merge import merge
from scenegen.pipeline.places import Words, sources, words
from scenegen.pipeline.plan import RunPlan, make_plan
from scenegen.pipeline.progress import Display
from scenegen.pipeline.slices import WHOLE, Slice
from scenegen.pipeline.work import Work
from scenegen.pipeline.worker import Task
from scenegen.rendering.choice import require_lens, require_renderer
from scenegen.shards.codecs import require_codec
from scenegen.shards.manifest import Failure, Manifest, Record, together

SAVE_SECONDS = 2.0
"""How often the manifest is written while shards come in, at most."""
SAVE_REST = 50.0
"""So many times as long as writing it took passes before it is written again."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    out: Path
    """The folder of the run."""
    manifest: Manifest
    seconds: float
    new_samples: int
    workers: int | None
    """How many there were at once; None where only the executor knows."""
    failed: int
    """Shards of this run, or slice, that could not be made."""
    told: frozenset[str] = frozenset()
    """Files of those whose failure was shown when it happened."""

    @property
    def exit_code(self) -> int:
        """0: all shards are there; 1: some failed."""
        return 1 if self.failed else 0


@dataclass(frozen=True)
class Order:
    """A run to be carried out: what makes it a rendered one, or one of other data."""

    work: Work
    """What makes a shard of a job."""
    plan: RunPlan
    fresh: Manifest
    """The manifest of a run that has made nothing yet."""
    places: Mapping[str, str]
    """Its sources by role, with their folders."""
    words: Words
    """Its messages as they may be published."""
    beside: Callable[[Path], None] = lambda _: None
    """Writes what lies beside shards and manifest into the folder of the run."""


def render(
    config: GenerationConfig,
    out: Path,
    *,
    codec: str,
    crew: Crew,
    cache: AssetCache | None,
    display: Display,
    part: Slice = WHOLE,
) -> Outcome:
    """Make every shard of a run, or of a slice of it, that is not there yet.

    Raises UsageError for an impossible request and RunError for a folder that cannot be used, before
    anything is written. Failed shards are listed in the manifest; the run goes on without them.
    """
    plan, task = prepare(config, out, codec, cache)
    order = Order(
        work=task,
        plan=plan,
        fresh=fresh_manifest(config, task.codec, plan, task.licenses),
        places=sources(config),
        words=words(config),
        beside=lambda folder: write_config(folder, config),
    )
    return carry_out(order, out, crew, display, part)


def carry_out(order: Order, out: Path, crew: Crew, display: Display, part: Slice = WHOLE) -> Outcome:
    """Make what is missing of a run in its folder.

    Raises RunError where the folder cannot be used, or holds another run.
    """
    make_folder(out)
    with only_run(out, part):
        outcome = _finish(order, out, crew, display, part)
    if part != WHOLE and outcome.manifest.complete:
        merge(out)
    return outcome


def _finish(order: Order, out: Path, crew: Crew, display: Display, part: Slice) -> Outcome:
    """Make what is missing, once the folder is ours."""
    plan = order.plan
    sweep(out, [job.file for job in plan.jobs if part.holds(job.index)])
    manifest = begin(out, order.fresh, part, order.places)
    order.beside(out)
    done = {entry.index for entry in manifest.shards}
    jobs = [job for job in plan.jobs if part.holds(job.index) and job.index not in done]
    started, told = time.perf_counter(), frozenset[str]()
    if jobs:
        display.start(plan, jobs)
        told = _collect(order, _Keeper(out, part, manifest), run_jobs(order.work, jobs, crew), display)
    else:
        record_run(out, manifest, part)
    manifest = require_manifest(out)
    there = {entry.index: entry.samples for entry in manifest.shards}
    made = sum(there.get(job.index, 0) for job in jobs)
    failed = sum(job.index not in there for job in jobs)
    return Outcome(out, manifest, time.perf_counter() - started, made, crew.size(len(jobs)), failed, told)


def prepare(config: GenerationConfig, out: Path, codec: str, cache: AssetCache | None) -> tuple[RunPlan, Task]:
    """The shards of a run and what makes them: everything that can be refused before a worker starts."""
    require_lens(checked(config).renderer, config.cameras.optics)
    require_codec(codec)
    rooms, objects = open_rooms(config.room_source, cache), open_objects(config.object_source, cache)
    require_renderer(config.renderer)
    plan = make_plan(config, rooms, objects)
    licenses = (
        rooms.license if rooms.license == objects.license else f"rooms: {rooms.license}; objects: {objects.license}"
    )
    return plan, Task(config, out, codec, len(plan.jobs), licenses, cache)


@dataclass
class _Keeper:
    """Writes down what was made, now and then: a shard made since is made again after a crash."""

    out: Path
    part: Slice
    manifest: Manifest
    """As it was last written."""
    made: list[Record] = field(default_factory=list)
    """What came in since."""
    due: float = 0.0
    """When to write next, by the monotonic clock."""

    def add(self, record: Record) -> None:
        """Take in a record; write where it is time to: writing a long manifest takes at most a small share of a run."""
        self.made.append(record)
        if (started := time.monotonic()) >= self.due:
            self.save()
            self.due = time.monotonic() + max(SAVE_SECONDS, SAVE_REST * (time.monotonic() - started))

    def save(self) -> None:
        """Write down what there is. Raises ShardError where that cannot be."""
        self.manifest = replace(self.manifest, record=self.manifest.record.and_then(together(self.made)))
        self.made.clear()
        record_run(self.out, self.manifest, self.part)


def _collect(order: Order, keeper: _Keeper, events: Iterator[Event], display: Display) -> frozenset[str]:
    """Follow the events; what they bring is written down now and then, and whatever ends the run.

    Returns the files of the shards that failed.
    """
    failed: list[str] = []
    try:
        for event in events:
            display.show(event)
            match event:
                case Finished():
                    keeper.add(event.record)
                case Failed():
                    failed.append(event.job.file)
                    keeper.add(Record(failed=(_failure(event, order.words),)))
                case Advanced():
                    pass
    finally:
        display.stop()
        close = getattr(events, "close", None)
        if close:
            close()
        keeper.save()
    return frozenset(failed)


def _failure(event: Failed, words: Words) -> Failure:
    """What the manifest says of a failed job."""
    job = event.job
    return Failure(job.file, words.published(event.message), job.index, job.room, event.reason)
