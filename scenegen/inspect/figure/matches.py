"""Matches of view 0 and other views: some as lines, all rays as dots coloured by their status."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from scenegen.errors import UsageError
from scenegen.inspect.figure.layout import (
    apart,
    dimmed,
    draw_image,
    foot_legend,
    leave_empty,
    points_per_pixel,
    sheet,
    status_handles,
)
from scenegen.inspect.palette import status_rgb
from scenegen.inspect.points import far_apart, inner, position_colors
from scenegen.inspect.subject import Subject
from scenegen.shards import Status

GAP = 0.02
"""White between the two pictures of a strip, as a share of the picture's width."""
DOT = 0.7
"""Diameter of a dot, in units of the mean distance of the rays."""
OVER = (Status.VISIBLE, Status.OUT_OF_VIEW, Status.BEHIND_CAMERA, Status.NO_HIT, Status.AMBIGUOUS, Status.OCCLUDED)
"""Order in which dots are drawn: what is rare or hidden lies on top."""


def draw_matches(subject: Subject, count: int, start: int) -> Figure:
    """Two strips for each other view: `count` matches as lines, and every ray as a dot.

    `start` chooses another set of lines. Raises UsageError where the rays' own view 0 is not the first.
    """
    others = rays_of(subject, "--kind matches")
    height, width = subject.sample.rgb.shape[1:3]
    blocks = min(2, len(others))
    rows = -(-len(others) // blocks)
    page = sheet(f"{subject.source}: matches", 2 * rows, blocks, height / (width * (2 + GAP)))
    for k, view in enumerate(others):
        row, column = divmod(k, blocks)
        _lines(page.panels[2 * row][column], subject, view, count, start)
        _dots(page.panels[2 * row + 1][column], subject, view)
    for k in range(len(others), rows * blocks):
        leave_empty(page.panels[-2][k % blocks])
        leave_empty(page.panels[-1][k % blocks])
    status = subject.sample.status[[view - 1 for view in others]]
    foot_legend(page.figure, status_handles(np.bincount(status.ravel(), minlength=6)))
    return page.figure


def rays_of(subject: Subject, purpose: str) -> tuple[int, ...]:
    """The other views that are shown. Raises UsageError unless the first is view 0, where the rays start."""
    if subject.views[0] != 0:
        raise UsageError(f"--views {subject.views[0]}: {purpose} shows rays, which start in view 0: name 0 first")
    return subject.views[1:]


def _lines(panel: Axes, subject: Subject, view: int, count: int, start: int) -> None:
    """A strip with matches as lines."""
    sample = subject.sample
    xy0, xy = sample.matches(view)
    height, width = sample.rgb.shape[1:3]
    some = _some(xy0, inner(xy0, width, height) & inner(xy, width, height), count, start)
    a, b = xy0[some], _shifted(xy[some], width)
    colors = position_colors(a, width, height)
    draw_image(
        panel,
        _strip(sample.rgb[0], sample.rgb[view]),
        f"views 0 and {view}, {apart(subject, view)}: {len(some)} of {len(xy0):,} matches",
    )
    for color, thickness in (("black", 1.9), (colors, 1.1)):
        panel.add_collection(LineCollection(list(np.stack([a, b], 1)), colors=color, linewidths=thickness))
    for ends in (a, b):
        panel.scatter(*ends.T, s=12, c=colors, edgecolors="black", linewidths=0.5, zorder=3)


def _some(xy: NDArray, preferred: NDArray[np.bool_], count: int, start: int) -> NDArray[np.int64]:
    """Indices of `count` points spread over the picture; of the preferred ones where there are enough."""
    rows = np.flatnonzero(preferred) if preferred.sum() >= count else np.arange(len(xy))
    return rows[far_apart(xy[rows], count, start)]


def _dots(panel: Axes, subject: Subject, view: int) -> None:
    """A strip with all rays, in view 0 where they start and in the other where the point falls."""
    sample = subject.sample
    height, width = sample.rgb.shape[1:3]
    status, xy = sample.status[view - 1], sample.xy[view - 1]
    with np.errstate(invalid="ignore"):
        inside = (xy > -0.5).all(1) & (xy < [width - 0.5, height - 0.5]).all(1)
    strip = _strip(dimmed(sample.rgb[0]), dimmed(sample.rgb[view]))
    draw_image(panel, strip, f"all {len(status):,} rays of view 0, and where their points fall in view {view}")
    apart_px = np.sqrt(height * width / max(len(status), 1))
    diameter_pt = DOT * apart_px * points_per_pixel(panel)
    for code in OVER:
        chosen, color = status == code, status_rgb()[code] / 255
        for at in (sample.xy0[chosen], _shifted(xy[chosen & inside], width)):
            panel.scatter(*at.T, s=diameter_pt**2, color=color, linewidths=0, rasterized=True)


def _strip(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two pictures side by side with white between them."""
    white = np.full((left.shape[0], round(GAP * left.shape[1]), 3), 255, np.uint8)
    return np.concatenate([left, white, right], 1)


def _shifted(xy: NDArray, width: int) -> NDArray[np.float64]:
    """Pixels of the right picture as places on the strip."""
    return np.asarray(xy, np.float64) + np.array([width + round(GAP * width), 0])
