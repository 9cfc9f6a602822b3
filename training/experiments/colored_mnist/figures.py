"""The figures of Experiment 1: accuracies by λ, loss curves, channels, and where descriptors are found again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor, nn

from training.evaluation.figure_style import (
    BLUE,
    DIVERGING,
    GREY,
    INK,
    ORANGE,
    location_colors,
    new_figure,
    save_figure,
    show_image,
    tidy,
)
from training.experiments.colored_mnist.backbone import Curve
from training.experiments.colored_mnist.pictures import SIDE
from training.experiments.colored_mnist.trial import Cell, MnistRow
from training.experiments.colored_mnist.verdict import F64, collect
from training.settings import Norm

CEILINGS = {"shape alone": 0.75, "colour, ID": 0.85, "colour, OOD": 0.10}
"""What a classifier of one feature can reach."""
SHOWN_CHANNELS = 16


def draw_accuracies(rows: Sequence[MnistRow], path: Path) -> Path:
    """ID and OOD accuracy against λ, a panel for each norm, every run a dot (paper, Figure 2 top left)."""
    results = collect(rows)
    norms: list[Norm] = list(dict.fromkeys(cell.norm for cell in sorted(results)))
    figure = new_figure(3.6 * len(norms), 3.2)
    for axes, norm in zip(np.atleast_1d(figure.subplots(1, len(norms), sharey=True)), norms, strict=True):
        lams = sorted({cell.lam for cell in results if cell.norm == norm}, reverse=True)
        for side, (name, color) in enumerate((("ID", BLUE), ("OOD", ORANGE))):
            found = [results[Cell(norm, lam)] for lam in lams]
            _violins(axes, [r.unknown if side else r.known for r in found], 0.36 * side - 0.18, color, name)
        _finish_accuracies(axes, norm, lams)
    return save_figure(figure, path)


def _violins(axes: Axes, values: Sequence[F64], shift: float, color: str, name: str) -> None:
    """A violin where a cell has three runs or more, and a dot for each run."""
    for k, runs in enumerate(values):
        if len(runs) > 2 and runs.std() > 0:
            parts: Any = axes.violinplot([runs], [k + shift], widths=0.34, showextrema=False)
            parts["bodies"][0].set(facecolor=color, alpha=0.25, edgecolor="none")
        spread = np.linspace(-0.07, 0.07, len(runs)) if len(runs) > 1 else np.zeros(1)
        axes.scatter(k + shift + spread, runs, s=12, color=color, linewidths=0, label=name if k == 0 else None)


def _finish_accuracies(axes: Axes, norm: Norm, lams: Sequence[float]) -> None:
    tidy(axes, f"p = {norm}")
    for y in CEILINGS.values():
        axes.axhline(y, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    axes.set_xticks(range(len(lams)), [f"{lam:g}" for lam in lams])
    axes.set_xlabel("λ", fontsize=9, color=INK)
    axes.set_xlim(-0.6, len(lams) - 0.4)
    axes.set_ylim(0, 1)
    if axes.get_subplotspec().is_first_col():  # pyright: ignore[reportOptionalMemberAccess]
        axes.set_ylabel("accuracy", fontsize=9, color=INK)
        axes.legend(fontsize=8, frameon=False, loc="lower left")


def draw_curves(curves: dict[Cell, list[Curve]], path: Path) -> Path:
    """Validation loss against steps, a panel per norm, a line per λ, the mean of its runs (Figure 2 bottom)."""
    norms = list(dict.fromkeys(cell.norm for cell in sorted(curves)))
    figure = new_figure(3.6 * len(norms), 3.0)
    for axes, norm in zip(np.atleast_1d(figure.subplots(1, len(norms))), norms, strict=True):
        tidy(axes, f"p = {norm}")
        for cell in sorted((c for c in curves if c.norm == norm), key=lambda c: -c.lam):
            steps, mean = _mean_curve(curves[cell])
            axes.plot(steps, mean, linewidth=1.4, color=_shade(cell.lam), label=f"λ = {cell.lam:g}")
        axes.set_xlabel("step", fontsize=9, color=INK)
        axes.legend(fontsize=7, frameon=False)
    figure.axes[0].set_ylabel("validation loss", fontsize=9, color=INK)
    return save_figure(figure, path)


def _mean_curve(curves: Sequence[Curve]) -> tuple[NDArray[np.int64], F64]:
    points = np.array([curve.validation for curve in curves])
    return points[0, :, 0].astype(np.int64), points[:, :, 1].mean(0)


def _shade(lam: float) -> tuple[float, float, float]:
    """From orange (λ = 0) to blue (λ = 1), dark enough to be read on white."""
    low, high = np.array([0.90, 0.55, 0.0]), np.array([0.0, 0.45, 0.70])
    red, green, blue = low + (high - low) * lam
    return float(red), float(green), float(blue)


def draw_channels(backbones: dict[Cell, nn.Module], pictures: Tensor, path: Path) -> Path:
    """Descriptors of pictures (B, 3, 32, 32): a block of rows for each backbone (Figures 2, 5, 6, 7)."""
    shown = {cell: _describe(model, pictures)[:, :SHOWN_CHANNELS] for cell, model in backbones.items()}
    figure = new_figure(0.5 * (SHOWN_CHANNELS + 2), 0.56 * len(pictures) * len(shown) + 0.3)
    grid = figure.subplots(len(pictures) * len(shown), SHOWN_CHANNELS + 1, squeeze=False)
    for block, (cell, features) in enumerate(shown.items()):
        limit = float(np.quantile(np.abs(features), 0.99)) or 1.0
        for k, picture in enumerate(pictures):
            row = grid[block * len(pictures) + k]
            show_image(row[0], picture.permute(1, 2, 0).numpy(), cell.title if k == 0 else "")
            row[0].title.set(ha="left", x=0)
            for axes, channel in zip(row[1:], features[k], strict=True):
                show_image(axes, channel, cmap=DIVERGING, vmin=-limit, vmax=limit)
    return save_figure(figure, path)


def draw_locations(backbone: nn.Module, views: Sequence[Tensor], path: Path) -> Path:
    """Where the pixels of a picture are found in another view of it, and in another picture (Figure 3).

    `views` are three (B, 3, 32, 32): sources, their transformed views, unrelated pictures. Each pixel is painted in
    the colour of the place of the nearest descriptor (Euclidean) in the target.
    """
    source, *targets = (_describe(backbone, view) for view in views)
    figure = new_figure(6.2, 1.15 * len(views[0]) + 0.4)
    grid = figure.subplots(len(views[0]), 6, squeeze=False)
    plane = _location_plane()
    for k, row in enumerate(grid):
        found = [plane.reshape(-1, 3)[_nearest(source[k], t[k])].reshape(SIDE, SIDE, 3) for t in targets]
        pictures = [*(view[k].permute(1, 2, 0).numpy() for view in views), plane, *found]
        for axes, picture, title in zip(row, pictures, _LOCATION_TITLES, strict=True):
            show_image(axes, picture, title if k == 0 else "")
    return save_figure(figure, path)


_LOCATION_TITLES = ("source", "moved", "another", "place", "place in moved", "… in another")


def _location_plane() -> F64:
    """(32, 32, 3) the colour of each place."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return location_colors(np.stack([x, y], -1), SIDE, SIDE)


def _nearest(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.int64]:
    """(1024,) number of the target pixel whose descriptor is nearest, for each source pixel; maps (D, 32, 32)."""
    a, b = (torch.from_numpy(x.reshape(len(x), -1).T.copy()) for x in (source, target))
    return torch.cdist(a, b).argmin(1).numpy()


@torch.no_grad()
def _describe(model: nn.Module, pictures: Tensor) -> NDArray[np.float32]:
    """(B, D, 32, 32) descriptors."""
    return model.eval()(pictures).contiguous().numpy()
