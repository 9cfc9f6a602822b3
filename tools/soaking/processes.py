"""What Linux tells of processes: who works for whom, what they have computed, hold and have open."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_OWN = ("Private_Dirty:", "Swap:")
"""What nobody shares and no file gives back: where a leak is seen. In kB."""


@dataclass(frozen=True)
class State:
    """A process at one moment."""

    cpu_s: float
    """Seconds that it has computed."""
    memory_mb: float
    """Memory of its own, swapped out or not, 10^6 bytes."""
    handles: int
    """Files, pipes and sockets that it has open."""


def children(pid: int) -> list[int]:
    """Numbers of the processes that a process has started."""
    found = _PROC / f"{pid}/task/{pid}/children"
    try:
        return [int(word) for word in found.read_text().split()]
    except OSError:
        return []


def is_worker(pid: int) -> bool:
    """Whether a process is one that Python spawned to work."""
    try:
        return b"spawn_main" in (_PROC / f"{pid}/cmdline").read_bytes()
    except OSError:
        return False


def workers_of(pid: int) -> list[int]:
    """The workers that a process has started."""
    return [child for child in children(pid) if is_worker(child)]


def cpu_s(pid: int) -> float:
    """Seconds that a process has computed: how far it is, however busy the machine; for ever once it is gone."""
    try:
        words = (_PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return math.inf
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def state_of(pid: int) -> State | None:
    """A process now; None where it is gone, or going."""
    try:
        lines = (_PROC / f"{pid}/smaps_rollup").read_text().splitlines()
        handles = len(list((_PROC / f"{pid}/fd").iterdir()))
    except OSError:
        return None
    own_kb = sum(int(line.split()[1]) for line in lines if line.startswith(_OWN))
    spent = cpu_s(pid)
    return State(spent, own_kb * 1024 / 1e6, handles) if own_kb and math.isfinite(spent) else None
