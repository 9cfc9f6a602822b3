"""Training a backbone on two views of unlabelled pictures, and choosing its best validated state."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, islice

import torch
from torch import Tensor, nn

from training.experiments.colored_mnist.arithmetic import Arithmetic
from training.experiments.colored_mnist.domains import Split, spread
from training.experiments.colored_mnist.pictures import PictureSource
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.trial import Trial
from training.experiments.colored_mnist.views import two_views
from training.loop import make_optimizer, set_rate
from training.models.unet import build_model
from training.objectives.objective import Objective
from training.objectives.zoo import build_objective
from training.seeding import Stream, torch_generator, torch_seed
from training.settings import ObjectiveSettings

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
class Trained:
    """A backbone at its best validated step."""

    model: nn.Module
    validation_loss: float
    curve: Curve


def train_backbone(
    source: PictureSource, split: Split, trial: Trial, settings: MnistSettings, device: torch.device
) -> Trained:
    """Train a backbone from the initial weights of the trial's seed; the best validated weights are kept."""
    model = build_model(settings.model, trial.seed).to(device)
    objective = make_objective(trial, settings)
    curve, best = Curve(), (float("inf"), _copy(model))
    steps, log_every = settings.backbone.steps, max(settings.backbone.steps // LOGGED, 1)
    validate_every = max(steps // max(settings.validations, 1), 1)
    for done, loss in enumerate(_steps(model, objective, source, split.train, trial.seed, settings), 1):
        if done % log_every == 0 or done == steps:
            curve.train.append((done, loss.item()))
        if done % validate_every == 0 or done == steps:
            value = validate(model, objective, source, split.validation, settings)
            curve.validation.append((done, value))
            if value < best[0]:
                best = value, _copy(model)
    model.load_state_dict(best[1])
    return Trained(model.eval(), best[0], curve)


def make_objective(trial: Trial, settings: MnistSettings) -> Objective:
    """The loss of a trial."""
    return build_objective(
        ObjectiveSettings(name=settings.scale, p=trial.norm, lam=trial.lam, partners=settings.partners)
    )


@torch.no_grad()
def validate(
    model: nn.Module, objective: Objective, source: PictureSource, images: Tensor, settings: MnistSettings
) -> float:
    """Mean loss over images, in the same views every time; whole batches only, as the between term depends on size."""
    model.eval()
    device = source.mnist.images.device
    losses = []
    for k, index in enumerate(spread(images, settings.evaluated).to(device).split(VALIDATION_BATCH)):
        if k and len(index) < VALIDATION_BATCH:
            break
        losses.append(_loss(model, objective, source, index, settings, 0, VALIDATION + k).mean())
    return torch.stack(losses).mean().item()


def _steps(
    model: nn.Module, objective: Objective, source: PictureSource, images: Tensor, seed: int, settings: MnistSettings
) -> Iterator[Tensor]:
    """Train step by step; yields the loss of each, on its device."""
    device, phase = source.mnist.images.device, settings.backbone
    optimizer = make_optimizer(model, phase.optimizer)
    arithmetic = Arithmetic(device, settings.precision)
    batches = image_batches(images.to(device), phase.batch, seed, PHASE)
    for step, index in enumerate(islice(batches, phase.steps)):
        set_rate(optimizer, step, phase.steps, phase.optimizer)
        torch.manual_seed(torch_seed(seed, Stream.DROPOUT, PHASE, step))
        model.train()
        with arithmetic.reduced():
            loss = _loss(model, objective, source, index, settings, seed, step).mean()
        arithmetic.descend(loss, optimizer, phase.optimizer)
        yield loss.detach()


def image_batches(images: Tensor, batch: int, seed: int, phase: int) -> Iterator[Tensor]:
    """The images (B,) of each step, without end: each epoch in an order of its own, its incomplete batch left out."""
    for epoch in count():
        generator = torch_generator(images.device, seed, Stream.ORDER, phase, epoch)
        order = torch.randperm(len(images), generator=generator, device=images.device)
        for place in range(max(len(images) // batch, 1)):
            yield images[order[place * batch : (place + 1) * batch]]


def _loss(
    model: nn.Module,
    objective: Objective,
    source: PictureSource,
    index: Tensor,
    settings: MnistSettings,
    seed: int,
    step: int,
) -> Tensor:
    """(B,) loss of images `index` (B,) in the views of a step."""
    device = index.device
    pictures, _ = source.take(index, torch_generator(device, seed, Stream.PICTURES, PHASE, step))
    first, second, matches = two_views(
        pictures, settings.view, torch_generator(device, seed, Stream.VIEWS, PHASE, step)
    )
    features0, features1 = model(torch.cat([first, second])).chunk(2)
    return objective(features0, features1, matches)["total"]


def _copy(model: nn.Module) -> dict[str, Tensor]:
    """The weights, as they are now."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
