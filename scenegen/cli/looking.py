"""`scenegen figure` and `scenegen view`: commands that show one sample."""

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console

from scenegen.cli.values import File, Shards
from scenegen.errors import UsageError
from scenegen.inspect.figure.kinds import Kind

if TYPE_CHECKING:
    from scenegen.inspect.subject import Samples, Subject

MOST = 1000
"""Lines or points that one figure may have."""
MOST_VIEWS = 8
"""Views side by side that a figure can be read with."""


@dataclass(frozen=True)
class FigureCommand:
    """Draw one sample: its matches, tracks, overlap, layers, or one view warped into another.

    Examples:
      scenegen figure out/demo/train-room_000-000.h5 --out matches.png
      scenegen figure out/demo --sample 20 --kind warp --out warp.svg

    """

    path: tyro.conf.Positional[Shards]
    """A shard (.h5) or the folder of a run, or the address of one."""
    out: File
    """File to write: .png, .svg or .pdf."""
    sample: int = 0
    """Number of the sample in the shard, or in the run, from 0."""
    kind: Kind = "matches"
    """matches: lines and dots. tracks: some points through all views. overlap: who sees what. layers: depth,
    normals, instances. warp: the other views seen from the first, and the difference."""
    views: tuple[int, ...] = ()
    """Views to show, the first compared with the others; by default all, or 8 that are spread evenly over more."""
    count: Annotated[int, tyro.conf.arg(metavar="N")] = 0
    """Lines of matches or points of tracks; 0: 48 and 16."""
    seed: int = 0
    """Which matches or tracks are drawn."""


@dataclass(frozen=True)
class ViewCommand:
    """Show one sample in 3-D in the browser, or write a recording for the rerun viewer.

    Cameras, points of the depth layers, traced rays by status; the server listens on this machine only.

    Examples:
      scenegen view out/demo --sample 20
      scenegen view out/demo/train-room_000-000.h5 --save sample.rrd

    """

    path: tyro.conf.Positional[Shards]
    """A shard (.h5) or the folder of a run, or the address of one."""
    sample: int = 0
    """Number of the sample to begin with, from 0."""
    port: int = 8080
    """Port of the page on 127.0.0.1."""
    save: File | None = None
    """Write a recording (.rrd) for rerun to this file, and serve nothing."""


def figure(command: FigureCommand, console: Console) -> int:
    """Draw the figure that the command names and write it; returns 0.

    Raises UsageError or ShardError, in one line, when that cannot be done.
    """
    from scenegen.inspect.figure.write import FigureChoice, check_figure_target, draw, require_matplotlib, save
    from scenegen.inspect.subject import Samples
    from scenegen.seeding import Stage, generator

    check_figure_target(command.out)
    if not 0 <= command.count <= MOST:
        raise UsageError(f"--count {command.count}: give 1 to {MOST} lines or points, or 0")
    if command.seed < 0:
        raise UsageError(f"--seed {command.seed}: give a number from 0")
    require_matplotlib()
    with Samples(command.path) as samples:
        subject = samples.subject(command.sample)
    subject = subject.only(_shown_views(command, subject.views))
    # any index will do: the drawing takes it modulo the number of points
    start = int(generator(command.seed, Stage.SELECTION, sample=command.sample).integers(1 << 31))
    save(draw(subject, FigureChoice(command.kind, command.count, start)), command.out)
    left_out = len(subject.sample.rgb) - len(subject.views)
    note = f", {left_out} views left out (--views names those to show)" if left_out and not command.views else ""
    console.print(f"{command.out}: {command.kind} of {subject.source}{note}", soft_wrap=True, markup=False)
    return 0


def _shown_views(command: FigureCommand, every: tuple[int, ...]) -> tuple[int, ...]:
    """The views that are asked for, or as many as a sheet is wide enough for. Raises UsageError for more than those."""
    from scenegen.evenly import evenly

    if len(command.views) > MOST_VIEWS:
        raise UsageError(
            f"--views: names {len(command.views)}, and a sheet is wide enough for {MOST_VIEWS}: name fewer"
        )
    return command.views or evenly(every, MOST_VIEWS)


def view(command: ViewCommand, console: Console) -> int:
    """Serve the 3-D page until Ctrl-C, or write the recording; returns 0.

    Raises UsageError or ShardError, in one line, when that cannot be done.
    """
    from scenegen.inspect.subject import Samples

    with Samples(command.path) as samples:
        if command.save:
            return _save(command, samples, command.save, console)
        return _serve(command, samples, console)


def _save(command: ViewCommand, samples: "Samples", path: Path, console: Console) -> int:
    """`scenegen view --save`."""
    from scenegen.inspect.recording import check_recording_target, require_rerun, save_recording

    check_recording_target(path)
    require_rerun()
    subject = samples.subject(command.sample)
    subject.require_cameras("--save")
    save_recording(subject, path)
    _mention(subject, console)
    console.print(f"{path}: a recording of {subject.source}; open it with: rerun {path}", soft_wrap=True, markup=False)
    return 0


def _serve(command: ViewCommand, samples: "Samples", console: Console) -> int:
    """`scenegen view` with a page."""
    from scenegen.inspect.view import Page

    samples.subject(command.sample).require_cameras("scenegen view")
    with contextlib.suppress(KeyboardInterrupt), Page(samples, command.sample, command.port) as page:
        _mention(page.subject, console)
        console.print(f"{page.subject.source} is at {page.url} (Ctrl-C ends it)", soft_wrap=True, markup=False)
        threading.Event().wait()
    return 0


def _mention(subject: "Subject", console: Console) -> None:
    """Say what is shown when there is no depth layer."""
    if subject.sample.depth is None:
        note = "no depth layer in this shard: the points are those of the traced rays of view 0"
        console.print(note, soft_wrap=True, markup=False)
