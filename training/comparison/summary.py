"""The runs of a contestant at one learning rate, summed up: what it reaches, what it costs, how often it fails."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from statistics import fmean, median

from training.comparison.statistics import Spread, mean_and_interval
from training.comparison.trial import Row

RANKED_BY = "pck@5"
"""The metric that contestants are ordered by."""
SMALLER_IS_BETTER = frozenset({"aepe_px", "median_px", "closer", "closer_median"})


@dataclass(frozen=True)
class Summary:
    """Runs that differ by their seed alone."""

    name: str
    """The contestant."""
    lr_factor: float
    rows: tuple[Row, ...]
    """In the order of their seeds."""
    values: dict[str, list[float]]
    """Values of each metric, of the runs that have it."""

    @property
    def diverged(self) -> int:
        """Runs that left the numbers."""
        return sum(row.diverged for row in self.rows)

    @property
    def collapsed(self) -> int:
        """Runs whose descriptors were collapsed at the end."""
        return sum(row.collapsed for row in self.rows)

    @property
    def s_per_step(self) -> float:
        """Median over the runs."""
        return _median(row.s_per_step for row in self.rows)

    @property
    def peak_mib(self) -> float:
        """The most of any run."""
        return max((row.peak_mib for row in self.rows if isfinite(row.peak_mib)), default=nan)

    @property
    def parts(self) -> dict[str, float]:
        """Mean over the runs of each part of the objective in the last validation."""
        names = dict.fromkeys(name for row in self.rows for name in row.parts)
        return {name: fmean(row.parts[name] for row in self.rows if name in row.parts) for name in names}

    def spread(self, metric: str) -> Spread:
        """Mean over the finished runs, with its interval."""
        return mean_and_interval(self.values.get(metric, []))

    def worst(self, metric: str) -> float:
        """The worst finished run's value; NaN without one."""
        values = self.values.get(metric, [])
        return (max if metric in SMALLER_IS_BETTER else min)(values, default=nan)


def summarise(rows: Sequence[Row], lr_factor: float) -> list[Summary]:
    """A summary of each contestant at one factor of the learning rate: the best first, those without metrics last."""
    names = dict.fromkeys(row.objective for row in rows)
    found = [_summary(name, lr_factor, rows) for name in names]
    return sorted(found, key=_rank)


def _rank(summary: Summary) -> float:
    mean = summary.spread(RANKED_BY).mean
    return -mean if isfinite(mean) else 1.0


def _summary(name: str, lr_factor: float, rows: Sequence[Row]) -> Summary:
    mine = sorted((row for row in rows if (row.objective, row.lr_factor) == (name, lr_factor)), key=lambda r: r.seed)
    metrics = dict.fromkeys(metric for row in rows for metric in row.metrics)
    values = {metric: [row.metrics[metric] for row in mine if metric in row.metrics] for metric in metrics}
    return Summary(name, lr_factor, tuple(mine), values)


def _median(values: Iterable[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return median(known) if known else nan
