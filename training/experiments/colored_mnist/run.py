"""Runs from the first step to their rows: backbone, classifier, accuracies, and what each leaves in its folder."""

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from training.devices import describe_device
from training.errors import RequestError
from training.experiments.colored_mnist.backbone import Curve, TrainedBackbone, train_backbone
from training.experiments.colored_mnist.domains import Split, split_images
from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.pictures import PictureSource, open_pictures
from training.experiments.colored_mnist.reading import measure_accuracies, train_classifier
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.together import train_backbones, train_classifiers
from training.experiments.colored_mnist.trial import MnistRow, MnistTrial
from training.files.atomic import whole
from training.models.unet import UNet, build_model

RUNS = "runs"
"""Folder of the runs' folders."""
BACKBONE, CLASSIFIER, CURVE = "backbone.pt", "classifier.pt", "curve.csv"
SPLIT_SEED = 0


@dataclass(frozen=True)
class SweepContext:
    """What every run of a sweep works on."""

    mnist: Mnist
    """On the device."""
    settings: MnistSettings
    lams: tuple[float, ...]
    """The λ of the sweep in their order: with `leaks`, a backbone's split follows from the place of its λ."""
    out: Path
    """Folder of the sweep."""
    device: torch.device
    compiled: bool = False
    """Whether the backbone's training steps go through torch.compile."""


def run_trials(trials: Sequence[MnistTrial], context: SweepContext) -> list[MnistRow]:
    """Train and measure runs of one cell, which train at once; each has an equal share of the time.

    Their weights and loss curves are written before their rows are returned.
    """
    settings, count = context.settings, len(context.mnist.digits)
    source, split = open_pictures(context.mnist, settings.picture, SPLIT_SEED), split_images(count, SPLIT_SEED)
    start = time.perf_counter()
    trained = _train_backbones(source, _backbone_split(trials[0], context, split), trials, context)
    middle = time.perf_counter()
    classifiers = _train_classifiers([one.model for one in trained], source, split, trials, context)
    pairs = list(zip(trained, classifiers, strict=True))
    accuracies = [measure_accuracies(one.model, classifier, source, split, settings) for one, classifier in pairs]
    end = time.perf_counter()
    for trial, (one, classifier) in zip(trials, pairs, strict=True):
        _write(trial_folder(context.out, trial), one.model.state_dict(), classifier.state_dict(), one.curve)
    seconds = ((middle - start) / len(trials), (end - middle) / len(trials))
    return [
        MnistRow(
            *(trial.norm, trial.lam, trial.seed, found.known, found.unknown, one.validation_loss),
            *(settings.backbone.steps, settings.classifier.steps, *seconds, describe_device(context.device)),
        )
        for trial, found, one in zip(trials, accuracies, trained, strict=True)
    ]


def _train_backbones(
    source: PictureSource, split: Split, trials: Sequence[MnistTrial], context: SweepContext
) -> list[TrainedBackbone]:
    if len(trials) == 1:
        return [train_backbone(source, split, trials[0], context.settings, context.device, context.compiled)]
    return train_backbones(source, split, trials, context.settings, context.device, context.compiled)


def _train_classifiers(
    backbones: Sequence[nn.Module],
    source: PictureSource,
    split: Split,
    trials: Sequence[MnistTrial],
    context: SweepContext,
) -> list[nn.Module]:
    """At once on a GPU; a CPU is slower at that (its attention is not batched), so it takes one after the other."""
    seeds = [trial.seed for trial in trials]
    if len(trials) > 1 and context.device.type == "cuda":
        return train_classifiers(backbones, source, split, seeds, context.settings)
    each = zip(backbones, seeds, strict=True)
    return [train_classifier(backbone, source, split, seed, context.settings) for backbone, seed in each]


def trial_folder(out: Path, trial: MnistTrial) -> Path:
    """Where a run leaves its weights and its curve."""
    return out / RUNS / trial.name


def load_backbone(out: Path, trial: MnistTrial, settings: MnistSettings) -> UNet:
    """The backbone of a finished run, in evaluation mode. Raises RequestError when it is not there."""
    path = trial_folder(out, trial) / BACKBONE
    if not path.is_file():
        raise RequestError(f"{path}: no such file; the same command without it makes the run again")
    model = build_model(settings.model, trial.seed)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def load_curve(out: Path, trial: MnistTrial) -> Curve:
    """The losses of a finished run."""
    with (trial_folder(out, trial) / CURVE).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    points = {kind: [(int(r["step"]), float(r["loss"])) for r in rows if r["kind"] == kind] for kind in _KINDS}
    return Curve(points["train"], points["validation"])


_KINDS = ("train", "validation")


def _backbone_split(trial: MnistTrial, context: SweepContext, split: Split) -> Split:
    """The split of the backbone: that of all, or with `leaks` one that follows from the place of λ."""
    if not context.settings.leaks:
        return split
    other = split_images(len(context.mnist.digits), context.lams.index(trial.lam))
    return Split(other.train, split.validation, split.test, split.unknown)


def _write(folder: Path, backbone: dict[str, Tensor], classifier: dict[str, Tensor], curve: Curve) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, weights in ((BACKBONE, backbone), (CLASSIFIER, classifier)):
        with whole(folder / name) as draft:
            torch.save({key: value.cpu() for key, value in weights.items()}, draft)
    with whole(folder / CURVE) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["kind", "step", "loss"])
        for kind, points in zip(_KINDS, (curve.train, curve.validation), strict=True):
            writer.writerows([kind, step, f"{loss:.6g}"] for step, loss in points)
