"""What limits a set of very many shards? Opening, status, merging and the order of an epoch, by synthetic manifests.

    python tools/bench_manifest.py --shards 1000 10000 100000 --json manifest.json

Every figure is that of a process of its own: seconds, and its memory at most beside that of a process that only
imports. The shards are empty files of the size that the manifest says: nothing here opens one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenegen.shards.manifest import Entry, Job, Manifest, Record
from scenegen.shards.records import MANIFEST, manifest_json, record_json

SAMPLES = 8
"""Samples of a shard."""
BYTES = 4096
"""Size of a file; only the number of files costs anything."""
SLICES = 64
"""Slices whose records are merged."""
TASKS = {
    "nothing": "from scenegen.shards import ShardSet; from scenegen.pipeline.status import run_status",
    "open a set": "from scenegen.shards import ShardSet; len(ShardSet(folder))",
    "status": "from scenegen.pipeline.status import run_status; run_status(folder)",
    "order of an epoch": "import numpy as np; from scenegen.shards import ShardSet; "
    "np.random.default_rng(0).permutation(len(ShardSet(folder)))",
    "merge": "from scenegen.pipeline.merge import merge; merge(folder)",
}
"""What is measured, by name; `folder` is the run."""
MEASURE = """
import sys, time
from pathlib import Path
folder = Path(sys.argv[1])
from scenegen.shards import ShardSet
from scenegen.pipeline.status import run_status
from scenegen.pipeline.merge import merge
begin = time.perf_counter()
{task}
seconds = time.perf_counter() - begin
(most,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(most) / 1024)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--json", type=Path)
    words = parser.parse_args(arguments)
    rows = [row for count in words.shards for row in measured(count)]
    if words.json:
        words.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    Console().print(table(rows))
    return 0


def measured(count: int) -> list[dict]:
    """The figures of a run of so many shards."""
    with tempfile.TemporaryDirectory(prefix="bench-manifest-") as temporary:
        folder = Path(temporary)
        size = write_run(folder, count)
        nothing = task_cost("nothing", folder)
        rows = []
        for name in list(TASKS)[1:]:
            seconds, peak = task_cost(name, folder)
            cost = {"task": name, "seconds": seconds, "more_mib": round(peak - nothing[1], 1)}
            rows.append({"shards": count, "manifest_mb": size / 1e6, **cost})
    return rows


def task_cost(name: str, folder: Path) -> tuple[float, float]:
    """(seconds, MiB at most) of a task in a process of its own."""
    command = [sys.executable, "-c", MEASURE.format(task=TASKS[name]), str(folder)]
    seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return round(float(seconds), 3), float(peak)


def write_run(folder: Path, count: int) -> int:
    """A run of which slices recorded one half and the manifest lists the other; bytes of all that they wrote."""
    entries = tuple(map(entry, range(count)))
    for each in entries:
        with (folder / each.file).open("wb") as file:
            file.truncate(BYTES)
    jobs = tuple(Job(e.index, e.room, e.split, 0, SAMPLES, e.file) for e in entries)
    manifest = Manifest("1.0", "0", {"rooms": count}, "c", "a", "gzip", "CC0", jobs, count)
    half = count // 2
    texts = {MANIFEST: manifest_json(replace(manifest, record=Record(entries[:half])))}
    for part in range(SLICES):
        texts[f"record-{part}-of-{SLICES}.json"] = record_json(Record(entries[half + part :: SLICES]), manifest)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sum(len(text) for text in texts.values())


def entry(index: int) -> Entry:
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
    return Entry(f"train-{room}-000.h5", room, "train", SAMPLES, index, BYTES, digest, digest, figures)


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
