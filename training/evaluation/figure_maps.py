"""Pictures of descriptors: location maps (Fig. 3), false colours and flow (Fig. 8), all channels (Fig. 9), matches."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from scenegen.counting import counted
from scenegen.evenly import from_first
from training.evaluation.figure_style import (
    BLUE,
    DIVERGING,
    INK,
    VERMILLION,
    connect,
    location_colors,
    new_figure,
    show_image,
    side_by_side,
)
from training.evaluation.nearest import nearest

Array = NDArray[Any]
QUERIES = 20_000
"""Source pixels of a location map at most; larger pictures are painted on a coarser grid."""
BANK = 70_000
"""Target pixels searched at most."""


def location_maps(source: Array, targets: Sequence[tuple[str, Array]], describe: Callable[[Array], Array]) -> Figure:
    """The paper's Fig. 3: every source pixel painted with where its nearest descriptor (l2) lies in each target.

    `source` and the targets (title, picture) are (H, W, 3) uint8; `describe` gives (D, H, W) float32. Above each map
    stands its target; the key, the source's own locations, is what a perfect map of the source in itself would be.
    """
    height, width = source.shape[:2]
    columns = 1 + len(targets)
    figure = new_figure(3.2 * columns, 6.4 * height / width + 0.7)
    axes = figure.subplots(2, columns, squeeze=False)
    show_image(axes[0, 0], source, "source")
    show_image(axes[1, 0], location_colors(_grid(height, width), width, height), "key: colour of each location")
    features = describe(source)
    for column, (title, target) in enumerate(targets, 1):
        xy = nearest_locations(features, describe(target))
        show_image(axes[0, column], target, title)
        painted = location_colors(xy, target.shape[1], target.shape[0])
        show_image(
            axes[1, column], painted, f"nearest location in {title}", extent=(-0.5, width - 0.5, height - 0.5, -0.5)
        )
    return figure


def nearest_locations(source: Array, target: Array) -> NDArray[np.int64]:
    """(h, w, 2) pixel (x, y) of the target whose descriptor is nearest (l2) to that of each source pixel.

    Both (D, H, W) float32. Every s-th pixel of the source is asked, so that at most 20,000 are, and every t-th of the
    target searched, so that at most 70,000 are: (h, w) is (H, W) over s, rounded up.
    """
    step, stride = (math.ceil(math.sqrt(a.shape[1] * a.shape[2] / n)) for a, n in ((source, QUERIES), (target, BANK)))
    asked, searched = source[:, ::step, ::step], target[:, ::stride, ::stride]
    queries, bank = (torch.from_numpy(np.ascontiguousarray(a.reshape(len(a), -1).T)).float() for a in (asked, searched))
    index = nearest(queries, bank, "l2")[0].numpy()
    y, x = np.divmod(index, searched.shape[2])
    return (np.stack([x, y], -1) * stride).reshape(*asked.shape[1:], 2)


def first_three(descriptor0: Array, descriptor1: Array) -> tuple[Array, Array]:
    """The paper's false colours: 0.5 x + 0.5 of the first three channels, cut to [0, 1]. Fewer channels repeat."""
    rows = [min(channel, len(descriptor0) - 1) for channel in range(3)]
    first, second = (np.clip(0.5 * d[rows].transpose(1, 2, 0) + 0.5, 0, 1) for d in (descriptor0, descriptor1))
    return first, second


def principal(descriptor0: Array, descriptor1: Array) -> tuple[Array, Array]:
    """The three principal components of both views together, each stretched from its 2nd to its 98th percentile."""
    flat = np.concatenate([d.reshape(len(d), -1).T for d in (descriptor0, descriptor1)]).astype(np.float64)
    flat -= flat.mean(0)
    directions = np.linalg.eigh(flat.T @ flat)[1][:, ::-1][:, :3]
    # The sign of an eigenvector is arbitrary: its largest entry is made positive.
    directions *= np.sign(directions[np.abs(directions).argmax(0), np.arange(directions.shape[1])])
    values = flat @ directions
    low, high = np.percentile(values, (2, 98), axis=0)
    colors = np.clip((values - low) / np.maximum(high - low, 1e-12), 0, 1)
    colors = np.pad(colors, ((0, 0), (0, 3 - colors.shape[1])), mode="edge")
    size = descriptor0[0].size
    return colors[:size].reshape(*descriptor0.shape[1:], 3), colors[size:].reshape(*descriptor1.shape[1:], 3)


