"""The table of `eval-photos`: for the terminal, as text, Markdown, JSON and CSV."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import NamedTuple

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from training.evaluation.bootstrap import LEVEL, Estimate
from training.evaluation.estimators import ESTIMATORS
from training.evaluation.own_matches import HOMOGRAPHY_PX, POSE_DEG
from training.evaluation.photos.results import PhotoTable, Result, Sheet
from training.evaluation.table import Column, number_of, plain_text, text_of

ASKED = (
    *(Column(f"pck@{k}", f"PCK@{k}\n(%)", 100, 1) for k in (1, 3, 5, 10)),
    Column("closer", "closer\n(%)", 100, 1),
    Column("median_px", "median\n(px)", 1, 1),
)
"""Of pixels that are asked about."""
MATCHES = Column("matches", "matches\n", 1, 0)
OWN = (
    MATCHES,
    *(Column(f"mma@{t}", f"MMA@{t}\n(%)", 100, 1) for t in (1, 3, 5, 10)),
)
"""Of the contender's own matches."""
HOMOGRAPHY = tuple(
    Column(f"homography_auc@{t} {by}", f"{by}\n@{t} px", 100, 1) for by in ESTIMATORS for t in HOMOGRAPHY_PX
)
"""Of the homography that they give."""
POSE = tuple(Column(f"pose_auc@{t} {by}", f"{by}\n@{t}°", 100, 1) for by in ESTIMATORS for t in POSE_DEG)
"""Of the relative pose that they give."""
BLOCKS = (
    ("pixels asked about, looked for among all pixels", ASKED),
    ("own matches: mutual nearest neighbours", OWN),
    ("homography from own matches, AUC of the mean corner error", HOMOGRAPHY),
    ("relative pose from own matches, AUC of the larger angle", POSE),
)
"""The tables of a benchmark."""


class Block(NamedTuple):
    """One table of a benchmark: the columns and rows that have numbers."""

    title: str
    columns: list[Column]
    rows: list[Result]


def render_photos(table: PhotoTable) -> RenderableType:
    """All tables for a rich console."""
    parts: list[RenderableType] = []
    for sheet in table.sheets:
        parts += [_grid(f"{sheet.benchmark}: {block.title}", block) for block in blocks(sheet)]
        parts.append(Text(f"{note(sheet)}\n"))
    return Group(*parts, Text("\n".join(footnotes(table))))


def photos_to_text(table: PhotoTable) -> str:
    """The tables as plain text."""
    return plain_text(render_photos(table))


def to_markdown(table: PhotoTable) -> str:
    """The tables in Markdown."""
    lines: list[str] = []
    for sheet in table.sheets:
        for block in blocks(sheet):
            heads = ["descriptor", *(" ".join(column.header.split()) for column in block.columns)]
            lines += [f"**{sheet.benchmark}**: {block.title}", "", _row(heads), _row(["---"] * len(heads))]
            lines += [_row([each.contender, *cells(each, block.columns, "{} ({}–{})")]) for each in block.rows]
            lines += [""]
        lines += [note(sheet), ""]
    return "\n".join([*lines, *footnotes(table), ""])


def photos_to_json(table: PhotoTable) -> str:
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


def blocks(sheet: Sheet) -> Iterator[Block]:
    """The tables that a benchmark has numbers for."""
    for title, columns in BLOCKS:
        known = [column for column in columns if any(column.key in each.scores.metrics for each in sheet.results)]
        telling = {column.key for column in known} - {MATCHES.key}
        rows = [each for each in sheet.results if telling & each.scores.metrics.keys()]
        if rows:
            yield Block(title, known, rows)


def cells(result: Result, columns: Sequence[Column], form: str = "{}\n{}–{}") -> list[str]:
    """The values of a row; `form` is that of a value, and the lower and upper end of its interval."""
    metrics = result.scores.metrics
    return [_cell(metrics[each.key], each, form) if each.key in metrics else "-" for each in columns]


def _cell(estimate: Estimate, column: Column, form: str) -> str:
    """The interval has whole numbers: few scenes give no more, and a terminal has 80 columns."""
    value, whole = text_of(estimate.value, column), column._replace(decimals=0)
    if not math.isfinite(estimate.low):
        return value
    return form.format(value, text_of(estimate.low, whole), text_of(estimate.high, whole))


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
        ", ".join(f"{name} {value}" for name, value in settings.items()),
    ]


def _grid(title: str, block: Block) -> Grid:
    grid = Grid(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("descriptor", no_wrap=True)
    for column in block.columns:
        grid.add_column(column.header, justify="right", no_wrap=True)
    for each in block.rows:
        grid.add_row(each.contender, *cells(each, block.columns))
    return grid


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
