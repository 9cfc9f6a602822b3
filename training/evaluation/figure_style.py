"""How figures look, and how they are written: one palette, quiet axes, files without a date."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.errors import RequestError

Array = NDArray[Any]
BLUE, ORANGE, GREEN, VERMILLION, GREY, INK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8C8C8C", "#262626"
"""Colours that are told apart with any colour vision (Okabe and Ito)."""
DIVERGING = "RdBu_r"
"""Colour map for signed values."""
DPI = 150
"""Pixels per inch of PNG files."""
GAP_PX = 12
"""White space between two pictures that lines connect."""
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure of this size that lays itself out and is drawn without a display."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as its suffix says (.png, .svg, .pdf): the same figure gives the same bytes. Returns the path.

    Raises RequestError for another suffix.
    """
    metadata = _METADATA.get(path.suffix.lower())
    if metadata is None:
        raise RequestError(f"{path}: figures are written as {', '.join(_METADATA)}: choose one of these suffixes")
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "training", "svg.fonttype": "none"}):
        figure.savefig(path, dpi=DPI, metadata=metadata)
    return path


def tidy(axes: Axes, title: str = "") -> Axes:
    """Plain axes for curves: no box, a light grid, small type."""
    axes.set_title(title, fontsize=9, color=INK, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(labelsize=8, colors=INK, length=3)
    axes.grid(color="#E6E6E6", linewidth=0.6)
    axes.set_axisbelow(True)
    return axes


def show_image(axes: Axes, image: Array, title: str = "", **how: Any) -> Any:
    """A picture (H, W) or (H, W, 3) without axes; pixels stay pixels. Returns the drawn image."""
    axes.set_title(title, fontsize=9, color=INK)
    axes.set_axis_off()
    return axes.imshow(image, interpolation="nearest", **how)


def side_by_side(left: Array, right: Array) -> Array:
    """Two pictures (H, W, 3) in one, a white gap between."""
    gap = np.full((left.shape[0], GAP_PX, 3), 255 if left.dtype == np.uint8 else 1.0, left.dtype)
    return np.concatenate([left, gap, right], axis=1)


def connect(axes: Axes, xy0: Array, xy1: Array, width: int, colors: Sequence[Any] | Array | str) -> None:
    """Lines from pixels (N, 2) of the left picture, `width` px wide, to pixels (N, 2) of the right one."""
    ends = np.asarray(xy1, float) + np.array([width + GAP_PX, 0])
    lines = np.stack([np.asarray(xy0, float), ends], axis=1)
    # A dark rim keeps lines visible on a picture of their own colour.
    axes.add_collection(LineCollection(list(lines), colors="#00000055", linewidths=1.5))
    axes.add_collection(LineCollection(list(lines), colors=colors, linewidths=0.8))
    for points in (np.asarray(xy0), ends):
        axes.scatter(points[:, 0], points[:, 1], s=7, c=colors, edgecolors="#00000088", linewidths=0.4, zorder=3)


def location_colors(xy: Array, width: int, height: int) -> NDArray[np.float64]:
    """(..., 3) colour of pixels (..., 2) by where they lie: blue to orange along x, light to dark along y."""
    u, v = (
        np.clip(np.asarray(xy, float) / [max(width - 1, 1), max(height - 1, 1)], 0, 1)[..., i, None] for i in (0, 1)
    )
    top_left, top_right, bottom_left, bottom_right = np.array(
        [[0.66, 0.90, 1.00], [1.00, 0.88, 0.45], [0.00, 0.16, 0.48], [0.62, 0.16, 0.00]]
    )
    top, bottom = top_left + u * (top_right - top_left), bottom_left + u * (bottom_right - bottom_left)
    return top + v * (bottom - top)
