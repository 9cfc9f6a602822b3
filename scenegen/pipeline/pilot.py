"""A few pairs of a run, made in a scratch folder by the workers that the run will have, with a clock beside them."""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean

from scenegen.assets.cache import AssetCache
from scenegen.config import GenerationConfig
from scenegen.errors import RunError
from scenegen.evenly import evenly
from scenegen.pipeline.events import Advanced, Failed, Finished
from scenegen.pipeline.executors import Crew, Where, run_jobs
from scenegen.pipeline.forecast import Forecast, Measured, forecast
from scenegen.pipeline.plan import sample_bytes
from scenegen.pipeline.run import prepare
from scenegen.pipeline.worker import Task
from scenegen.shards.manifest import Entry, ShardJob

PAIRS = 3
"""Pairs of each room that is tried."""
ROOMS_EACH = 2
"""Rooms that each worker tries besides its first, in which much happens for the first time."""
FEWEST_ROOMS = 4


@dataclass
class _Times:
    """When what was heard of a job."""

    samples: list[float] = field(default_factory=list)
    end: float = 0.0
    entry: Entry | None = None


@dataclass(frozen=True)
class Trial:
    """What was tried, and what follows from it."""

    forecast: Forecast
    jobs: tuple[ShardJob, ...]
    """All shards of the run."""
    pairs: int
    """Pairs that were made for it."""
    seconds: float
    """How long that took."""


def try_out(config: GenerationConfig, codec: str, cache: AssetCache | None, crew: Crew) -> Trial:
    """Make some pairs of a run and reckon what all will cost.

    Raises as `render` does for what cannot be met, RunError where no room that was tried could be made.
    """
    with tempfile.TemporaryDirectory(prefix="scenegen-plan-") as scratch:
        plan, task = prepare(config, Path(scratch), codec, cache)
        workers = crew.size(len(plan.jobs)) or 1
        jobs = _pilots(plan.jobs, workers)
        started = time.perf_counter()
        heard = _listen(task, jobs, crew)
        seconds = time.perf_counter() - started
    made = [times for times in heard.values() if times.entry is not None]
    if not made:
        raise RunError("no room that was tried could be made: render a few rooms to see why")
    warm = sorted(made, key=lambda times: times.end)[min(workers, len(made) - 1) :]
    measured = [_measured(times) for times in warm]
    first = min(times.samples[0] for times in made) - started
    found = forecast(
        plan.jobs,
        measured,
        config_sha256=config.portable().sha256(),
        codec=codec,
        workers=workers,
        start_s=max(first - fmean(m.room_s + m.pair_s for m in measured), 0.0),
        peak_bytes=peak_bytes(crew),
        sample_bytes=sample_bytes(config),
    )
    return Trial(found, plan.jobs, sum(times.entry.samples for times in made if times.entry), seconds)


def peak_bytes(crew: Crew) -> int | None:
    """Memory at most of this process, or of the workers that it had; None where the system does not say (Windows)."""
    try:
        import resource
    except ModuleNotFoundError:
        return None
    if crew.where is Where.CLUSTER:
        return None
    whose = resource.RUSAGE_SELF if crew.where is Where.HERE else resource.RUSAGE_CHILDREN
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, kilobytes on Linux
    return resource.getrusage(whose).ru_maxrss * unit


def _measured(times: _Times) -> Measured:
    """A shard's figures: what lies between its samples is theirs, what follows the last is compression."""
    entry = times.entry
    assert entry is not None
    between = (times.samples[-1] - times.samples[0]) / max(entry.samples - 1, 1)
    packing = times.end - times.samples[-1]
    seconds = float(entry.figures["seconds"])
    room = max(seconds - packing - between * entry.samples, 0.0)
    return Measured(entry.samples, room, (seconds - room) / entry.samples, entry.bytes)


def _pilots(jobs: Sequence[ShardJob], workers: int) -> list[ShardJob]:
    """Some jobs of the run, spread over it and cut short."""
    count = workers + max(ROOMS_EACH * workers, FEWEST_ROOMS)
    return [replace(job, samples=min(PAIRS, job.samples)) for job in evenly(jobs, count)]


def _listen(task: Task, jobs: list[ShardJob], crew: Crew) -> dict[ShardJob, _Times]:
    """Run jobs and note when what is heard of them."""
    heard = {job: _Times() for job in jobs}
    for event in run_jobs(task, jobs, crew):
        times, now = heard[event.job], time.perf_counter()
        match event:
            case Advanced():
                times.samples += [now] * event.samples
            case Finished():
                times.end, times.entry = now, event.record.shards[0]
            case Failed():
                continue
    return heard
