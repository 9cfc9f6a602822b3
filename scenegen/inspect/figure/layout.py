"""The sheet of a figure: panels of one shape in rows and columns, with room for titles and legends.

All lengths are inches and are set here, so the same sample always gives the same picture; matplotlib's
figure objects are used directly, without the global state of pyplot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scenegen.inspect.palette import STATUS_COLORS, STATUS_LABELS
from scenegen.inspect.subject import Subject
from scenegen.inspect.words import percent
from scenegen.shards import Status

WIDTH_IN = 9.0
EDGE_IN = 0.12
GAP_IN = 0.08
TITLE_IN = 0.42
HEADER_IN = 0.24
LEGEND_IN = 0.34
TITLE_LETTERS = 85
"""Letters of the title that fit on the sheet; longer ones are smaller."""
TITLE_PT, TEXT_PT, SMALL_PT = 10.5, 8.5, 7.5


@dataclass(frozen=True)
class Sheet:
    """A figure and its panels."""

    figure: Figure
    panels: tuple[tuple[Axes, ...], ...]
    """Axes by row and column."""


def sheet(title: str, rows: int, columns: int, aspect: float, right_in: float = 0.0, legend: bool = True) -> Sheet:
    """A sheet with a title and empty panels; each panel has space for a line of text above it.

    Args:
        title: what is shown, on one line.
        rows: panels downwards.
        columns: panels across.
        aspect: height of a panel divided by its width.
        right_in: space to the right of the panels, for colour bars.
        legend: whether to leave a line at the foot.

    """
    width = (WIDTH_IN - 2 * EDGE_IN - right_in - (columns - 1) * GAP_IN) / columns
    height = width * aspect
    foot = LEGEND_IN if legend else EDGE_IN
    total = TITLE_IN + rows * (HEADER_IN + height) + (rows - 1) * GAP_IN + foot
    figure = Figure(figsize=(WIDTH_IN, total), dpi=150, facecolor="white")
    size = TITLE_PT * min(1.0, TITLE_LETTERS / len(title))
    figure.text(EDGE_IN / WIDTH_IN, 1 - 0.16 / total, title, fontsize=size, fontweight="bold", va="top")
    panels = []
    for row in range(rows):
        bottom = total - TITLE_IN - (row + 1) * (HEADER_IN + height) - row * GAP_IN
        lefts = [EDGE_IN + column * (width + GAP_IN) for column in range(columns)]
        panels.append(tuple(_axes(figure, (left, bottom, width, height)) for left in lefts))
    return Sheet(figure, tuple(panels))


def _axes(figure: Figure, box_in: tuple[float, float, float, float]) -> Axes:
    """Axes without ticks at (left, bottom, width, height) inches."""
    axes = figure.add_axes(_fractions(figure, box_in))
    axes.set(xticks=[], yticks=[])
    return axes


def _fractions(figure: Figure, box_in: Sequence[float]) -> tuple[float, float, float, float]:
    """A box in inches as fractions of the figure."""
    width, height = figure.get_size_inches()
    left, bottom, across, up = box_in
    return left / width, bottom / height, across / width, up / height


def sheet_of(panel: Axes) -> Figure:
    """The figure that a panel is in."""
    figure = panel.get_figure(root=True)
    assert figure is not None
    return figure


def axes_beside(panel: Axes, width_in: float, gap_in: float = 0.1, share: float = 1.0) -> Axes:
    """New axes to the right of a panel, `share` of its height, centred on it."""
    figure = sheet_of(panel)
    box = panel.get_position()
    total = figure.get_size_inches()[0]
    height = box.height * share
    bottom = box.y0 + (box.height - height) / 2
    return figure.add_axes((box.x1 + gap_in / total, bottom, width_in / total, height))


def draw_image(panel: Axes, image: NDArray[Any], header: str = "", **options: Any) -> Any:
    """Draw an image so that pixel (x, y) has its centre at data (x, y), with a line of text above it."""
    height, width = image.shape[:2]
    artist = panel.imshow(image, **options)
    panel.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    for spine in panel.spines.values():
        spine.set_visible(False)
    if header:
        panel.set_title(header, fontsize=TEXT_PT, loc="left", pad=3)
    return artist


def leave_empty(panel: Axes) -> None:
    """Leave a panel empty."""
    panel.set_axis_off()


def foot_legend(figure: Figure, handles: Sequence[Patch | Line2D]) -> None:
    """A legend on one line at the foot of the sheet."""
    figure.legend(
        handles=list(handles),
        loc="lower center",
        ncols=len(handles),
        fontsize=SMALL_PT,
        frameon=False,
        borderaxespad=0.2,
        handlelength=1.2,
        columnspacing=1.4,
    )


def status_handles(counts: NDArray[np.int64], *without: Status) -> list[Patch]:
    """Legend entries of the statuses that occur, with their share; `counts` (6,) is by code."""
    total = max(1, int(counts.sum()))
    names = {int(status): status.name.lower() for status in Status}
    return [
        Patch(facecolor=STATUS_COLORS[names[code]], label=f"{STATUS_LABELS[names[code]]} {percent(count / total)}")
        for code, count in enumerate(counts.tolist())
        if count and code not in without
    ]


def points_per_pixel(panel: Axes) -> float:
    """Typographic points (1/72 inch) that a pixel of the panel's image is wide."""
    across_px = abs(panel.get_xlim()[1] - panel.get_xlim()[0])
    return 72 * panel.get_position().width * sheet_of(panel).get_size_inches()[0] / across_px


def apart(subject: Subject, view: int) -> str:
    """How far view 0 and another view are apart, in words; "no cameras" where that is not known."""
    sample = subject.sample
    if not sample.has_cameras:
        return "no cameras"
    return f"{sample.baseline_m[view - 1]:.1f} m and {sample.view_angle_deg[view - 1]:.0f}° apart"


def checkers(height: int, width: int) -> NDArray[np.uint8]:
    """(H, W, 3) light squares, the usual sign for `nothing here`."""
    size = max(2, round(width / 80))
    y, x = np.mgrid[0:height, 0:width] // size
    return np.repeat((224 + 24 * ((x + y) % 2)).astype(np.uint8)[..., None], 3, axis=2)


def dimmed(picture: NDArray[np.uint8], gain: float = 0.7) -> NDArray[np.uint8]:
    """(H, W, 3) the picture in dark grey, as a ground for coloured marks."""
    grey = picture @ np.array([0.2126, 0.7152, 0.0722])
    return np.repeat((gain * grey)[..., None], 3, axis=2).astype(np.uint8)
