"""The U-Net of COVER's release (He and Li 2025): plain blocks, concatenated skips, a map from every resolution.

A block is twice [Conv3x3, GroupNorm of 8 channels a group, LeakyReLU 0.2]. Each encoder stage but the first begins with
max-pooling, each decoder stage with bilinear up-sampling, to which the encoder's map is concatenated. Its widths:

    encoder (32, 64, 128, 256, 512), decoder (256, 128, 64, D = 32)     7,852,512 parameters, maps of 1/16 to 1/1

Of `ModelSettings` it takes widths, channels, unit_length and code_gain. Blocks, heads, dropout and initial mean nothing
to it, and its normalisation is that over the whole image.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.errors import RequestError
from training.models.ending import at_once_and_when_read
from training.models.initial import from_seed
from training.models.lattice import Lattice, enlarged
from training.models.norm_act import NormAct
from training.models.padding import cut_back, pad_to_multiple
from training.settings import ModelSettings

GROUP = 8
"""Channels of a group of the normalisation."""
SLOPE = 0.2
"""Of LeakyReLU below 0."""


class CoverUNet(nn.Module):
    """Pictures (B, 3, H, W) float32 in [0, 1] to descriptors (B, D, H, W) float32; no further scaling of the input.

    Any H, W >= 1: sides that are not multiples of 2^(L-1) (L stages) are mirrored up to the next one, and the answer is
    cut back. The constructor draws from PyTorch's global generator; use `build_model` for a seed of its own.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.at_once, self.when_read = at_once_and_when_read(settings)
        self.multiple = 2 ** (len(settings.widths) - 1)
        widths, outputs = settings.widths, (settings.channels, *settings.widths[1:-1])
        self.encoder = nn.ModuleList(_block(a, b) for a, b in pairwise((3, *widths)))
        self.decoder = nn.ModuleList(
            _block(below + skip, out) for (skip, below), out in zip(pairwise(widths), outputs, strict=True)
        )

    @property
    def lattice(self) -> Lattice:
        """A cell for every pixel, of the length that the settings say."""
        return Lattice(ending=self.when_read)

    @property
    def map_channels(self) -> tuple[int, ...]:
        """Channels of the maps of `pyramid`: the encoder's last, then every decoder stage's; the last is D."""
        return (*reversed(self.settings.widths[1:]), self.settings.channels)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float32 in [0, 1] to (B, D, H, W)."""
        return self.when_read(self.pyramid(images, 1)[0])

    def pyramid(self, images: Tensor, levels: int) -> tuple[Tensor, ...]:
        """The finest `levels` maps, coarse to fine: of 1 / 2^k of the sides (rounded up), the descriptors the last."""
        *coarse, last = self._decode(self._encode(pad_to_multiple(images, self.multiple)))
        return cut_back((*coarse, self.at_once(last))[-levels:], *images.shape[-2:])

    def _encode(self, x: Tensor) -> list[Tensor]:
        """The output of every encoder stage, fine to coarse."""
        stages: list[Tensor] = []
        for block in self.encoder:
            x = block(functional.max_pool2d(x, 2) if stages else x)
            stages.append(x)
        return stages

    def _decode(self, skips: list[Tensor]) -> list[Tensor]:
        """The coarsest map and the output of every decoder stage, coarse to fine."""
        maps = [skips.pop()]
        for block in reversed(self.decoder):
            above = enlarged(maps[-1], 2)
            maps.append(block(torch.cat([above, skips.pop()], dim=1)))
        return maps


def build_model(settings: ModelSettings, seed: int) -> CoverUNet:
    """The network with initial weights that are a function of `settings` and `seed` alone (`from_seed`).

    Raises RequestError for settings that make no network.
    """
    check_settings(settings)
    return from_seed(lambda: CoverUNet(settings), seed)


def check_settings(settings: ModelSettings) -> None:
    """Raise RequestError with the first thing that is wrong, if any."""
    widths = (*settings.widths, settings.channels)
    wrong = {
        "--norm pixel is not for it; use --norm image, or another network": settings.norm != "image",
        "it needs --widths of two stages or more": len(settings.widths) < 2,
        f"its --widths and --channels are multiples of {GROUP}": any(width < 1 or width % GROUP for width in widths),
    }
    for rule, broken in wrong.items():
        if broken:
            raise RequestError(f"--network {settings.network}: {rule}")


def _block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(*_layer(channels_in, channels_out), *_layer(channels_out, channels_out))


def _layer(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    """Conv3x3 (Kaiming normal, bias 0), GroupNorm, LeakyReLU."""
    conv = nn.Conv2d(channels_in, channels_out, 3, padding=1)
    nn.init.kaiming_normal_(conv.weight, a=SLOPE)
    nn.init.zeros_(conv.bias)  # pyright: ignore[reportArgumentType] (there is a bias)
    return (
        conv,
        NormAct(channels_out // GROUP, channels_out, SLOPE),
        nn.Identity(),
    )  # the third keeps the weights' names
