"""A table as cells of text, and its three forms: for the terminal, in Markdown, in HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class ReportTable:
    """One table."""

    title: str
    heads: tuple[str, ...]
    """Of the columns; the first one names the rows."""
    rows: tuple[tuple[str, ...], ...]
    quiet: int = 0
    """Rows at the end that stand back: what the others are compared with."""
    note: str = ""
    """How to read it."""


def rich_table(report: ReportTable) -> Group:
    """For a rich console."""
    table = Table(title=report.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for k, head in enumerate(report.heads):
        table.add_column(Text(head), justify="left" if k == 0 else "right", no_wrap=True)
    for k, row in enumerate(report.rows):
        table.add_row(*map(Text, row), style="dim" if k >= len(report.rows) - report.quiet else None)
    return Group(table, Text(report.note, style="dim"), "")


def markdown(report: ReportTable) -> str:
    """A heading, a table, and the note."""
    lines = [report.heads, ["---", *["---:"] * (len(report.heads) - 1)], *report.rows]
    table = ["| " + " | ".join(map(_inline, line)) + " |" for line in lines]
    return "\n".join([f"## {report.title}", "", *table, "", *([report.note, ""] if report.note else [])])


def html(report: ReportTable) -> str:
    """A section with a table."""
    head = "".join(f'<th scope="col">{_broken(each)}</th>' for each in report.heads)
    loud = len(report.rows) - report.quiet
    body = "\n".join(_html_row(row, k >= loud) for k, row in enumerate(report.rows))
    note = f'<p class="muted">{escape(report.note)}</p>' if report.note else ""
    table = f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
    return f'<section><h2>{escape(report.title)}</h2>\n<div class="wide">{table}</div>{note}</section>'


def _html_row(row: Sequence[str], quiet: bool) -> str:
    name, *cells = row
    body = f'<th scope="row">{escape(name)}</th>' + "".join(f"<td{_class(each)}>{_broken(each)}</td>" for each in cells)
    return f"<tr{' class=quiet' if quiet else ''}>{body}</tr>"


def _class(cell: str) -> str:
    """Verdicts have their colour."""
    word = cell.split(" ", 1)[0].split("\n", 1)[0]
    return f' class="{word}"' if word in ("better", "worse") else ""


def _broken(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _inline(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")
