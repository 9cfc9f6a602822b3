"""Ctrl-C for tests: a shell's background job ignores SIGINT, and so do all programs that it starts."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 600.0
"""What a test waits for a program that must end by itself: the machine may have much else to do."""


@contextmanager
def interruptible() -> Iterator[None]:
    """In the block, and in children started there, SIGINT is an interrupt, however the tests were started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def in_background() -> Iterator[None]:
    """In the block, and in children started there, SIGINT is ignored as a shell has it for its background jobs."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
