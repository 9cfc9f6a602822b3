"""Some points through all views: the same number and colour is the same surface point."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from scenegen.inspect.figure.layout import SMALL_PT, draw_image, foot_legend, leave_empty, sheet
from scenegen.inspect.figure.matches import rays_of
from scenegen.inspect.points import far_apart, inner, position_colors
from scenegen.inspect.subject import Subject
from scenegen.shards import Status

_HALO = [withStroke(linewidth=2.2, foreground="black")]
_MARKS = {"visible": ("o", True), "hidden": ("s", False), "ambiguous": ("D", False), "outside": (">", True)}
"""Shape of each mark, and whether it is filled."""
_SAYS = {
    "visible": "visible",
    "hidden": "occluded: the point lies behind what is seen here",
    "ambiguous": "ambiguous",
    "outside": "out of view, in this direction",
}


def draw_tracks(subject: Subject, count: int, start: int) -> Figure:
    """`count` points of view 0 in all views, as numbered marks; `start` chooses other points.

    Raises UsageError where the rays' own view 0 is not the first.
    """
    others = rays_of(subject, "--kind tracks")
    height, width = subject.sample.rgb.shape[1:3]
    points = choose_tracks(subject, others, count, start)
    columns = len(subject.views) if len(subject.views) <= 3 else -(-len(subject.views) // 2)
    rows = -(-len(subject.views) // columns)
    page = sheet(
        f"{subject.source}: {len(points)} points through {len(subject.views)} views", rows, columns, height / width
    )
    panels = [panel for row in page.panels for panel in row]
    colors = position_colors(subject.sample.xy0[points], width, height)
    for panel, view in zip(panels, subject.views, strict=False):
        _draw_view(panel, subject, view, points, colors)
    there = {_kind(int(code)) for view in others for code in subject.sample.status[view - 1][points]}
    for panel in panels[len(subject.views) :]:
        leave_empty(panel)
    foot_legend(page.figure, [_handle(kind) for kind in _MARKS if kind in there])
    return page.figure


def choose_tracks(subject: Subject, others: tuple[int, ...], count: int, start: int) -> NDArray[np.int64]:
    """Up to `count` rays spread over view 0: three of four are among those that most views see.

    The rest are occluded in some view, so that the figure shows what that is.
    """
    sample = subject.sample
    height, width = sample.rgb.shape[1:3]
    status = sample.status[[view - 1 for view in others]]
    seen = (status == Status.VISIBLE).sum(0)
    whole = inner(sample.xy0, width, height, 0.04)
    hidden = np.flatnonzero(whole & (status == Status.OCCLUDED).any(0))
    few = min(count // 4, len(hidden))
    best = _most_seen(np.where(whole, seen, 0), len(others), count)
    best = best[far_apart(sample.xy0[best], count - few, start)]
    return np.concatenate([best, hidden[far_apart(sample.xy0[hidden], few, start, sample.xy0[best])]])


def _most_seen(seen: NDArray[np.int64], others: int, count: int) -> NDArray[np.int64]:
    """Rays that as many views see as still leaves 20 for each that is to be drawn; at least one view."""
    for least in range(others, 1, -1):
        if (seen >= least).sum() >= 20 * count:
            return np.flatnonzero(seen >= least)
    return np.flatnonzero(seen >= 1)


def _draw_view(panel: Axes, subject: Subject, view: int, points: NDArray[np.int64], colors: NDArray) -> None:
    """One picture with its marks."""
    sample = subject.sample
    height, width = sample.rgb.shape[1:3]
    xy = (sample.xy0 if view == 0 else sample.xy[view - 1])[points].astype(np.float64)
    status = np.full(len(points), Status.VISIBLE) if view == 0 else sample.status[view - 1][points]
    header = f"view {view}" if view == 0 else f"view {view}: {(status == Status.VISIBLE).sum()} visible"
    draw_image(panel, sample.rgb[view], header)
    for k in np.flatnonzero(np.isfinite(xy).all(1)):
        at, angle = _on_picture(xy[k], width, height)
        kind = _kind(int(status[k]))
        _mark(panel, at, colors[k], kind, angle)
        _number(panel, at, int(k) + 1, width, height)


def _kind(status: int) -> str:
    """Which mark a status has."""
    kinds = {Status.VISIBLE: "visible", Status.OCCLUDED: "hidden", Status.AMBIGUOUS: "ambiguous"}
    return kinds.get(Status(status), "outside")


def _on_picture(xy: NDArray[np.float64], width: int, height: int) -> tuple[NDArray[np.float64], float]:
    """The place on the picture nearest to `xy`, and the direction from there to it in degrees."""
    edge = 0.02 * width
    kept = np.clip(xy, edge, [width - 1 - edge, height - 1 - edge])
    away = xy - kept
    return (kept if np.abs(away).max() > edge else xy), float(np.degrees(np.arctan2(-away[1], away[0])))


def _mark(panel: Axes, at: NDArray[np.float64], color: NDArray, kind: str, angle: float) -> None:
    """One mark: on black, so that it is seen on any picture."""
    shape, filled = _MARKS[kind]
    marker = (3, 0, angle - 90) if kind == "outside" else shape
    face = color if filled else "none"
    for edge, thickness in (("black", 2.8), (color, 1.4)):
        if filled:
            panel.plot(*at, marker=marker, ms=6, mfc=face, mec="black", mew=0.8, clip_on=False)
            return
        panel.plot(*at, marker=marker, ms=5.5, mfc="none", mec=edge, mew=thickness, clip_on=False)


def _number(panel: Axes, at: NDArray[np.float64], number: int, width: int, height: int) -> None:
    """The number of a point beside its mark, on the side where there is space."""
    right, low = at[0] < 0.94 * width, at[1] > 0.06 * height
    panel.annotate(
        str(number),
        (float(at[0]), float(at[1])),
        (4 if right else -4, 3 if low else -3),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom" if low else "top",
        fontsize=SMALL_PT,
        color="white",
        fontweight="bold",
        path_effects=_HALO,
    )


def _handle(kind: str) -> Line2D:
    """A legend entry."""
    shape, filled = _MARKS[kind]
    face = "0.6" if filled else "none"
    return Line2D([], [], ls="", marker=shape, ms=6, mfc=face, mec="black", mew=1.0, label=_SAYS[kind])
