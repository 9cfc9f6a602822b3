"""Whole runs as users type them: one worker and more, and every sample made again by `verify --deep`."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benching.section import Section
from benching.subject import Subject
from scenegen.pipeline.plan import samples_per_shard


def whole_runs(subject: Subject, workers: int) -> Section:
    """`scenegen render` by one worker and by some, a full shard for each, then every sample made again and compared."""
    pairs = workers * samples_per_shard(subject.config)
    with tempfile.TemporaryDirectory() as folder:
        out = [Path(folder, str(count)) for count in (1, workers)]
        alone, together = (_render(subject, path, count, pairs) for path, count in zip(out, (1, workers), strict=True))
        checked = _command("verify", out[1], "--deep", pairs, *_places(subject))
    rows = (
        _row("render, 1 worker", pairs, alone),
        _row(f"render, {workers} workers", pairs, together),
        _row("verify --deep, all samples", pairs, checked),
        _row(f"made by {workers} workers and verified", pairs, together + checked),
    )
    note = (
        f"{pairs} pairs, commands from start to end. {workers} workers make {alone / together:.2f} times as many pairs "
        f"as one: {alone / together / workers:.0%} of what so many cores could. The last line is pairs of which every "
        "one was made a second time and compared."
    )
    return Section("Whole runs", rows, note)


def _row(name: str, pairs: int, seconds: float) -> dict[str, object]:
    return {"command": name, "seconds": seconds, "pairs/s": pairs / seconds}


def _render(subject: Subject, out: Path, workers: int, pairs: int) -> float:
    """Seconds of a run of `pairs` pairs in one room."""
    size = "x".join(map(str, subject.config.size))
    words = ("--rooms", 1, "--pairs-per-room", pairs, "--size", size, "--layers", ",".join(subject.config.layers))
    return _command("render", "--out", out, "--workers", workers, "--codec", subject.codec, *words, *_sources(subject))


def _sources(subject: Subject) -> Sequence[object]:
    return "--room-source", subject.config.room_source, "--object-source", subject.config.object_source


def _places(subject: Subject) -> Sequence[object]:
    """Where what was rendered is read from: built-in things lie nowhere."""
    config = subject.config
    places = {"--room-source": config.room_source, "--object-source": config.object_source}
    return [word for option, source in places.items() if ":" in source for word in (option, source)]


def _command(*words: object) -> float:
    """Seconds of a command of scenegen. Raises SystemExit with its last words where it fails."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "scenegen", *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"scenegen {' '.join(map(str, words))}: {done.stderr.strip().splitlines()[-1:]}")
    return time.perf_counter() - started
