"""The image layers as pictures: colours, depth in metres, normals, instances with their categories."""

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from scenegen.errors import UsageError
from scenegen.inspect.figure.layout import SMALL_PT, axes_beside, draw_image, sheet, sheet_of
from scenegen.inspect.palette import STATUS_COLORS, STATUS_LABELS
from scenegen.inspect.subject import Subject
from scenegen.instances import FIRST_OBJECT
from scenegen.layers import DEFAULT, LAYERS, named

RIGHT_IN = 1.25
NOTHING, ROOM = (0.0, 0.0, 0.0), (0.82, 0.82, 0.82)
NAMED = 12
"""Entries of a legend at most."""
LINE_PT = 8.8
"""Height of an entry."""
LETTERS = 15
"""Letters of a category that the legend has space for."""
_HALO = [withStroke(linewidth=2.0, foreground="black")]


def draw_layers(subject: Subject) -> Figure:
    """One row for each layer that the shard has, one column for each view.

    Raises UsageError when it has pictures only.
    """
    drawn = [layer for layer in LAYERS if layer.drawn_by and subject.sample.layer(layer.name) is not None]
    there: list[Callable[[Subject, tuple[Axes, ...]], None]] = [named(layer.drawn_by or "") for layer in drawn]
    if not there:
        wanted = ",".join(DEFAULT)
        raise UsageError(f"{subject.path}: has no layer that --kind layers could show: render with --layers {wanted}")
    height, width = subject.sample.rgb.shape[1:3]
    page = sheet(
        f"{subject.source}: layers", 1 + len(there), len(subject.views), height / width, right_in=RIGHT_IN, legend=False
    )
    for panel, view in zip(page.panels[0], subject.views, strict=True):
        draw_image(panel, subject.sample.rgb[view], f"view {view}")
    for panels, draw in zip(page.panels[1:], there, strict=True):
        draw(subject, panels)
    return page.figure


def draw_depth(subject: Subject, panels: tuple[Axes, ...]) -> None:
    """Depth of all views on one scale."""
    depth = subject.layer("depth", "--kind layers")[list(subject.views)].astype(np.float64)
    known = np.where(depth > 0, depth, np.nan)
    low, high = (np.nanmin(known), np.nanmax(known)) if np.isfinite(known).any() else (0.0, 1.0)
    colors = mpl.colormaps["viridis_r"].with_extremes(bad=NOTHING)
    for panel, layer in zip(panels, known, strict=True):
        draw_image(panel, layer, "depth", cmap=colors, vmin=low, vmax=high)
    bar = sheet_of(panels[-1]).colorbar(panels[-1].images[0], cax=axes_beside(panels[-1], 0.14, share=0.9))
    bar.ax.invert_yaxis()
    bar.ax.set_title("m", fontsize=SMALL_PT, pad=3)
    bar.ax.tick_params(labelsize=SMALL_PT)


def draw_normals(subject: Subject, panels: tuple[Axes, ...]) -> None:
    """Normals in camera axes as colours, and a ball that shows which direction has which."""
    normals = subject.layer("normal", "--kind layers")
    for panel, view in zip(panels, subject.views, strict=True):
        draw_image(panel, normal_colors(normals[view]), "normals")
    ball = axes_beside(panels[-1], 0.85, gap_in=0.15, share=0.9)
    ball.imshow(normal_ball(96))
    ball.set_axis_off()
    ball.set_anchor("W")
    ball.set_title("as on this ball", fontsize=SMALL_PT, loc="left", pad=3)


def normal_colors(normals: NDArray[np.int8]) -> NDArray[np.uint8]:
    """(H, W, 3) colours of stored normals (H, W, 3): red to the right, green up, blue towards the camera."""
    unit = normals.astype(np.float64) / 127 * [1, -1, -1]
    colors = np.rint(127.5 * (unit + 1)).clip(0, 255).astype(np.uint8)
    colors[~normals.any(2)] = 0
    return colors


