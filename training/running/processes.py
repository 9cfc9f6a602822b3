"""Jobs in processes of their own, some at once: each begins with empty memory, and is asked to end, not killed."""

import contextlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import torch

from training.errors import DataError

J = TypeVar("J")
R = TypeVar("R")


def in_processes(function: Callable[[J], R], jobs: Sequence[J], workers: int) -> Iterator[R]:
    """The result of each job, as they finish; at most `workers` run at once, each in a new process of one thread.

    What a job raises is raised here. When the iteration ends early, an interrupt included, the running processes get
    SIGTERM and are waited for; so they do when this process dies. Raises DataError when the system stopped a process.
    """
    running: dict[Connection, BaseProcess] = {}
    waiting = iter(jobs)
    try:
        while True:
            running |= dict(_started(function, job) for job in islice(waiting, workers - len(running)))
            if not running:
                return
            for connection in wait(list(running)):
                yield _received(connection, running.pop(connection))  # pyright: ignore[reportArgumentType]
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.join()


def _started(function: Callable[[J], Any], job: J) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, function, job))
    process.start()
    sender.close()  # or the end of the process would not be seen at the other end
    return receiver, process


def _received(connection: Connection, process: BaseProcess) -> Any:
    """What a process sent at its end. Raises what its job raised."""
    try:
        good, result = connection.recv()
    except EOFError:
        advice = "often for lack of memory; the same command goes on; fewer processes at once need less"
        raise DataError(f"a process was stopped by the system, {advice}") from None
    finally:
        process.join()
        connection.close()
    if good:
        return result
    raise result


def _work(sender: Connection, function: Callable[[Any], Any], job: Any) -> None:
    """The life of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who asks us to end
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    try:
        answer = (True, function(job))
    except Exception as error:
        error.add_note(traceback.format_exc())
        answer = (False, error)
    with contextlib.suppress(BrokenPipeError):  # the parent may be gone
        sender.send(answer)


def _end_with_parent() -> None:
    """Two programs must not go on with the same run."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
