"""Stopping at a step's end instead of in its middle."""

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Stop:
    """Whether somebody asked to stop."""

    requested: bool = False

    def until(self, items: Iterable[T]) -> Iterator[T]:
        """The items until a stop is asked for. A Ctrl-C also ends the loader's processes: that is no error then."""
        stream = iter(items)
        while not self.requested:
            try:
                item = next(stream)
            except StopIteration:
                return
            except Exception:
                if self.requested:
                    return
                raise
            yield item


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM, as schedulers send it, ends what runs here as Ctrl-C does: nothing is left behind that goes on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Turn the first Ctrl-C (or SIGTERM, as schedulers send it) into a request; the second one interrupts at once.

    A signal that is ignored stays so: a shell starts its background jobs like that, and Ctrl-C is not meant for them.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    heard = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
