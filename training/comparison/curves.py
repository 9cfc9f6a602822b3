"""How runs went: matching and loss at each validation, against steps and against seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.comparison.setup import Setup
from training.comparison.trial import Row
from training.evaluation.figure_curves import series
from training.evaluation.figure_style import BLUE, GREEN, GREY, INK, ORANGE, VERMILLION, new_figure, save_figure, tidy
from training.running.logs import VALIDATION, read_lines

PINK, SKY = "#CC79A7", "#56B4E9"
_COLOURS = (BLUE, VERMILLION, GREEN, PINK, ORANGE, SKY, GREY)
_STYLES = ("-", "--", ":")
"""Told apart by style where the colours come round again."""
_PANELS = (("pck5", "PCK@5 px (%)", 100.0), ("aepe_px", "AEPE (px)", 1.0))
"""Value of the validation's log, its title, and its factor."""
Records = Sequence[dict[str, Any]]
Lines = dict[str, list[tuple[Row, Records]]]
"""Runs of each contestant with their validation logs."""


@dataclass(frozen=True)
class Look:
    """How a contestant's curve looks, in all figures."""

    color: str
    style: str


def lines_of(setup: Setup, rows: Sequence[Row], lr_factor: float | None = None) -> Lines:
    """The logs of all runs, or of those at one factor of the learning rate, by contestant."""
    found: Lines = {row.objective: [] for row in rows}
    for row in rows:
        if lr_factor in (None, row.lr_factor):
            found[row.objective].append((row, read_lines(setup.folder(row.trial) / VALIDATION)))
    return found


def draw_figures(setup: Setup, rows: Sequence[Row], names: Sequence[str]) -> list[Path]:
    """All figures, as SVG files in the folder of the comparison; `names` is the order of the contestants."""
    first = rows[0].lr_factor
    main, every = lines_of(setup, rows, first), lines_of(setup, rows)
    figures = {
        "matching.svg": progress({name: main[name] for name in names}),
        "seeds.svg": seeds({name: every[name] for name in names}, "pck5", 100.0, first),
        "losses.svg": seeds({name: every[name] for name in names}, "total", 1.0, first),
    }
    return [save_figure(figure, setup.out / name) for name, figure in figures.items()]


def progress(lines: Lines) -> Figure:
    """Matching on validation pairs against steps and seconds: mean and range of the seeds; × is a divergence."""
    figure = new_figure(10, 6.6)
    grid = figure.subplots(2, 2, sharey="row")
    for row, (name, title, factor) in enumerate(_PANELS):
        for axes, in_seconds in zip(grid[row], (False, True), strict=True):
            for k, (contestant, runs) in enumerate(lines.items()):
                _mean(tidy(axes, title), contestant, runs, name, factor, in_seconds, _look(k))
    for axes, words in zip(grid[1], ("steps", "seconds of training"), strict=True):
        axes.set_xlabel(words, fontsize=8, color=INK)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 5), frameon=False, fontsize=8)
    return figure


def seeds(lines: Lines, name: str, factor: float, first: float) -> Figure:
    """A panel for each contestant with each of its runs; runs at other learning rates than x `first` are dashed."""
    columns = min(len(lines), 4)
    height = ceil(len(lines) / columns)
    figure = new_figure(10, 0.4 + 1.9 * height)
    panels = figure.subplots(height, columns, squeeze=False, sharex=True, sharey=name != "total")
    for axes, (contestant, runs) in zip(panels.flat, lines.items(), strict=False):
        for row, records in runs:
            same = row.lr_factor == first
            _run(tidy(axes, contestant), row, records, name, factor, BLUE if same else ORANGE, "-" if same else "--")
    for axes in panels.flat[len(lines) :]:
        axes.set_axis_off()
    return figure


def _mean(
    axes: Axes,
    label: str,
    runs: Sequence[tuple[Row, Records]],
    name: str,
    factor: float,
    in_seconds: bool,
    look: Look,
) -> None:
    """Mean of the finished runs over the steps that all of them have, with their range; the others end in ×."""
    finished = [series(records, name) for row, records in runs if not row.diverged]
    steps = _common([each for each, _ in finished])
    values = np.array([_at(steps, *each) for each in finished]).reshape(len(finished), len(steps)) * factor
    pace = float(np.mean([row.s_per_step for row, _ in runs])) if in_seconds else 1.0
    how = {"color": look.color, "linestyle": look.style, "linewidth": 1.4}
    axes.plot(steps * pace, values.mean(0) if len(values) else [], label=label, **how)
    if len(values) > 1:
        axes.fill_between(steps * pace, values.min(0), values.max(0), color=look.color, alpha=0.15, linewidth=0)
    for row, records in runs:
        if row.diverged:
            _run(axes, row, records, name, factor, look.color, ":", pace)


def _run(
    axes: Axes, row: Row, records: Records, name: str, factor: float, color: str, style: str, pace: float = 1.0
) -> None:
    """One run; a divergence is marked at the last point that is known."""
    steps, values = series(records, name)
    axes.plot(steps * pace, values * factor, color=color, linestyle=style, linewidth=1)
    if row.diverged and len(steps):
        axes.plot(steps[-1] * pace, values[-1] * factor, color=color, marker="x", markersize=6)


def _common(steps: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The steps (n,) that all runs have."""
    if not steps:
        return np.empty(0, np.int64)
    return np.array(sorted(set.intersection(*(set(each.tolist()) for each in steps))), np.int64)


def _at(wanted: NDArray[np.int64], steps: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values (n,) at `wanted`, all of which are among `steps`."""
    return values[np.searchsorted(steps, wanted)]


def _look(number: int) -> Look:
    return Look(_COLOURS[number % len(_COLOURS)], _STYLES[number // len(_COLOURS) % len(_STYLES)])
