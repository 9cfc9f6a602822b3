"""What limits a set of very many shards? Opening, status, merging and the order of an epoch, by synthetic manifests.

    python tools/bench_manifest.py --shards 1000 10000 100000 --json manifest.json

Every figure is that of a process of its own: seconds, and its memory at most beside that of a process that only
imports. The shards are one small shard under many names: opening a set for training reads the first of them, and those
of an older manifest, which does not tell the size of the pictures, all (`--every`: for that, too, much slower).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "support")]

from shard_factory import make_content  # noqa: E402  # pyright: ignore[reportMissingImports]

from scenegen.shards.manifest import Entry, Manifest, Record, ShardJob  # noqa: E402
from scenegen.shards.recording import manifest_json, record_json  # noqa: E402
from scenegen.shards.records import MANIFEST  # noqa: E402
from scenegen.shards.writer import encode_shard  # noqa: E402

SAMPLES = 8
"""Samples of a shard."""
LINKS = 10_000
"""Names of one file; file systems allow some 65,000."""
SLICES = 64
"""Slices whose records are merged."""


@dataclass(frozen=True)
class Work:
    """A task in Python; `folder` is the run."""

    does: str
    needs: str = (
        "import numpy as np; from scenegen.shards import ShardSet; "
        "from scenegen.pipeline.status import run_status; from scenegen.pipeline.merge import merge"
    )
    """What is imported before the clock runs."""
    old: bool = False
    """Of a manifest that does not tell the configuration."""


_TRAINING = "from training.data.pairs import open_pairs; from training.settings import DataSettings"
_OPEN = "open_pairs(folder, 'train', DataSettings(crop=16), 0)"
TASKS = {
    "open a set": Work("len(ShardSet(folder))"),
    "open for training": Work(_OPEN, _TRAINING),
    "status": Work("run_status(folder)"),
    "order of an epoch": Work("np.random.default_rng(0).permutation(len(ShardSet(folder)))"),
    "merge": Work("merge(folder)"),
}
"""What is measured, by name, in this order."""
EVERY = {"open for training, size not told": Work(_OPEN, _TRAINING, old=True)}
"""What opens every shard, and is measured on request."""
MEASURE = """
import sys, time
from pathlib import Path
folder = Path(sys.argv[1])
{needs}
begin = time.perf_counter()
{does}
seconds = time.perf_counter() - begin
(most,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(most) / 1024)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--every", action="store_true", help="also what opens every shard")
    parser.add_argument("--json", type=Path)
    words = parser.parse_args(arguments)
    tasks = {**(EVERY if words.every else {}), **TASKS}
    rows = [row for count in words.shards for row in measured(count, tasks)]
    if words.json:
        words.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    Console().print(table(rows))
    return 0


def measured(count: int, tasks: Mapping[str, Work]) -> list[dict]:
    """The figures of a run of so many shards."""
    with tempfile.TemporaryDirectory(prefix="bench-manifest-") as temporary:
        folder = Path(temporary)
        sizes = {old: write_run(folder / str(old), count, old) for old in {work.old for work in tasks.values()}}
        nothing = {needs: cost_of(Work("pass", needs), folder)[1] for needs in {work.needs for work in tasks.values()}}
        rows = []
        for name, work in tasks.items():
            seconds, peak = cost_of(work, folder / str(work.old))
            cost = {"task": name, "seconds": seconds, "more_mib": round(peak - nothing[work.needs], 1)}
            rows.append({"shards": count, "manifest_mb": sizes[work.old] / 1e6, **cost})
    return rows


def cost_of(work: Work, folder: Path) -> tuple[float, float]:
    """(seconds, MiB at most) of a task in a process of its own."""
    command = [sys.executable, "-c", MEASURE.format(needs=work.needs, does=work.does), str(folder)]
    seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return round(float(seconds), 3), float(peak)


def write_run(folder: Path, count: int, old: bool = False) -> int:
    """A run of which slices recorded one half and the manifest lists the other; bytes of all that they wrote."""
    folder.mkdir()
    data = encode_shard(make_content(samples=SAMPLES, layers=()))
    entries = tuple(entry(index, len(data)) for index in range(count))
    write_shards(folder, [each.file for each in entries], data)
    jobs = tuple(ShardJob(e.index, e.room, e.split, 0, SAMPLES, e.file) for e in entries)
    config = {"rooms": count, **({} if old else {"size": [32, 24]})}
    manifest = Manifest("1.0", "0", config, "c", "a", "gzip", "CC0", jobs, count)
    half = count // 2
    texts = {MANIFEST: manifest_json(replace(manifest, record=Record(entries[:half])))}
    for part in range(SLICES):
        texts[f"record-{part}-of-{SLICES}.json"] = record_json(Record(entries[half + part :: SLICES]), manifest)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sum(len(text) for text in texts.values())


def write_shards(folder: Path, names: Sequence[str], data: bytes) -> None:
    """The same shard under all names."""
    for first in range(0, len(names), LINKS):
        (folder / names[first]).write_bytes(data)
        for name in names[first + 1 : first + LINKS]:
            os.link(folder / names[first], folder / name)


def entry(index: int, size: int) -> Entry:
    """An entry as long as those of a rendered run."""
    room, digest = f"room-{index:06d}", f"{index:064x}"
    figures = {
        "seconds": 3.21,
        "rays": {"visible": 80_123, "occluded": 20_456, "out_of_view": 40_789, "ambiguous": 123},
        **{name: [round(0.1234 + k, 4) for k in range(SAMPLES)] for name in ("overlap", "baseline_m")},
        **{name: [12 + k for k in range(SAMPLES)] for name in ("view_angle_deg", "objects")},
        "rejected": {"angle": 312, "overlap_low": 12, "wall": 3},
        "replaced_objects": {},
        "given_up": 0,
        "object_split": "train",
    }
    return Entry(f"train-{room}-000.h5", room, "train", SAMPLES, index, size, digest, digest, figures)


def table(rows: Sequence[dict]) -> Table:
    """The figures, a row each."""
    shown = Table(title="A set of many shards")
    for head in ("shards", "manifest and records, MB", "task", "seconds", "memory, MiB more"):
        shown.add_column(head, justify="left" if head == "task" else "right")
    for row in rows:
        cells = (f"{row['shards']:,}", f"{row['manifest_mb']:.1f}", row["task"])
        shown.add_row(*cells, f"{row['seconds']:.2f}", f"{row['more_mib']:.0f}")
    return shown


if __name__ == "__main__":
    sys.exit(main())
