"""The picture of the matches of two photos: side by side, a line for each match, its colour by where it begins."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure

from training.errors import RequestError

LINES = 160
"""Most lines drawn; of more matches the most distinct ones of each part of the photo."""
_HEIGHT = 600.0
_GAP = 24.0
_DPI = 100


def draw_matches(
    out: Path,
    photos: tuple[np.ndarray, np.ndarray],
    names: tuple[str, str],
    xy: tuple[np.ndarray, np.ndarray],
    asked: int,
) -> None:
    """Write the picture. `photos` (H, W, 3) uint8, `xy` two (M, 2) of pixels (x, y), the best match first.

    Both photos are drawn equally high. A true match and its neighbours have like colours at both ends.
    Raises RequestError when `out` cannot be written.
    """
    figure = matches_figure(photos, names, xy, asked)
    try:
        figure.savefig(out, dpi=_DPI, facecolor=figure.get_facecolor())
    except ValueError:
        raise RequestError(f"{out}: no picture format ends so; name a .png, .jpg or .pdf file") from None
    except OSError as error:
        raise RequestError(f"{out}: cannot be written ({error.strerror or error}); change --out") from None


def matches_figure(
    photos: tuple[np.ndarray, np.ndarray], names: tuple[str, str], xy: tuple[np.ndarray, np.ndarray], asked: int
) -> Figure:
    """The figure of `draw_matches`."""
    scales = [_HEIGHT / photo.shape[0] for photo in photos]
    widths = [photo.shape[1] * scale for photo, scale in zip(photos, scales, strict=True)]
    offset, total, top = widths[0] + _GAP, sum(widths) + 3 * _GAP, 46.0
    figure = Figure(figsize=(total / _DPI, (_HEIGHT + top + 34) / _DPI), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for photo, name, left, width in zip(photos, names, (0.0, offset), widths, strict=True):
        axes.imshow(photo, extent=(left, left + width, _HEIGHT, 0), interpolation="antialiased", aspect="auto")
        axes.text(left, _HEIGHT + 22, name, fontsize=10, color="0.35")
    axes.text(0, -16, f"{len(xy[0]):,} mutual matches of {asked:,} grid pixels", fontsize=14, color="0.1")
    axes.set(xlim=(-_GAP, total - _GAP), ylim=(_HEIGHT + 34, -top))
    chosen = over_all_cells(xy[0], photos[0].shape[:2], LINES)
    ends = [(xy[i][chosen] + 0.5) * scales[i] + (i * offset, 0) for i in (0, 1)]
    colors = position_colors(xy[0][chosen], photos[0].shape[:2])
    axes.add_collection(LineCollection(list(np.stack(ends, axis=1)), colors=colors, linewidths=0.8, alpha=0.75))
    for points in ends:
        axes.scatter(*points.T, s=13, c=colors, edgecolors="white", linewidths=0.5, zorder=3)
    return figure


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
