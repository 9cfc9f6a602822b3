"""How fast pairs are read, and where the time of a training step goes: `scenetrain bench`."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median

import torch
from rich.console import Console
from rich.table import Table

from scenegen.shards import located
from scenegen.terminal import terminal
from training.data.batch import PairBatch
from training.data.loader import read_batches
from training.devices import choose_device, computes_in_bfloat16, describe_device
from training.errors import DataError
from training.measuring.loader_rate import SMALL, LoaderRate, loader_rate, loader_table, open_largest, random_keys
from training.presets import preset
from training.running.loop import clip, make_optimizer, show
from training.running.trainee import build_trainee
from training.settings import AnySettings, Precision

CODECS = ("gzip", "zstd", "none")
"""Codecs that are measured when no shards are given."""
RENDER = ("--rooms", "1", "--pairs-per-room", "8", "--size", "640x480", "--layers", "rgb")
"""What is rendered then, with the built-in rooms and objects."""


@dataclass(frozen=True)
class StepTimes:
    """Where the time of a training step goes."""

    name: str
    """The preset."""
    pairs: int
    """Pairs in a step."""
    crop: int
    """Side of the windows in pixels."""
    device: str
    """The device in words."""
    way: str
    """Arithmetic of the network, and whether it is compiled."""
    parts_ms: dict[str, float]
    """Median milliseconds of each part, in their order; "load" is one process reading, without workers."""

    @property
    def step_ms(self) -> float:
        """Milliseconds of a step whose pairs were read ahead."""
        return sum(self.parts_ms.values()) - self.parts_ms["load"]

    @property
    def pairs_per_s(self) -> float:
        """Pairs per second of such a step."""
        return 1000 * self.pairs / self.step_ms


@dataclass(frozen=True)
class Report:
    """All that was measured."""

    loader: tuple[LoaderRate, ...]
    steps: Sequence[StepTimes]
    """The same step in each way that the device computes in, one at least; the first is the one that `fit` takes."""
    skipped: tuple[str, ...]
    """What could not be measured, and why."""


def bench(
    shards: Path | str | None,
    device: str = "auto",
    name: str | None = None,
    console: Console | None = None,
    compile: bool = False,
) -> Report:
    """Measure and print the loader's speed and a training step's parts.

    Without `shards` some pairs are rendered into a temporary folder, once for each codec. `name` is the preset of
    the step: `paper` on a GPU and `quick` on a CPU unless given; `compile` measures compiled networks as well. Raises
    as `open_pairs` and `choose_device` do.
    """
    target = choose_device(device)
    console = console or terminal()
    settings = preset(name := name or ("paper" if target.type == "cuda" else "quick"))
    with tempfile.TemporaryDirectory(prefix="scenetrain-bench-") as temporary:
        folders, skipped = ([located(shards)], []) if shards else _render_all(Path(temporary), console)
        rates = tuple(loader_rate(folder) for folder in folders)
        steps = [step_times(folders[0], name, settings, target, way) for way in ways(settings, target, compile)]
    report = Report(rates, tuple(steps), tuple(skipped))
    show_report(report, settings.data.workers, console)
    return report


@dataclass(frozen=True)
class Way:
    """How a network's pass is computed."""

    precision: Precision
    compiled: bool = False

    def __str__(self) -> str:
        return f"{self.precision}, compiled" if self.compiled else self.precision


def ways(settings: AnySettings, device: torch.device, compile: bool) -> list[Way]:
    """Each arithmetic that the device computes in, that of the settings first; compiled as well where asked for."""
    able: tuple[Precision, ...] = ("bfloat16", "float32") if computes_in_bfloat16(device) else ("float32",)
    chosen = sorted(able, key=lambda precision: precision != settings.precision)
    return [Way(precision, compiled) for compiled in ((False, True) if compile else (False,)) for precision in chosen]


def step_times(folder: Path, name: str, settings: AnySettings, device: torch.device, way: Way) -> StepTimes:
    """The parts of some training steps on the pairs of a folder."""
    settings = replace(settings, precision=way.precision)
    data = open_largest(folder, replace(settings.data, crop=settings.data.crop or SMALL, workers=0, min_matches=1))
    warm, counted = (5, 20) if device.type == "cuda" else (1, 5)
    keys = random_keys(data, settings.batch, warm + counted)
    clock = _Clock(device)
    steps = _steps(settings, read_batches(data, keys), device, clock, way.compiled)
    for _ in range(warm):
        next(steps)
    clock.times.clear()
    list(steps)
    parts = {part: 1000 * median(times) for part, times in clock.times.items()}
    return StepTimes(name, settings.batch, data.settings.crop, describe_device(device), str(way), parts)


