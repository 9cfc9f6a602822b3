"""A part of the report: a table, what it says, and how it is drawn."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """Rows of one table; all have the same columns."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""
    curve: tuple[str, str] | None = None
    """Columns of x and y where it is to be drawn."""

    def markdown(self) -> str:
        """Title, table, note."""
        columns = list(self.rows[0]) if self.rows else []
        lines = [f"### {self.title}", "", _line(columns), _line(["---"] * len(columns))]
        lines += [_line([_shown(row[column]) for column in columns]) for row in self.rows]
        return "\n".join([*lines, "", *([self.note, ""] if self.note else [])])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _shown(value: Any) -> str:
    """Three digits of a number, thousands set off; text as it is."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
