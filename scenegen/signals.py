"""What a process does when it is asked to end: by a terminal (SIGINT), or by a scheduler (SIGTERM)."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def heard(handler: Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Let a function hear signals, in the main thread, where alone that can be.

    A signal that is ignored stays so: a shell starts its background jobs like that, and Ctrl-C is not meant for them.
    """
    here = threading.current_thread() is threading.main_thread()
    listened = [number for number in numbers if here and signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in listened}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends what runs here as Ctrl-C does, by KeyboardInterrupt with its number: nothing goes on alone."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    with heard(interrupt, signal.SIGTERM):
        yield


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """What shells say of a process that a signal ended: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
