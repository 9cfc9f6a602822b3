"""The classifier that reads the label from frozen descriptors, and how often it is right."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.experiments.colored_mnist.arithmetic import Arithmetic
from training.experiments.colored_mnist.backbone import image_batches
from training.experiments.colored_mnist.domains import Split, spread
from training.experiments.colored_mnist.pictures import PictureSource
from training.experiments.colored_mnist.settings import MnistSettings
from training.loop import make_optimizer, set_rate
from training.models.classifier import ClassifierSettings, build_classifier, predicted_probability
from training.seeding import Stream, torch_generator, torch_seed

PHASE, EVALUATION = 1, 2
"""First entries of the keys of the generators of training and evaluation."""
BATCH = 256
"""Pictures classified at once."""


@dataclass(frozen=True)
class Accuracies:
    """Shares of right answers."""

    known: float
    """On test images of the known domains (ID)."""
    unknown: float
    """In the unknown domain (OOD)."""


def train_classifier(
    backbone: nn.Module, source: PictureSource, split: Split, seed: int, settings: MnistSettings
) -> nn.Module:
    """Train a classifier on a frozen backbone; the last weights count, as in the paper."""
    device = source.mnist.images.device
    spec = ClassifierSettings(descriptor_channels=settings.model.descriptor_channels)
    classifier = build_classifier(spec, seed).to(device)
    for _ in _steps(backbone, classifier, source, split.train.to(device), seed, settings):
        pass
    return classifier.eval()


def measure(
    backbone: nn.Module,
    classifier: nn.Module,
    source: PictureSource,
    split: Split,
    settings: MnistSettings,
) -> Accuracies:
    """Accuracy on the known domains' test images and in the unknown domain."""
    return Accuracies(
        *(
            _accuracy(backbone, classifier, source, spread(images, settings.evaluated), domain)
            for domain, images in enumerate((split.test, split.unknown))
        )
    )


def _steps(
    backbone: nn.Module,
    classifier: nn.Module,
    source: PictureSource,
    images: Tensor,
    seed: int,
    settings: MnistSettings,
) -> Iterator[Tensor]:
    """Train step by step; yields the loss of each. Every pixel answers for its picture."""
    phase, arithmetic = settings.classifier, Arithmetic(images.device, settings.precision)
    optimizer = make_optimizer(classifier, phase.optimizer)
    batches = image_batches(images, phase.batch, seed, PHASE)
    for step, index in enumerate(islice(batches, phase.steps)):
        set_rate(optimizer, step, phase.steps, phase.optimizer)
        torch.manual_seed(torch_seed(seed, Stream.DROPOUT, PHASE, step))
        pictures, labels = source.take(index, torch_generator(index.device, seed, Stream.PICTURES, PHASE, step))
        classifier.train()
        with arithmetic.reduced():
            with torch.no_grad():
                features = backbone(pictures)
            logits = classifier(features).float()
        loss = functional.binary_cross_entropy_with_logits(logits, labels[:, None, None, None].expand_as(logits))
        arithmetic.descend(loss, optimizer, phase.optimizer)
        yield loss.detach()


@torch.no_grad()
def _accuracy(backbone: nn.Module, classifier: nn.Module, source: PictureSource, images: Tensor, domain: int) -> float:
    """Share of pictures whose mean probability lies on the side of their label; the same colours in every run."""
    device = source.mnist.images.device
    right = torch.zeros((), device=device)
    for k, index in enumerate(images.to(device).split(BATCH)):
        pictures, labels = source.take(index, torch_generator(device, 0, Stream.PICTURES, EVALUATION, domain, k))
        probability = predicted_probability(classifier(backbone(pictures)))[:, 0]
        right += ((probability >= 0.5) == (labels > 0.5)).sum()
    return right.item() / len(images)
