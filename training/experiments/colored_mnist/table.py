"""The verdicts as a table for the terminal and for a text file."""

from collections.abc import Sequence

import numpy as np
from rich import box
from rich.table import Table

from training.experiments.colored_mnist.verdict import F64, Result, Verdict

_STYLE = {"agrees": "green", "differs": "red", "undecided": "yellow", "not run": "dim"}


def verdict_table(verdicts: Sequence[Verdict]) -> Table:
    """One row for each cell of the reference."""
    table = Table(title="Colored MNIST against the official runs", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("p")
    table.add_column("λ", justify="right")
    for heading in ("runs", "ID", "OOD", "95 % of OOD", "encode colour"):
        table.add_column(heading, justify="right")
    for heading in ("official ID", "official OOD", "encode colour"):
        table.add_column(heading, justify="right", style="dim")
    table.add_column("test")
    table.add_column("verdict")
    for verdict in verdicts:
        table.add_row(*_cells(verdict), style="dim" if verdict.ruling == "not run" else None)
    return table


def markdown(verdicts: Sequence[Verdict]) -> str:
    """The same rows as a Markdown table; cells that were not run are left out, and counted under it."""
    run = [verdict for verdict in verdicts if verdict.ruling != "not run"]
    heads = (
        "p",
        "λ",
        "runs",
        "ID",
        "OOD",
        "95 % of OOD",
        "colour",
        "official ID",
        "official OOD",
        "colour",
        "test",
        "verdict",
    )
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(_plain(cell) for cell in _cells(verdict)) + " |" for verdict in run]
    return "\n".join([*lines, "", f"{len(verdicts) - len(run)} of {len(verdicts)} cells were not run.", ""])


def _cells(verdict: Verdict) -> list[str]:
    here, there = verdict.here, verdict.there
    low, high = verdict.interval
    interval = "" if np.isnan(low) else f"{low:.3f} to {high:.3f}"
    mine = [str(len(here.known)), _spread(here.known), _spread(here.unknown), interval, _count(here)]
    official = [_spread(there.known), _spread(there.unknown), _count(there)]
    ruling = f"[{_STYLE[verdict.ruling]}]{verdict.ruling}[/]"
    return [verdict.cell.norm, f"{verdict.cell.lam:g}", *mine, *official, verdict.test, ruling]


def _spread(values: F64) -> str:
    if not len(values):
        return ""
    return f"{values.mean():.3f}" + (f" ± {values.std(ddof=1):.3f}" if len(values) > 1 else "")


def _count(result: Result) -> str:
    return f"{result.encoders} of {len(result.known)}" if len(result.known) else ""


def _plain(cell: str) -> str:
    return cell.split("]")[1].removesuffix("[/") if cell.startswith("[") else cell
