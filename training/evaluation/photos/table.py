"""The table of `eval-photos`: for the terminal, as text, Markdown, JSON and CSV."""

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from training.evaluation.bootstrap import LEVEL
from training.evaluation.estimators import ESTIMATORS
from training.evaluation.own_matches import HOMOGRAPHY_PX, POSE_DEG
from training.evaluation.photos.results import PhotoTable, Result, Sheet
from training.evaluation.table import WIDTH, Column, number_of, text_of, with_interval

ASKED = (
    *(Column(f"pck@{k}", f"PCK@{k}\n(%)", 100, 1) for k in (1, 3, 5, 10)),
    Column("closer", "closer\n(%)", 100, 1),
    Column("median_px", "median\n(px)", 1, 1),
)
"""Of pixels that are asked about."""
OWN = (
    Column("matches", "matches\n", 1, 0),
    *(Column(f"mma@{t}", f"MMA@{t}\n(%)", 100, 1) for t in (1, 3, 5, 10)),
)
"""Of the contender's own matches."""
MOTION = (
    *(Column(f"homography_auc@{t} {by}", f"{by}\nAUC@{t} px", 100, 1) for by in ESTIMATORS for t in HOMOGRAPHY_PX),
    *(Column(f"pose_auc@{t} {by}", f"{by}\nAUC@{t}°", 100, 1) for by in ESTIMATORS for t in POSE_DEG),
)
"""Of the homography and the relative pose that they give."""
BLOCKS = (
    ("pixels asked about, looked for among all pixels", ASKED),
    ("own matches: mutual nearest neighbours", OWN),
    ("what the own matches give: homography (mean corner error), relative pose", MOTION),
)
"""The tables of a benchmark; a column that no contender has is left out."""


def render(table: PhotoTable) -> RenderableType:
    """All tables for a rich console."""
    parts: list[RenderableType] = []
    for sheet in table.sheets:
        for title, columns in blocks(sheet):
            parts.append(_grid(f"{sheet.benchmark}: {title}", columns, sheet.results))
        parts.append(Text(f"{note(sheet)}\n"))
    return Group(*parts, Text("\n".join(footnotes(table))))


def to_text(table: PhotoTable) -> str:
    """The tables as plain text."""
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, legacy_windows=False)
    console.print(render(table))
    written = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def to_markdown(table: PhotoTable) -> str:
    """The tables in Markdown."""
    lines: list[str] = []
    for sheet in table.sheets:
        for title, columns in blocks(sheet):
            heads = ["descriptor", *(" ".join(column.header.split()) for column in columns)]
            lines += [f"**{sheet.benchmark}**: {title}", "", _row(heads), _row(["---"] * len(heads))]
            lines += [_row([each.contender, *cells(each, columns)]) for each in sheet.results]
            lines += [""]
        lines += [note(sheet), ""]
    return "\n".join([*lines, *footnotes(table), ""])


def to_json(table: PhotoTable) -> str:
    """Everything, as JSON: an estimate is {value, low, high}, and what is unknown is null."""
    content = asdict(table)
    for sheet, plain in zip(table.sheets, content["sheets"], strict=True):
        for result, row in zip(sheet.results, plain["results"], strict=True):
            row["scores"]["metrics"] = {
                name: {part: number_of(value) for part, value in estimate._asdict().items()}
                for name, estimate in result.scores.metrics.items()
            }
    return json.dumps(content | {"interval": LEVEL}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(table: PhotoTable) -> str:
    """A row for each contender, benchmark and metric."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["benchmark", "descriptor", "channels", "metric", "value", "low", "high"])
    for sheet in table.sheets:
        for result in sheet.results:
            for name, estimate in result.scores.metrics.items():
                values = [f"{value:.6g}" if math.isfinite(value) else "" for value in estimate]
                writer.writerow([sheet.benchmark, result.contender, result.channels, name, *values])
    return text.getvalue()


def blocks(sheet: Sheet) -> Iterator[tuple[str, list[Column]]]:
    """The titles and columns that a benchmark has numbers for."""
    for title, columns in BLOCKS:
        known = [column for column in columns if any(column.key in each.scores.metrics for each in sheet.results)]
        if known:
            yield title, known


def cells(result: Result, columns: Sequence[Column]) -> list[str]:
    """The values of a row, without intervals."""
    metrics = result.scores.metrics
    return [text_of(metrics[each.key].value, each) if each.key in metrics else "-" for each in columns]


def note(sheet: Sheet) -> str:
    """What a sheet was measured on."""
    scores = max((each.scores for each in sheet.results), key=lambda scores: scores.queries)
    asked = f"{scores.queries:,} visible pixels and {scores.distractors:,} others asked; " if scores.queries else ""
    many = scores.scenes > 1
    intervals = f"intervals: {100 * LEVEL:g} %, by resampling scenes" if many else "one scene, so no intervals"
    counts = f"pairs: {scores.pairs:,}, scenes: {scores.scenes:,}"
    return f"{sheet.title}; {counts}; {asked}{intervals}; data {sheet.data[:12]}"


def footnotes(table: PhotoTable) -> list[str]:
    """What the columns mean, and the settings."""
    settings = table.settings
    named = ", ".join(f"{name}: {each.title}" for name, each in ESTIMATORS.items())
    return [
        "closer: share of the pixels closer than the true match (0 is perfect, 50 is chance). MMA: mean over pairs.",
        f"{named}; inliers within {settings['homography_px']:g} px (homography), {settings['pose_px']:g} px (pose).",
        *(f"{name}: {value}" for name, value in settings.items()),
    ]


def _grid(title: str, columns: Sequence[Column], results: Sequence[Result]) -> Grid:
    grid = Grid(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("descriptor", no_wrap=True)
    for column in columns:
        grid.add_column(column.header, justify="right", no_wrap=True)
    for each in results:
        metrics = each.scores.metrics
        found = (with_interval(metrics[column.key], column) if column.key in metrics else "-" for column in columns)
        grid.add_row(each.contender, *found)
    return grid


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(re.sub('[|]', '/', cell) for cell in cells)} |"
