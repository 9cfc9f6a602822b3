"""Stopping at a step's end instead of in its middle."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
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


Handler = Callable[[int, FrameType | None], None]


@contextmanager
def _heard(handler: Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Let a function hear signals, in the main thread, where alone that can be.

    A signal that is ignored stays so: a shell starts its background jobs like that, and Ctrl-C is not meant for them.
    """
    here = threading.current_thread() is threading.main_thread()
    heard = [number for number in numbers if here and signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM, as schedulers send it, ends what runs here as Ctrl-C does: nothing is left behind that goes on."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _heard(interrupt, signal.SIGTERM):
        yield


@contextmanager
def stopping() -> Iterator[Stop]:
    """Turn the first Ctrl-C (or SIGTERM, as schedulers send it) into a request; the second one interrupts at once."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    with _heard(ask, signal.SIGINT, signal.SIGTERM):
        yield stop
