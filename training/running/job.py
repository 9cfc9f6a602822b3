"""A run that is about to begin or to go on: all that can be refused is refused here, before a file is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import torch
from torch.optim import AdamW

from training.data.batch import PairBatch
from training.data.corpus import corpus
from training.data.loader import batches_per_epoch, train_batches
from training.data.source import PairSource
from training.data.surfaces import Surfaces
from training.devices import describe_device
from training.objectives.objective import Scale
from training.objectives.registry import kind
from training.ranges import check_ranges
from training.running import run_folder
from training.running.checkpoint import NAME, Checkpoint, load_weights, on_cpu
from training.running.distributed import World
from training.running.loop import make_optimizer
from training.running.places import place_dropout
from training.running.trainee import Trainee, build_trainee
from training.settings import AnySettings, Every
from training.weights.trained import find_weights


@dataclass(frozen=True)
class TrainingRun:
    """All parts of a run, ready to go."""

    settings: AnySettings
    """What is computed."""
    out: Path
    """The run folder."""
    device: torch.device
    """Where it is computed."""
    world: World
    """Among which processes."""
    data: PairSource
    """Training pairs."""
    validation: PairSource | None
    """Validation pairs, if there are any."""
    data_sha256: str
    """Digest of the training data."""
    shown: Surfaces | None
    """Rooms and objects of the training data, where they are known."""
    trainee: Trainee
    """The network and its objective, at the weights of step `start`."""
    optimizer: AdamW
    """The optimiser, in the state of step `start`."""
    start: int
    """Steps done before."""
    steps: int
    """Steps of the whole run."""
    every: Every
    """How often to look, without zeros."""
    least_pairs: int
    """Pairs that the objective needs in a batch."""
    scale: Scale
    """What the objective's optimum looks like."""

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
        network, objective = (on_cpu(part) for part in (self.trainee.network, self.trainee.objective))
        state = self.optimizer.state_dict()
        return Checkpoint(self.settings, step, self.steps, self.data_sha256, network, objective, state)

    def facts(self) -> dict[str, str | int]:
        """What a table of results must say about the run besides its settings."""
        return {
            "data_sha256": self.data_sha256,
            "train_pairs": len(self.data),
            "val_pairs": len(self.validation) if self.validation is not None else 0,
            "steps": self.steps,
            "parameters": sum(p.numel() for p in self.trainee.network.parameters()),
            "device": describe_device(self.device),
            "processes": self.world.size,
            "torch": torch.__version__,
        }


def open_job(
    settings: AnySettings, folder: Path, out: Path, device: torch.device, world: World, resume: bool, every: Every
) -> TrainingRun:
    """Open the data, the network and the last checkpoint. Raises TrainingError and ShardError; writes nothing."""
    check_ranges(settings)
    check_ranges(every)
    objective = kind(settings.objective)
    source, dense = corpus(folder, settings), settings.pixels.dense or objective.dense(settings.loss)
    data = source.open("train", dense)
    steps = run_length(settings, len(data))
    digest = source.digest("train")
    previous = run_folder.previous(out, settings, digest) if resume else None
    trainee, optimizer = _trainee(settings, device, world, previous, out)
    return TrainingRun(
        settings=settings,
        out=out,
        device=device,
        world=world,
        data=data,
        validation=source.open("val", dense) if "val" in source.splits() else None,
        data_sha256=digest,
        shown=source.surfaces("train") if world.first else None,
        trainee=trainee,
        optimizer=optimizer,
        least_pairs=objective.pairs(settings.loss),
        scale=objective.scale(settings.loss),
        start=0 if previous is None else previous.step,
        steps=steps,
        every=every.resolved(settings.batch, steps),
    )


def run_length(settings: AnySettings, pairs: int) -> int:
    """Steps of a run on `pairs` training pairs. Raises DataError where they are not one whole batch."""
    per_epoch = batches_per_epoch(pairs, settings.batch)
    return settings.steps or settings.epochs * per_epoch


def begun(settings: AnySettings) -> Trainee:
    """What a new run begins with, on the CPU: new weights, or a network that is trained already, its objective new.

    Raises CheckpointError where `init_from` names none or another architecture.
    """
    trainee = build_trainee(settings)
    if settings.init_from:
        found = find_weights(Path(settings.init_from))
        load_weights(trainee.network, found.weights.tensors, found.file)
    return trainee


def restored(checkpoint: Checkpoint, where: Path) -> Trainee:
    """The network with its objective as the checkpoint of the file `where` has them, on the CPU.

    Raises CheckpointError where it holds another architecture.
    """
    trainee = build_trainee(checkpoint.settings)
    load_weights(trainee.network, checkpoint.model, where)
    load_weights(trainee.objective, checkpoint.objective, where)
    return trainee


def _trainee(
    settings: AnySettings, device: torch.device, world: World, previous: Checkpoint | None, out: Path
) -> tuple[Trainee, AdamW]:
    """The network, its objective and their optimiser, new or as the checkpoint has them."""
    trainee = (begun(settings) if previous is None else restored(previous, out / NAME)).to(device)
    place_dropout(trainee, world.places)
    optimizer = make_optimizer(trainee, settings.optimizer)
    if previous is not None:
        optimizer.load_state_dict(previous.optimizer)
    return trainee, optimizer
