"""Rows of a frozen dataclass in a CSV file that is whole at any moment: what a set of runs leaves as they finish.

A field that is a dictionary of numbers is spread over columns of its own names, so a row may bring numbers that others
do not have.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from training.errors import DataError, RequestError
from training.files.atomic import whole

R = TypeVar("R")
_READ: dict[Any, Any] = {int: int, float: float, bool: lambda text: {"yes": True, "no": False}[text]}
_NUMBERS = dict[str, float]


def write_rows(path: Path, rows: Sequence[Any], kind: type) -> None:
    """All rows of a kind, in their order, in place of the file. Raises RequestError where it cannot be written."""
    table = [as_text(row) for row in rows]
    names = [name for name, form in get_type_hints(kind).items() if form != _NUMBERS]
    more = dict.fromkeys(name for cells in table for name in cells if name not in names)
    text = io.StringIO()
    writer = csv.DictWriter(text, [*names, *more], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    try:
        with whole(path) as draft:
            draft.write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{path}: cannot be written ({error.strerror}); free space, then run it again") from None


def read_rows(path: Path, kind: type[R]) -> list[R]:
    """The rows of a CSV file; none where there is no file. Raises DataError when it is not such a file."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [_row(values, kind) for values in csv.DictReader(stream)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        advice = "mend it, or move it away to begin anew"
        raise DataError(f"{path}: is not a table of runs ({type(error).__name__}: {error}); {advice}") from None


def as_text(row: Any) -> dict[str, str]:
    """A row as it stands in a file: text by column."""
    cells: dict[str, Any] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        cells |= value if isinstance(value, dict) else {field.name: value}
    return {name: _text(value) for name, value in cells.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _row(values: dict[str, str], kind: type[R]) -> R:
    forms = get_type_hints(kind)
    plain = {name: _READ.get(form, str)(values[name]) for name, form in forms.items() if form != _NUMBERS}
    spread = [name for name, form in forms.items() if form == _NUMBERS]
    if not spread:
        return kind(**plain)  # columns that others have added do not matter
    rest = {name: float(text) for name, text in values.items() if name not in plain and text}
    return kind(**plain, **dict.fromkeys(spread, rest))
