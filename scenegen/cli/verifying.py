"""`scenegen verify`: checks shards one after the other, shows how far it is, and ends with a verdict."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from scenegen.cli.commands import VerifyCommand
from scenegen.errors import printable
from scenegen.shards.writer import publish
from scenegen.verify.audit import Tallies, add
from scenegen.verify.check import ShardReport, Target, targets
from scenegen.verify.deep import Auditor
from scenegen.verify.quarantine import check_all

SHOWN = 3
"""Problems of one shard that the table shows; the JSON file has all."""


@dataclass
class Verdict:
    """What was found in all that was checked."""

    reports: list[ShardReport] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be checked, and why."""
    tallies: Tallies = field(default_factory=dict)
    """What --deep compared and found different, by kind."""

    @property
    def damaged(self) -> list[ShardReport]:
        """Reports with a problem."""
        return [report for report in self.reports if report.problems]

    @property
    def exit_code(self) -> int:
        """0: sound; 1: damage, or a file that is not listed."""
        return 1 if self.damaged or self.unlisted else 0


def verify(command: VerifyCommand, console: Console) -> int:
    """Check what the command names; prints a table and returns the exit code (0 sound, 1 damage found).

    Raises ShardError where a path holds nothing that can be checked.
    """
    verdict = Verdict()
    for path in command.paths:
        found, strays = targets(path)
        verdict.unlisted += strays
        _check_all(command, path, found, verdict, console)
    if command.json:
        publish(command.json, (json.dumps(_record(verdict), indent=1) + "\n").encode())
    if verdict.exit_code:
        console.print(_table(verdict))
    for line in _lines(verdict):
        console.print(line, soft_wrap=True, markup=False)
    return verdict.exit_code


def _check_all(command: VerifyCommand, path: Path, found: list[Target], verdict: Verdict, console: Console) -> None:
    """Check the shards of one path."""
    places = {"room_source": command.room_source, "object_source": command.object_source}
    auditor = Auditor(path if path.is_dir() else path.parent, command.deep, places) if command.deep else None
    reports = check_all(found, "fast" if command.fast else "full")
    for target, report in zip(_shown(found, path, console), reports, strict=True):
        if auditor and not report.problems:
            report = auditor.look(target.path, report)
        verdict.reports.append(report)
    if auditor:
        auditor.close()
        verdict.notes += auditor.notes
        verdict.tallies = add(verdict.tallies, auditor.tallies)


def _shown(found: list[Target], path: Path, console: Console) -> Iterator[Target]:
    """The same targets, with a progress bar where there is a terminal."""
    yield from track(found, f"verify {path}", console=console, transient=True, disable=not console.is_terminal)


def _table(verdict: Verdict) -> Table:
    """The shards with problems."""
    table = Table("shard", "problem", title="Verify", title_justify="left")
    for report in verdict.damaged:
        shown = [*report.problems[:SHOWN]]
        if len(report.problems) > SHOWN:
            shown.append(f"and {len(report.problems) - SHOWN} more")
        table.add_row(Text(report.name), Text("\n".join(shown)))
    for name in verdict.unlisted:
        table.add_row(Text(printable(name)), "is not listed in the manifest")
    return table


def _lines(verdict: Verdict) -> list[str]:
    """The summary under the table."""
    lines = [
        f"{kind}: {tally.differ} of {tally.compared} differ from what was made again ({tally.rate:.2e})"
        for kind, tally in sorted(verdict.tallies.items())
    ]
    sound = len(verdict.reports) - len(verdict.damaged)
    read = sum(report.bytes for report in verdict.reports)
    total = f"{sound} of {len(verdict.reports)} shards are sound, {read / 1e6:.1f} MB read"
    return [*verdict.notes, *lines, total]


def _record(verdict: Verdict) -> dict:
    """The verdict for --json."""
    return {
        "sound": verdict.exit_code == 0,
        "shards": [asdict(report) for report in verdict.reports],
        "unlisted": verdict.unlisted,
        "notes": verdict.notes,
        "made_again": {kind: {**asdict(tally), "rate": tally.rate} for kind, tally in verdict.tallies.items()},
    }
