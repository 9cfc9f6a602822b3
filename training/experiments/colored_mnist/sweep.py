"""The sweep: which runs there are, in which order, by how many processes, and what is left when it stops."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import torch

from training.errors import DataError
from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.ledger import ROWS, open_folder, read_rows, write_rows
from training.experiments.colored_mnist.run import Bench, run_trial
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.trial import Row, Trial
from training.settings import Norm

USEFUL_FIRST = (1.0, 0.5, 0.0)
"""λ that say most, in the order in which they are run; the others follow."""


def plan(norms: Sequence[Norm], lams: Sequence[float], seeds: int) -> list[Trial]:
    """All runs: the most telling λ first, and within a λ all norms of a seed before the next seed."""
    first = [lam for lam in USEFUL_FIRST if lam in lams]
    ordered = first + [lam for lam in lams if lam not in first]
    return [Trial(norm, lam, seed) for lam in ordered for seed in range(seeds) for norm in norms]


def sweep(
    trials: Sequence[Trial],
    settings: MnistSettings,
    mnist: Mnist,
    out: Path,
    device: torch.device,
    workers: int,
    report: Callable[[Row, int, int], None],
) -> list[Row]:
    """Make the runs whose row is missing; returns all rows. `report` gets each new row, and how many of how many.

    Each row is written as its run finishes, so an interrupted sweep goes on where it stopped. Raises RequestError and
    DataError as the folder and its rows make it.
    """
    open_folder(out, settings)
    rows = read_rows(out / ROWS)
    done = {row.trial for row in rows}
    missing = [trial for trial in trials if trial not in done]
    lams = tuple(dict.fromkeys(trial.lam for trial in trials))
    bench = Bench(mnist, settings, lams, out, device)
    for count, row in enumerate(_made(missing, bench, min(workers, len(missing))), 1):
        rows.append(row)
        write_rows(out / ROWS, rows)
        report(row, count, len(missing))
    return rows


def _made(trials: Sequence[Trial], bench: Bench, workers: int) -> Iterator[Row]:
    """The rows of runs, as they finish: one after the other here, or several at once in processes of one thread."""
    if workers <= 1:
        here = replace(bench, mnist=bench.mnist.to(bench.device))
        yield from (run_trial(trial, here) for trial in trials)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_prepare, initargs=(bench,)) as pool:
        jobs = [pool.submit(_in_worker, trial) for trial in trials]
        try:
            yield from (job.result() for job in as_completed(jobs))
        except BrokenProcessPool:
            advice = "often for lack of memory; the same command goes on, --workers 1 needs least"
            raise DataError(f"{bench.out}: a process of the sweep was stopped by the system, {advice}") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_BENCH: list[Bench] = []
"""What a worker process works on; set once when it starts."""


def _prepare(bench: Bench) -> None:
    torch.set_num_threads(1)
    _BENCH[:] = [replace(bench, mnist=bench.mnist.to(bench.device))]


def _in_worker(trial: Trial) -> Row:
    return run_trial(trial, _BENCH[0])