def normal_ball(size: int) -> NDArray[np.uint8]:
    """(size, size, 3) a white square with a ball that has every normal that faces the camera."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    inside = x**2 + y**2 <= 0.98
    z = -np.sqrt(np.where(inside, 1 - x**2 - y**2, 0))
    ball = normal_colors(np.rint(127 * np.stack([x, y, z], -1)).astype(np.int8))
    return np.where(inside[..., None], ball, 255).astype(np.uint8)


def draw_instances(subject: Subject, panels: tuple[Axes, ...]) -> None:
    """Instances in colours, objects numbered; the same number is the same object in every view."""
    layer = subject.layer("instance", "--kind layers")[list(subject.views)]
    colors = instance_colors(int(layer.max()))
    for panel, ids in zip(panels, layer, strict=True):
        draw_image(
            panel,
            ids,
            "instances",
            cmap=ListedColormap(colors),
            vmin=-0.5,
            vmax=len(colors) - 0.5,
            interpolation="nearest",
        )
        for k in np.unique(ids[ids >= FIRST_OBJECT]):
            at = middle(ids == k)
            panel.text(*at, str(k), color="white", fontsize=SMALL_PT, ha="center", va="center", path_effects=_HALO)
    shown = [int(k) for k in np.unique(layer) if k]
    _legend(panels[-1], [Patch(facecolor=colors[k], edgecolor="0.4", label=_label(k, subject)) for k in shown])


def draw_visibility(subject: Subject, panels: tuple[Axes, ...]) -> None:
    """What the pixels of each view are in the first other one, in the colours of the rays."""
    layer = subject.layer("visibility", "--kind layers")
    colors, last = ListedColormap(list(STATUS_COLORS.values())), len(STATUS_COLORS) - 0.5
    for panel, view in zip(panels, subject.views, strict=True):
        title = f"in view {1 if view == 0 else 0}"
        draw_image(panel, layer[view][..., 0], title, cmap=colors, vmin=-0.5, vmax=last, interpolation="nearest")
    shown = [name for code, name in enumerate(STATUS_COLORS) if (layer == code).any()]
    _legend(panels[-1], [Patch(facecolor=STATUS_COLORS[k], edgecolor="0.4", label=STATUS_LABELS[k]) for k in shown])


def draw_semantic(subject: Subject, panels: tuple[Axes, ...]) -> None:
    """Categories in colours, the names of the most frequent ones beside them; black where none is known."""
    layer = subject.layer("semantic", "--kind layers")[list(subject.views)]
    names = subject.sample.names["semantic"]
    pixels = np.bincount(layer.ravel(), minlength=len(names))
    ranked = [int(k) for k in np.argsort(-pixels, kind="stable")]
    colors = category_colors(ranked)
    for panel, rows in zip(panels, layer, strict=True):
        draw_image(
            panel, rows, "categories", cmap=ListedColormap(colors), vmin=-0.5, vmax=len(names) - 0.5,
            interpolation="nearest",
        )  # fmt: skip
    shown = [k for k in ranked if pixels[k]]
    _legend(panels[-1], [Patch(facecolor=colors[k], edgecolor="0.4", label=_cut(str(names[k]))) for k in shown])


def _fitting(handles: list[Patch], panel: Axes) -> list[Patch]:
    """The entries that stand beside a panel, with a last one that says how many have no space."""
    height_pt = 72 * panel.get_position().height * sheet_of(panel).get_size_inches()[1]
    lines = max(1, min(NAMED, int(height_pt / LINE_PT)))
    if len(handles) <= lines:
        return handles
    return [*handles[: lines - 1], Patch(facecolor="white", label=f"and {len(handles) - lines + 1} more")]


def category_colors(ranked: list[int]) -> NDArray[np.float64]:
    """(K, 3) colours of categories, given in the order in which they need to differ; black where none is known."""
    colors = np.zeros((len(ranked), 3))
    known = [k for k in ranked if k]
    colors[known] = _strong()[np.arange(len(known)) % len(_strong())]
    return colors


def _legend(panel: Axes, handles: list[Patch]) -> None:
    """What colours mean, beside the last panel of a row."""
    legend = axes_beside(panel, RIGHT_IN - 0.2)
    legend.set_axis_off()
    legend.legend(
        handles=_fitting(handles, panel), loc="upper left", fontsize=SMALL_PT - 1, frameon=False, borderpad=0,
        handlelength=1.0, labelspacing=0.25, borderaxespad=0,
    )  # fmt: skip


def instance_colors(highest: int) -> NDArray[np.float64]:
    """(highest + 1, 3) colours of instances: black nothing, grey the room, others by number."""
    colors = np.array([NOTHING, ROOM, *_strong()[np.arange(max(highest - 1, 0)) % len(_strong())]])
    return colors[: max(highest, 1) + 1]


def _strong() -> NDArray[np.float64]:
    """(18, 3) colours that differ, none of them grey."""
    return np.array(mpl.color_sequences["tab20"])[[0, 2, 4, 6, 8, 10, 12, 16, 18, 1, 3, 5, 7, 9, 11, 13, 17, 19]]


def middle(mask: NDArray[np.bool_]) -> tuple[float, float]:
    """The pixel (x, y) of a mask that lies furthest from its border."""
    inside = np.asarray(distance_transform_edt(np.pad(mask, 1)))[1:-1, 1:-1]
    y, x = np.unravel_index(int(inside.argmax()), mask.shape)
    return float(x), float(y)


def _label(instance: int, subject: Subject) -> str:
    """Number and category of an instance, cut to what fits beside the pictures."""
    return f"{instance} {_cut(subject.names.get(instance, 'unknown'))}"


def _cut(name: str) -> str:
    """A name, cut to what fits beside the pictures."""
    return name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"
