"""Stopping at a step's end instead of in its middle."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

from scenegen.signals import heard

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
def stopping() -> Iterator[Stop]:
    """Turn the first Ctrl-C (or SIGTERM, as schedulers send it) into a request; the second one interrupts at once."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    with heard(ask, signal.SIGINT, signal.SIGTERM):
        yield stop
