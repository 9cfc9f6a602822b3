"""A run that is about to begin or to go on: all that can be refused is refused here, before a file is written."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path

import torch
from torch.optim import AdamW

from scenegen.shards import ShardSet
from training import run_folder
from training.checkpoint import NAME, Checkpoint, load_weights
from training.data.batch import PairBatch
from training.data.loader import PairData, batches_per_epoch, content_digest, open_pairs, train_batches
from training.devices import describe_device
from training.distributed import World
from training.errors import RequestError
from training.loop import make_optimizer
from training.models.unet import UNet, build_model
from training.objectives.objective import Objective
from training.objectives.zoo import build_objective
from training.settings import FitSettings


@dataclass(frozen=True)
class Every:
    """How often a run is looked at, in steps; 0: 20 times in a run (health: 40). Nothing computed depends on it."""

    checkpoint: int = 0
    """Steps between checkpoints; one is always written at the end."""
    validation: int = 0
    """Steps between validations."""
    health: int = 0
    """Steps between checks of the representation's health."""
    validation_pairs: int = 0
    """Pairs of a validation; 0: four batches."""

    def resolved(self, settings: FitSettings, steps: int) -> "Every":
        """The same with numbers for zeros. Raises RequestError for negative ones."""
        for name, value in asdict(self).items():
            if value < 0:
                raise RequestError(f"{name} {value}: must be 0 (the program chooses) or more")
        twentieth, fortieth = max(steps // 20, 1), max(steps // 40, 1)
        return Every(
            self.checkpoint or twentieth,
            self.validation or twentieth,
            self.health or fortieth,
            self.validation_pairs or 4 * settings.batch,
        )


@dataclass(frozen=True)
class Job:
    """All parts of a run, ready to go."""

    settings: FitSettings
    """What is computed."""
    out: Path
    """The run folder."""
    device: torch.device
    """Where it is computed."""
    world: World
    """Among which processes."""
    data: PairData
    """Training pairs."""
    validation: PairData | None
    """Validation pairs, if the shards have any."""
    data_sha256: str
    """Digest of the training shards."""
    model: UNet
    """The network, at the weights of step `start`."""
    optimizer: AdamW
    """The optimiser, in the state of step `start`."""
    objective: Objective
    """What is minimised."""
    start: int
    """Steps done before."""
    steps: int
    """Steps of the whole run."""
    every: Every
    """How often to look, without zeros."""

    def batches(self) -> Iterator[PairBatch]:
        """The share of this process in the batches of all steps that are left, epoch after epoch."""
        return islice(self._endless(), self.steps - self.start)

    def _endless(self) -> Iterator[PairBatch]:
        settings, world = self.settings, self.world
        first, skip = divmod(self.start, batches_per_epoch(len(self.data), settings.batch))
        for epoch in count(first):
            yield from train_batches(self.data, settings.batch, epoch, settings.seed, skip, world.rank, world.size)
            skip = 0

    def checkpoint(self, step: int) -> Checkpoint:
        """The run as it stands after `step`."""
        weights = {name: value.detach().cpu().clone() for name, value in self.model.state_dict().items()}
        return Checkpoint(self.settings, step, self.steps, self.data_sha256, weights, self.optimizer.state_dict())

    def facts(self) -> dict[str, str | int]:
        """What a table of results must say about the run besides its settings."""
        return {
            "data_sha256": self.data_sha256,
            "train_pairs": len(self.data),
            "val_pairs": len(self.validation) if self.validation is not None else 0,
            "steps": self.steps,
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "device": describe_device(self.device),
            "processes": self.world.size,
            "torch": torch.__version__,
        }


def open_job(
    settings: FitSettings, shards: Path, out: Path, device: torch.device, world: World, resume: bool, every: Every
) -> Job:
    """Open the data, the network and the last checkpoint. Raises TrainingError and ShardError; writes nothing."""
    data = open_pairs(shards, "train", settings.data, settings.seed)
    steps = run_length(settings, len(data))
    digest = content_digest(shards, "train")
    previous = run_folder.previous(out, settings, digest) if resume else None
    model, optimizer = _network(settings, device, previous, out)
    return Job(
        settings=settings,
        out=out,
        device=device,
        world=world,
        data=data,
        validation=open_pairs(shards, "val", settings.data, settings.seed) if has_split(shards, "val") else None,
        data_sha256=digest,
        model=model,
        optimizer=optimizer,
        objective=build_objective(settings.objective),
        start=0 if previous is None else previous.step,
        steps=steps,
        every=every.resolved(settings, steps),
    )


def run_length(settings: FitSettings, pairs: int) -> int:
    """Steps of a run on `pairs` training pairs. Raises DataError (not one whole batch) and RequestError (no step)."""
    for name, value in (("batch", settings.batch - 1), ("epochs", settings.epochs), ("steps", settings.steps)):
        if value < 0:
            raise RequestError(f"--{name} {getattr(settings, name)}: is too small")
    steps = settings.steps or settings.epochs * batches_per_epoch(pairs, settings.batch)
    if steps < 1:
        raise RequestError("--epochs 0 without --steps: a run needs at least one step")
    batches_per_epoch(pairs, settings.batch)
    return steps


def has_split(shards: Path, split: str) -> bool:
    """Whether a folder has shards of a split."""
    return split in {entry.split for entry in ShardSet(shards).entries}


def _network(settings: FitSettings, device: torch.device, previous: Checkpoint | None, out: Path) -> tuple[UNet, AdamW]:
    """The network and its optimiser, new or as the checkpoint has them."""
    model = build_model(settings.model, settings.seed)
    if previous is not None:
        load_weights(model, previous.model, out / NAME)
    model = model.to(device)
    optimizer = make_optimizer(model, settings.optimizer)
    if previous is not None:
        optimizer.load_state_dict(previous.optimizer)
    return model, optimizer
