"""The tables of a comparison, as cells of text: what is reached, what it costs, how stable it is, who is better."""

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite, nan

from training.comparison.report_table import ReportTable
from training.comparison.statistics import Spread
from training.comparison.summary import RANKED_BY, Summary
from training.comparison.trial import Reference
from training.comparison.verdict import AIMS, Aim, Verdict, judge, reversed_verdict
from training.evaluation.table import FOUND, MISSED, Column

YARDSTICK = "infonce"
"""The contestant whose step is the unit of price."""
CURVES = ("pck5", "aepe_px")
"""What a validation measures of every objective alike; it has curves of its own."""
_COLUMNS = {column.key: column for column in (*FOUND, *MISSED)}
_INTERVAL = "mean ± half of the 95 % interval over the seeds' finished runs (Student's t)"


def report_tables(by_factor: Sequence[Sequence[Summary]], references: Sequence[Reference]) -> Iterator[ReportTable]:
    """All tables; `by_factor` holds the summaries of each learning rate, the first one being that of the verdicts."""
    first = by_factor[0]
    at = f"learning rate x {first[0].lr_factor:g}"
    yield _metrics(f"Matches found on held-out pairs, {at}", FOUND, first, references)
    yield _matrix(first, AIMS[0])
    yield _stability(by_factor)
    yield _price(first)
    yield _parts(first)
    yield _metrics(f"Errors, and matches that hold both ways, {at}", MISSED, first, references)
    yield from (_matrix(first, aim) for aim in AIMS[1:])


def _metrics(
    title: str, columns: Sequence[Column], summaries: Sequence[Summary], references: Sequence[Reference]
) -> ReportTable:
    trained = [
        (_named(each), *(_with_half(each.spread(column.key), column) for column in columns)) for each in summaries
    ]
    others = [
        (each.name, *(_number(each.metrics.get(column.key, nan), column) for column in columns)) for each in references
    ]
    heads = ("objective", *(column.header for column in columns))
    return ReportTable(title, heads, (*trained, *others), len(others), f"{_INTERVAL}; without training below.")


def _named(summary: Summary) -> str:
    """The name, and how many of the runs are behind the numbers where it is not all."""
    finished = len(summary.rows) - summary.diverged
    return summary.name if finished == len(summary.rows) else f"{summary.name} ({finished} of {len(summary.rows)})"


def _stability(by_factor: Sequence[Sequence[Summary]]) -> ReportTable:
    """PCK@5 over the seeds, and failures, at each learning rate."""
    column = _COLUMNS[RANKED_BY]
    tables = [{each.name: each for each in summaries} for summaries in by_factor]
    heads = [
        f"x {summaries[0].lr_factor:g}:\n{head}"
        for summaries in by_factor
        for head in ("PCK@5 (%)", "sd", "worst", "diverged", "collapsed")
    ]
    rows = [
        (each.name, *(cell for table in tables for cell in _steadiness(table[each.name], column)))
        for each in by_factor[0]
    ]
    note = (
        "Factors of the learning rate. sd: standard deviation over seeds; worst: the worst seed. diverged: the loss or "
        "the descriptors were not finite; collapsed: the alarm of the health checks rang at the end."
    )
    return ReportTable("Stability", ("objective", *heads), tuple(rows), note=note)


def _steadiness(summary: Summary, column: Column) -> Iterator[str]:
    found, runs = summary.spread(RANKED_BY), len(summary.rows)
    yield _number(found.mean, column)
    yield _number(found.deviation, column)
    yield "diverged" if summary.diverged else _number(summary.worst(RANKED_BY), column)
    yield f"{summary.diverged} of {runs}"
    yield f"{summary.collapsed} of {runs}"


def _price(summaries: Sequence[Summary]) -> ReportTable:
    """Time, memory, and the objective's own value."""
    unit = next((each.s_per_step for each in summaries if each.name == YARDSTICK), nan)
    rows = tuple(
        (
            each.name,
            _plain(each.s_per_step, ".3f"),
            _plain(each.s_per_step / unit, ".2f"),
            _plain(_mean(row.cpu_s for row in each.rows), ",.0f"),
            _plain(each.peak_mib, ",.0f"),
            _plain(_mean(row.val_loss for row in each.rows), "+.4f"),
            _plain(_mean(row.best_val_loss for row in each.rows), "+.4f"),
        )
        for each in summaries
    )
    heads = ("objective", "s per step", f"x {YARDSTICK}", "CPU s", "peak MiB", "validation\nloss", "best")
    note = "Steps alone, validation left out. Losses have scales of their own: they cannot be compared."
    return ReportTable("Price", heads, rows, note=note)


def _parts(summaries: Sequence[Summary]) -> ReportTable:
    """What each objective itself is made of."""
    rows = tuple(
        (each.name, ", ".join(f"{name} {value:.4g}" for name, value in each.parts.items() if name not in CURVES))
        for each in summaries
    )
    note = "Means over seeds of the last validation. epe_px: end-point error of the displacement that is regressed."
    return ReportTable("Parts of each objective on validation pairs", ("objective", "part and value"), rows, note=note)


def _matrix(summaries: Sequence[Summary], aim: Aim) -> ReportTable:
    """Each contestant against each other one."""
    column, found = _COLUMNS[aim.metric], judge(summaries, aim)
    by_pair = {(each.first, each.second): each for verdict in found for each in (verdict, reversed_verdict(verdict))}
    names = [each.name for each in summaries]
    rows = tuple((a, *(_ruled(by_pair.get((a, b)), column) for b in names)) for a in names)
    note = (
        "The row against the column: the difference of the means with its 95 % interval (Welch). better, worse: larger "
        "than seed noise, all pairs judged together (Holm, 5 %). Without a word: within seed noise, or too few runs."
    )
    return ReportTable(f"Verdicts: {aim.title}", ("", *names), rows, note=note)


def _ruled(verdict: Verdict | None, column: Column) -> str:
    if verdict is None:
        return "-"
    word = f"{verdict.ruling}\n" if verdict.ruling in ("better", "worse") else ""
    half = f" ± {_number(verdict.half, column)}" if isfinite(verdict.half) else ""
    return f"{word}{_plain(verdict.difference * column.factor, f'+.{column.decimals}f')}{half}"


def _with_half(found: Spread, column: Column) -> str:
    half = f" ± {_number(found.half, column)}" if isfinite(found.half) else ""
    return f"{_number(found.mean, column)}{half}"


def _number(value: float, column: Column) -> str:
    return _plain(value * column.factor, f".{column.decimals}f")


def _plain(value: float, form: str) -> str:
    return f"{value:{form}}" if isfinite(value) else "-"


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return sum(known) / len(known) if known else nan
