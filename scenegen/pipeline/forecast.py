"""What a run will cost, reckoned from a few of its pairs: time of cores, wall time, bytes, memory, price."""

import heapq
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from scenegen.shards.manifest import Manifest, ShardJob
from scenegen.shards.writer import publish

FORECAST = "plan.json"
"""Name of the file that a forecast is kept in, beside the shards, to be held against what the run took."""


@dataclass(frozen=True)
class Measured:
    """One shard of a few samples, as a worker made it."""

    samples: int
    room_s: float
    """Seconds before the first sample: the room read, cleaned and searched for places."""
    pair_s: float
    """Seconds of a sample, compression included."""
    bytes: int


@dataclass(frozen=True)
class Forecast:
    """What a run will cost."""

    config_sha256: str
    codec: str
    workers: int
    """Workers that were measured, at once: what they take from each other is in the figures."""
    shards: int
    pairs: int
    start_s: float
    """Seconds until a worker begins its first shard."""
    room_s: float
    pair_s: float
    bytes: int
    memory_bytes: int | None
    """Memory of a worker at most; None where the system does not say."""

    @property
    def core_s(self) -> float:
        """Seconds of cores for all shards, without starts."""
        return self.shards * self.room_s + self.pairs * self.pair_s


def forecast(
    jobs: Sequence[ShardJob],
    measured: Sequence[Measured],
    *,
    config_sha256: str,
    codec: str,
    workers: int,
    start_s: float,
    peak_bytes: int | None,
    sample_bytes: int,
) -> Forecast:
    """From the shards that were made to all jobs of a run.

    `peak_bytes` is the memory of a worker that made shards of the measured size; larger ones need `sample_bytes` more
    for each sample, since a shard is built in memory.
    """
    pairs, most = sum(job.samples for job in jobs), max(job.samples for job in jobs)
    each = fmean(m.bytes / m.samples for m in measured)
    more = (most - min(m.samples for m in measured)) * (sample_bytes + each)
    return Forecast(
        config_sha256=config_sha256,
        codec=codec,
        workers=workers,
        shards=len(jobs),
        pairs=pairs,
        start_s=start_s,
        room_s=fmean(m.room_s for m in measured),
        pair_s=fmean(m.pair_s for m in measured),
        bytes=round(pairs * each),
        memory_bytes=peak_bytes and round(peak_bytes + more),
    )


def wall_s(found: Forecast, samples: Iterable[int], workers: int) -> float:
    """Seconds from start to end by so many workers, each taking the next shard (of so many samples) when it is free.

    As if the storage kept up, and more workers disturbed each other no more than those that were measured.
    """
    free = [found.start_s] * workers
    for count in samples:
        heapq.heapreplace(free, free[0] + found.room_s + count * found.pair_s)
    return max(free)


def keep_forecast(out: Path, found: Forecast) -> None:
    """Leave a forecast in the folder of its run. Raises ShardError where that cannot be."""
    publish(out / FORECAST, (json.dumps(asdict(found), indent=1) + "\n").encode())


def kept_forecast(out: Path, manifest: Manifest) -> Forecast | None:
    """The forecast of a run, if there is a readable one of just this run."""
    try:
        found = Forecast(**json.loads((out / FORECAST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if (found.config_sha256, found.codec) == (manifest.config_sha256, manifest.codec) else None


def errors(found: Forecast, manifest: Manifest, seconds: float | None) -> dict[str, tuple[float, float]]:
    """(said, came) of core seconds and bytes, and of wall seconds where all was made in one go, of a complete run."""
    if not manifest.complete:
        return {}
    core = sum(entry.figures.get("seconds", 0.0) for entry in manifest.shards)
    came = {"core_s": (found.core_s, core), "bytes": (found.bytes, sum(entry.bytes for entry in manifest.shards))}
    if seconds is None:
        return came
    return {**came, "wall_s": (wall_s(found, (job.samples for job in manifest.planned), found.workers), seconds)}
