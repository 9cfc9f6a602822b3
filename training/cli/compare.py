"""`scenetrain compare`: its options, the defaults they begin with, and what it does with them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Generic

import tyro

from scenegen.cli.values import Place
from scenegen.terminal import terminal
from training.cli.commands import Count, Device, OtherFolder, Run
from training.cli.defaults import default_settings, option, views_type
from training.cli.values import floats, require
from training.errors import RequestError
from training.presets import PresetName
from training.ranges import Between, Many, Some, check_ranges
from training.settings import (
    AnySettings,
    DataSettings,
    Every,
    FitSettings,
    ModelSettings,
    OptimizerSettings,
    PixelSettings,
    Precision,
    V,
)

if TYPE_CHECKING:
    from training.comparison.setup import Setup
    from training.comparison.trial import Row

PRESET: PresetName = "compare"
AT_CROP = tyro.conf.arg(metavar="N", help_behavior_hint="(default: as --crop)")
PER_CORE = tyro.conf.arg(metavar="N", help_behavior_hint="(default: one per core; 1 on a GPU)")


@dataclass(frozen=True)
class Compare(Generic[V]):
    """Is one objective better than another, and is it stable? Train each under the same conditions, and measure them.

    Network, data, windows, steps, seeds and evaluation are the same for all; the objective changes, and with it what it
    demands of descriptors (length 1). Each run is a `scenetrain fit` in a folder of its own, in a process of one
    thread; the same command again makes what is missing and goes on with what was interrupted, and more objectives,
    seeds or factors may be added. At the end: tables with intervals over seeds, curves against steps and seconds, a
    verdict for each pair of objectives, and all of it as an HTML page. Runs that diverge or collapse are rows as well.

    For example:

      scenetrain compare --shards out/demo --out runs/compare --steps 1000 --seeds 3
      scenetrain compare --shards out/demo --out runs/two --objectives stable,infonce --lr-factors 1
      scenetrain compare --shards out/demo --out runs/heat --objectives infonce,infonce:temperature=0.2

    """

    shards: Place
    """Folder of the shards: trains on split train, measures on split val."""
    out: Run
    """Folder of the comparison: compare.csv (a row for each run), compare.html, compare.md, verdicts.csv, runs/."""
    batch: Some
    """Pairs in a step."""
    steps: Some
    """Length of each run in steps."""
    precision: Precision
    """Arithmetic of the network (autocast) where the device computes in bfloat16; else float32."""
    pixels: Annotated[PixelSettings, tyro.conf.arg(name="")]
    model: Annotated[ModelSettings, tyro.conf.arg(name="")]
    data: Annotated[DataSettings, tyro.conf.arg(name="")]
    optimizer: Annotated[OptimizerSettings, tyro.conf.arg(name="")]
    views: V = field(default=None)  # pyright: ignore[reportAssignmentType] (V is None then)
    """How pairs are made of single pictures (--images)."""
    images: OtherFolder = None
    """Train on a folder of pictures instead of the shards' split train; what is measured stays the same."""
    objectives: Annotated[str, tyro.conf.arg(metavar="A,B,…")] = "all"
    """Which, with commas between, or all; NAME:OPTION=VALUE changes an option of one."""
    seeds: Annotated[int, Between(1, 1000)] = 3
    """Runs of each objective at each learning rate."""
    lr_factors: Annotated[str, tyro.conf.arg(metavar="X,Y,…")] = "1,3"
    """Factors of the learning rate; the verdicts are of the first one."""
    pairs: Many = 64
    """Held-out pairs measured at most, spread evenly over the shards; 0: all."""
    queries: Some = 256
    """Visible rays looked up in each pair at most, and as many distractors."""
    window: Annotated[Count | None, AT_CROP] = None
    """Side of the square windows of the held-out pairs in pixels; 0: whole pictures."""
    preset: PresetName = PRESET
    """Where the defaults of the settings of the runs come from."""
    processes: Annotated[Count | None, PER_CORE] = None
    """Runs made at once, each in a process of one thread."""
    device: Device = "auto"
    """auto: a GPU if there is one."""
    every: Annotated[Every, tyro.conf.arg(name="")] = field(default_factory=Every)


@dataclass(frozen=True)
class CompareWords:
    """Train objectives under the same conditions and say which is better, and whether it is stable."""


