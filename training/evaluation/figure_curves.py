"""Loss curves with the health of the representation beside them (the paper's Fig. 4 and what explains it)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation.figure_style import BLUE, GREEN, GREY, INK, ORANGE, VERMILLION, new_figure, tidy

Records = Sequence[Mapping[str, Any]]
"""Lines of a log: each has "step" and values by name; null (None) is no value."""

_PANELS = (
    ("Distances in the objective's norm", (("positive_distance", "positives"), ("negative_distance", "negatives"))),
    ("Told apart, settled, spread out", (("auroc", "AUROC"), ("saturation", "at the optimum"), ("spread", "spread"))),
    ("Bits", (("sign_entropy", "sign entropy"), ("bit_correlation", "correlation"))),
    (
        "Channels, as a share of D",
        (("effective_rank", "effective rank"), ("active_bits", "active"), ("gradient_channels", "with gradient")),
    ),
)
"""Title of each health panel, and the values in it with their labels."""
_PER_CHANNEL = ("effective_rank", "active_bits")
"""Counts that are shown as shares of the channels."""
_COLOURS = (BLUE, ORANGE, GREEN)


def curves(
    training: Records, validation: Records, health: Records = (), bounds: tuple[float, float] | None = None
) -> Figure:
    """Training and validation loss against the step, and four panels of health where there is any.

    Records hold "step" and "total" (loss), health records the fields of `training.running.health.Health`. `bounds` are
    the loss at collapse and at the optimum, drawn as lines (0 and -0.25 for the paper's objective).
    """
    figure = new_figure(8, 6.4 if health else 3.6)
    grid = figure.add_gridspec(3 if health else 1, 2, height_ratios=(2, 1, 1) if health else None)
    top = figure.add_subplot(grid[0, :])
    _loss(tidy(top, "Loss"), training, validation, bounds)
    for number, (title, lines) in enumerate(_PANELS if health else ()):
        axes = figure.add_subplot(grid[1 + number // 2, number % 2], sharex=top)
        _health(tidy(axes, title), health, lines)
    return figure


def series(records: Records, name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Steps (n,) and values (n,) of the records that have a value of this name."""
    rows = [(row["step"], row[name]) for row in records if row.get(name) is not None]
    return np.array([step for step, _ in rows], np.int64), np.array([value for _, value in rows], float)


def smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centred moving mean over about a fortieth of the curve; windows are cut at the ends."""
    half = len(values) // 80
    sums = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    first, last = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    return (sums[last] - sums[first]) / (last - first)


def _loss(axes: Axes, training: Records, validation: Records, bounds: tuple[float, float] | None) -> None:
    steps, values = series(training, "total")
    axes.plot(steps, values, color=BLUE, alpha=0.25, linewidth=0.8)
    axes.plot(steps, smoothed(values), color=BLUE, linewidth=1.4, label="training")
    axes.plot(
        *series(validation, "total"), color=VERMILLION, linewidth=1.4, marker="o", markersize=3, label="validation"
    )
    for value, name in zip(bounds or (), ("collapse", "optimum"), strict=False):
        axes.axhline(value, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.annotate(
            name, (1, value), (-3, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", fontsize=8, color=GREY,
        )  # fmt: skip
    axes.set_xlabel("step", fontsize=8, color=INK)
    axes.legend(frameon=False, fontsize=8)


def _health(axes: Axes, health: Records, lines: Sequence[tuple[str, str]]) -> None:
    for (name, label), color in zip(lines, _COLOURS, strict=False):
        steps, values = series(health, name)
        divisor = float(health[-1].get("channels") or 1) if name in _PER_CHANNEL else 1.0
        axes.plot(steps, values / divisor, color=color, linewidth=1.2, label=label)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=7, loc="best", handlelength=1.2)
