"""From a preset and the options of the command line to the settings of a run."""

import math
from dataclasses import replace
from typing import Any

from training.cli.commands import Fit
from training.errors import RequestError
from training.presets import preset
from training.settings import OF_DIRECTIONS, FitSettings

PLACES = {
    "objective": "objective.name",
    "p": "objective.p",
    "lam": "objective.lam",
    "positives": "objective.positives",
    "points": "objective.points",
    "partners": "objective.partners",
    "sampling": "objective.sampling",
    "typed_negatives": "objective.typed_negatives",
    "batch": "batch",
    "crop": "data.crop",
    "min_matches": "data.min_matches",
    "workers": "data.workers",
    "epochs": "epochs",
    "steps": "steps",
    "seed": "seed",
    "weight_decay": "optimizer.weight_decay",
    "clip_norm": "optimizer.clip_norm",
    "clip_value": "optimizer.clip_value",
    "norm": "model.norm",
    "initial": "model.initial",
    "unit_length": "model.unit_length",
    "channels": "model.descriptor_channels",
    "precision": "precision",
}
"""Where each option stands in the settings."""

RANGES: dict[str, tuple[float, float, str]] = {
    "lam": (0, 1, "must be in [0, 1]"),
    "positives": (0, 1, "must be between 0 and 1"),
    "points": (0, math.inf, "must be 0 (no limit) or more"),
    "partners": (1, math.inf, "must be 1 or more"),
    "typed_negatives": (0, 1, "must be in [0, 1]"),
    "batch": (1, math.inf, "must be 1 or more"),
    "crop": (0, math.inf, "must be 0 (the whole picture) or more"),
    "min_matches": (0, math.inf, "must be 0 or more"),
    "workers": (0, math.inf, "must be 0 or more"),
    "epochs": (1, math.inf, "must be 1 or more"),
    "steps": (1, math.inf, "must be 1 or more"),
    "seed": (0, math.inf, "must be 0 or more"),
    "lr": (1e-12, 1e3, "must be a positive number, as in 1e-3"),
    "weight_decay": (0, 1e3, "must be 0 or more"),
    "clip_norm": (0, math.inf, "must be 0 (no clipping) or more"),
    "clip_value": (0, math.inf, "must be 0 (no clipping) or more"),
    "channels": (1, 4096, "must be 1 to 4096"),
    "checkpoint_every": (0, math.inf, "must be 0 (the program chooses) or more"),
    "validate_every": (0, math.inf, "must be 0 (the program chooses) or more"),
    "validation_pairs": (0, math.inf, "must be 0 (the program chooses) or more"),
    "health_every": (0, math.inf, "must be 0 (the program chooses) or more"),
}
"""Smallest and largest value of each number."""


def settings_of(command: Fit) -> FitSettings:
    """The preset with the given options in their places. Raises RequestError that names the option."""
    check_ranges(command)
    if command.epochs is not None and command.steps is not None:
        raise RequestError("--epochs and --steps: give one of them")
    settings = preset(command.preset)
    if command.epochs is not None:
        settings = replace(settings, steps=0)  # a preset may count steps
    if command.objective is not None:
        settings = put(settings, "model.unit_length", command.objective in OF_DIRECTIONS)
    for option, place in PLACES.items():
        value = getattr(command, option)
        if value is not None:
            settings = put(settings, place, value)
    return settings if command.lr is None else _with_rate(settings, command.lr)


def check_ranges(command: Any) -> None:
    """Raise RequestError for a number outside of its range."""
    for option, (low, high, advice) in RANGES.items():
        value = getattr(command, option)
        if value is not None and not low <= value <= high:
            raise RequestError(f"--{option.replace('_', '-')} {value:g}: {advice}")


def put(settings: Any, place: str, value: Any) -> Any:
    """Frozen dataclasses with the value at a dotted place changed."""
    name, _, rest = place.partition(".")
    return replace(settings, **{name: put(getattr(settings, name), rest, value) if rest else value})


def _with_rate(settings: FitSettings, peak: float) -> FitSettings:
    """Another peak rate; the ends keep their ratio to it."""
    old = settings.optimizer
    ratio = peak / old.peak_lr
    rates = {"peak_lr": peak, "start_lr": old.start_lr * ratio, "end_lr": old.end_lr * ratio}
    return replace(settings, optimizer=replace(old, **rates))
