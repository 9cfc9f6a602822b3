"""A trained network before it is built: its weights, how to build and use it, and where it comes from."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from torch import Tensor

from training.objectives.registry import distance_of
from training.running.checkpoint import Checkpoint
from training.settings import Distance, ModelSettings


@dataclass(frozen=True)
class About:
    """What stands beside the weights: how to build the network, how to use it, and where it comes from."""

    network: ModelSettings
    """The network."""
    distance: Distance
    """How its descriptors are compared, unless told otherwise."""
    objective: str
    """Name of the objective that it was trained by."""
    seed: int
    """Root of every random decision of the run, its initial weights among them."""
    step: int
    """Steps done."""
    steps: int
    """Steps of the whole run."""
    data_sha256: str
    """Digest of what it was trained on."""
    settings: str
    """All settings of the run, as JSON."""


@dataclass(frozen=True)
class Weights:
    """A trained network that is not built yet."""

    about: About
    """What it is."""
    tensors: Mapping[str, Tensor]
    """Weights by name, on the CPU."""


def weights_of(checkpoint: Checkpoint) -> Weights:
    """The network of a checkpoint, without what only training needs."""
    settings = checkpoint.settings
    about = About(
        network=settings.model,
        distance=distance_of(settings),
        objective=settings.objective,
        seed=settings.seed,
        step=checkpoint.step,
        steps=checkpoint.steps,
        data_sha256=checkpoint.data_sha256,
        settings=json.dumps(asdict(settings), sort_keys=True),
    )
    return Weights(about, checkpoint.model)
