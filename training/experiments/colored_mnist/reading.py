"""The classifier that reads the label from frozen descriptors, and how often it is right."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional

from scenegen.evenly import from_first
from training.experiments.colored_mnist.arithmetic import Arithmetic
from training.experiments.colored_mnist.backbone import image_batches
from training.experiments.colored_mnist.domains import Split
from training.experiments.colored_mnist.pictures import PictureSource
from training.experiments.colored_mnist.settings import MnistSettings
from training.models.classifier import ClassifierSettings, build_classifier, predicted_probability
from training.running.loop import make_optimizer, set_rate
from training.seeding import Stream, torch_generator, torch_seed

PHASE, EVALUATION = 1, 2
"""First entries of the keys of the generators of training and evaluation."""
BATCH = 256
"""Pictures drawn at once."""
CLASSIFIED = {"cpu": 8, "cuda": BATCH}
"""Pictures classified at once: the attention of few stays in a CPU's cache."""


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
    classifier = new_classifier(seed, settings).to(device)
    for _ in classifier_losses(backbone, classifier, source, split.train.to(device), seed, settings):
        pass
    return classifier.eval()


def new_classifier(seed: int, settings: MnistSettings) -> nn.Module:
    """A classifier with the initial weights of a seed."""
    return build_classifier(ClassifierSettings(channels=settings.model.channels), seed)


def measure_accuracies(
    backbone: nn.Module,
    classifier: nn.Module,
    source: PictureSource,
    split: Split,
    settings: MnistSettings,
) -> Accuracies:
    """Accuracy on the known domains' test images and in the unknown domain."""
    return Accuracies(
        *(
            _accuracy(backbone, classifier, source, images[from_first(len(images), settings.evaluated)], domain)
            for domain, images in enumerate((split.test, split.unknown))
        )
    )


def classifier_losses(
    backbone: nn.Module,
    classifier: nn.Module,
    source: PictureSource,
    images: Tensor,
    seed: int,
    settings: MnistSettings,
) -> Iterator[Tensor]:
    """Train step by step; yields the loss of each."""
    phase, arithmetic = settings.classifier, Arithmetic(images.device, settings.precision)
    optimizer = make_optimizer(classifier, phase.optimizer, fused=images.device.type == "cuda")
    batches = image_batches(images, phase.batch, seed, PHASE)
    for step, index in enumerate(islice(batches, phase.steps)):
        set_rate(optimizer, step, phase.steps, phase.optimizer)
        torch.manual_seed(torch_seed(seed, Stream.DROPOUT, PHASE, step))
        pictures, labels = pictures_of(source, index, seed, step)
        classifier.train()
        with arithmetic.reduced():
            with torch.no_grad():
                features = backbone(pictures)
            logits = classifier(features)
        loss = classifier_loss(logits, labels)
        arithmetic.descend(loss, optimizer, phase.optimizer)
        yield loss.detach()


def pictures_of(source: PictureSource, index: Tensor, seed: int, step: int) -> tuple[Tensor, Tensor]:
    """Pictures (B, 3, 32, 32) and labels (B,) of images `index` (B,) in a step."""
    return source.take(index, torch_generator(index.device, seed, Stream.PICTURES, PHASE, step))


def classifier_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """0-d cross-entropy of logits (B, 1, H, W): every pixel answers for its picture's label (B,)."""
    wide = labels[:, None, None, None].expand_as(logits)
    return functional.binary_cross_entropy_with_logits(logits.float(), wide)


@torch.no_grad()
def _accuracy(backbone: nn.Module, classifier: nn.Module, source: PictureSource, images: Tensor, domain: int) -> float:
    """Share of pictures whose mean probability lies on the side of their label; the same colours in every run."""
    device = source.mnist.images.device
    right = torch.zeros((), device=device)
    for k, index in enumerate(images.to(device).split(BATCH)):
        pictures, labels = source.take(index, torch_generator(device, 0, Stream.PICTURES, EVALUATION, domain, k))
        size = CLASSIFIED[device.type]
        for few, answers in zip(pictures.split(size), labels.split(size), strict=True):
            probability = predicted_probability(classifier(backbone(few)))[:, 0]
            right += ((probability >= 0.5) == (answers > 0.5)).sum()
    return right.item() / len(images)
