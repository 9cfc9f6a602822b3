"""The verdicts as a table for the terminal and for a text file."""

from collections.abc import Sequence

import numpy as np
from rich import box
from rich.table import Table

from training.experiments.colored_mnist.verdict import F64, CellAccuracy, CellVerdict

_STYLE = {"agrees": "green", "differs": "red", "undecided": "yellow"}


HEADS = ("p", "λ", "runs", "ID %", "OOD %", "95 % of OOD", "colour", "official ID", "OOD", "colour", "test", "verdict")


def verdict_table(verdicts: Sequence[CellVerdict]) -> Table:
    """One row for each cell that was run. `color` counts the runs that encode it."""
    table = Table(title="Colored MNIST against the official runs", box=box.SIMPLE_HEAD, title_justify="left")
    for k, heading in enumerate(HEADS):
        side = "left" if heading in ("p", "test", "verdict") else "right"
        table.add_column(heading, justify=side, style="dim" if 7 <= k <= 9 else None, no_wrap=True)
    for verdict in verdicts:
        if verdict.ruling != "not run":
            *cells, ruling = _cells(verdict)
            table.add_row(*cells, f"[{_STYLE[ruling]}]{ruling}[/]")
    return table


def left_out(verdicts: Sequence[CellVerdict]) -> str:
    """The cells that were not run, in one line."""
    cells = [verdict.cell for verdict in verdicts if verdict.ruling == "not run"]
    norms = dict.fromkeys(cell.norm for cell in cells)
    lams = {norm: ", ".join(f"{cell.lam:g}" for cell in cells if cell.norm == norm) for norm in norms}
    named = "; ".join(f"p = {norm}: λ = {lams[norm]}" for norm in norms)
    return f"not run: {len(cells)} of {len(verdicts)} cells" + (f" ({named})" if cells else "")


def verdicts_markdown(verdicts: Sequence[CellVerdict]) -> str:
    """The same as a Markdown table."""
    rows = [_cells(verdict) for verdict in verdicts if verdict.ruling != "not run"]
    lines = [HEADS, ["---"] * len(HEADS), *rows]
    return "\n".join([*("| " + " | ".join(line) + " |" for line in lines), "", left_out(verdicts), ""])


def _cells(verdict: CellVerdict) -> list[str]:
    here, there = verdict.here, verdict.there
    low, high = (100 * end for end in verdict.interval)
    interval = "" if np.isnan(low) else f"{low:.1f} to {high:.1f}"
    mine = [str(len(here.known)), _spread(here.known), _spread(here.unknown), interval, _count(here)]
    official = [_spread(there.known), _spread(there.unknown), _count(there)]
    return [verdict.cell.norm, f"{verdict.cell.lam:g}", *mine, *official, verdict.test, verdict.ruling]


def _spread(values: F64) -> str:
    """Mean and standard deviation in percent."""
    deviation = f" ± {100 * values.std(ddof=1):.1f}" if len(values) > 1 else ""
    return f"{100 * values.mean():.1f}{deviation}" if len(values) else ""


def _count(result: CellAccuracy) -> str:
    return f"{result.encoders}/{len(result.known)}"
