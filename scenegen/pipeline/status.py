"""What of a run is done, missing or failed, as its manifest and the files say."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenegen.pipeline.lock import owner
from scenegen.pipeline.manifest import said_of, surviving
from scenegen.shards.records import given_up, listed, planned

LISTED = 20
"""Missing shards that are listed by name."""


@dataclass(frozen=True)
class RunStatus:
    """The state of a run."""

    planned: tuple[str, ...]
    """Files of all shards."""
    done: tuple[str, ...]
    """Files that are there in their full size."""
    failed: dict[str, str]
    """Why a shard could not be made, by file."""
    samples: Counter[str]
    """Samples that are done, by split."""
    owner: str | None
    """Who is at work on it now."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that are neither done nor failed."""
        known = {*self.done, *self.failed}
        return tuple(file for file in self.planned if file not in known)


def run_status(folder: Path) -> RunStatus:
    """Look at a run folder. Raises RunError where there is no run, or its manifest cannot be read."""
    with said_of(folder):
        shards = sorted(listed(folder), key=lambda entry: entry.index)
        coming = tuple(job.file for job in planned(folder)) or tuple(entry.file for entry in shards)
        done = surviving(folder, shards)
        made = {entry.file for entry in done}
        failed = {item.file: item.why for item in given_up(folder) if item.file not in made}
    samples: Counter[str] = Counter()
    for entry in done:
        samples[entry.split] += entry.samples
    return RunStatus(coming, tuple(entry.file for entry in done), failed, samples, owner(folder))


def print_status(folder: Path, console: Console) -> int:
    """Print the state of a run; 0 when it is complete, 1 otherwise. Raises RunError as `run_status`."""
    status = run_status(folder)
    console.print(_counts(status))
    for file, why in sorted(status.failed.items()):
        console.print(f"failed   {file}: {why}", soft_wrap=True, markup=False, style="red")
    for file in status.missing[:LISTED]:
        console.print(f"missing  {file}", soft_wrap=True, markup=False)
    if len(status.missing) > LISTED:
        console.print(f"missing  and {len(status.missing) - LISTED} more")
    if status.missing or status.failed:
        console.print("the command that began the run goes on with it")
    return 1 if status.missing or status.failed else 0


def _counts(status: RunStatus) -> Table:
    """The numbers, one row each."""
    table = Table(show_header=False, box=None, pad_edge=False)
    splits = ", ".join(f"{split} {count}" for split, count in sorted(status.samples.items()))
    table.add_row("shards", f"{len(status.done)} of {len(status.planned)} done")
    table.add_row("missing", str(len(status.missing)))
    table.add_row("failed", str(len(status.failed)))
    table.add_row("samples", f"{status.samples.total()}{f' ({splits})' if splits else ''}")
    table.add_row("at work", status.owner or "nobody")
    return table
