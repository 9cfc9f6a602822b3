"""The picture of the matches of two photos: side by side, a line for each match, its colour by where it begins."""

import warnings
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure

from training.errors import RequestError
from training.files.atomic import whole, writing

LINES = 160
"""Most lines drawn; of more matches the most distinct ones of each part of the photo."""
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".pdf", ".svg")
"""Kinds of pictures that can be written."""
_HEIGHT, _WIDTH = 600.0, 1600.0
"""Most pixels that a photo is drawn high and wide."""
_GAP = 24.0
_LETTER, _LETTERS = 8.0, 60
"""Width of a letter of a name, about, and how many of its last ones are shown."""
_DPI = 100


def draw_matches(
    out: Path,
    photos: tuple[np.ndarray, np.ndarray],
    names: tuple[str, str],
    xy: tuple[np.ndarray, np.ndarray],
    asked: int,
) -> None:
    """Write the picture, whole or not at all. `xy` are two (M, 2) of pixels (x, y), the best match first.

    Both photos, (H, W, 3) uint8, are drawn equally high where their widths allow it. A true match and its neighbours
    have like colours at both ends. Raises RequestError when `out` cannot be written.
    """
    check_ending(out)
    figure = matches_figure(photos, names, xy, asked)
    with writing(out), whole(out) as draft, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # of a name in letters that the font lacks
        figure.savefig(draft, format=out.suffix[1:].lower(), dpi=_DPI, facecolor=figure.get_facecolor())


def check_ending(out: Path) -> None:
    """Raise RequestError for a name that no kind of picture ends with."""
    if out.suffix.lower() not in ENDINGS:
        raise RequestError(f"{out}: no picture format ends so; name a .png, .jpg or .pdf file")


def matches_figure(
    photos: tuple[np.ndarray, np.ndarray], names: tuple[str, str], xy: tuple[np.ndarray, np.ndarray], asked: int
) -> Figure:
    """The figure of `draw_matches`."""
    scales = [min(_HEIGHT / photo.shape[0], _WIDTH / photo.shape[1]) for photo in photos]
    shown = [name if len(name) <= _LETTERS else f"…{name[-_LETTERS:]}" for name in names]
    columns = [max(p.shape[1] * s, _LETTER * len(n)) for p, s, n in zip(photos, scales, shown, strict=True)]
    lefts = (0.0, columns[0] + _GAP)
    figure, axes = _canvas(sum(columns) + 3 * _GAP)
    for photo, name, left, scale in zip(photos, shown, lefts, scales, strict=True):
        _place(axes, photo, name, left, scale)
    plural = "" if len(xy[0]) == 1 else "es"
    axes.text(0, -16, f"{len(xy[0]):,} mutual match{plural} of {asked:,} grid pixels", fontsize=14, color="0.1")
    _connect(axes, xy, photos[0].shape[:2], scales, lefts)
    return figure


def _canvas(total: float) -> tuple[Figure, Axes]:
    """A figure `total` pixels wide, and axes over all of it whose units are its pixels; (0, 0) is that of photo A."""
    top, bottom = 46.0, 34.0
    figure = Figure(figsize=(total / _DPI, (_HEIGHT + top + bottom) / _DPI), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    axes.set(xlim=(-_GAP, total - _GAP), ylim=(_HEIGHT + bottom, -top))
    return figure, axes


def _place(axes: Axes, photo: np.ndarray, name: str, left: float, scale: float) -> None:
    """Draw a photo, and its name below it."""
    height, width = (scale * side for side in photo.shape[:2])
    axes.imshow(photo, extent=(left, left + width, height, 0), interpolation="antialiased", aspect="auto")
    axes.text(left, height + 22, name, fontsize=10, color="0.35", parse_math=False)


def _connect(
    axes: Axes, xy: tuple[np.ndarray, np.ndarray], shape: tuple[int, int], scales: list[float], lefts: tuple[float, ...]
) -> None:
    """Draw the lines and their ends."""
    chosen = over_all_cells(xy[0], shape, LINES)
    ends = [(xy[i][chosen] + 0.5) * scales[i] + (lefts[i], 0) for i in (0, 1)]
    colors = position_colors(xy[0][chosen], shape)
    axes.add_collection(LineCollection(list(np.stack(ends, axis=1)), colors=colors, linewidths=0.8, alpha=0.75))
    for points in ends:
        axes.scatter(*points.T, s=13, c=colors, edgecolors="white", linewidths=0.5, zorder=3)


def over_all_cells(xy: np.ndarray, shape: tuple[int, int], count: int) -> np.ndarray:
    """Indices of at most `count` of the (M, 2) points, the first of each cell before the second of any."""
    if len(xy) <= count:
        return np.arange(len(xy))
    side = np.sqrt(shape[0] * shape[1] / count)
    cells = np.unique((xy // side).astype(int), axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(cells, kind="stable")
    first = np.searchsorted(cells[order], cells[order])
    turn = np.empty(len(xy), int)
    turn[order] = np.arange(len(xy)) - first
    return np.sort(np.argsort(turn, kind="stable")[:count])


def position_colors(xy: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(M, 3) colours: the hue runs along x, and y goes from light to strong."""
    x, y = (xy + 0.5).T / np.array([[shape[1]], [shape[0]]])
    return hsv_to_rgb(np.stack((0.83 * x, 0.55 + 0.45 * y, 1.0 - 0.15 * y), axis=1))
