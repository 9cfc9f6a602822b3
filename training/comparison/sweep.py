"""The comparison as a whole: which runs are missing, who makes them, and what they leave."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from training.comparison.contestant import Contestant
from training.comparison.measuring import Run, make_reference, make_row
from training.comparison.setup import Setup, check_folder, open_folder
from training.comparison.trial import Reference, Row, Trial
from training.devices import choose_device
from training.evaluation.benchmarks.shards import require_window
from training.evaluation.run import baselines
from training.files.rows import read_rows, write_rows
from training.running.distributed import World
from training.running.job import open_job
from training.running.processes import in_processes

ROWS, REFERENCE_ROWS = "compare.csv", "references.csv"


class Make(Protocol):
    """How jobs are done: in processes, or otherwise."""

    def __call__(self, function: Callable[[Any], Any], jobs: Sequence[Any], workers: int) -> Iterator[Any]:
        """The results, as they come."""
        ...


def run_missing(
    setup: Setup,
    contestants: Sequence[Contestant],
    trials: Sequence[Trial],
    workers: int,
    report: Callable[[Row, int, int], None],
    make: Make = in_processes,
) -> tuple[list[Row], list[Reference]]:
    """Make what is missing; returns the rows of these trials in their order, and the references.

    Rows are written as their runs finish, so an interrupted comparison goes on where it stopped; `report` gets each
    new row, and how many of how many. Rows of other trials in the folder are kept. Raises RequestError and DataError
    as the folder and its rows make it, KeyboardInterrupt when the runs were stopped.
    """
    _refuse_early(setup, contestants, trials)
    open_folder(setup, contestants)
    rows = {row.trial: row for row in read_rows(setup.out / ROWS, Row)}
    references = _references(setup, workers, make)
    by_name = {contestant.name: contestant for contestant in contestants}
    missing = [Run(setup, by_name[trial.contestant], trial) for trial in trials if trial not in rows]
    for count, row in enumerate(make(make_row, missing, workers), 1):
        if row is None:  # its process was asked to stop
            raise KeyboardInterrupt
        rows[row.trial] = row
        write_rows(setup.out / ROWS, [rows[each] for each in sorted(rows)], Row)
        report(row, count, len(missing))
    kept = {row.trial: row for row in read_rows(setup.out / ROWS, Row)}  # rounded alike, whenever they were made
    return [kept[trial] for trial in trials], references


def _refuse_early(setup: Setup, contestants: Sequence[Contestant], trials: Sequence[Trial]) -> None:
    """Raise what the folder or the first run of any contestant would raise, before the first of all begins."""
    check_folder(setup, contestants)
    require_window(setup.held_out, setup.evaluation.window)
    first = {trial.contestant: trial for trial in reversed(trials)}
    for contestant in contestants:
        trial = first[contestant.name]
        settings, device = contestant.settings(setup.base, trial.lr_factor, trial.seed), choose_device("cpu")
        open_job(settings, setup.data, setup.folder(trial), device, World(), True, setup.every)


def _references(setup: Setup, workers: int, make: Make) -> list[Reference]:
    """What needs no training, measured once; in the order of `scenetrain eval`."""
    names = [descriptor.name for descriptor in baselines(setup.base.model, setup.base.seed, "cpu")]
    known = read_rows(setup.out / REFERENCE_ROWS, Reference)
    if {reference.name for reference in known} != set(names):
        known = list(make(partial(make_reference, setup), range(len(names)), workers))
        known.sort(key=lambda reference: names.index(reference.name))
        write_rows(setup.out / REFERENCE_ROWS, known, Reference)
    return known
