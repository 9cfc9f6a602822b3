"""Experiment 1's training steps: a run alone against several at once, and torch.compile, in one run of this program.

    python tools/bench_mnist.py --mnist data/mnist                                  (the official size on a GPU)
    python tools/bench_mnist.py --mnist data/mnist --preset quick --together 2 --compile

The ways take turns, a few steps each, so that all of them meet the same machine; what is printed is the median turn.
A step of N runs at once counts as N steps, and `ratio` compares the steps of all runs. Ratios can be compared between
machines; times cannot.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from training.devices import choose_device, describe_device
from training.errors import TrainingError
from training.experiments.colored_mnist import backbone, reading, together
from training.experiments.colored_mnist.arithmetic import compile_mode
from training.experiments.colored_mnist.domains import Split, split_images
from training.experiments.colored_mnist.idx import load_mnist
from training.experiments.colored_mnist.pictures import PictureSource, open_pictures
from training.experiments.colored_mnist.settings import MnistSettings, changed, experiment
from training.experiments.colored_mnist.stack import Stack
from training.experiments.colored_mnist.trial import MnistTrial
from training.models.unet import build_model

ENDLESS = 1_000_000
"""Steps of a schedule that no measurement reaches the end of."""
WARM = 3
"""Steps before the first measured one; the first of them compiles."""


def main() -> int:
    """Measure everything in one run; 0 unless the request cannot be met."""
    words = _words()
    try:
        device = choose_device(words.device)
        mnist = load_mnist(words.mnist).to(device)
        settings = changed(experiment(words.preset), ENDLESS, ENDLESS, words.batch)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if device.type == "cpu":
        torch.set_num_threads(1)  # as the sweep's processes
    source, split = open_pictures(mnist, settings.picture, 0), split_images(len(mnist.digits), 0)
    print(f"{words.preset}: batch {settings.backbone.batch} and {settings.classifier.batch}, ", end="")
    print(f"PyTorch {torch.__version__}, {describe_device(device)}\n")
    print(f"{'':<32}{'steps/s of each':>16}{'of all':>10}{'ratio':>8}")
    _report("backbone", _backbones(words, source, split, settings, device), words)
    _report("classifier", _classifiers(words, source, split, settings, device), words)
    return 0


def _words() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True, help="folder of the four MNIST files")
    parser.add_argument("--preset", choices=("official", "paper", "quick"), default="official")
    parser.add_argument("--batch", type=int, help="pictures in a step")
    parser.add_argument("--together", type=int, default=4, help="runs at once")
    parser.add_argument("--compile", action="store_true", help="torch.compile too")
    parser.add_argument("--lam", type=float, default=1.0)
    parser.add_argument("--steps", type=int, default=5, help="steps in a turn")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser.parse_args()


Ways = dict[str, tuple[int, Iterator[Tensor]]]
"""By name: how many runs a step serves, and the steps."""


def _backbones(
    words: argparse.Namespace, source: PictureSource, split: Split, settings: MnistSettings, device: torch.device
) -> Ways:
    """The steps of backbones in each way; nothing is built before its first step."""
    objective, seeds = backbone.make_objective(MnistTrial("inf", words.lam, 0), settings), range(words.together)

    def alone(compiled: bool) -> Iterator[Tensor]:
        model = build_model(settings.model, 0).to(device)
        describe = torch.compile(model, mode=compile_mode(device)) if compiled else model
        yield from backbone.training_steps(model, describe, objective, source, split.train, 0, settings)

    def at_once(compiled: bool) -> Iterator[Tensor]:
        stack = Stack([build_model(settings.model, seed).to(device) for seed in seeds], compiled)
        yield from together.backbone_steps(stack, objective, source, split.train, seeds, settings)

    ways: Ways = {"alone": (1, alone(False)), f"{words.together} at once": (words.together, at_once(False))}
    if words.compile:
        ways["alone, compiled"] = (1, alone(True))
        ways[f"{words.together} at once, compiled"] = (words.together, at_once(True))
    return ways


def _classifiers(
    words: argparse.Namespace, source: PictureSource, split: Split, settings: MnistSettings, device: torch.device
) -> Ways:
    """The steps of classifiers in each way."""
    backbones = [build_model(settings.model, seed).to(device).eval() for seed in range(words.together)]
    images, seeds = split.train.to(device), range(words.together)
    classifiers = [reading.new_classifier(seed, settings).to(device) for seed in seeds]
    stacks = Stack(backbones), Stack(classifiers)
    return {
        "alone": (1, reading.classifier_losses(backbones[0], classifiers[0], source, images, 0, settings)),
        f"{words.together} at once": (
            words.together,
            together.classifier_steps(*stacks, source, images, seeds, settings),
        ),
    }


def _report(title: str, ways: Ways, words: argparse.Namespace) -> None:
    """Let the ways take turns and print a row for each."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _, steps in ways.values():
        _spend(steps, WARM)
    for _ in range(words.turns):
        for name, (_, steps) in ways.items():
            seconds[name].append(_spend(steps, words.steps))
    rates = {name: runs * words.steps / median(seconds[name]) for name, (runs, _) in ways.items()}
    for name, rate in rates.items():
        each, ratio = rate / ways[name][0], rate / rates["alone"]
        print(f"{f'{title}, {name}':<32}{each:>16.2f}{rate:>10.2f}{ratio:>8.2f}", flush=True)


def _spend(steps: Iterator[Tensor], count: int) -> float:
    """Seconds that `count` steps take, until the device has done them."""
    start = time.perf_counter()
    for losses in list(islice(steps, count))[-1:]:
        losses.sum().item()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
