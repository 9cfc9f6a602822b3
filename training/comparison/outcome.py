"""What a comparison leaves beside its rows: tables for the terminal and in Markdown, verdicts, figures, and a page."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from rich.console import Console

from scenegen.counting import counted
from training.comparison.curves import draw_figures
from training.comparison.measuring import measured_on
from training.comparison.page import page
from training.comparison.report_table import ReportTable, markdown, rich_table
from training.comparison.setup import Setup
from training.comparison.summary import Summary, summarise
from training.comparison.table import report_tables
from training.comparison.trial import Reference, Row
from training.comparison.verdict import AIMS, Verdict, judge
from training.files.atomic import whole
from training.files.rows import write_rows
from training.files.wide import roomy

MARKDOWN, VERDICTS, PAGE = "compare.md", "verdicts.csv", "compare.html"


def show_outcome(
    setup: Setup, rows: Sequence[Row], references: Sequence[Reference], console: Console
) -> tuple[Path, ...]:
    """Print the tables; write them, the verdicts, the figures and the page. Returns the files."""
    factors = tuple(dict.fromkeys(row.lr_factor for row in rows))
    by_factor = [summarise(rows, factor) for factor in factors]
    tables = list(report_tables(by_factor, references))
    for table in tables:
        roomy(console).print(rich_table(table))
    facts = facts_of(setup, rows)
    figures = draw_figures(setup, rows, [summary.name for summary in by_factor[0]])
    _write(setup.out / MARKDOWN, _markdown(facts, tables))
    _write(setup.out / PAGE, page(setup.out.resolve().name, lede(by_factor[0]), facts, figures, tables))
    verdicts = [verdict for aim in AIMS for verdict in judge(by_factor[0], aim)]
    write_rows(setup.out / VERDICTS, verdicts, Verdict)
    return (*(setup.out / name for name in (MARKDOWN, VERDICTS, PAGE)), *figures)


def lede(summaries: Sequence[Summary]) -> str:
    """What was found, in a sentence or two."""
    first, aim = summaries[0], AIMS[0]
    mean = first.spread(aim.metric).mean
    if not isfinite(mean):
        return "Every run diverged."
    beaten = [each for each in judge(summaries, aim) if each.first == first.name and each.ruling == "better"]
    said = f"{first.name} has the highest mean {aim.title}, {100 * mean:.1f} %"
    return f"{said}; beyond seed noise it is better than {len(beaten)} of {len(summaries) - 1} others."


def facts_of(setup: Setup, rows: Sequence[Row]) -> dict[str, str]:
    """What a table of results must say about how it was made."""
    base, measured = setup.base, setup.evaluation
    window = f"{base.data.crop} px" if base.data.crop else "whole pictures"
    factors = ", ".join(f"{factor:g}" for factor in dict.fromkeys(row.lr_factor for row in rows))
    return {
        "Steps": f"{base.steps:,} of {counted(base.batch, 'pair')}, {window}",
        "Seeds": str(len({row.seed for row in rows})),
        "Pixels": f"{base.pixels.points or 'all'} of a pair, positives {base.pixels.positives:g}",
        "Learning rate": f"{base.optimizer.lr:g} x {factors}",
        "Measured on": f"{counted(len(measured_on(setup)), 'held-out pair')}, up to {measured.queries} rays of each"
        + (f", {measured.window} px" if measured.window else ""),
        "Training data": setup.train_sha256[:12],
        "Held-out shards": setup.val_sha256[:12],
        "Machine": ", ".join(dict.fromkeys(row.device for row in rows)),
        "Versions": ", ".join(dict.fromkeys(f"scenegen {row.version}, torch {row.torch}" for row in rows)),
    }


def _markdown(facts: dict[str, str], tables: Sequence[ReportTable]) -> str:
    listed = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    return "\n".join(["# Comparison of objectives", "", listed, "", *map(markdown, tables)])


def _write(path: Path, text: str) -> None:
    with whole(path) as draft:
        draft.write_text(text, encoding="utf-8")
