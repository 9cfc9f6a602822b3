"""Checkpoints: one file with the weights, the optimiser's state, the step and the settings, and nothing that runs.

A file is written beside its name, synced, and renamed: a kill at any moment leaves the old one or the new one. It is
read by `torch.load(weights_only=True)`, so a checkpoint from a stranger cannot execute code. All random decisions are
functions of the seed and the step (`training.seeding`), hence a run needs no random states to go on exactly.
"""

import io
import json
import os
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.coding import SettingsMismatch, decode
from training.data.image_settings import ImageSettings
from training.data.transforms.registry import entry
from training.errors import CheckpointError, RequestError
from training.files.atomic import whole
from training.objectives.registry import kind
from training.settings import AnySettings, FitSettings

NAME = "checkpoint.pt"
"""Name of the checkpoint in a run folder."""
FORMAT = "scenetrain-checkpoint"
VERSION = 2


@dataclass(frozen=True)
class Checkpoint:
    """All that a run needs to go on, or a network to be used."""

    settings: AnySettings
    """Settings of the run."""
    step: int
    """Steps done."""
    steps: int
    """Steps of the whole run."""
    data_sha256: str
    """Digest of the training shards: a run goes on with the data that it began with."""
    model: dict[str, Tensor]
    """Weights of the network by name, on the CPU."""
    objective: dict[str, Tensor]
    """Weights that the objective owns, by name; empty for most."""
    optimizer: dict[str, Any]
    """State of AdamW."""


_CONTENT = ("step", "steps", "data_sha256", "model", "objective", "optimizer")


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint so that a kill leaves the old file or the new one. Raises CheckpointError."""
    head = {"format": FORMAT, "version": VERSION, "settings": json.dumps(asdict(checkpoint.settings))}
    content = io.BytesIO()  # torch.save into a file on a full disk hides the system's error under one of its own
    torch.save(head | {name: getattr(checkpoint, name) for name in _CONTENT}, content)
    try:
        with whole(path) as draft, draft.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be written ({error.strerror}); free space or change --out") from None


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where folders can be opened (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU. Raises CheckpointError when it is missing, damaged or not ours."""
    content = _read(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path}: is no checkpoint of scenetrain; give the folder of a `scenetrain fit` run")
    if content.get("version") != VERSION:
        raise CheckpointError(
            f"{path}: has format version {content.get('version')}, this program reads {VERSION}; "
            "update scenetrain, or train it anew"
        )
    try:
        settings = read_settings(content["settings"])
        return Checkpoint(settings, **{name: content[name] for name in _CONTENT})
    except (SettingsMismatch, RequestError) as error:
        raise CheckpointError(f"{path}: its settings are not those of this program ({error}); train it anew") from None
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: is incomplete ({type(error).__name__} {error}); train it anew") from None


def _read(path: Path) -> Any:
    """The content of a file of torch.save, after its checksums were compared."""
    if not path.is_file():
        raise CheckpointError(f"{path}: does not exist; train with scenetrain fit --shards DIR --out {path.parent}")
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is None:
            return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        damaged = (str(error).strip() or type(error).__name__).splitlines()[0]
    raise CheckpointError(f"{path}: is damaged or no checkpoint ({damaged}); train it anew or bring back a copy")


def load_weights(model: nn.Module, weights: Mapping[str, Tensor], where: Path) -> None:
    """Put weights into a network. Raises CheckpointError that names the first differences of the architectures."""
    if differences := _differences(dict(model.state_dict()), dict(weights)):
        shown = "; ".join(differences[:3]) + (f"; and {len(differences) - 3} more" if len(differences) > 3 else "")
        raise CheckpointError(f"{where}: holds another architecture ({shown}); use the settings it was trained with")
    model.load_state_dict(weights)


def _differences(mine: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> list[str]:
    """What differs between two sets of weights, in words."""
    missing = [f"{name} is missing" for name in mine if name not in theirs]
    extra = [f"{name} is unknown" for name in theirs if name not in mine]
    shapes = [
        f"{name} is {tuple(theirs[name].shape)}, the network has {tuple(mine[name].shape)}"
        for name in mine
        if name in theirs and theirs[name].shape != mine[name].shape
    ]
    return shapes + missing + extra


def read_settings(text: str) -> AnySettings:
    """The settings of a run from their JSON: the objective's name says which options are its own.

    Raises SettingsMismatch for entries that are not those of this program, RequestError for an unknown objective.
    """
    values = json.loads(text)
    name = values.get("objective") if isinstance(values, dict) else None
    if not isinstance(name, str):
        raise SettingsMismatch("objective is missing")
    return decode(FitSettings[kind(name).settings, _views(values.get("views"))], values)


def _views(values: Any) -> Any:
    """The type of a run's `views`: nothing for pairs of shards, else the settings of the transform that is named."""
    return None if values is None else ImageSettings[entry(str(dict(values).get("transform"))).ranges]


def on_cpu(module: nn.Module) -> dict[str, Tensor]:
    """Copies of a module's weights by name, on the CPU."""
    return {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}
