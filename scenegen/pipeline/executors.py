"""Who runs the jobs, by name. An executor is a function of the work and the jobs that yields events.

Nothing else of the program knows about processes or clusters. A new one is a module and a line of EXECUTORS.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from scenegen.errors import UsageError
from scenegen.pipeline.cores import usable_cores
from scenegen.pipeline.events import Event
from scenegen.pipeline.inline import run_inline
from scenegen.pipeline.process_pool import run_pool
from scenegen.pipeline.ray_cluster import run_ray
from scenegen.pipeline.work import Work
from scenegen.shards.manifest import ShardJob

ExecutorName = Literal["inline", "process", "ray"]


@dataclass(frozen=True)
class Crew:
    """Who shall run the jobs."""

    executor: ExecutorName = "process"
    workers: int | None = None
    """How many at once; None: as many as there are cores."""
    address: str | None = None
    """Of a cluster."""

    def size(self, jobs: int) -> int | None:
        """How many work at once on so many jobs; None where only a cluster knows."""
        if self.executor == "inline":
            return 1
        workers = self.workers or (usable_cores() if self.executor == "process" else None)
        return workers and min(workers, jobs)


Executor = Callable[[Work, list[ShardJob], Crew], Iterator[Event]]
EXECUTORS: dict[str, Executor] = {
    "inline": lambda work, jobs, _: run_inline(work, jobs),
    "process": lambda work, jobs, crew: run_pool(work, jobs, crew.workers or usable_cores()),
    "ray": lambda work, jobs, crew: run_ray(work, jobs, crew.workers, crew.address),
}
"""Every executor by name."""


def chosen_crew(executor: str, workers: int | None, address: str | None) -> Crew:
    """The crew that is asked for; no workers are this process. Raises UsageError for an impossible one."""
    if executor not in EXECUTORS:
        raise UsageError(f"--executor {executor}: is unknown; choose one of {', '.join(EXECUTORS)}")
    if workers is not None and workers < 0:
        raise UsageError(f"--workers {workers}: must be 0 (in this process) or more")
    if address is not None and executor != "ray":
        raise UsageError(f"--address {address}: is for --executor ray")
    return Crew("inline" if workers == 0 else executor, workers, address)  # pyright: ignore[reportArgumentType]


def run_jobs(work: Work, jobs: list[ShardJob], crew: Crew) -> Iterator[Event]:
    """The events of the jobs. Closing the iterator ends whatever runs them."""
    return EXECUTORS[crew.executor](work, jobs, crew)
