"""Checking shards in a process of its own, which a hostile file may take down without the command.

HDF5's library can crash on files that were made to crash it: its own checksums do not help where the author
computed them anew. What comes of such a file is a line of the report, and the next file is checked by a new process.
"""

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from scenegen.remote import is_remote
from scenegen.verify.check import Entry, Level, ShardReport, Target, check_shard

Check = Callable[[Path, Entry | None], ShardReport]
"""What is asked of a shard and its entry in the manifest, in the other process."""

PATIENCE_S = 60.0
"""Seconds that any shard may take, besides those for its bytes."""
SLOWEST_BYTES_PER_S = 4e6
"""A hundredth of the usual rate."""
FARTHER = 10
"""So many times as long anything at an address may take: a connection that is cut is tried for a minute."""
MEMORY_BYTES = 16 << 30
"""Address space of the process; a hostile file can claim any size."""


_WARNING = "do not trust this file"
_ENDLESS = f"keeps HDF5 busy without end: {_WARNING}"


def check_all(targets: Iterable[Target], level: Level) -> Iterator[ShardReport]:
    """One report for each shard, in order. `fast` opens no file, so it needs no other process."""
    if level == "fast":
        yield from (check_shard(target.path, target.entry, level) for target in targets)
        return
    with Quarantine(check_shard) as quarantine:
        for target in targets:
            yield quarantine.check(target)


class Quarantine:
    """A process that checks one shard after the other; a new one takes over when it crashes or hangs."""

    def __init__(self, check: Check, patience_s: float = PATIENCE_S) -> None:
        self._check = check
        self._patience_s = patience_s
        self._start()

    def check(self, target: Target) -> ShardReport:
        """What the check says of a shard, or what the shard did to the process.

        An error that the check itself raises is a mistake of the program: RuntimeError with its traceback.
        """
        size, far = _size(target.path), is_remote(target.path)
        patience_s = (self._patience_s + size / SLOWEST_BYTES_PER_S) * (FARTHER if far else 1)
        try:
            if not self._ready:  # the time that a busy machine takes to start it is not the shard's
                self._ready = self._pipe.recv()
            self._pipe.send((target.path, target.entry))
            if self._pipe.poll(patience_s):
                return _heard(self._pipe.recv())
            fate = f"was not read in {patience_s:.0f} s: see that the network is up" if far else _ENDLESS
        except (EOFError, OSError):
            self._process.join()
            fate = f"makes HDF5 crash (exit code {self._process.exitcode}): {_WARNING}"
        self.close()
        self._start()
        return ShardReport(target.path.name, (fate,), size)

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        """Spawn the process: a fork would share what this one has open."""
        context = multiprocessing.get_context("spawn")
        self._ready = False
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._check), daemon=True)
        self._process.start()
        theirs.close()


def _heard(answer: ShardReport | str) -> ShardReport:
    """The report that came, or RuntimeError with the traceback that came instead."""
    if isinstance(answer, ShardReport):
        return answer
    raise RuntimeError(answer)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _limit_memory() -> None:
    """Bound what a hostile file can make HDF5 ask for; Windows has no such bounds."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # a lower limit stands already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _serve(pipe: Connection, check: Check) -> None:
    """Check what comes through the pipe until it closes: the life of the process. Its last cries are not shown."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _limit_memory()
    with contextlib.suppress(EOFError, OSError):  # whoever asked has gone
        pipe.send(True)
        while True:
            path, entry = pipe.recv()
            try:
                answer: ShardReport | str = check(path, entry)
            except Exception:  # handed over, not swallowed
                answer = traceback.format_exc()
            pipe.send(answer)
