"""Pictures of what was found, failures first: matches by their error, and where the asked pixels went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation.arrays import select
from training.evaluation.figure_style import BLUE, GREY, INK, ORANGE, VERMILLION, new_figure, save_figure
from training.evaluation.metrics import errors_px
from training.evaluation.own_matches import own_errors_px
from training.evaluation.pair import Pair
from training.evaluation.predictions import Pairs, Predictions, file_name
from training.files.atomic import writing

Array = NDArray[Any]
EDGES_PX = (3.0, 10.0)
"""Errors at which the colour changes: right, near, wrong."""
COLOURS = (BLUE, ORANGE, VERMILLION)
LINES = 150
"""Matches drawn at most, evenly chosen."""
WIDTH_IN = 9.0


@dataclass(frozen=True)
class Drawn:
    """A picture that was written."""

    path: Path
    pair: str
    right: float
    """Share of what was asked (without that, of the own matches) that is right within EDGES_PX[0]; NaN: not known."""


def draw_worst(predictions: Predictions, pairs: Pairs, out: Path, count: int) -> list[Drawn]:
    """Pictures of the `count` pairs that went worst, the worst first, into the folder `out`."""
    right = shares_right(predictions)
    order = np.argsort(np.where(np.isnan(right), np.inf, right), kind="stable")[:count]
    return [
        _drawn(predictions, pairs[int(row)], int(row), float(right[row]), out / f"{place:02d}")
        for place, row in enumerate(order)
    ]


def shares_right(predictions: Predictions) -> Array:
    """(P,) share of each pair's visible queries that are right, or of its own matches where nothing was asked."""
    count = len(predictions.pairs)
    if predictions.answers.visible.any():
        seen = predictions.answers.visible
        of, error = predictions.pair[seen], errors_px(predictions.answers)[seen]
    else:
        error = own_errors_px(predictions.found)
        of, error = predictions.found_pair[~np.isnan(error)], error[~np.isnan(error)]
    total, good = np.bincount(of, minlength=count), np.bincount(of[error < EDGES_PX[0]], minlength=count)
    return np.divide(good, total, out=np.full(count, np.nan), where=total > 0)


def _drawn(predictions: Predictions, pair: Pair, row: int, right: float, place: Path) -> Drawn:
    path = place.with_name(f"{place.name}-{file_name(pair.name)}.png")
    with writing(path):
        return Drawn(save_figure(pair_figure(predictions, pair, row), path), pair.name, right)


def pair_figure(predictions: Predictions, pair: Pair, row: int) -> Figure:
    """One pair: its own matches above, the asked pixels below where there are any."""
    found = select(predictions.found, predictions.found_pair == row)
    asked = (predictions.pair == row) & predictions.answers.visible
    (height0, width0), (height1, width1) = (image.shape[:2] for image in pair.images)
    aspect = max(height0, height1) / (width0 + width1)
    figure = new_figure(WIDTH_IN, (WIDTH_IN * aspect + 0.45) * (2 if asked.any() else 1))
    axes = figure.subplots(2 if asked.any() else 1, 1, squeeze=False)[:, 0]
    _matches(axes[0], pair, found.xy0, found.xy1, own_errors_px(found), f"{pair.name}: {len(found):,} mutual matches")
    if asked.any():
        answers = select(predictions.answers, asked)
        wrong = errors_px(answers)
        title = f"nearest descriptors of {len(wrong):,} visible pixels: {np.mean(wrong < EDGES_PX[0]):.0%} right"
        _errors(axes[1], pair, predictions.pixel[asked], answers.true, wrong, title)
    return figure


def colors(error: Array) -> Sequence[str]:
    """A colour for each error (N,); grey where it is not known."""
    number = np.searchsorted(EDGES_PX, np.nan_to_num(error, nan=0, posinf=1e9), side="right")
    return [GREY if np.isnan(value) else COLOURS[which] for value, which in zip(error, number, strict=True)]


def _side_by_side(axes: Axes, pair: Pair, title: str) -> float:
    """Both pictures beside each other; the x of the second one's left border."""
    (image0, image1), gap = pair.images, 8
    for image, left in ((image0, 0), (image1, image0.shape[1] + gap)):
        axes.imshow(image, extent=(left - 0.5, left + image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5))
    axes.set(xlim=(-0.5, image0.shape[1] + gap + image1.shape[1] - 0.5))
    axes.set(ylim=(max(image0.shape[0], image1.shape[0]) - 0.5, -0.5))
    axes.set_axis_off()
    axes.set_title(title, fontsize=9, color=INK, loc="left")
    return image0.shape[1] + gap


def _matches(axes: Axes, pair: Pair, xy0: Array, xy1: Array, error: Array, title: str) -> None:
    """Lines between the pictures, the wrong ones on top."""
    left = _side_by_side(axes, pair, title)
    chosen = np.linspace(0, len(xy0) - 1, min(LINES, len(xy0))).astype(int)
    chosen = chosen[np.argsort(np.nan_to_num(error[chosen], nan=-1), kind="stable")]
    ends = np.stack([xy0[chosen], xy1[chosen] + np.array([left, 0])], axis=1)
    axes.add_collection(LineCollection(list(ends), colors=colors(error[chosen]), linewidths=0.7, alpha=0.8))
    for text, color, place in zip(_legend(), (*COLOURS, GREY), (0.62, 0.72, 0.83, 0.93), strict=True):
        axes.text(place, 1.02, text, color=color, fontsize=8, transform=axes.transAxes)


def _legend() -> tuple[str, ...]:
    low, high = EDGES_PX
    return f"< {low:g} px", f"< {high:g} px", "wrong", "unknown"


def _errors(axes: Axes, pair: Pair, xy0: Array, true: Array, error: Array, title: str) -> None:
    """Each asked pixel at its place in view 0 and at its true one in view 1, in the colour of its error."""
    left = _side_by_side(axes, pair, title)
    shades = ListedColormap(list(COLOURS))
    bounds = BoundaryNorm([0, *EDGES_PX, 1e9], shades.N)
    drawn: dict[str, Any] = {"s": 9, "edgecolors": "white", "linewidths": 0.3, "cmap": shades, "norm": bounds}
    for points in (xy0, true + np.array([left, 0])):
        axes.scatter(*points.T, c=np.minimum(error, 1e8), **drawn)