def compare_type(words: Sequence[str]) -> Any:
    """The type of `scenetrain compare` for tyro: with the defaults of its words where it is the command.

    Raises RequestError for options that the objectives decide.
    """
    if not words or words[0] != "compare":
        return Annotated[CompareWords, tyro.conf.subcommand("compare", description=Compare.__doc__)]
    for name in ("--unit-length", "--no-unit-length"):
        if name in words:
            raise RequestError(f"{name}: each objective has its own way in a comparison; leave it out")
    named = words[1:] if option(words, "--preset") else [*words[1:], "--preset", PRESET]
    base = default_settings(named)
    shared: dict[str, Any] = {name: getattr(base, name) for name in _SHARED}
    shared["steps"] = base.steps or tyro.MISSING
    default = Compare(tyro.MISSING, tyro.MISSING, **shared)
    return Annotated[Compare[views_type(base)], tyro.conf.subcommand("compare", default=default)]


_SHARED = ("batch", "steps", "precision", "pixels", "model", "data", "optimizer", "views")
"""Fields of a run's settings that all runs have in common."""


def compare(command: Compare[Any]) -> int:
    """`scenetrain compare`."""
    check_ranges(command)
    factors = lr_factors_of(command.lr_factors)
    require(command.processes is None or command.processes >= 1, f"--processes {command.processes}: must be 1 or more")
    from scenegen.signals import terminated_as_interrupted
    from training.comparison import sweep
    from training.comparison.contestant import contestants
    from training.comparison.outcome import show_outcome
    from training.comparison.trial import plan

    chosen = contestants(command.objectives)
    setup, console = _setup(command), terminal()
    trials = plan([each.name for each in chosen], factors, command.seeds)
    processes = command.processes or (1 if setup.device == "cuda" else os.cpu_count() or 1)

    def report(row: "Row", done: int, of: int) -> None:
        console.print(f"{done} of {of}: {row.trial.title}: {_found(row)}", soft_wrap=True, markup=False)

    with terminated_as_interrupted():
        rows, references = sweep.run_missing(setup, chosen, trials, processes, report)
    made = show_outcome(setup, rows, references, console)
    names = ", ".join(path.name for path in made)
    console.print(f"{command.out} holds {sweep.ROWS} and {names}", soft_wrap=True, markup=False)
    return 0


def _found(row: "Row") -> str:
    if row.diverged:
        return f"diverged at step {row.diverged_step}"
    found = f"PCK@5 {100 * row.metrics['pck@5']:.1f} %, {row.s_per_step:.2f} s per step"
    return f"{found}, collapsed" if row.collapsed else found


def _setup(command: Compare[Any]) -> "Setup":
    """What all runs have in common. Raises ShardError and DataError as the folders make it."""
    from training.comparison.setup import Setup
    from training.data.corpus import corpus
    from training.data.pairs import require_split
    from training.devices import choose_device
    from training.evaluation.benchmarks.shards import SPLIT
    from training.evaluation.provenance import inputs_sha256
    from training.evaluation.run import EvaluationSettings

    require_split(command.shards, SPLIT)
    window = command.data.crop if command.window is None else command.window
    base = _base(command)
    return Setup(
        base=base,
        evaluation=EvaluationSettings(command.pairs, command.queries, window, pictures=0),
        every=command.every,
        data=command.images or command.shards,
        held_out=command.shards,
        out=command.out,
        device=choose_device(command.device).type,
        train_sha256=corpus(command.images or command.shards, base).digest("train"),
        val_sha256=inputs_sha256(command.shards, SPLIT),
    )


def _base(command: Compare[Any]) -> AnySettings:
    """The settings of all runs, without an objective."""
    shared: dict[str, Any] = {name: getattr(command, name) for name in _SHARED}
    return FitSettings(objective="", loss=None, **shared)


def lr_factors_of(text: str) -> tuple[float, ...]:
    """Different factors from `1,3`, to the six digits that folders and tables name them by. Raises RequestError."""
    found = tuple(dict.fromkeys(float(f"{factor:g}") for factor in floats(text)))
    good = bool(found) and all(0 < factor < 1e6 for factor in found)
    require(good, f"--lr-factors {text}: give positive numbers, with commas between")
    return found
