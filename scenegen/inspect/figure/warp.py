"""Another view warped into the first by the depth layers, what is not visible, and the difference."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from scenegen.inspect.figure.layout import (
    SMALL_PT,
    TEXT_PT,
    axes_beside,
    checkers,
    draw_image,
    foot_legend,
    sheet,
    sheet_of,
    status_handles,
)
from scenegen.inspect.palette import status_rgb
from scenegen.inspect.subject import Subject
from scenegen.inspect.warp import Warp, warp
from scenegen.inspect.words import percent

RIGHT_IN = 0.5
FULL_SCALE = 64
"""Grey levels at the end of the colour bar."""


def draw_warp(subject: Subject) -> Figure:
    """Two rows for each other view: the pictures and the warp; the mask, the difference and its spread.

    Raises UsageError without a depth layer.
    """
    subject.layer("depth", "--kind warp")
    here, others = subject.views[0], subject.views[1:]
    height, width = subject.sample.rgb.shape[1:3]
    page = sheet(f"{subject.source}: warped into view {here}", 2 * len(others), 3, height / width, right_in=RIGHT_IN)
    warps = [warp(subject.sample, here, there) for there in others]
    for k, (there, found) in enumerate(zip(others, warps, strict=True)):
        _pictures(page.panels[2 * k], subject, there, found)
        _errors(page.panels[2 * k + 1], subject, found)
    counts = sum((np.bincount(found.status.ravel(), minlength=6) for found in warps), np.zeros(6, np.int64))
    foot_legend(page.figure, status_handles(counts))
    return page.figure


def _pictures(panels: tuple[Axes, ...], subject: Subject, there: int, found: Warp) -> None:
    """The view itself, the other, and the other warped."""
    here = subject.views[0]
    draw_image(panels[0], subject.sample.rgb[here], f"view {here}")
    draw_image(panels[1], subject.sample.rgb[there], f"view {there}")
    ground = checkers(*found.status.shape)
    warped = np.where(found.visible[..., None], found.picture, ground)
    draw_image(panels[2], warped, f"view {there} warped into view {here}")


def _errors(panels: tuple[Axes, ...], subject: Subject, found: Warp) -> None:
    """What is not visible, the difference, and its histogram."""
    draw_image(
        panels[0], masked(found.status), f"visible: {percent(float(found.visible.mean()))}", interpolation="nearest"
    )
    _histogram(panels[1], found.error[found.visible], subject.relit)
    draw_image(panels[2], checkers(*found.status.shape))
    artist = draw_image(panels[2], found.error, "difference, grey levels", cmap="magma", vmin=0, vmax=FULL_SCALE)
    bar = sheet_of(panels[2]).colorbar(artist, cax=axes_beside(panels[2], 0.12), extend="max")
    bar.ax.tick_params(labelsize=SMALL_PT)


def masked(status: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) the colours of the statuses."""
    return status_rgb()[status]


def _histogram(panel: Axes, error: NDArray[np.float64], relit: bool) -> None:
    """How large the differences are."""
    panel.set_title(_summary(error), fontsize=TEXT_PT, loc="left", pad=3)
    panel.hist(np.minimum(error, FULL_SCALE), bins=range(0, FULL_SCALE + 1, 2), color="0.45")
    ticks = range(0, FULL_SCALE + 1, 16)
    panel.set(xlim=(0, FULL_SCALE), yticks=[])
    panel.set_xticks(ticks, [str(tick) if tick < FULL_SCALE else f"{tick}+" for tick in ticks], fontsize=SMALL_PT)
    panel.tick_params(length=0, pad=2)
    note = "each view has its own lights" if relit else "all views have the same lights"
    panel.text(0.97, 0.95, note, transform=panel.transAxes, ha="right", va="top", fontsize=SMALL_PT)
    for name in ("top", "right", "left"):
        panel.spines[name].set_visible(False)


def _summary(error: NDArray[np.float64]) -> str:
    """Median and 95 % of the differences."""
    if not len(error):
        return "nothing is visible"
    median, most = np.quantile(error, [0.5, 0.95])
    return f"median {median:.1f}, 95 % below {most:.0f}"
