"""What a run shows while it goes: a live bar on a terminal, plain lines elsewhere."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from scenegen.pipeline.events import Advanced, Event, Failed, Finished
from scenegen.pipeline.plan import RunPlan
from scenegen.shards.manifest import ShardJob

LINE_SECONDS = 10.0
"""How often a line is printed where there is no terminal."""


class Display:
    """Shows events on a console; silent before `start`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pairs = self._rooms = self._total = self._total_rooms = 0
        self._started = self._last_line = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def start(self, plan: RunPlan, jobs: list[ShardJob]) -> None:
        """Begin to count: `jobs` are those still to be made."""
        self._total, self._total_rooms = sum(j.samples for j in jobs), len(jobs)
        if len(jobs) < len(plan.jobs):
            self._console.print(f"{len(plan.jobs) - len(jobs)} of {len(plan.jobs)} shards are there; making the others")
        self._started = self._last_line = time.monotonic()
        if self._console.is_terminal:
            self._bar = _bar(self._console)
            self._task = self._bar.add_task("", total=self._total, rooms=self._rooms_text(), rate="", left="")
            self._bar.start()

    def show(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Advanced():
                self._pairs += event.samples
            case Finished():
                self._rooms += 1
            case Failed():
                self._console.print(
                    f"failed  {event.message}", style="red", markup=False, highlight=False, soft_wrap=True
                )
        self._refresh()

    def stop(self) -> None:
        """Take the bar down."""
        if self._bar:
            self._bar.stop()

    def _refresh(self) -> None:
        if self._bar:
            rate = f"{self._rate():.2f} pairs/s"
            self._bar.update(
                self._task, completed=self._pairs, rooms=self._rooms_text(), rate=rate, left=self._left_text()
            )
        elif time.monotonic() - self._last_line > LINE_SECONDS:
            self._last_line = time.monotonic()
            pairs = f"pairs {self._pairs}/{self._total}"
            self._console.print(
                f"{self._rooms_text()}, {pairs}, {self._rate():.2f} pairs/s, {self._left_text()}", highlight=False
            )

    def _rooms_text(self) -> str:
        return f"shards {self._rooms}/{self._total_rooms}"

    def _rate(self) -> float:
        return self._pairs / max(time.monotonic() - self._started, 1e-6)

    def _left_text(self) -> str:
        if self._rate() <= 0:
            return "time left unknown"
        seconds = int((self._total - self._pairs) / self._rate())
        return f"{seconds // 60}:{seconds % 60:02d} left"


def _bar(console: Console) -> Progress:
    """The columns of the live bar."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[rooms]}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("pairs"),
        TextColumn("[cyan]{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=console,
        expand=True,
    )
