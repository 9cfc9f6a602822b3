"""Who runs the jobs, by name. An executor is a function of the work and the jobs that yields events.

Nothing else of the program knows about processes or clusters, nor a name of one. A new one is a module and a line of
EXECUTORS. What it runs on is imported when it runs: the command line knows the names before that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from scenegen.errors import UsageError
from scenegen.pipeline.cores import usable_cores

if TYPE_CHECKING:
    from scenegen.pipeline.events import Event
    from scenegen.pipeline.work import Work
    from scenegen.shards.manifest import ShardJob


class Where(Enum):
    """Where the jobs of a crew are done."""

    HERE = "in this process"
    CHILDREN = "in processes of this one"
    CLUSTER = "in processes that only a cluster knows"


@dataclass(frozen=True)
class Crew:
    """Who shall run the jobs."""

    executor: str = "process"
    workers: int | None = None
    """How many at once; None: as many as there are cores."""
    address: str | None = None
    """Of a cluster."""

    @property
    def where(self) -> Where:
        """Where its jobs are done."""
        return EXECUTORS[self.executor].where

    def size(self, jobs: int) -> int | None:
        """How many work at once on so many jobs; None where only a cluster knows."""
        if self.where is Where.HERE:
            return 1
        workers = self.workers or (usable_cores() if self.where is Where.CHILDREN else None)
        return workers and min(workers, jobs)


@dataclass(frozen=True)
class Executor:
    """A way to run jobs."""

    run: "Callable[[Work, list[ShardJob], Crew], Iterator[Event]]"
    where: Where


def _inline(work: "Work", jobs: "list[ShardJob]", _: Crew) -> "Iterator[Event]":
    from scenegen.pipeline.inline import run_inline

    return run_inline(work, jobs)


def _process(work: "Work", jobs: "list[ShardJob]", crew: Crew) -> "Iterator[Event]":
    from scenegen.pipeline.process_pool import run_pool

    return run_pool(work, jobs, crew.workers or usable_cores())


def _ray(work: "Work", jobs: "list[ShardJob]", crew: Crew) -> "Iterator[Event]":
    from scenegen.pipeline.ray_cluster import run_ray

    return run_ray(work, jobs, crew.workers, crew.address)


EXECUTORS = {
    "inline": Executor(_inline, Where.HERE),
    "process": Executor(_process, Where.CHILDREN),
    "ray": Executor(_ray, Where.CLUSTER),
}
"""Every executor by name."""
USUAL = Crew().executor
"""The one that is taken unless another is named."""
if TYPE_CHECKING:
    ExecutorName = str
else:
    ExecutorName = Literal[tuple(EXECUTORS)]
"""What the command line offers."""


def chosen_crew(executor: str, workers: int | None, address: str | None) -> Crew:
    """The crew that is asked for; no workers are this process. Raises UsageError for an impossible one."""
    if executor not in EXECUTORS:
        raise UsageError(f"--executor {executor}: is unknown; choose one of {', '.join(EXECUTORS)}")
    if workers is not None and workers < 0:
        raise UsageError(f"--workers {workers}: must be 0 (in this process) or more")
    if address is not None and EXECUTORS[executor].where is not Where.CLUSTER:
        raise UsageError(f"--address {address}: is for --executor {_of(Where.CLUSTER)}")
    return Crew(_of(Where.HERE) if workers == 0 else executor, workers, address)


def _of(where: Where) -> str:
    """The first executor that works there."""
    return next(name for name, executor in EXECUTORS.items() if executor.where is where)


def run_jobs(work: "Work", jobs: "list[ShardJob]", crew: Crew) -> "Iterator[Event]":
    """The events of the jobs. Closing the iterator ends whatever runs them."""
    return EXECUTORS[crew.executor].run(work, jobs, crew)
