"""Runs from the first step to their rows: trained, measured on held-out pairs, and what their logs say about them."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from math import nan
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from scenegen.shards import ShardSet
from training.comparison.contestant import Contestant
from training.comparison.setup import Setup
from training.comparison.trial import Reference, Row, Trial
from training.devices import choose_device, describe_device
from training.errors import DivergenceError
from training.evaluation.benchmarks.shards import SPLIT, HeldOutPairs
from training.evaluation.contender import Dense
from training.evaluation.metrics import point
from training.evaluation.run import baselines, kept_predictions
from training.models.describe import NetworkDescriptor
from training.running.fit import fit
from training.running.health import check
from training.running.logs import HEALTH, PACE, VALIDATION, read_lines
from training.running.watch import read_healths
from training.weights.trained import open_trained

_CPUS = Path("/proc/cpuinfo")
REFERENCES = "references"
"""Folder of what the references predict."""


@dataclass(frozen=True)
class Run:
    """A run that is to be made."""

    setup: Setup
    contestant: Contestant
    trial: Trial


def make_row(run: Run) -> Row | None:
    """Train a run, or go on with it, and measure it; None when it was asked to stop. A divergence is a row as well."""
    setup, folder = run.setup, run.setup.folder(run.trial)
    settings = run.contestant.settings(setup.base, run.trial.lr_factor, run.trial.seed)
    try:
        outcome = fit(settings, setup.data, folder, setup.device, every=setup.every, console=Console(quiet=True))
        if not outcome.finished:
            return None
        return described(run, 0, _measured(setup, folder))
    except DivergenceError as error:
        return described(run, error.step or settings.steps, {})


def make_reference(setup: Setup, number: int) -> Reference:
    """Measure one of the descriptors without training."""
    untaught = baselines(setup.base.model, setup.base.seed, setup.device)
    contender = Dense(untaught[number], "l2", choose_device(setup.device))
    return Reference(contender.name, _metrics(setup, contender, setup.out / REFERENCES, ""))


def _measured(setup: Setup, folder: Path) -> dict[str, float]:
    """The metrics of a finished run, its descriptors compared as its objective does."""
    device = choose_device(setup.device)
    trained = open_trained(folder, device)
    contender = Dense(NetworkDescriptor("trained", trained.network), trained.about.distance, device)
    return _metrics(setup, contender, folder / "eval", trained.sha256)


def _metrics(setup: Setup, contender: Dense, out: Path, weights: str) -> dict[str, float]:
    """All matching metrics on the held-out pairs; the answers are kept in `out`."""
    return point(
        kept_predictions(contender, measured_on(setup), weights, setup.val_sha256, out, setup.evaluation).answers
    )


def measured_on(setup: Setup) -> HeldOutPairs:
    """The held-out pairs of the metrics: as many as are wanted, or all where there are fewer."""
    settings, shards = setup.evaluation, ShardSet(setup.held_out, split=SPLIT, layers=())
    return HeldOutPairs(shards, settings.queries, settings.seed, settings.window, settings.pairs)


def described(run: Run, diverged_step: int, metrics: dict[str, float]) -> Row:
    """The row of a run whose folder is there."""
    folder, device = run.setup.folder(run.trial), choose_device(run.setup.device)
    losses, terms = _validation(read_lines(folder / VALIDATION))
    pace: dict[str, Any] = (read_lines(folder / PACE) or [{}])[-1]
    steps, price = pace.get("step", 0), pace.get("wall_s" if device.type == "cuda" else "cpu_s", nan)
    return Row(
        objective=run.trial.contestant,
        lr_factor=run.trial.lr_factor,
        seed=run.trial.seed,
        steps=steps,
        diverged_step=diverged_step,
        collapsed=not diverged_step and check(read_healths(folder)) is not None,
        alarms=sum(record["alarm"] is not None for record in read_lines(folder / HEALTH)),
        val_loss=losses[-1] if losses else nan,
        best_val_loss=min(losses, default=nan),
        terms=terms,
        cpu_s=pace.get("cpu_s", nan),
        wall_s=pace.get("wall_s", nan),
        s_per_step=price / steps if steps else nan,
        peak_mib=pace.get("peak_mib", nan),
        data_sha256=run.setup.train_sha256,
        device=_machine(device),
        torch=torch.__version__,
        version=_version(),
        metrics=metrics,
    )


def _validation(records: list[dict[str, Any]]) -> tuple[list[float], str]:
    """The validation losses that are numbers, and the other values of the last record."""
    losses = [record["total"] for record in records if record["total"] is not None]
    last = records[-1] if records else {}
    terms = (
        f"{name}={value:.6g}" for name, value in last.items() if name not in ("step", "total") and value is not None
    )
    return losses, " ".join(terms)


def _machine(device: torch.device) -> str:
    """The device, and on a CPU which one it is where Linux tells."""
    words = describe_device(device)
    if device.type == "cuda" or not _CPUS.is_file():
        return words
    lines = _CPUS.read_text(encoding="utf-8", errors="replace").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{words}, {model}" if model else words


def _version() -> str:
    try:
        return version("scenegen")
    except PackageNotFoundError:  # run from a folder of sources
        return "unknown"
