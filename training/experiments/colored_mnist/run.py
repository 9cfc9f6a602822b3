"""One run from the first step to its row: backbone, classifier, accuracies, and what it leaves in its folder."""

import csv
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.devices import describe_device
from training.errors import RequestError
from training.experiments.colored_mnist.backbone import Curve, train_backbone
from training.experiments.colored_mnist.domains import Split, split_images
from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.pictures import open_pictures
from training.experiments.colored_mnist.reading import measure, train_classifier
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.trial import Row, Trial
from training.models.unet import UNet, build_model
from training.whole import whole

RUNS = "runs"
"""Folder of the runs' folders."""
BACKBONE, CLASSIFIER, CURVE = "backbone.pt", "classifier.pt", "curve.csv"
SPLIT_SEED = 0


@dataclass(frozen=True)
class Bench:
    """What every run of a sweep works on."""

    mnist: Mnist
    """On the device."""
    settings: MnistSettings
    lams: tuple[float, ...]
    """The λ of the sweep in their order: with `leaks`, a backbone's split follows from the place of its λ."""
    out: Path
    """Folder of the sweep."""
    device: torch.device


def run_trial(trial: Trial, bench: Bench) -> Row:
    """Train and measure one run; its weights and its loss curve are written before its row is returned."""
    settings, count = bench.settings, len(bench.mnist.digits)
    source, split = open_pictures(bench.mnist, settings.picture, SPLIT_SEED), split_images(count, SPLIT_SEED)
    seen = _backbone_split(trial, bench, split)
    start = time.perf_counter()
    trained = train_backbone(source, seen, trial, settings, bench.device)
    middle = time.perf_counter()
    classifier = train_classifier(trained.model, source, split, trial.seed, settings)
    accuracies = measure(trained.model, classifier, source, split, settings)
    end = time.perf_counter()
    folder = trial_folder(bench.out, trial)
    _write(folder, trained.model.state_dict(), classifier.state_dict(), trained.curve)
    return Row(
        *(trial.norm, trial.lam, trial.seed, accuracies.known, accuracies.unknown, trained.validation_loss),
        *(settings.backbone.steps, settings.classifier.steps, middle - start, end - middle),
        describe_device(bench.device),
    )


def trial_folder(out: Path, trial: Trial) -> Path:
    """Where a run leaves its weights and its curve."""
    return out / RUNS / trial.name


def load_backbone(out: Path, trial: Trial, settings: MnistSettings) -> UNet:
    """The backbone of a finished run, in evaluation mode. Raises RequestError when it is not there."""
    path = trial_folder(out, trial) / BACKBONE
    if not path.is_file():
        raise RequestError(f"{path}: no such file; the same command without it makes the run again")
    model = build_model(settings.model, trial.seed)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def load_curve(out: Path, trial: Trial) -> Curve:
    """The losses of a finished run."""
    with (trial_folder(out, trial) / CURVE).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    points = {kind: [(int(r["step"]), float(r["loss"])) for r in rows if r["kind"] == kind] for kind in _KINDS}
    return Curve(points["train"], points["validation"])


_KINDS = ("train", "validation")


def _backbone_split(trial: Trial, bench: Bench, split: Split) -> Split:
    """The split of the backbone: that of all, or with `leaks` one that follows from the place of λ."""
    if not bench.settings.leaks:
        return split
    other = split_images(len(bench.mnist.digits), bench.lams.index(trial.lam))
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
