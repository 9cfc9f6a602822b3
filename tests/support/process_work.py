"""What processes do in tests: tell, fail, die or wait."""

import os
import signal
import sys
import time
from pathlib import Path

import torch
from interrupting import PATIENCE_S

from training.errors import DivergenceError


def work(job):
    """What the processes do."""
    kind, value = job
    if kind == "threads":
        return os.getpid(), torch.get_num_threads()
    if kind == "fail":
        raise DivergenceError(value)
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "wait":
        try:
            Path(value + ".begun").touch()
            time.sleep(PATIENCE_S)
        finally:
            Path(value).touch()
    return value


def leave(*_):
    sys.exit(0)


def polite(job):
    """The same, with a goodbye when asked to end."""
    signal.signal(signal.SIGTERM, leave)
    return work(job)
