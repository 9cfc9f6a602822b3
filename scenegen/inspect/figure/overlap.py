"""Who sees what: each view with the pixels that each other view sees, and the matrix of shares."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scenegen.inspect.figure.layout import SMALL_PT, TEXT_PT, dimmed, draw_image, foot_legend, sheet, status_handles
from scenegen.inspect.palette import status_rgb
from scenegen.inspect.subject import Subject
from scenegen.inspect.warp import transfer
from scenegen.inspect.words import percent
from scenegen.shards import Status

STRENGTH = 0.7
"""How much of a status colour covers a pixel that is not seen."""
MATRIX_IN = 2.3
_NOTE = "Pictures: by the depth layers, each pixel.\nTable: by ray tracing, as stored."
WORDED = 3
"""Views side by side above which a sentence has space."""


def draw_overlap(subject: Subject) -> Figure:
    """Row i, column j: the pixels of view i that view j sees in their colours, the others in those of their status.

    Raises UsageError without a depth layer.
    """
    subject.layer("depth", "--kind overlap")
    sample, views = subject.sample, subject.views
    height, width = sample.rgb.shape[1:3]
    page = sheet(f"{subject.source}: overlap", len(views), len(views), height / width, right_in=MATRIX_IN + 0.5)
    counts = np.zeros(6, np.int64)
    for row, here in enumerate(views):
        for column, there in enumerate(views):
            panel = page.panels[row][column]
            if here == there:
                draw_image(panel, sample.rgb[here], f"view {here}")
                continue
            status = transfer(sample, here, there).status
            counts += np.bincount(status.ravel(), minlength=6)
            seen = _seen_share(status)
            short = len(views) > WORDED
            header = f"by {there}: {percent(seen)}" if short else f"view {there} sees {percent(seen)} of view {here}"
            draw_image(panel, seen_picture(sample.rgb[here], status), header)
    _matrix(page.figure, page.panels[0][-1], subject)
    foot_legend(page.figure, [_seen_handle(counts), *status_handles(counts, Status.VISIBLE)])
    return page.figure


def _seen_share(status: NDArray[np.uint8]) -> float:
    """Share of the pixels with a surface that are visible; 0 where there is none."""
    return float((status == Status.VISIBLE).sum() / max(1, (status != Status.NO_HIT).sum()))


def seen_picture(picture: NDArray[np.uint8], status: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) the picture where it is visible, and under the colour of its status elsewhere."""
    covered = (1 - STRENGTH) * dimmed(picture, 1.0) + STRENGTH * status_rgb()[status]
    return np.where((status == Status.VISIBLE)[..., None], picture, np.rint(covered)).astype(np.uint8)


def _seen_handle(counts: NDArray[np.int64]) -> Patch:
    """Legend entry of what is visible."""
    share = percent(counts[Status.VISIBLE] / max(1, counts.sum()))
    return Patch(facecolor="white", edgecolor="black", label=f"in its own colours: visible {share}")


def _matrix(figure: Figure, panel: Axes, subject: Subject) -> None:
    """The stored shares as a square table beside the first row."""
    views = list(subject.views)
    shares = subject.sample.overlap[np.ix_(views, views)]
    total_in = figure.get_size_inches()
    top = panel.get_position().y1
    left = panel.get_position().x1 + 0.42 / total_in[0]
    axes = figure.add_axes((left, top - MATRIX_IN / total_in[1], MATRIX_IN / total_in[0], MATRIX_IN / total_in[1]))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.25)
    axes.set_title("overlap", fontsize=TEXT_PT, loc="left", pad=3)
    ticks = range(len(views))
    axes.set_xticks(ticks, [str(view) for view in views], fontsize=SMALL_PT)
    axes.set_yticks(ticks, [str(view) for view in views], fontsize=SMALL_PT)
    axes.set_xlabel("seen by view", fontsize=SMALL_PT)
    axes.set_ylabel("pixels of view", fontsize=SMALL_PT, labelpad=2)
    axes.tick_params(length=0)
    size = min(TEXT_PT, 24 / len(views) + 3)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(
            column,
            row,
            percent(share),
            ha="center",
            va="center",
            fontsize=size,
            color="white" if share > 0.7 else "black",
        )
    axes.text(0, -0.2, _NOTE, transform=axes.transAxes, fontsize=SMALL_PT, va="top", color="0.3")
