"""Training a backbone on two views of unlabelled pictures, and choosing its best validated state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from typing import Any

import torch
from torch import Tensor, nn

from scenegen.evenly import from_first
from training.experiments.colored_mnist.arithmetic import Arithmetic, compile_mode
from training.experiments.colored_mnist.domains import Split
from training.experiments.colored_mnist.pictures import PictureSource
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.trial import MnistTrial
from training.experiments.colored_mnist.views import two_views
from training.models.unet import build_model
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.stable import StableSettings, best_within, total
from training.running.loop import make_optimizer, set_rate
from training.seeding import Stream, torch_generator, torch_seed

Objective = Callable[[Tensor, Tensor, PixelPairs], dict[str, Tensor]]
"""Features (B, D, H, W) of both views and their matches to values per pair (B,), `total` among them."""
Describe = Callable[[Tensor], Tensor]
"""Pictures (B, 3, 32, 32) to descriptors (B, D, 32, 32)."""
PHASE = 0
"""First entry of the keys of this training's generators."""
VALIDATION = 1 << 40
"""Step in the keys of the validation's generators, which no training reaches."""
VALIDATION_BATCH = 256
LOGGED = 200
"""Points of the loss curve that are kept."""


@dataclass
class Curve:
    """Losses of a training."""

    train: list[tuple[int, float]] = field(default_factory=list)
    """(steps done, loss of that step)."""
    validation: list[tuple[int, float]] = field(default_factory=list)
    """(steps done, mean loss of the validation images)."""


@dataclass(frozen=True)
class TrainedBackbone:
    """A backbone at its best validated step."""

    model: nn.Module
    validation_loss: float
    curve: Curve


@dataclass
class Progress:
    """What is kept of a training while it goes on."""

    best: Any
    """Weights of the best validation so far, in the trainer's own form; the initial ones before the first."""
    loss: float = float("inf")
    """Loss of that validation."""
    curve: Curve = field(default_factory=Curve)

    def validated(self, done: int, loss: float, weights: Callable[[], Any]) -> None:
        """Note a validation after `done` steps; the weights are asked for where it is the best one."""
        self.curve.validation.append((done, loss))
        if loss < self.loss:
            self.loss, self.best = loss, weights()


def train_backbone(
    source: PictureSource,
    split: Split,
    trial: MnistTrial,
    settings: MnistSettings,
    device: torch.device,
    compiled: bool = False,
) -> TrainedBackbone:
    """Train a backbone from the initial weights of the trial's seed; the best validated weights are kept.

    `compiled`: training steps go through torch.compile, with CUDA graphs on a GPU.
    """
    model = build_model(settings.model, trial.seed).to(device)
    describe: Describe = torch.compile(model, mode=compile_mode(device)) if compiled else model
    objective, progress = make_objective(trial, settings), Progress(_copy(model))
    for done, loss in enumerate(
        training_steps(model, describe, objective, source, split.train, trial.seed, settings), 1
    ):
        if logs(done, settings):
            progress.curve.train.append((done, loss.item()))
        if validates(done, settings):
            loss_now = _validate(model, objective, source, split.validation, settings)
            progress.validated(done, loss_now, lambda: _copy(model))
    model.load_state_dict(progress.best)
    return TrainedBackbone(model.eval(), progress.loss, progress.curve)


def logs(done: int, settings: MnistSettings) -> bool:
    """Whether the loss of a step is kept."""
    steps = settings.backbone.steps
    return done % max(steps // LOGGED, 1) == 0 or done == steps


def validates(done: int, settings: MnistSettings) -> bool:
    """Whether the backbone is validated after a step."""
    steps = settings.backbone.steps
    return done % max(steps // max(settings.validations, 1), 1) == 0 or done == steps


def make_objective(trial: MnistTrial, settings: MnistSettings) -> Objective:
    """The loss of a trial."""
    stable = StableSettings(trial.norm, trial.lam, settings.partners, settings.scale)
    return partial(total, settings=stable, within=best_within("nearest"))


@torch.no_grad()
def _validate(
    model: nn.Module, objective: Objective, source: PictureSource, images: Tensor, settings: MnistSettings
) -> float:
    """Mean loss over images, in the same views every time; whole batches only, as the between term depends on size."""
    model.eval()
    losses = [
        loss_of(model(pictures), objective, matches) for pictures, matches in validation_views(source, images, settings)
    ]
    return torch.stack(losses).mean().item()


def validation_views(
    source: PictureSource, images: Tensor, settings: MnistSettings
) -> Iterator[tuple[Tensor, PixelPairs]]:
    """The views that every validation looks at."""
    shown = images[from_first(len(images), settings.evaluated)].to(source.mnist.images.device)
    for k, index in enumerate(shown.split(VALIDATION_BATCH)):
        if k and len(index) < VALIDATION_BATCH:
            break
        yield views_of(source, index, settings, 0, VALIDATION + k)


def training_steps(
    model: nn.Module,
    describe: Describe,
    objective: Objective,
    source: PictureSource,
    images: Tensor,
    seed: int,
    settings: MnistSettings,
) -> Iterator[Tensor]:
    """Train step by step; yields the loss of each, on its device."""
    device, phase = source.mnist.images.device, settings.backbone
    optimizer = make_optimizer(model, phase.optimizer, fused=device.type == "cuda")
    arithmetic = Arithmetic(device, settings.precision)
    batches = image_batches(images.to(device), phase.batch, seed, PHASE)
    for step, index in enumerate(islice(batches, phase.steps)):
        set_rate(optimizer, step, phase.steps, phase.optimizer)
        torch.manual_seed(torch_seed(seed, Stream.DROPOUT, PHASE, step))
        pictures, matches = views_of(source, index, settings, seed, step)
        model.train()
        with arithmetic.reduced():
            loss = loss_of(describe(pictures), objective, matches)
        arithmetic.descend(loss, optimizer, phase.optimizer)
        yield loss.detach()


def image_batches(images: Tensor, batch: int, seed: int, phase: int) -> Iterator[Tensor]:
    """The images (B,) of each step, without end: each epoch in an order of its own, its incomplete batch left out."""
    for epoch in count():
        generator = torch_generator(images.device, seed, Stream.ORDER, phase, epoch)
        order = torch.randperm(len(images), generator=generator, device=images.device)
        for place in range(max(len(images) // batch, 1)):
            yield images[order[place * batch : (place + 1) * batch]]


def views_of(
    source: PictureSource, index: Tensor, settings: MnistSettings, seed: int, step: int
) -> tuple[Tensor, PixelPairs]:
    """Both views (2B, 3, 32, 32), first the one then the other, of images `index` (B,) in a step, and their matches."""
    device = index.device
    pictures, _ = source.take(index, torch_generator(device, seed, Stream.PICTURES, PHASE, step))
    first, second, matches = two_views(
        pictures, settings.view, torch_generator(device, seed, Stream.VIEWS, PHASE, step)
    )
    return torch.cat([first, second]), matches


def loss_of(features: Tensor, objective: Objective, matches: PixelPairs) -> Tensor:
    """0-d mean loss of the descriptors (2B, D, 32, 32) of both views."""
    features0, features1 = features.chunk(2)
    return objective(features0, features1, matches)["total"].mean()


def _copy(model: nn.Module) -> dict[str, Tensor]:
    """The weights, as they are now."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
