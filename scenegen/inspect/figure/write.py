"""Figures of one sample: what kinds there are, and how one becomes a file."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenegen.errors import UsageError
from scenegen.inspect.figure.kinds import Kind
from scenegen.inspect.subject import Subject
from scenegen.shards.writer import publish

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
_UNDATED: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
"""What matplotlib would write about itself and the time; left out, so that equal figures are equal files."""


@dataclass(frozen=True)
class FigureChoice:
    """What to draw."""

    kind: Kind = "matches"
    count: int = 0
    """Lines of `matches`, points of `tracks`; 0: as many as can be told apart."""
    start: int = 0
    """Which points are drawn: an index, taken modulo their number, from which the others are spread."""


def require_matplotlib() -> None:
    """Raise UsageError with the command that installs it when matplotlib is missing."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise UsageError("figure: the package matplotlib is missing: pip install 'scenegen[view]'") from None


def draw(subject: Subject, choice: FigureChoice) -> "Figure":
    """The figure of a sample, as a matplotlib Figure.

    Raises UsageError when the sample lacks a layer that the kind needs, or its views cannot be shown so.
    """
    require_matplotlib()
    match choice.kind:
        case "matches":
            from scenegen.inspect.figure.matches import draw_matches

            return draw_matches(subject, choice.count or 48, choice.start)
        case "tracks":
            from scenegen.inspect.figure.tracks import draw_tracks

            return draw_tracks(subject, choice.count or 16, choice.start)
        case "overlap":
            from scenegen.inspect.figure.overlap import draw_overlap

            return draw_overlap(subject)
        case "layers":
            from scenegen.inspect.figure.layers import draw_layers

            return draw_layers(subject)
        case "warp":
            from scenegen.inspect.figure.warp import draw_warp

            return draw_warp(subject)


def check_figure_target(path: Path) -> None:
    """Raise UsageError when no figure can be written to `path`: before any work is done."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {path}: a figure is written as {', '.join(SUFFIXES)}: choose one of these endings")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}: make it, or choose another")
    if path.is_dir():
        raise UsageError(f"--out {path}: is a folder: name a file")


def encode_figure(figure: "Figure", suffix: str) -> bytes:
    """The bytes of a figure as `.png`, `.svg` or `.pdf`; equal figures give equal bytes."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "scenegen", "pdf.fonttype": 42}):
        figure.savefig(buffer, format=suffix.removeprefix("."), dpi=figure.dpi, metadata=_UNDATED[suffix])
    return buffer.getvalue()


def save(figure: "Figure", path: Path) -> None:
    """Write a figure, whole or not at all. Raises UsageError for an unknown ending, ShardError for a full disk."""
    check_figure_target(path)
    publish(path, encode_figure(figure, path.suffix.lower()))
