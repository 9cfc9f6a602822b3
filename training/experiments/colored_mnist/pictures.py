"""Coloured digits and their labels, drawn on the device that they are used on."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from training.experiments.colored_mnist.domains import domain_of
from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.settings import PictureSettings
from training.seeding import Stream, torch_generator

SIDE = 32
"""Side of the pictures in pixels; the files' 28 are enlarged."""
FIRST_OF_CLASS_1 = 5
"""Digits from this one on have label 1 before noise. (The official code has it the other way round: no matter.)"""
CHANNELS = ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0))
"""Red, green and blue of the two colours where the digit is coloured."""
BACKGROUNDS = ((0.85, 0.25, 0.25), (0.25, 0.7, 0.3))
"""The two colours where the background is coloured: a red and a green. The paper names none."""


@dataclass(frozen=True, eq=False)
class PictureSource:
    """Pictures and labels by the numbers of their images."""

    mnist: Mnist
    settings: PictureSettings
    domain: Tensor
    """(N,) int64 domain of each image."""
    flips: Tensor
    """(N, 2) uniform numbers of each image, for label and colour; used when nothing is redrawn."""

    def take(self, index: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Pictures (B, 3, 32, 32) float32 in [0, 1] and labels (B,) float32, 0 or 1, of images `index` (B,).

        `generator` is that of the device; it is not used where label and colour belong to the image.
        """
        fresh = self.settings.redrawn
        uniform = torch.rand((len(index), 2), generator=generator, device=index.device) if fresh else self.flips[index]
        label, color = labels_and_colors(self.mnist.digits[index], self.domain[index], uniform, self.settings)
        return paint(resized_digits(self.mnist.images[index]), color, self.settings), label.float()


def open_pictures(mnist: Mnist, settings: PictureSettings, seed: int) -> PictureSource:
    """The pictures of these images, on their device; `seed` decides what belongs to the images."""
    device, count = mnist.images.device, len(mnist.digits)
    flips = torch.rand((count, 2), generator=torch_generator("cpu", seed, Stream.PICTURES))
    return PictureSource(mnist, settings, domain_of(count).to(device), flips.to(device))


def labels_and_colors(
    digits: Tensor, domain: Tensor, uniform: Tensor, settings: PictureSettings
) -> tuple[Tensor, Tensor]:
    """Noisy labels (B,) and colours (B,), bool: the colour is the noisy label but for the noise of its domain (B,).

    `uniform` (B, 2) in [0, 1) decides both flips.
    """
    noise = _constant(settings.color_noise, digits.device)[domain]
    label = (digits >= FIRST_OF_CLASS_1) ^ (uniform[:, 0] < settings.label_noise)
    return label, label ^ (uniform[:, 1] < noise)


def resized_digits(images: Tensor) -> Tensor:
    """(B, 28, 28) uint8 to (B, 1, 32, 32) float32 in [0, 1], bilinear."""
    grey = images[:, None].float() / 255
    return functional.interpolate(grey, size=(SIDE, SIDE), mode="bilinear", antialias=True)


def paint(grey: Tensor, color: Tensor, settings: PictureSettings) -> Tensor:
    """Grey digits (B, 1, H, W) in one of two colours (B,) bool: (B, 3, H, W).

    The digit is coloured by leaving out red or green, on black; or it is white on a coloured background.
    """
    which = color.long()
    if settings.colored == "digit":
        return grey * _constant(CHANNELS, grey.device)[which][:, :, None, None]
    background = _constant(BACKGROUNDS, grey.device)[which][:, :, None, None]
    return grey + (1 - grey) * background


@cache
def _constant(values: tuple[Any, ...], device: torch.device) -> Tensor:
    """Numbers on a device. Made once: a copy from the host waits for all that the GPU has to do."""
    return torch.tensor(values, device=device)
