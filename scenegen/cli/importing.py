"""`scenegen import`: data that users have, as a run of shards."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console
from rich.table import Table

from scenegen.cli.values import Folder, Place
from scenegen.importing.options import NOT_STATED, ImportOptions
from scenegen.importing.registry import LayoutName
from scenegen.pipeline.executors import USUAL, ExecutorName
from scenegen.shards.codecs import READ_ANYWHERE, CodecName

if TYPE_CHECKING:
    from scenegen.importing.planning import ImportSource
    from scenegen.pipeline.run import Order, Outcome


@dataclass(frozen=True)
class ImportCommand:
    """Make shards of data that you have: depth frames with poses, or pairs with matches, a homography, flow, disparity.

    The shards are verified, shown, exported and trained on like rendered ones; the same command again finishes what is
    missing. Frames with depth are paired by overlap, and every verdict follows from depth, pose and the sensor's noise.
    Of pairs without depth, the place and the verdict of each match are known, and the rest is absent. --from:
    rgbd (7-Scenes, 3DMatch), tum, scannet (SensReader's export), replica, colmap (dense workspace), bop, nerfstudio
    (with depth); matches (.npz .csv .txt .json), homography (HPatches, points.json), flow (.flo, KITTI, Sintel),
    stereo (Middlebury, KITTI).

    Examples:
      scenegen import --from rgbd --data 7scenes/chess --focal-px 585 --license "research only" --out out/chess
      scenegen import --from homography --data hpatches --size 640x480 --out out/hpatches

    """

    layout: Annotated[LayoutName, tyro.conf.arg(name="from")]
    """How the data lies in its folder."""
    data: Folder
    """Folder of the data: one sequence, or a tree of them."""
    out: Place
    """Folder for the shards and manifest.json, or its address."""
    options: Annotated[ImportOptions, tyro.conf.arg(name="")] = field(default_factory=ImportOptions)
    workers: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Worker processes; by default one per core, 0 runs in this process."""
    executor: ExecutorName = USUAL
    """Who makes the shards. inline: this process. process: worker processes of this machine. ray: a Ray cluster, whose
    nodes see the sources and --out at the same paths (needs the extra ray)."""
    address: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT")] = None
    """The Ray cluster, or auto for the one that runs here; else that of RAY_ADDRESS, or a local one for this run."""
    codec: CodecName = READ_ANYWHERE
    """Compression of the shards, as for render."""


def import_data(command: ImportCommand, console: Console) -> int:
    """Make what is missing of an import; returns 0 when all is there, 1 when shards failed.

    Raises UsageError for a request that cannot be met, ImportingError for data that is no use, RunError for a folder
    that cannot be used.
    """
    from scenegen.importing.options import checked_options
    from scenegen.importing.planning import find_import
    from scenegen.pipeline.executors import chosen_crew
    from scenegen.pipeline.progress import Display
    from scenegen.pipeline.run import carry_out
    from scenegen.pipeline.summary import failures
    from scenegen.shards.codecs import require_codec

    options = checked_options(command.options)
    require_codec(command.codec)
    crew = chosen_crew(command.executor, command.workers, command.address)
    source = find_import(command.layout, command.data, options)
    for reason, count in sorted(source.skipped.items()):
        console.print(f"left out: {count} {reason}", soft_wrap=True, markup=False)
    outcome = carry_out(_order(command, source), command.out, crew, Display(console))
    console.print(_summary(outcome), highlight=False, soft_wrap=True)
    for line in failures(outcome.manifest.failed, outcome.told):
        console.print(line, style="red", soft_wrap=True, markup=False)
    if options.license == NOT_STATED:
        note = "--license was not given: the shards say that the terms of the data are not stated"
        console.print(note, soft_wrap=True)
    console.print(f"shards and manifest.json are in {command.out}", soft_wrap=True, markup=False)
    return outcome.exit_code


def _order(command: ImportCommand, source: "ImportSource") -> "Order":
    """The run that an import is."""
    from scenegen.importing.options import sha256
    from scenegen.importing.planning import parts
    from scenegen.importing.work import ImportWork
    from scenegen.pipeline.manifest import new_manifest
    from scenegen.pipeline.places import words_of
    from scenegen.pipeline.plan import RunPlan, file_name
    from scenegen.pipeline.run import Order
    from scenegen.shards.manifest import ShardJob
    from scenegen.shards.schema import IMPORTED_VERSION

    options, said = command.options, source.config_json
    jobs = tuple(
        ShardJob(
            n, part.sequence, part.split, part.first, part.samples, file_name(part.split, part.sequence, part.number)
        )
        for n, part in enumerate(parts(source, options))
    )
    plan = RunPlan(jobs, source.digest)
    work = ImportWork(source.sequences, said, options, source.size, command.out, command.codec, len(jobs))
    fresh = new_manifest(
        version=IMPORTED_VERSION,
        config=json.loads(said),
        config_sha256=sha256(said),
        codec=command.codec,
        plan=plan,
        licenses=options.license,
    )
    return Order(work, plan, fresh, {}, words_of([str(command.data)]))


def _summary(outcome: "Outcome") -> Table:
    """What an import came to."""
    from scenegen.pipeline.assemble import add_counts
    from scenegen.pipeline.summary import quantiles

    shards = outcome.manifest.shards
    table = Table(title="Import", show_header=False, title_justify="left", box=None, padding=(0, 2, 0, 0))
    splits = add_counts({s.split: s.samples} for s in shards)
    rays = add_counts(s.counts("rays") for s in shards)
    total = max(1, sum(rays.values()))
    rows = {
        "pairs": f"{sum(splits.values())} in {len(shards)} of {outcome.manifest.num_shards} shards, "
        + ", ".join(f"{name} {count}" for name, count in splits.items()),
        "rays": ", ".join(f"{n} {100 * c / total:.1f} %" for n, c in sorted(rays.items(), key=lambda i: -i[1])),
    }
    for name, label in (("matches", "matches"), ("overlap", "overlap"), ("baseline_m", "baseline (m)")):
        if values := [float(value) for s in shards for value in s.numbers(name)]:
            rows[label] = quantiles(values)
    rows["pairs given up"] = str(sum(s.figures.get("given_up", 0) for s in shards))
    if left_out := sum(s.figures.get("left_out", 0) for s in shards):
        rows["matches left out"] = f"{left_out} (outside of a picture, or more than one to a cell of pixels)"
    if outcome.new_samples:
        rows["speed"] = f"{outcome.new_samples} pairs in {outcome.seconds:.0f} s"
    for label, value in rows.items():
        table.add_row(label, value)
    return table