def show_report(report: Report, workers: int, console: Console) -> None:
    """Print the tables, and which of reading and computing holds back a run with `workers` reading processes."""
    console.print(loader_table(report.loader))
    for line in report.skipped:
        console.print(line, style="yellow", markup=False)
    console.print(step_table(report.steps[0]))
    if len(report.steps) > 1:
        console.print(ways_table(report.steps))
    fed, taken = max(workers, 1) * report.loader[0].batches, report.steps[0].pairs_per_s
    bound = "reading" if fed < taken else "computing"
    console.print(
        f"{max(workers, 1)} reading processes give up to {fed:.0f} pairs/s, the step takes {taken:.1f} pairs/s: "
        f"bound by {bound}",
        soft_wrap=True,
    )


def step_table(step: StepTimes) -> Table:
    """One row for each part of a step."""
    table = Table(title=f"A step of preset {step.name}: {step.pairs} pairs, {step.crop} px, {step.way}, {step.device}")
    for heading in ("part", "ms", "share"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    whole = sum(step.parts_ms.values())
    for part, ms in step.parts_ms.items():
        label = "load (nothing read ahead)" if part == "load" else part
        table.add_row(label, f"{ms:.1f}", f"{ms / whole:.0%}")
    table.add_row("sum", f"{whole:.1f}", "", style="bold")
    return table


def ways_table(steps: Sequence[StepTimes]) -> Table:
    """One row for each way, the first of them 1."""
    table = Table(title="The same step in other ways")
    for heading in ("network", "forward, ms", "backward, ms", "step, ms", "of the first"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    for step in steps:
        times = (step.parts_ms["forward"], step.parts_ms["backward"], step.step_ms)
        table.add_row(step.way, *(f"{ms:.1f}" for ms in times), f"{step.step_ms / steps[0].step_ms:.2f}")
    return table


class _Clock:
    """Seconds of each part of each step; waits for the device, so nothing runs on into the next part."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.times: dict[str, list[float]] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure the body of the `with`."""
        begin = time.perf_counter()
        yield
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        self.times.setdefault(name, []).append(time.perf_counter() - begin)


def _steps(
    settings: AnySettings, batches: Iterator[PairBatch], device: torch.device, clock: _Clock, compiled: bool
) -> Iterator[None]:
    """The steps of `training.running.loop.train`, part by part."""
    trainee = build_trainee(settings).to(device).train()
    if compiled:
        trainee.compile()
    optimizer, parameters = make_optimizer(trainee, settings.optimizer), list(trainee.parameters())
    for step in count():
        with clock.part("load"):
            batch = next(batches, None)
            if batch is None:
                return
            batch = batch.to(device)
        with clock.part("augment and select"):
            shown = show(batch, settings, step)
        with clock.part("forward"):
            seen = trainee.see(shown)
        with clock.part("loss"):
            loss = trainee.objective(seen)["total"].mean()
        with clock.part("backward"):
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
        with clock.part("optimiser"):
            clip(parameters, settings.optimizer)
            optimizer.step()
            trainee.follow(step + 1, step + 1)
        yield


def _render_all(folder: Path, console: Console) -> tuple[list[Path], list[str]]:
    """Folders with the same pairs in each codec that can be written here, and a line about each that cannot.

    Raises DataError when there is none.
    """
    folders, skipped = [], []
    for codec in CODECS:
        with console.status(f"rendering pairs to read: {codec}"):
            problem = _render(folder / codec, codec)
        if problem:
            skipped.append(f"{codec}: not measured: {problem}")
        else:
            folders.append(folder / codec)
    if not folders:
        raise DataError(f"nothing to measure: {skipped[0]}: give shards with --shards DIR")
    return folders, skipped


def _render(out: Path, codec: str) -> str:
    """Run the generator, a program of its own; what went wrong in one line, or nothing."""
    command = [sys.executable, "-m", "scenegen", "render", *RENDER, "--codec", codec, "--out", str(out)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (result.stderr.strip() or result.stdout.strip()).splitlines()
    return "" if result.returncode == 0 else (lines or [f"scenegen ended with {result.returncode}"])[-1]
