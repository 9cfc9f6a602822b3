"""Jobs on a Ray cluster (ray.io): actors that open the sources once each and make one shard at a time.

What travels is the configuration and the index of a job, never a mesh: sources and the folder of the run lie where
every node sees them, as for slices. An actor that dies with its node costs the shard in its hands another try; other
actors make it. One gets a shard only once it is there: for a CPU that others use it may wait for ever. Closing the
iterator ends the actors at once.

Facts about Ray that this rests on: an actor method that is a generator hands out what it yields while it runs
(streaming generators, https://docs.ray.io/en/latest/ray-core/ray-generator.html); an actor's death comes as
RayActorError with the next result; Ray itself sets OMP_NUM_THREADS to an actor's number of CPUs. Where the head of the
cluster is lost nothing is raised: what asks it waits, and after 60 s Ray ends this process on the spot.
"""

import contextlib
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from scenegen.errors import RunError, ScenegenError, UsageError, first_line
from scenegen.pipeline.cluster_address import AGAIN, reach, require_cluster
from scenegen.pipeline.events import RETRIES, Advanced, Event, Failed, Finished
from scenegen.pipeline.work import Bench, Work
from scenegen.shards.manifest import ShardJob

WAIT_SECONDS = 5.0
"""How long nothing may be heard before the cluster is asked whether it is still there."""
IDLE_SECONDS = 0.5
"""How long to wait where there is nobody to hear."""
LOST_SECONDS = 20.0
"""How long its head may be silent, for it may be started again: with all waiting less than the 60 s of Ray."""


def run_ray(work: Work, jobs: list[ShardJob], workers: int | None, address: str | None) -> Iterator[Event]:
    """Run the jobs by at most so many actors of one CPU each; as many as the cluster has CPUs, where it is None.

    `address` is HOST:PORT or "auto" for a cluster that is there; without one the cluster is that of RAY_ADDRESS, or a
    local one for as long as the jobs run. Raises RunError where there is none, or it is lost.
    """
    ray = _imported()
    with _connected(ray, address):
        cluster = _Cluster(ray, work, workers, _Head(ray.get_runtime_context().gcs_address))
        try:
            yield from _run(cluster, jobs)
        except ray.exceptions.RaySystemError as error:
            raise RunError(f"the Ray cluster is lost ({first_line(error)}): {AGAIN}") from None
        finally:
            cluster.close()


def _imported() -> ModuleType:
    """Ray. Raises UsageError where it is not installed."""
    try:
        import ray
    except ModuleNotFoundError:
        raise UsageError("--executor ray: the package ray is missing: pip install 'scenegen[ray]'") from None
    return ray


