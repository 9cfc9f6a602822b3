"""Is a cell of the sweep what the official results say? A test that fits the cell, and an interval.

Where the reference runs of a cell fall into two camps, their means say nothing: the numbers of runs that encode
colour are compared (Fisher's exact test). Elsewhere the means are compared (two one-sided Welch tests).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from training.experiments.colored_mnist.trial import Cell, MnistRow

F64 = NDArray[np.float64]
Ruling = Literal["agrees", "differs", "undecided", "not run"]
TWO_CAMPS = 0.03
"""Standard deviation of the reference's accuracies from which its runs fall into two camps."""
MARGIN = 0.02
"""Difference of the mean accuracies that counts as none: three times the noise of one evaluation."""
LEVEL = 0.05
ENCODES = ((0.80, 0.865), (0.09, 0.115))
"""The authors' bands of ID and OOD accuracy for a run that encodes colour."""


@dataclass(frozen=True)
class CellAccuracy:
    """Accuracies of the runs of a cell."""

    known: F64
    """(n,) ID."""
    unknown: F64
    """(n,) OOD."""

    @property
    def encoders(self) -> int:
        """Runs in the authors' bands of colour."""
        return int(sum(_inside(self.known, ENCODES[0]) & _inside(self.unknown, ENCODES[1])))

    @property
    def against(self) -> int:
        """Runs that are wrong more often than not in the unknown domain."""
        return int((self.unknown < 0.5).sum())


@dataclass(frozen=True)
class CellVerdict:
    """What is said of a cell."""

    cell: Cell
    here: CellAccuracy
    there: CellAccuracy
    test: str
    """Which test, with its value."""
    ruling: Ruling
    interval: tuple[float, float]
    """95 % interval of the mean OOD accuracy here (Student's t, within 0 and 1; NaN below two runs)."""


def reference() -> dict[Cell, CellAccuracy]:
    """The 210 official runs by cell."""
    text = (files("training.experiments.colored_mnist") / "reference_runs.csv").read_text(encoding="utf-8")
    rows = [
        (_cell(r["norm"], r["lambda"]), float(r["id_acc"]), float(r["ood_acc"]))
        for r in csv.DictReader(text.splitlines())
    ]
    return _by_cell(rows)


def collect(rows: Sequence[MnistRow]) -> dict[Cell, CellAccuracy]:
    """The rows of a sweep by cell."""
    return _by_cell([(row.trial.cell, row.id_acc, row.ood_acc) for row in rows])


def judge_cells(rows: Sequence[MnistRow]) -> list[CellVerdict]:
    """A verdict for each cell of the reference, those that were not run included."""
    mine, nothing = collect(rows), CellAccuracy(np.empty(0), np.empty(0))
    return [_verdict(cell, mine.get(cell, nothing), there) for cell, there in reference().items()]


def _verdict(cell: Cell, here: CellAccuracy, there: CellAccuracy) -> CellVerdict:
    if not len(here.known):
        return CellVerdict(cell, here, there, "", "not run", (np.nan, np.nan))
    two_camps = max(there.known.std(ddof=1), there.unknown.std(ddof=1)) > TWO_CAMPS
    test, ruling = _counts(here, there) if two_camps else _means(here, there)
    return CellVerdict(cell, here, there, test, ruling, _interval(here.unknown))


def _counts(here: CellAccuracy, there: CellAccuracy) -> tuple[str, Ruling]:
    """Fisher's exact test on the numbers of colour encoders; too few runs to ever differ say nothing."""
    n, m = len(here.known), len(there.known)
    p = _fisher(here.encoders, n, there.encoders, m)
    able = min(_fisher(k, n, there.encoders, m) for k in (0, n)) < LEVEL
    ruling: Ruling = "differs" if p < LEVEL else "agrees" if able else "undecided"
    return f"Fisher p {p:.2f}", ruling


def _means(here: CellAccuracy, there: CellAccuracy) -> tuple[str, Ruling]:
    """Whether both mean accuracies lie within MARGIN of the reference's: 90 % Welch intervals of the differences."""
    spans = [_difference(a, b) for a, b in ((here.known, there.known), (here.unknown, there.unknown))]
    if any(np.isnan(low) for low, _ in spans):
        return "one run", "undecided"
    ruling: Ruling = "undecided"
    if all(low > -MARGIN and high < MARGIN for low, high in spans):
        ruling = "agrees"
    elif any(low > MARGIN or high < -MARGIN for low, high in spans):
        ruling = "differs"
    low, high = spans[1]
    return f"OOD {100 * low:+.1f} to {100 * high:+.1f}", ruling


def _difference(a: F64, b: F64) -> tuple[float, float]:
    """90 % interval of the difference of two means; NaN where one sample has a single entry."""
    if min(len(a), len(b)) < 2:
        return np.nan, np.nan
    interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(1 - 2 * LEVEL)
    return float(interval.low), float(interval.high)


def _interval(values: F64) -> tuple[float, float]:
    if len(values) < 2:
        return np.nan, np.nan
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return max(float(values.mean() - half), 0.0), min(float(values.mean() + half), 1.0)


def _fisher(k: int, n: int, other: int, m: int) -> float:
    result: Any = stats.fisher_exact([[k, n - k], [other, m - other]])
    return float(result.pvalue)


def _inside(values: F64, band: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= band[0]) & (values <= band[1])


def _cell(norm: str, lam: str) -> Cell:
    """The reference calls the norms inf, l1, l2."""
    names = {"inf": "inf", "l1": "1", "l2": "2"}
    return Cell(names[norm], float(lam))  # pyright: ignore[reportArgumentType]


def _by_cell(rows: Sequence[tuple[Cell, float, float]]) -> dict[Cell, CellAccuracy]:
    cells = dict.fromkeys(cell for cell, _, _ in rows)
    return {
        cell: CellAccuracy(*(np.array([row[k] for row in rows if row[0] == cell]) for k in (1, 2))) for cell in cells
    }
