"""The asset doctor at a terminal: progress, tables, files, exit code."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenegen.assets.cache import AssetCache
from scenegen.assets.doctor import AssetReport, SourceReport, default_role, examine, write_asset_manifest, write_report

MAX_ROWS = 60
"""Longer lists show only what has failed or has defects, and no more rows than this."""


def check(
    spec: str,
    role: str | None = None,
    json_path: Path | None = None,
    manifest_path: Path | None = None,
    cache: AssetCache | None = None,
    console: Console | None = None,
) -> int:
    """Examine a source, print what was found, write what is asked for. Exit code: 1 only if nothing is usable.

    Raises UsageError for a source that cannot be opened, RunError for a file that cannot be written.
    """
    console = console or Console()
    report = _examined(spec, role or default_role(spec), cache, console)
    print_report(report, console)
    if json_path is not None:
        write_report(report, json_path)
    if manifest_path is not None:
        write_asset_manifest(report, manifest_path)
    return 0 if report.usable else 1


def print_report(report: SourceReport, console: Console) -> None:
    """Print the table of assets, the totals and the duplicates."""
    console.print(assets_table(report, wide=console.width >= 110))
    if report.usable > len(report.categories) > 1:
        console.print(counts_table("categories", report.categories))
    if report.defects:
        console.print(counts_table("defects (assets that have it)", report.defects))
    for group in report.duplicates:
        console.print(f"same surface: {', '.join(group)}", markup=False)
    failures = ", ".join(f"{n} {reason}" for reason, n in report.failures.items())
    summary = f"{report.usable} of {len(report.assets)} {report.role} usable"
    console.print(summary + (f"; failed: {failures}" if failures else ""), markup=False)
    for remark in report.remarks:
        console.print(remark, markup=False)
    console.print(f"license: {report.license}", markup=False)


def assets_table(report: SourceReport, wide: bool = True) -> Table:
    """One row per asset; of a long list only failures first, then those with defects. `wide`: all columns."""
    short = len(report.assets) <= MAX_ROWS
    notable = report.assets if short else sorted(filter(_notable, report.assets), key=lambda a: (a.status, a.id))
    caption = None if short else f"{min(len(notable), MAX_ROWS)} notable of {len(report.assets)}; --json lists all"
    table = Table(title=f"{report.source} {report.role}", caption=caption, box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", overflow="fold")
    table.add_column("category", overflow="fold")
    for name in ("faces", "size m", "split", "s") if wide else ("faces", "size m"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("defects, or why it failed", overflow="fold")
    for asset in notable[:MAX_ROWS]:
        table.add_row(*_row(asset, wide), style="" if asset.status == "ok" else "red")
    return table


def counts_table(title: str, counts: dict[str, int]) -> Table:
    """Names and numbers."""
    table = Table(title=title, show_header=False, box=SIMPLE_HEAD, min_width=len(title))
    table.add_column("name")
    table.add_column("number", justify="right")
    for name, number in counts.items():
        table.add_row(_plain(name), str(number))
    return table


def _row(asset: AssetReport, wide: bool) -> tuple[str, ...]:
    """The cells of one asset; details of its defects are in the JSON."""
    ok = asset.status == "ok"
    faces = f"{asset.faces_in} > {asset.faces}" if ok else ""
    more = (asset.split, f"{asset.seconds:.2f}") if wide else ()
    told = " ".join(d.code for d in asset.defects) if ok else f"{asset.reason}: {asset.message}"
    size = f"{asset.diagonal_m:.2f}" if ok else ""
    return (_plain(_shortened(asset.id, wide)), _plain(asset.category), faces, size, *more, _plain(told))


def _shortened(text: str, wide: bool) -> str:
    """A long id without its middle."""
    width = 48 if wide else 20
    return text if len(text) <= width else f"{text[: width // 2]}…{text[-(width // 2 - 1) :]}"


def _notable(asset: AssetReport) -> bool:
    """Whether there is anything to say about an asset."""
    return asset.status != "ok" or bool(asset.defects)


def _plain(text: str) -> str:
    """Foreign text: no markup, no control characters."""
    return "".join(c if c.isprintable() else "?" for c in text).replace("[", "\\[")


def _examined(spec: str, role: str, cache: AssetCache | None, console: Console) -> SourceReport:
    """Examine with a progress bar; without a terminal silently."""
    columns = (
        TextColumn("checking"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[at]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, at="")
        return examine(
            spec, role, cache, lambda done, total, at: bar.update(task, completed=done, total=total, at=_plain(at))
        )