@contextlib.contextmanager
def _connected(ray: ModuleType, address: str | None) -> Iterator[None]:
    """A cluster while the block runs, quiet. Raises RunError where there is none at the address."""
    require_cluster("--address", address)
    require_cluster("RAY_ADDRESS", None if address else os.environ.get("RAY_ADDRESS"))
    try:
        ray.init(address, include_dashboard=None if address else False, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = f" at {address}" if address else ""
        raise RunError(f"--executor ray: no Ray cluster answers{where} ({first_line(error)}): {AGAIN}") from None
    try:
        yield
    finally:
        ray.shutdown()


@dataclass
class _Head:
    """What a cluster cannot do without."""

    address: str
    silent_since: float | None = None
    """By the monotonic clock; None while it answers."""

    def answers(self) -> bool:
        """Whether it does. Raises RunError where it has not done so for LOST_SECONDS."""
        try:
            reach(self.address)
            self.silent_since = None
        except OSError as error:
            now = time.monotonic()
            self.silent_since = self.silent_since or now
            if now - self.silent_since >= LOST_SECONDS:
                what = f"its head at {self.address} does not answer, {first_line(error)}"
                raise RunError(f"the Ray cluster is lost ({what}): {AGAIN}") from None
        return self.silent_since is None


@dataclass(eq=False)
class _Actor:
    """An actor, and the job that it holds."""

    handle: Any
    awaited: Any
    """What it says next: that it is there, then what its job yields."""
    there: bool = False
    job: ShardJob | None = None
    advanced: int = 0


@dataclass
class _Cluster:
    """The actors of a run."""

    ray: ModuleType
    work: Work
    workers: int | None
    head: _Head
    most: int = 0
    """How many actors there were at most."""
    stillborn: int = 0
    """Actors in a row that died before they were there."""
    actors: list[_Actor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._work, self._folder = self.ray.put(self.work), str(Path.cwd())
        self._maker = self.ray.remote(num_cpus=1, max_restarts=0)(_Maker)

    def fill(self, jobs: int) -> None:
        """Start actors up to the number asked for, of jobs and of CPUs that the cluster has now.

        Raises RunError where nobody works and no CPU is left.
        """
        cores = int(self.ray.cluster_resources().get("CPU", 0))
        if not cores and not self.held:
            raise RunError(f"the Ray cluster has no CPU left: {AGAIN}")
        wanted = min(cores if self.workers is None else min(self.workers, cores), jobs)
        while len(self.actors) < wanted:
            handle = self._maker.remote(self._work, self._folder)
            self.actors.append(_Actor(handle, handle.here.remote()))
        self.most = max(self.most, len(self.actors))

    @property
    def held(self) -> int:
        """Jobs that actors have in their hands."""
        return sum(actor.job is not None for actor in self.actors)

    def give(self, actor: _Actor, job: ShardJob) -> None:
        """Send a job to an actor that is there and holds none."""
        actor.job, actor.advanced = job, 0
        actor.awaited = actor.handle.make.options(num_returns="streaming").remote(job)

    def next_of(self) -> _Actor | None:
        """An actor that has something to say or has died; None after a while of silence."""
        awaited = {actor.awaited: actor for actor in self.actors if actor.job or not actor.there}
        if not awaited:  # all have died, and a silent head starts no others
            time.sleep(IDLE_SECONDS)
            return None
        ready, _ = self.ray.wait(list(awaited), num_returns=1, timeout=WAIT_SECONDS, fetch_local=False)
        return awaited[ready[0]] if ready else None

    def welcome(self, actor: _Actor) -> None:
        """Hear that a new actor is there, or died. Raises RunError where they all do, again and again."""
        try:
            actor.there, self.stillborn = self.ray.get(actor.awaited), 0
        except self.ray.exceptions.RayActorError as error:
            self.lost(actor)
            self.stillborn += 1
            if self.stillborn > RETRIES * self.most:
                what = f"no worker starts on the Ray cluster ({first_line(error)})"
                raise RunError(f"{what}: see that its nodes have scenegen, then run the same command again") from None

    def lost(self, actor: _Actor) -> None:
        """Forget an actor that died."""
        self.actors.remove(actor)

    def close(self) -> None:
        """End all actors, whatever they are doing; published shards are whole, others do not exist."""
        for actor in self.actors if self.head.silent_since is None else ():
            with contextlib.suppress(Exception):  # a cluster that is gone ends them too; asking it would wait
                self.ray.kill(actor.handle)


def _run(cluster: _Cluster, jobs: list[ShardJob]) -> Iterator[Event]:
    """Hand out the jobs, and tell what is heard of them."""
    waiting, tries = deque(jobs), dict.fromkeys(jobs, 0)
    while waiting or cluster.held:
        if cluster.head.answers():
            cluster.fill(len(waiting) + cluster.held)
        for actor in cluster.actors:
            if actor.there and actor.job is None and waiting:
                cluster.give(actor, waiting.popleft())
        actor = cluster.next_of()
        if actor and not actor.there:
            cluster.welcome(actor)
        elif actor:
            yield from _hear(cluster, actor, waiting, tries)


def _hear(cluster: _Cluster, actor: _Actor, waiting: deque[ShardJob], tries: dict[ShardJob, int]) -> Iterator[Event]:
    """One message of an actor, or its death."""
    job, ray = actor.job, cluster.ray
    assert job is not None
    try:
        kind, value = ray.get(next(actor.awaited))
    except (ray.exceptions.RayActorError, ray.exceptions.WorkerCrashedError, StopIteration) as error:
        cluster.lost(actor)
        tries[job] += 1
        yield Advanced(job, -actor.advanced)
        if tries[job] <= RETRIES:
            waiting.appendleft(job)
        else:
            why = f"room {job.room}: its worker died {tries[job]} times ({first_line(error)})"
            yield Failed(job, why, "worker_died")
        return
    if kind == "advanced":
        actor.advanced += value
        yield Advanced(job, value)
        return
    actor.job = None
    yield Finished(job, value) if kind == "finished" else Failed(job, *value)


class _Maker:
    """Lives in a process of the cluster: opens what the work needs at the first job.

    Paths may be relative to the folder of the one who asked.
    """

    def __init__(self, work: Work, folder: str) -> None:
        with contextlib.suppress(OSError):  # another machine need not have it
            os.chdir(folder)
        self._work = work
        self._bench: Bench | None = None

    def here(self) -> bool:
        """Say so."""
        return True

    def make(self, job: ShardJob) -> Iterator[tuple[str, Any]]:
        """Make one shard; ("advanced", samples) now and then, at last ("finished", record) or ("failed", words)."""
        said: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        maker = threading.Thread(target=self._make, args=(job, said), daemon=True)
        maker.start()
        kind = ""
        while kind not in ("finished", "failed"):
            kind, value = said.get()
            if kind == "broken":
                raise value
            yield kind, value

    def _make(self, job: ShardJob, said: "queue.SimpleQueue[tuple[str, Any]]") -> None:
        """The work of `make`, in a thread: its progress is a callback, and Ray's a generator."""
        try:
            if self._bench is None:
                self._bench = self._work.open()
            said.put(("finished", self._bench.make(job, lambda n: said.put(("advanced", n)))))
        except ScenegenError as error:
            said.put(("failed", (str(error), error.reason)))
        except BaseException as error:
            said.put(("broken", error))
