"""How long the steps of a run take and how much memory they need, over all calls that it took.

The clock stands still while a run is looked at (validation, health, checkpoints), so that it tells the price of the
steps alone. CPU seconds are those of the process with all its threads: what else the machine does hardly moves them.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

_STATUS = Path("/proc/self/status")


class Pace:
    """A stopwatch that goes on from the last record of an earlier call."""

    def __init__(self, device: torch.device, records: Sequence[dict[str, Any]] = ()) -> None:
        before = records[-1] if records else {}
        self._device = device
        self._passed = [before.get("cpu_s", 0.0), before.get("wall_s", 0.0)]
        self._peak_mib: float = before.get("peak_mib", 0.0)
        self._since = _now()

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Time does not count in the block."""
        self._count()
        try:
            yield
        finally:
            self._since = _now()

    def numbers(self) -> dict[str, float]:
        """`cpu_s` and `wall_s`, the seconds that counted, and `peak_mib`, as `peak_mib` tells it; over all calls."""
        self._count()
        self._peak_mib = max(self._peak_mib, peak_mib(self._device))
        return {"cpu_s": self._passed[0], "wall_s": self._passed[1], "peak_mib": self._peak_mib}

    def _count(self) -> None:
        now = _now()
        self._passed = [sum_s + end - begin for sum_s, begin, end in zip(self._passed, self._since, now, strict=True)]
        self._since = now


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def peak_mib(device: torch.device) -> float:
    """The most memory that this process had, in MiB: on a GPU PyTorch's, else what was resident (0: not known)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    if not _STATUS.is_file():
        return 0.0
    # Not getrusage: a process that was started by a large one inherits that one's peak.
    lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM:")), 0.0)
