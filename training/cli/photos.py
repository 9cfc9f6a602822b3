"""`scenetrain eval-photos`: from its options to the table, with a bar."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scenegen.terminal import terminal
from training.cli.commands import EvalPhotos
from training.devices import choose_device
from training.evaluation.photos.entrants import Entrants, contenders
from training.evaluation.photos.run import PAGE, eval_photos
from training.evaluation.photos.table import render_photos
from training.ranges import check_ranges


def measure_photos(command: EvalPhotos) -> int:
    """Measure, and print the table."""
    check_ranges(command)
    entrants = Entrants(command.runs, command.descriptors, command.baselines, command.distance)
    found = contenders(entrants, command.measure.grid, choose_device(command.device))
    console = terminal()
    with _bar(console) as bar:
        told = _Told(bar)
        table = eval_photos(
            found, command.data, command.out, command.measure, command.benchmark, command.pictures, told
        )
    console.print(render_photos(table))
    line = f"tables and pictures are in {command.out}; open {command.out / PAGE}"
    console.print(line, soft_wrap=True, markup=False)
    return 0


def _bar(console: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=console)


class _Told:
    """A bar for each contender on each benchmark."""

    def __init__(self, bar: Progress) -> None:
        self._bar, self._tasks = bar, {}

    def __call__(self, benchmark: str, contender: str, done: int, of: int) -> None:
        name = f"{benchmark}: {contender}"
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name, total=of)
        self._bar.update(self._tasks[name], completed=done)
