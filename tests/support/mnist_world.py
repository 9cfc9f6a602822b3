"""A small stand-in for MNIST, and settings that train in a second."""

from dataclasses import replace

import numpy as np
import torch

from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.settings import MnistSettings, PhaseSettings, experiment
from training.settings import ModelSettings, OptimizerSettings


def strokes(count: int = 90) -> Mnist:
    """Images with one bar each; the digit says where it lies."""
    images = np.zeros((count, 28, 28), np.uint8)
    digits = np.arange(count, dtype=np.uint8) % 10
    for image, digit in zip(images, digits, strict=True):
        image[4:24, 4 + 2 * digit : 7 + 2 * digit] = 255
    return Mnist(torch.from_numpy(images), torch.from_numpy(digits))


def tiny(name: str = "official", **changes: object) -> MnistSettings:
    """A preset in which nothing but the sizes is other."""
    phase = PhaseSettings(3, 4, OptimizerSettings())
    small = replace(
        experiment(name),
        model=ModelSettings(widths=(8, 8), blocks=(1, 1), channels=4, heads=2),
        backbone=phase,
        classifier=phase,
        validations=2,
        evaluated=16,
    )
    return replace(small, **changes)  # pyright: ignore[reportArgumentType]
