"""Runs that differ by their seed alone, trained at once as a stack (`stack.Stack`).

Each run has its own initial weights, images, colours, views, optimiser and best state, as in a run alone; what is
computed differs by rounding, and by dropout, which draws once for all runs of the stack.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor, nn

from training.experiments.colored_mnist import backbone, reading
from training.experiments.colored_mnist.backbone import (
    Objective,
    Progress,
    TrainedBackbone,
    image_batches,
    logs,
    loss_of,
    make_objective,
    validates,
    validation_views,
    views_of,
)
from training.experiments.colored_mnist.domains import Split
from training.experiments.colored_mnist.pictures import PictureSource
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.stack import Descent, Stack
from training.experiments.colored_mnist.trial import MnistTrial
from training.models.unet import build_model
from training.seeding import Stream, torch_seed


def train_backbones(
    source: PictureSource,
    split: Split,
    trials: Sequence[MnistTrial],
    settings: MnistSettings,
    device: torch.device,
    compiled: bool = False,
) -> list[TrainedBackbone]:
    """`backbone.train_backbone` for the trials of one cell at once."""
    models = [build_model(settings.model, trial.seed).to(device) for trial in trials]
    stack, objective = Stack(models, compiled), make_objective(trials[0], settings)
    members = [Progress(stack.snapshot(k)) for k in range(len(trials))]
    seeds = [trial.seed for trial in trials]
    for done, losses in enumerate(backbone_steps(stack, objective, source, split.train, seeds, settings), 1):
        if logs(done, settings):
            for member, loss in zip(members, losses.tolist(), strict=True):
                member.curve.train.append((done, loss))
        if validates(done, settings):
            for k, loss in enumerate(validate_all(stack, objective, source, split.validation, settings)):
                members[k].validated(done, loss, lambda k=k: stack.snapshot(k))
    return [
        TrainedBackbone(stack.load(model, member.best).eval(), member.loss, member.curve)
        for model, member in zip(models, members, strict=True)
    ]


@torch.no_grad()
def validate_all(
    stack: Stack, objective: Objective, source: PictureSource, images: Tensor, settings: MnistSettings
) -> list[float]:
    """`backbone._validate` of each network: all look at the same views."""
    losses = []
    for pictures, matches in validation_views(source, images, settings):
        features = stack.evaluate(pictures.expand(len(stack), *pictures.shape))
        losses.append(torch.stack([loss_of(each, objective, matches) for each in features]))
    return torch.stack(losses).mean(0).tolist()


def train_classifiers(
    backbones: Sequence[nn.Module],
    source: PictureSource,
    split: Split,
    seeds: Sequence[int],
    settings: MnistSettings,
) -> list[nn.Module]:
    """`reading.train_classifier` for each backbone and its seed, all at once."""
    device = source.mnist.images.device
    models = [reading.new_classifier(seed, settings).to(device) for seed in seeds]
    stack = Stack(models)
    for _ in classifier_steps(Stack(backbones), stack, source, split.train.to(device), seeds, settings):
        pass
    return [stack.load(model, stack.snapshot(k)).eval() for k, model in enumerate(models)]


def backbone_steps(
    stack: Stack,
    objective: Objective,
    source: PictureSource,
    images: Tensor,
    seeds: Sequence[int],
    settings: MnistSettings,
) -> Iterator[Tensor]:
    """Train step by step; yields the loss of each network (N,), on its device."""
    descent = Descent(stack, settings.backbone, settings.precision)
    batches = _batches(images.to(stack.device), settings.backbone.batch, seeds, backbone.PHASE)
    for step, indices in enumerate(islice(batches, settings.backbone.steps)):
        descent.set_rate(step)
        shown = [views_of(source, index, settings, seed, step) for index, seed in zip(indices, seeds, strict=True)]
        _seed_dropout(seeds, backbone.PHASE, step)
        features = stack.train(torch.stack([pictures for pictures, _ in shown]), descent.type)
        losses = [loss_of(each, objective, matches) for each, (_, matches) in zip(features, shown, strict=True)]
        descent.descend(losses)
        yield torch.stack(losses).detach()


def classifier_steps(
    backbones: Stack,
    stack: Stack,
    source: PictureSource,
    images: Tensor,
    seeds: Sequence[int],
    settings: MnistSettings,
) -> Iterator[Tensor]:
    """Train step by step; yields the loss of each network (N,)."""
    descent = Descent(stack, settings.classifier, settings.precision)
    batches = _batches(images, settings.classifier.batch, seeds, reading.PHASE)
    for step, indices in enumerate(islice(batches, settings.classifier.steps)):
        descent.set_rate(step)
        shown = [reading.pictures_of(source, i, seed, step) for i, seed in zip(indices, seeds, strict=True)]
        features = backbones.evaluate(torch.stack([pictures for pictures, _ in shown]), descent.type)
        logits = stack.train(features, descent.type)
        losses = [reading.classifier_loss(each, labels) for each, (_, labels) in zip(logits, shown, strict=True)]
        descent.descend(losses)
        yield torch.stack(losses).detach()


def _batches(images: Tensor, batch: int, seeds: Sequence[int], phase: int) -> Iterator[tuple[Tensor, ...]]:
    """The images (B,) of each network in each step."""
    return zip(*(image_batches(images, batch, seed, phase) for seed in seeds), strict=True)


def _seed_dropout(seeds: Sequence[int], phase: int, step: int) -> None:
    """The global generator of a step: that of a run alone where there is one."""
    first, *others = seeds
    torch.manual_seed(torch_seed(first, Stream.DROPOUT, phase, step, *others))
