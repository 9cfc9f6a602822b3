"""The table of an evaluation: for the terminal, as text and as JSON. A row is a descriptor; intervals stand below."""

import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from training.evaluation.bootstrap import LEVEL, Estimate
from training.evaluation.metrics import RIGHT_PX, Scores

WIDTH = 100
"""Columns of the text form."""


class Column(NamedTuple):
    """One number of a row."""

    key: str
    header: str
    factor: float
    decimals: int


FOUND = (
    *(Column(f"pck@{k}", f"PCK@{k} px\n(%)", 100, 1) for k in (1, 3, 5, 10)),
    Column("recall@1", "exact\n(%)", 100, 1),
)
"""Columns of the table of matches found."""
MISSED = (
    Column("aepe_px", "AEPE\n(px)", 1, 1),
    Column("median_px", "median\n(px)", 1, 1),
    Column("closer", "closer\n(%)", 100, 1),
    Column("mutual_precision", "mutual\nprec. (%)", 100, 1),
    Column("mutual_recall", "mutual\nrecall (%)", 100, 1),
)
"""Columns of the table of errors, and of matches that hold both ways."""
INSTANCES = (
    Column("clusters/ari", "clusters\nARI", 1, 3),
    Column("clusters/fg_ari", "clusters\nFG-ARI", 1, 3),
    Column("clusters/purity", "sign codes\npurity", 1, 3),
    Column("category/miou", "categories\nmean IoU", 1, 3),
)
"""Columns of the table of the claim that instances separate."""
EDGES = (
    Column("edges/ap", "depth edges\nAP", 1, 3),
    Column("edges/f_fixed", "depth edges\nF (fixed)", 1, 3),
    Column("flips/top_at_edges", "sign flips\nat edges (%)", 100, 1),
    Column("flips/top_elsewhere", "sign flips\nelsewhere (%)", 100, 1),
)
"""Columns of the table of the claim that some channels flip sign at edges."""
BY_GROUP = Column("pck@5", "PCK@5 px (%)", 100, 1)
"""The number of the tables by group."""


@dataclass(frozen=True)
class DescriptorRow:
    """One descriptor."""

    name: str
    channels: int
    """D."""
    scores: Scores
    """All queries."""
    groups: dict[str, dict[str, Scores]]
    """Scores by the title of a grouping and the label of a group."""
    claims: dict[str, float]
    """Instances, categories and edges; empty where they were not measured."""


@dataclass(frozen=True)
class EvaluationTable:
    """Rows and what they were made with."""

    rows: tuple[DescriptorRow, ...]
    settings: dict[str, Any]
    """Resolved settings: data, its digest and size, queries, distance, seed."""


def to_json(table: EvaluationTable) -> str:
    """Everything, as JSON: an estimate is {value, low, high}, and what is unknown is null."""
    rows = [
        {
            "name": row.name,
            "channels": row.channels,
            **_scores(row.scores),
            "groups": {
                title: {label: _scores(scores) for label, scores in groups.items()}
                for title, groups in row.groups.items()
            },
            "claims": {name: number_of(value) for name, value in row.claims.items()},
        }
        for row in table.rows
    ]
    content = {"settings": table.settings, "interval": LEVEL, "rows": rows}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_text(table: EvaluationTable) -> str:
    """The tables as plain text."""
    return plain_text(render(table))


def plain_text(drawn: RenderableType) -> str:
    """What rich draws as text, WIDTH columns wide, without colours or blanks at the ends of lines."""
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, legacy_windows=False)
    console.print(drawn)
    written = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def render(table: EvaluationTable) -> RenderableType:
    """The tables for a rich console: matching, by group, the paper's claims, and what was measured on."""
    parts: list[RenderableType] = [
        _matching(table, "matches found", FOUND),
        _matching(table, "errors, and matches that hold both ways", MISSED),
        *_groups(table),
    ]
    if any(row.claims for row in table.rows):
        parts += [
            _claims(table, "instances and categories in single pictures", INSTANCES),
            _claims(table, "edges in single pictures", EDGES),
        ]
    return Group(*parts, Text("\n".join(_footnotes(table))))


def _matching(table: EvaluationTable, title: str, columns: tuple[Column, ...]) -> Grid:
    grid = _grid(title, [column.header for column in columns])
    for row in table.rows:
        grid.add_row(row.name, *(_with_interval(row.scores.metrics[column.key], column) for column in columns))
    return grid


def _groups(table: EvaluationTable) -> Iterator[Grid]:
    """One table for each grouping; the number of queries stands in the header."""
    first = table.rows[0]
    for title, groups in first.groups.items():
        if not any(scores.queries for scores in groups.values()):
            continue  # of imported pairs the property may not be known
        headers = [f"{label}\n({scores.queries:,})" for label, scores in groups.items()]
        grid = _grid(f"{BY_GROUP.header} by {title}; in brackets: queries", headers)
        for row in table.rows:
            found = row.groups[title].values()
            grid.add_row(row.name, *(_with_interval(scores.metrics[BY_GROUP.key], BY_GROUP) for scores in found))
        yield grid


def _claims(table: EvaluationTable, title: str, columns: tuple[Column, ...]) -> Grid:
    grid = _grid(title, [column.header for column in columns])
    for row in table.rows:
        grid.add_row(row.name, *(text_of(row.claims.get(column.key, math.nan), column) for column in columns))
    return grid


def _grid(title: str, headers: list[str]) -> Grid:
    grid = Grid(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("descriptor", no_wrap=True)
    for header in headers:
        grid.add_column(header, justify="right", no_wrap=True)
    return grid


def _with_interval(estimate: Estimate, column: Column) -> str:
    """The value, and its interval in a second line where there is one."""
    value = text_of(estimate.value, column)
    if not math.isfinite(estimate.low):
        return value
    return f"{value}\n{text_of(estimate.low, column)}–{text_of(estimate.high, column)}"


def text_of(value: float, column: Column) -> str:
    """A value in the column's unit and decimals; a dash where there is none."""
    return f"{value * column.factor:.{column.decimals}f}" if math.isfinite(value) else "-"


def _footnotes(table: EvaluationTable) -> list[str]:
    scores = table.rows[0].scores
    lines = [
        f"Rooms: {scores.scenes}, pairs: {scores.pairs:,}; {scores.queries:,} queries (visible rays) and "
        f"{scores.distractors:,} distractors (occluded or out of view); each is looked for among all pixels.",
        "closer: share of the pixels closer than the true match (0 is perfect, 50 is chance). "
        f"mutual: right within {RIGHT_PX:g} px, against wrong ones and distractors.",
        _interval_note(scores.scenes),
    ]
    return lines + [f"{name}: {_plain(value)}" for name, value in table.settings.items()]


def _interval_note(rooms: int) -> str:
    if rooms < 2:
        return "No intervals: they are made by resampling rooms, and there is one only."
    return f"low–high: {100 * LEVEL:g} % intervals by resampling the {rooms} rooms; few rooms give rough intervals."


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _scores(scores: Scores) -> dict[str, Any]:
    counts = {name: getattr(scores, name) for name in ("queries", "distractors", "pairs", "scenes")}
    metrics = {
        name: {part: number_of(value) for part, value in estimate._asdict().items()}
        for name, estimate in scores.metrics.items()
    }
    return counts | {"metrics": metrics}


def number_of(value: float) -> float | None:
    """A value for JSON, which knows no NaN."""
    return value if math.isfinite(value) else None
