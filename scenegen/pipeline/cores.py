"""How many cores there are to use."""

import os


def usable_cores() -> int:
    """Number of cores that this process may use; all of the machine where the system does not say (macOS, Windows)."""
    may_use = getattr(os, "sched_getaffinity", None)
    return len(may_use(0)) if may_use else os.cpu_count() or 1
