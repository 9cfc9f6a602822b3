"""The comparison as one HTML page that needs nothing but itself, light or dark as the reader has it."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from training.comparison.report_table import ReportTable, html
from training.evaluation.figure_style import INK
from training.files.pages import filled

CAPTIONS = {
    "matching.svg": "Matching on validation pairs while training: mean of the seeds and their range; × is a divergence",
    "seeds.svg": "PCK@5 px (%) of each run while training; dashed: the other learning rates",
    "losses.svg": "Validation loss of each run, each objective in its own scale; dashed: the other learning rates",
}
"""What stands above each figure, by its file's name."""
_INKS = {INK: "currentColor", "#e6e6e6": "var(--line)"}
"""Colours of figures that follow the page's theme."""


def page(
    title: str, lede: str, facts: Mapping[str, str], figures: Sequence[Path], tables: Sequence[ReportTable]
) -> str:
    """The page: figures are SVG files, and become part of it."""
    values = {
        "title": escape(title),
        "lede": escape(lede),
        "facts": "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items()
        ),
        "figures": "\n".join(_figure(path) for path in figures),
        "tables": "\n".join(html(table) for table in tables),
    }
    return filled("training.comparison", values)


def _figure(path: Path) -> str:
    drawing = themed(path.read_text(encoding="utf-8"))
    return f"<section><h2>{escape(CAPTIONS[path.name])}</h2><figure>{drawing}</figure></section>"


def themed(svg: str) -> str:
    """An SVG file as an element of a page: without its prologue and its paper, in the colours of the page."""
    drawing = svg[svg.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"fill: #ffffff", "fill: none", drawing)
    for color, name in _INKS.items():
        drawing = re.sub(color, name, drawing, flags=re.IGNORECASE)
    return drawing
