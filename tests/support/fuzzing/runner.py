"""Runs cases in child processes, one at a time; a child that hangs or crashes costs its one case."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from roots import PYTHONPATH

CASES_PER_CHILD = 10_000
"""A fresh child after that many: a leak is not a case's fault."""
CASE_WALL_S = 600.0
"""A child that is silent for so long hangs in native code."""
START_WALL_S = 600.0


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    case: int
    target: str
    outcome: str
    """loaded, refused or broken."""
    kind: str = ""
    """Error type and reason, or what broke."""
    text: str = ""
    seconds: float = 0.0
    nasty: str = ""


def run_cases(suite: str, seed: str, first: int, last: int) -> Iterator[Outcome]:
    """Outcomes of the cases first..last-1 in order; `seed` is a number, or "nasties"."""
    at = first
    while at < last:
        stop = min(at + CASES_PER_CHILD, last)
        for outcome in _one_child(suite, seed, at, stop):
            yield outcome
            at = outcome.case + 1


def _one_child(suite: str, seed: str, first: int, last: int) -> Iterator[Outcome]:
    """Outcomes of one child, the last of them broken where it died. Raises RuntimeError where it cannot start."""
    with tempfile.TemporaryFile() as crash:
        command = [sys.executable, "-m", "fuzzing.worker", suite, seed, str(first), str(last)]
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=crash, env=_environment(crash.fileno()), pass_fds=[crash.fileno()]
        )
        try:
            yield from _followed(child, crash, first, last)
        finally:
            child.kill()
            child.wait()


def _environment(crash: int) -> dict[str, str]:
    """One thread each, and little address space for the allocator's arenas."""
    path = os.pathsep.join([PYTHONPATH, os.environ.get("PYTHONPATH", "")])
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    return {**os.environ, **threads, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "1", "FUZZ_CRASH_FD": str(crash)}


def _followed(child: subprocess.Popen[bytes], crash: object, first: int, last: int) -> Iterator[Outcome]:
    """Read the child's events until it is done or dead."""
    current = None
    for event in _events(child):
        if "start" in event:
            current = event["start"]
        else:
            yield Outcome(**event)
            if event["case"] == last - 1:
                return
            current = None
    why = _end(child)
    crash.seek(0)  # pyright: ignore[reportAttributeAccessIssue]
    said = crash.read().decode("utf-8", "replace")[-4000:]  # pyright: ignore[reportAttributeAccessIssue]
    if current is None:
        raise RuntimeError(f"the child for cases {first}.. {why} outside a case:\n{said}")
    yield Outcome(current, "?", "broken", why, said)


def _end(child: subprocess.Popen[bytes]) -> str:
    """How the child ended; one that is still there hangs."""
    try:
        code = child.wait(2)
    except subprocess.TimeoutExpired:
        return "hang"
    return f"crash {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def _events(child: subprocess.Popen[bytes]) -> Iterator[dict]:
    """JSON lines of the child until it closes its end or is silent for too long."""
    assert child.stdout is not None
    pending, patience = b"", START_WALL_S
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while selector.select(patience):
            piece = os.read(child.stdout.fileno(), 1 << 16)
            if not piece:
                return
            *lines, pending = (pending + piece).split(b"\n")
            patience = CASE_WALL_S
            yield from map(json.loads, lines)


def table(outcomes: list[Outcome]) -> str:
    """Cases by target: loaded, refused (by kind) and broken, and the slowest."""
    lines = [f"{'parser':<14} {'cases':>7} {'loaded':>7} {'refused':>8} {'broken':>7} {'slowest':>8}  refused as"]
    for name in [*dict.fromkeys(o.target for o in outcomes), "all"]:
        part = [o for o in outcomes if name in (o.target, "all")]
        count = Counter(o.outcome for o in part)
        kinds = Counter(o.kind for o in part if o.outcome == "refused").most_common()
        slow = max(o.seconds for o in part)
        said = ", ".join(f"{kind.removeprefix('AssetError ')} {n}" for kind, n in kinds) if name != "all" else ""
        row = f"{len(part):>7} {count['loaded']:>7} {count['refused']:>8} {count['broken']:>7} {slow:>6.2f} s"
        lines.append(f"{name:<14} {row}  {said}".rstrip())
    return "\n".join(lines)
