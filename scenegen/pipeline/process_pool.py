"""Jobs in spawned processes of this machine, that may die without taking the run along.

Workers are spawned, never forked: Embree's and OpenGL's threads do not survive a fork.
"""

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from scenegen.errors import RunError, ScenegenError, printable
from scenegen.pipeline.events import RETRIES, Advanced, Event, Failed, Finished
from scenegen.pipeline.work import Work
from scenegen.shards.manifest import ShardJob

TAIL_LINES = 4
"""Lines of a dead worker's log that its failure quotes."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class _Worker:
    """A spawned process, the pipe to it, and the job it holds."""

    process: BaseProcess
    pipe: Connection
    log: Path
    """What the process says on its standard error."""
    job: ShardJob | None = None
    advanced: int = 0


def run_pool(work: Work, jobs: list[ShardJob], workers: int) -> Iterator[Event]:
    """Run the jobs in `workers` spawned processes.

    A worker that dies costs its job one retry and is replaced; after RETRIES the job is Failed.
    Closing the iterator ends the workers at once.
    """
    waiting, tries = deque(jobs), dict.fromkeys(jobs, 0)
    crew: list[_Worker] = []
    try:
        # one by one: where a later one cannot be started, those before it are ended
        for _ in range(min(workers, len(jobs))):
            crew.append(_start(work))
        for worker in crew:
            _give(worker, waiting)
        while any(w.job for w in crew):
            for worker in _ready(crew):
                yield from _hear(worker, waiting, tries)
                # one that died with a job in hand is heard to the end first: it may have finished it
                if waiting and worker.job is None and not worker.process.is_alive():
                    _end(worker)
                    crew[crew.index(worker)] = replacement = _start(work)
                    _give(replacement, waiting)
    finally:
        for worker in crew:
            _end(worker)


def _start(work: Work) -> _Worker:
    """Start a worker. Raises RunError where the system has no place for it."""
    try:
        return _spawned(work)
    except OSError as error:
        advice = "free memory, processes or space for temporary files (TMPDIR), then run the same command again"
        raise RunError(f"a worker cannot be started ({error.strerror}): {advice}") from None


def _spawned(work: Work) -> _Worker:
    """Spawn a worker with one numerical thread: the workers are the parallelism."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    descriptor, log = tempfile.mkstemp(prefix="scenegen-worker-", suffix=".log")
    os.close(descriptor)
    process = context.Process(target=_serve, args=(work, theirs, log), daemon=True)
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        process.start()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    theirs.close()
    return _Worker(process, mine, Path(log))


def _give(worker: _Worker, waiting: deque[ShardJob]) -> None:
    """Send the next job, if there is one; a worker that has died meanwhile is noticed by its silence."""
    worker.job, worker.advanced = (waiting.popleft() if waiting else None), 0
    if worker.job:
        with contextlib.suppress(OSError):
            worker.pipe.send(worker.job)


def _ready(crew: list[_Worker]) -> list[_Worker]:
    """Workers that have something to say or have died; waits for the first."""
    by_pipe = {w.pipe: w for w in crew if w.job}
    return [by_pipe[pipe] for pipe in wait(list(by_pipe)) if isinstance(pipe, Connection)]


def _hear(worker: _Worker, waiting: deque[ShardJob], tries: dict[ShardJob, int]) -> Iterator[Event]:
    """One message of a worker, or its death."""
    job = worker.job
    assert job is not None
    try:
        kind, value = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        yield from _bury(worker, job, waiting, tries)
        return
    if kind == "advanced":
        worker.advanced += value
        yield Advanced(job, value)
        return
    _give(worker, waiting)
    yield Finished(job, value) if kind == "finished" else Failed(job, *value)


def _bury(worker: _Worker, job: ShardJob, waiting: deque[ShardJob], tries: dict[ShardJob, int]) -> Iterator[Event]:
    """Put the job of a dead worker back, or give it up."""
    worker.job = None
    tries[job] += 1
    yield Advanced(job, -worker.advanced)
    if tries[job] <= RETRIES:
        waiting.appendleft(job)
    else:
        code, said = worker.process.exitcode, _tail(worker.log)
        yield Failed(
            job, f"room {job.room}: its worker died {tries[job]} times (exit code {code}{said})", "worker_died"
        )


def _tail(log: Path) -> str:
    """The last words of a worker, in one line; of a crash in native code its name and the innermost frame."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    said = [printable(line.strip()) for line in lines if line.strip()]
    crash = next((k for k, line in enumerate(said) if line.startswith("Fatal Python error")), len(said))
    frame = [line for line in said[crash:] if line.startswith("File ")][:1]
    said = [*said[: crash + 1], *frame][-TAIL_LINES:]
    return f"; its last words: {' | '.join(said)}" if said else ", without a word"


def _end(worker: _Worker) -> None:
    """Stop a worker whatever it is doing; published shards are whole, others do not exist."""
    worker.pipe.close()
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join()
    worker.log.unlink(missing_ok=True)


def _serve(work: Work, pipe: Connection, log: str) -> None:
    """Serve jobs until the pipe closes: the life of a worker. What it or a native library says goes to `log`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(log).open("a") as file:
        os.dup2(file.fileno(), 2)
    faulthandler.enable()
    with contextlib.suppress(BrokenPipeError):  # whoever asked has gone
        _serve_jobs(work, pipe)


def _serve_jobs(work: Work, pipe: Connection) -> None:
    """Take a job, make its shard, say so, until the pipe closes."""
    try:
        bench, trouble = work.open(), None
    except ScenegenError as error:
        bench, trouble = None, error
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            if bench is None:
                raise trouble or ScenegenError
            pipe.send(("finished", bench.make(job, lambda n: pipe.send(("advanced", n)))))
        except ScenegenError as error:
            pipe.send(("failed", (str(error), error.reason)))
