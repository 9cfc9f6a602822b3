"""The jobs of an import: what a worker does with one, whichever executor hands it out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from scenegen.errors import ImportingError
from scenegen.importing.choosing import Chooser
from scenegen.importing.content import imported_content, imported_statistics
from scenegen.importing.flat import PairSequence, PairStudio
from scenegen.importing.frames import FrameSequence
from scenegen.importing.options import ImportOptions, sha256
from scenegen.importing.rgbd import FrameStudio
from scenegen.importing.sample import ImportedSample
from scenegen.shards.digest import file_sha256
from scenegen.shards.heap import keep_freed_memory
from scenegen.shards.manifest import Record, ShardJob
from scenegen.shards.published import published
from scenegen.version import __version__

Sequences = tuple[FrameSequence | PairSequence, ...]
UNSPLIT = "none"
"""Split of the objects, of which nothing is known."""


@dataclass(frozen=True)
class ImportWork:
    """All that a worker must know of an import; sent once to each."""

    sequences: Sequences
    config_json: str
    options: ImportOptions
    size: tuple[int, int]
    """(width, height) of all pictures."""
    out: Path
    codec: str
    num_shards: int

    def open(self) -> "ImportBench":
        """A bench, in a process that keeps its memory from now on."""
        keep_freed_memory()
        return ImportBench(self)


@dataclass(frozen=True)
class ImportBench:
    """Makes shards of an import."""

    work: ImportWork

    def make(self, job: ShardJob, progress: Callable[[int], None]) -> Record:
        """Make, write and publish one shard; its entry for the manifest.

        Raises ImportingError where no sample of it can be made, ShardError where it cannot be written.
        """
        started = time.perf_counter()
        made = _samples(_studio(self.work, job.room), job, progress)
        content = imported_content(made.samples, job.room, _attributes(self.work, job, made.files))
        entry = published(content, job, self.work.out, self.work.codec)
        measured = {"object_split": UNSPLIT, "seconds": round(time.perf_counter() - started, 2)}
        figures = {**measured, **imported_statistics(made.samples), "given_up": len(made.given_up)}
        return Record((replace(entry, figures=figures),))

    def close(self) -> None:
        """Nothing is open between shards."""


@dataclass(frozen=True)
class _Made:
    """The samples of a shard, the files that they are from, and why others could not be made."""

    samples: Sequence[ImportedSample]
    files: Sequence[Path]
    given_up: Sequence[str]


def _studio(work: ImportWork, room: str) -> FrameStudio | PairStudio:
    """What makes the samples of a sequence."""
    sequence = next(s for s in work.sequences if s.name == room)
    if isinstance(sequence, PairSequence):
        return PairStudio(sequence, work.size, work.options)
    chooser = Chooser(sequence, work.options.K, work.options.overlap, work.options.seed)
    return FrameStudio(sequence, work.size, work.options, chooser)


def _samples(studio: FrameStudio | PairStudio, job: ShardJob, progress: Callable[[int], None]) -> _Made:
    """Make the samples of a job; those that cannot be made are given up, if others can."""
    samples: list[ImportedSample] = []
    files: dict[Path, None] = {}
    given_up: list[str] = []
    for index in range(job.first_sample, job.first_sample + job.samples):
        try:
            sample, parts = studio.make(index)
            samples.append(sample)
            files |= dict.fromkeys(parts)
        except ImportingError as error:
            given_up.append(str(error))
        progress(1)
    if not samples:
        raise ImportingError(given_up[0])
    return _Made(samples, tuple(files), given_up)


def _attributes(work: ImportWork, job: ShardJob, files: Sequence[Path]) -> dict[str, Any]:
    """Root attributes of a shard."""
    return {
        "generator_version": __version__,
        "config_json": work.config_json,
        "config_sha256": sha256(work.config_json),
        "assets_sha256": _files_digest(files),
        "seed": work.options.seed,
        "shard_index": job.index,
        "num_shards": work.num_shards,
        "room": job.room,
        "split": job.split,
        "object_split": UNSPLIT,
        "license": work.options.license,
    }


_digest = cache(file_sha256)


def _files_digest(files: Sequence[Path]) -> str:
    """sha256 over the names and the contents of files, wherever they lie."""
    lines = sorted(f"{path.name} {_digest(path)}\n" for path in files)
    return sha256("".join(lines))
