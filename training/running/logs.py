"""What a run writes about itself: JSON lines, TensorBoard events, and a line or a bar for who waits."""

import json
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from torch.utils.tensorboard.writer import SummaryWriter

from training.files.atomic import whole, writing

LOG, VALIDATION, HEALTH, PACE = "log.jsonl", "validation.jsonl", "health.jsonl", "pace.jsonl"
TENSORBOARD = "tensorboard"
"""Names in a run folder."""
PLAIN_LINE_S = 10.0
"""Seconds between two lines of progress where there is no terminal."""


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON-lines file; none without a file. A last line cut by a kill is left out."""
    if not path.is_file():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return records


def truncate(path: Path, step: int) -> None:
    """Keep the records up to `step`, in one rename: a run that goes on from there writes the rest again."""
    if not path.is_file():
        return
    kept = [record for record in read_lines(path) if record["step"] <= step]
    with whole(path) as draft:
        draft.write_text("".join(f"{json.dumps(record)}\n" for record in kept), encoding="utf-8")


class RunLog:
    """The files of a run folder that grow with the run.

    Opening it at `step` drops what was logged after that step, and everything for a run that begins (step 0).
    Raises RequestError, in a line, where the disk takes no more.
    """

    def __init__(self, run: Path, step: int) -> None:
        self._run, names = run, (LOG, VALIDATION, HEALTH, PACE)
        with writing(run):
            for name in names:
                truncate(run / name, step or -1)
            self._files = {name: (run / name).open("a", encoding="utf-8") for name in names}
            self._events = SummaryWriter(str(run / TENSORBOARD), purge_step=step + 1 if step else 0)

    def write(self, name: str, step: int, values: Mapping[str, float], **more: Any) -> None:
        """Append a record {"step": …, values…, more…} to a JSON-lines file and the values to TensorBoard."""
        record = {"step": step} | {key: _strict(value) for key, value in values.items()} | more
        with writing(self._run):
            self._files[name].write(f"{json.dumps(record)}\n")
            for key, value in values.items():
                self._events.add_scalar(f"{_GROUP[name]}/{key}", value, step)

    def sync(self) -> None:
        """Bring everything to the disk: called before each checkpoint, so that the log is never behind it."""
        with writing(self._run):
            self._events.flush()
            for file in self._files.values():
                file.flush()
                os.fsync(file.fileno())

    def close(self) -> None:
        """Write what is left and close the files."""
        self.sync()
        self._events.close()
        for file in self._files.values():
            file.close()


def _strict(value: float) -> float | None:
    """JSON knows no NaN: null stands for it."""
    return value if math.isfinite(value) else None


_GROUP = {LOG: "train", VALIDATION: "validation", HEALTH: "health", PACE: "pace"}


class Display:
    """Progress of a run: a bar on a terminal, a line every ten seconds elsewhere. The clock is for display alone."""

    def __init__(self, console: Console, steps: int, done: int, batch: int) -> None:
        self.console, self.steps, self.batch = console, steps, batch
        self._first, self._begin, self._said = done, time.monotonic(), time.monotonic()
        self._bar = Progress(
            TextColumn("step"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("step", total=steps, completed=done, words="")

    def __enter__(self) -> "Display":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def update(self, step: int, loss: float) -> None:
        """Show the state after `step`."""
        words = self.words(step, loss, time.monotonic() - self._begin)
        self._bar.update(self._task, completed=step, words=words)
        if not self.console.is_terminal and (
            time.monotonic() - self._said >= PLAIN_LINE_S or step in (self._first + 1, self.steps)
        ):
            self._said = time.monotonic()
            self.say(f"step {step}/{self.steps}  {words}")

    def words(self, step: int, loss: float, elapsed_s: float) -> str:
        """Loss, pairs per second, time left."""
        speed = (step - self._first) / max(elapsed_s, 1e-9)
        left = duration((self.steps - step) / max(speed, 1e-9))
        return f"loss {loss:+.4f}  {speed * self.batch:.1f} pairs/s  {left} left"

    def say(self, text: str, style: str = "") -> None:
        """A line that stays."""
        self.console.print(text, style=style, soft_wrap=True, markup=False)


def duration(seconds: float) -> str:
    """Seconds as 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
