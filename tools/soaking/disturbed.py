"""A command that is killed on the way and started again until it ends by itself, and what was seen of it meanwhile."""

import contextlib
import math
import os
import random
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scenegen.shards.records import MANIFEST, planned
from soaking.processes import State, is_worker, state_of, workers_of

PERIOD_S = 0.5
"""How often is looked."""
EVERY, RECENT = 6, 15
"""At every so many looks the yardstick is timed; so many of its times are one measurement: 45 seconds."""
STALL_S = 1800.0
"""How long no shard may come before the soak is given up."""
START_UP_SHARDS = 2
"""What starting up and shards that are not published cost, counted as shards."""
COMMAND, WORKER = "command", "worker"


@dataclass(frozen=True)
class Process:
    """A process of the run at one moment."""

    pid: int
    role: str
    """COMMAND or WORKER."""
    state: State


@dataclass(frozen=True)
class Moment:
    """What was seen at one look."""

    life: int
    """How often the command was started again before."""
    pairs: int
    """Pairs in published shards, of all lives together."""
    shards: int
    processes: tuple[Process, ...]
    slow: float = 1.0
    """How much longer the machine took over a fixed task than at first: see `Yardstick`."""


@dataclass
class Spent:
    """Seconds that the workers of one life have computed, those that died included, at the machine's first pace."""

    by_pid: dict[int, float] = field(default_factory=dict)
    total_s: float = 0.0

    def book(self, moment: Moment) -> float:
        """Take in a moment; the sum so far."""
        for worker in (process for process in moment.processes if process.role == WORKER):
            more = worker.state.cpu_s - self.by_pid.get(worker.pid, 0.0)
            self.by_pid[worker.pid] = worker.state.cpu_s
            self.total_s += more / moment.slow
        return self.total_s


class Yardstick:
    """How fast the machine is: others that share it slow down all that is computed on it, in CPU time as well."""

    def __init__(self) -> None:
        chance = np.random.default_rng(0)
        self._values, self._order = chance.random(1 << 20), chance.permutation(1 << 20)
        self._taken_s: list[float] = []
        self._looks = 0

    def slow(self) -> float:
        """CPU time of a fixed task, lately, over that at first; it is timed at some of the calls."""
        if self._looks % EVERY == 0:
            begin = time.process_time()
            np.sort(self._values[self._order])
            self._taken_s.append(time.process_time() - begin)
        self._looks += 1
        return statistics.median(self._taken_s[-RECENT:]) / statistics.median(self._taken_s[:RECENT])


@dataclass(frozen=True)
class Soak:
    """What is started, where, and how often it is killed."""

    command: Sequence[str]
    folder: Path
    """Where the shards come."""
    log: Path
    """Takes what the command says."""
    kills: int
    pairs: int
    environment: Mapping[str, str]
    seed: int = 0
    """Of the moments of the kills."""


@dataclass
class Diary:
    """What was seen and done."""

    moments: list[Moment] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    """How each life ended, in words."""

    def orphans(self) -> list[int]:
        """Workers of any life that are still there."""
        seen = {p.pid for moment in self.moments for p in moment.processes if p.role == WORKER}
        return [pid for pid in sorted(seen) if is_worker(pid)]


def endure(soak: Soak) -> Diary:
    """Start the command, kill it at evenly spread points of progress, start it again, until it ends by itself.

    A kill comes when so many pairs are published and then a random part of a shard is computed: at any stage of the
    work. By turns all processes die at once; or a worker dies alone, is replaced, and then the command dies alone.
    Raises SystemExit where the command ends before its time, fails, or makes no shard for long.
    """
    diary, chance, yardstick = Diary(), random.Random(soak.seed), Yardstick()
    for life in range(soak.kills):
        goal = soak.pairs * (life + 1) // (soak.kills + 1)
        with _started(soak) as process:
            looks = _kept(_looks(process, life, soak, yardstick), diary)
            _wait(looks, goal, chance.random())
            if process.poll() is not None:
                advice = "ask for more --pairs, more --rooms or fewer --kills"
                raise SystemExit(f"soak: the run ended before kill {life + 1} ({last_words(soak.log)}): {advice}")
            diary.endings.append(_kill(process, life, looks))
    with _started(soak) as process:
        for _ in _kept(_looks(process, soak.kills, soak, yardstick), diary):
            pass
        if process.wait():
            raise SystemExit(f"soak: the run ended with exit code {process.returncode}: {last_words(soak.log)}")
    diary.endings.append("finished")
    return diary


@contextlib.contextmanager
def _started(soak: Soak) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a group of its own, of which nothing is left afterwards."""
    environment = {**os.environ, **soak.environment}
    with soak.log.open("ab") as log:
        process = subprocess.Popen(
            soak.command, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    try:
        yield process
    except BaseException:
        _kill_all(process)
        raise
    finally:
        process.wait()


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a command and its workers at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _looks(process: subprocess.Popen[bytes], life: int, soak: Soak, yardstick: Yardstick) -> Iterator[Moment]:
    """What is seen of a life, until the command has ended. Raises SystemExit where no shard comes for long."""
    samples: dict[str, int] = {}
    shards, since = -1, time.monotonic()
    while process.poll() is None:
        samples = samples or samples_by_file(soak.folder)
        there = [samples[path.name] for path in soak.folder.glob("*.h5") if path.name in samples]
        if len(there) != shards:
            shards, since = len(there), time.monotonic()
        if time.monotonic() - since > STALL_S:
            raise SystemExit(f"soak: no shard came for {STALL_S:.0f} s: {last_words(soak.log)}")
        yield Moment(life, sum(there), len(there), tuple(_processes(process.pid)), yardstick.slow())
        time.sleep(PERIOD_S)


def _kept(looks: Iterator[Moment], diary: Diary) -> Iterator[Moment]:
    """The same moments, written down."""
    for moment in looks:
        diary.moments.append(moment)
        yield moment


def samples_by_file(folder: Path) -> dict[str, int]:
    """Pairs of each shard that a run will have, by its name; none while there is no manifest."""
    return {job.file: job.samples for job in planned(folder)} if (folder / MANIFEST).is_file() else {}


def _processes(pid: int) -> Iterator[Process]:
    """A command and its workers now."""
    for number, role in ((pid, COMMAND), *((worker, WORKER) for worker in workers_of(pid))):
        if state := state_of(number):
            yield Process(number, role, state)


def _wait(looks: Iterator[Moment], goal: int, share: float) -> None:
    """Look on until so many pairs are published, and then a share of what a shard costs is computed."""
    spent, due, first = Spent(), math.inf, None
    for moment in looks:
        seconds, first = spent.book(moment), first or moment
        # a life makes a shard at least: what a kill before the first one does, the tests try
        if moment.pairs >= max(goal, first.pairs + 1) and due == math.inf:
            due = seconds + share * seconds / (moment.shards - first.shards + START_UP_SHARDS)
        if seconds >= due:
            return


def _kill(process: subprocess.Popen[bytes], life: int, looks: Iterator[Moment]) -> str:
    """Kill a command with its workers, or in every second life a worker and then the command; what was done."""
    victims = workers_of(process.pid)
    if life % 2 == 0 or not victims:
        _kill_all(process)
        return "all killed"
    os.kill(victims[0], signal.SIGKILL)
    for _ in looks:
        if set(workers_of(process.pid)) - set(victims):
            break
    process.kill()
    return "a worker, then the command killed"


def last_words(log: Path) -> str:
    """The last line that a command said."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
