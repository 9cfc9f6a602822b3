"""What an executor asks of the work that it hands out: shards that are rendered, or that are made from other data."""

from collections.abc import Callable
from typing import Protocol

from scenegen.pipeline.plan import Job

Entry = dict[str, object]
"""What the manifest says of a finished shard."""
Progress = Callable[[int], None]
"""Hears how many more samples of a job are made."""


class Bench(Protocol):
    """What a worker makes shards at, once it has opened what that needs."""

    def make(self, job: Job, progress: Progress) -> Entry:
        """Make, write and publish one shard. Raises ScenegenError where that cannot be."""
        ...

    def close(self) -> None:
        """Give back what was opened."""
        ...


class Work(Protocol):
    """All that a worker must know of a run; sent once to each."""

    def open(self) -> Bench:
        """Open what the jobs need. Raises ScenegenError."""
        ...
