"""Weights of tiny networks, as a run leaves them."""

from dataclasses import replace
from pathlib import Path

from networks import shaken
from training_world import TINY_MODEL, tiny

from training.running.checkpoint import Checkpoint, save
from training.settings import ModelSettings
from training.weights.weights import Weights, weights_of


def checkpoint(model: ModelSettings = TINY_MODEL, **changes) -> Checkpoint:
    """A finished run of a network whose every weight matters."""
    settings = replace(tiny(**changes), model=model)
    return Checkpoint(settings, 6, 6, "abc", dict(shaken(model).state_dict()), {}, {})


def weights(**changes) -> Weights:
    """The weights of such a run."""
    return weights_of(checkpoint(**changes))


def run_folder(folder: Path, model: ModelSettings = TINY_MODEL, **changes) -> Path:
    """The folder of such a run."""
    folder.mkdir()
    save(folder / "checkpoint.pt", checkpoint(model, **changes))
    return folder
