"""What every peer begins and ends with."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def scene() -> dict[str, Any]:
    """The arrays of the scene named on the command line."""
    with np.load(sys.argv[1], allow_pickle=False) as file:
        return dict(file)


def report(view: Callable[[Any], object], poses: Any, gives: str) -> None:
    """Time a view of each pose (4, 4) but the first, and print the mean."""
    view(poses[0])
    started = time.perf_counter()
    for pose in poses[1:]:
        view(pose)
    spent = (time.perf_counter() - started) / (len(poses) - 1)
    print(json.dumps({"milliseconds a view": 1000 * spent, "gives": gives}))
