"""What an executor asks of the work that it hands out: shards that are rendered, or that are made from other data."""

from collections.abc import Callable
from typing import Protocol

from scenegen.shards.manifest import Record, ShardJob

Progress = Callable[[int], None]
"""Hears how many more samples of a job are made."""


class Bench(Protocol):
    """What a worker makes shards at, once it has opened what that needs."""

    def make(self, job: ShardJob, progress: Progress) -> Record:
        """Make, write and publish one shard; what there is to say of it. Raises ScenegenError where that cannot be."""
        ...

    def close(self) -> None:
        """Give back what was opened."""
        ...


class Work(Protocol):
    """All that a worker must know of a run; sent once to each."""

    def open(self) -> Bench:
        """Open what the jobs need. Raises ScenegenError."""
        ...
