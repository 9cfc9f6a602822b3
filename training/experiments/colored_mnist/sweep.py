"""The sweep: which runs there are, in which order, by how many processes, and what is left when it stops."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from training.errors import DataError
from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.ledger import ROWS, open_ledger
from training.experiments.colored_mnist.run import SweepContext, run_trials
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.trial import Cell, MnistRow, MnistTrial
from training.files.rows import read_rows, write_rows
from training.settings import Norm

USEFUL_FIRST = (1.0, 0.5, 0.0)
"""λ that say most, in the order in which they are run; the others follow."""


def plan_sweep(norms: Sequence[Norm], lams: Sequence[float], seeds: int) -> list[MnistTrial]:
    """All runs: the most telling λ first, and within a λ all norms of a seed before the next seed."""
    first = [lam for lam in USEFUL_FIRST if lam in lams]
    ordered = first + [lam for lam in lams if lam not in first]
    return [MnistTrial(norm, lam, seed) for lam in ordered for seed in range(seeds) for norm in norms]


@dataclass(frozen=True)
class Means:
    """What the runs are made with; it changes their rounding at most."""

    device: torch.device
    workers: int = 1
    """Processes of one thread, if more than one."""
    together: int = 1
    """Runs of a cell that train at once in a process."""
    compiled: bool = False
    """Whether backbones train through torch.compile."""


def sweep(
    trials: Sequence[MnistTrial],
    settings: MnistSettings,
    mnist: Mnist,
    out: Path,
    means: Means,
    report: Callable[[MnistRow, int, int], None],
) -> list[MnistRow]:
    """Make the runs whose row is missing; returns all rows. `report` gets each new row, and how many of how many.

    Rows are written as their runs finish, so an interrupted sweep goes on where it stopped. Raises RequestError and
    DataError as the folder and its rows make it.
    """
    open_ledger(out, settings)
    rows = read_rows(out / ROWS, MnistRow)
    done = {row.trial for row in rows}
    missing = [trial for trial in trials if trial not in done]
    lams = tuple(dict.fromkeys(trial.lam for trial in trials))
    context = SweepContext(mnist, settings, lams, out, means.device, means.compiled)
    count = 0
    for made in _made(teams(missing, means.together), context, means.workers):
        rows += made
        write_rows(out / ROWS, sorted(rows, key=lambda row: row.trial), MnistRow)
        for row in made:
            count += 1
            report(row, count, len(missing))
    return rows


def teams(trials: Sequence[MnistTrial], size: int) -> list[list[MnistTrial]]:
    """Trials in teams of one cell, at most `size` in each; cells in the order of their first trial."""
    if size == 1:
        return [[trial] for trial in trials]
    cells: dict[Cell, list[MnistTrial]] = {}
    for trial in trials:
        cells.setdefault(trial.cell, []).append(trial)
    return [cell[first : first + size] for cell in cells.values() for first in range(0, len(cell), size)]


def _made(jobs: Sequence[list[MnistTrial]], context: SweepContext, workers: int) -> Iterator[list[MnistRow]]:
    """The rows of teams, as they finish: one after the other here, or several at once in processes of one thread."""
    if min(workers, len(jobs)) <= 1:
        here = replace(context, mnist=context.mnist.to(context.device))
        yield from (run_trials(team, here) for team in jobs)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), spawn, initializer=_prepare, initargs=(context,)) as pool:
        submitted = [pool.submit(_in_worker, team) for team in jobs]
        try:
            yield from (job.result() for job in as_completed(submitted))
        except BrokenProcessPool:
            advice = "often for lack of memory; the same command goes on, --workers 1 needs least"
            raise DataError(f"{context.out}: a process of the sweep was stopped by the system, {advice}") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_CONTEXT: list[SweepContext] = []
"""What a worker process works on; set once when it starts."""


def _prepare(context: SweepContext) -> None:
    torch.set_num_threads(1)
    _CONTEXT[:] = [replace(context, mnist=context.mnist.to(context.device))]


def _in_worker(team: list[MnistTrial]) -> list[MnistRow]:
    return run_trials(team, _CONTEXT[0])