def false_colors(
    images: tuple[Array, Array], descriptors: tuple[Array, Array], xy0: Array, xy1: Array, lines: int = 40
) -> Figure:
    """The paper's Fig. 8: both views with the true flow between them, and their descriptors in false colours.

    `images` (H, W, 3) uint8, `descriptors` (D, H, W), `xy0` and `xy1` (M, 2) true matches in pixels; `lines` of them
    are drawn, coloured by where they start. Two rows of false colours: the paper's first three channels, and the
    principal components, which show all channels at once.
    """
    height, width = images[0].shape[:2]
    figure = new_figure(8.4, 8.4 * 3 * height / (2 * width) + 0.9)
    axes = figure.subplots(3, 1)
    show_image(axes[0], side_by_side(*images), "both views, true matches")
    some = from_first(len(xy0), lines)
    connect(axes[0], xy0[some], xy1[some], width, location_colors(xy0[some], width, height))
    show_image(axes[1], side_by_side(*first_three(*descriptors)), "first three channels as 0.5 x + 0.5")
    show_image(axes[2], side_by_side(*principal(*descriptors)), "three principal components of both views")
    return figure


def channels(image: Array, descriptor: Array, title: str = "") -> Figure:
    """The paper's Fig. 9: the picture (H, W, 3) uint8 and every channel of its descriptor (D, H, W).

    One symmetric colour scale for all, to the 99.5th percentile of |value|: white is 0, red positive, blue negative.
    """
    columns = math.ceil(math.sqrt((1 + len(descriptor)) * 1.25))
    rows = math.ceil((1 + len(descriptor)) / columns)
    cell = 10 / columns
    figure = new_figure(10.6, rows * (cell * image.shape[0] / image.shape[1] + 0.22) + 0.3)
    if title:
        figure.suptitle(title, fontsize=10)
    axes = figure.subplots(rows, columns, squeeze=False)
    for cell_axes in axes.flat:
        cell_axes.set_axis_off()
    show_image(axes.flat[0], image, "picture")
    limit = float(np.percentile(np.abs(descriptor), 99.5)) or 1.0
    drawn = [
        show_image(cell_axes, channel, str(number), cmap=DIVERGING, vmin=-limit, vmax=limit)
        for number, (cell_axes, channel) in enumerate(zip(axes.flat[1:], descriptor, strict=False))
    ]
    bar = figure.colorbar(drawn[0], ax=axes, shrink=0.5, aspect=30, pad=0.01)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue] (a Spine, whose stub is a Patch call)
    return figure


def matches(
    images: tuple[Array, Array], xy0: Array, xy1: Array, error_px: Array | None = None, within_px: float = 5.0
) -> Figure:
    """Both pictures (H, W, 3) uint8 and lines between matched pixels `xy0`, `xy1` (N, 2).

    With the errors (N,) in pixels of the right picture, lines within `within_px` are blue, others vermillion, and the
    title counts them; without, lines are coloured by where they start.
    """
    height, width = images[0].shape[:2]
    canvas = side_by_side(*_same_height(*images))
    figure = new_figure(10, 10 * canvas.shape[0] / canvas.shape[1] + 0.7)
    axes = figure.subplots()
    show_image(axes, canvas, counted(len(xy0), "match", "matches"))
    if error_px is None:
        connect(axes, xy0, xy1, width, location_colors(xy0, width, height))
        return figure
    right = np.asarray(error_px) < within_px
    share = 100 * right.mean() if len(right) else math.nan
    axes.set_title(f"{share:.0f} % of {counted(len(right), 'match', 'matches')} within {within_px:g} px", fontsize=9)
    for chosen, color in ((~right, VERMILLION), (right, BLUE)):
        connect(axes, xy0[chosen], xy1[chosen], width, color)
    _key(figure, within_px)
    return figure


def _key(figure: Figure, within_px: float) -> None:
    """What the two colours of lines mean."""
    axes = figure.axes[0]
    for color, words in ((BLUE, f"within {within_px:g} px"), (VERMILLION, "wrong")):
        axes.plot([], [], color=color, label=words)
    axes.legend(loc="lower center", ncols=2, frameon=False, fontsize=8, bbox_to_anchor=(0.5, -0.1), labelcolor=INK)


def _same_height(left: Array, right: Array) -> tuple[Array, Array]:
    """White below the lower picture."""
    height = max(len(left), len(right))
    first, second = (
        np.pad(image, ((0, height - len(image)), (0, 0), (0, 0)), constant_values=255) for image in (left, right)
    )
    return first, second


def _grid(height: int, width: int) -> NDArray[np.int64]:
    """(H, W, 2) pixels (x, y)."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y], -1)
