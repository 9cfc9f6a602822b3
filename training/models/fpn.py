"""A feature pyramid: plain convolutions down, sums of 1 x 1 projections up to half the resolution (Lin et al. 2017).

Stage k works at 1 / 2^k of the sides with `widths[k]` channels: `blocks[k]` times [Conv3x3, GroupNorm of 8 channels a
group, ReLU], the first with stride 2 from stage 1 on. Every stage but the first is projected to D channels; from the
coarsest on each sum is enlarged by two, bilinearly, and joined by the next. The last has a cell for every 2 x 2 pixels,
between which descriptors are interpolated: at full resolution the last step would cost more than the network.

    widths (16, 32, 64, 96, 128), blocks (2, 2, 2, 4, 4), D = 64     951,920 parameters

Of `ModelSettings` it takes widths, blocks, channels, unit_length and code_gain. Heads, dropout and initial mean nothing
to it, and its normalisation is that over the whole image.
"""

from itertools import pairwise

from torch import Tensor, nn

from training.models.ending import ending_of
from training.models.initial import from_seed
from training.models.lattice import Lattice, enlarged
from training.models.norm_act import NormAct
from training.models.padding import cut_back, pad_to_multiple
from training.models.rules import refuse_broken
from training.settings import ModelSettings

GROUP = 8
"""Channels of a group of the normalisation."""
STEP_PX = 2
"""Pixels from one cell of the finest map to the next."""


class FeaturePyramid(nn.Module):
    """Pictures (B, 3, H, W) float32 in [0, 1] to descriptors (B, D, H, W) float32; no further scaling of the input.

    Any H, W >= 1: sides that are not multiples of 2^(L-1) (L stages) are mirrored up to the next one, and the answer is
    cut back. The constructor draws from PyTorch's global generator; use `build_model` for a seed of its own.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.multiple = 2 ** (len(settings.widths) - 1)
        widths = settings.widths
        self.stages = nn.ModuleList(
            _stage(before, width, count, stride=2 if stage else 1)
            for stage, ((before, width), count) in enumerate(zip(pairwise((3, *widths)), settings.blocks, strict=True))
        )
        self.projections = nn.ModuleList(nn.Conv2d(width, settings.channels, 1) for width in widths[1:])

    @property
    def lattice(self) -> Lattice:
        """A cell for every 2 x 2 pixels."""
        return Lattice(STEP_PX, ending_of(self.settings))

    @property
    def map_channels(self) -> tuple[int, ...]:
        """Channels of the maps of `pyramid`: D at each resolution."""
        return (self.settings.channels,) * len(self.projections)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float32 in [0, 1] to (B, D, H, W)."""
        return self.lattice.everywhere(self.pyramid(images, 1)[0], *images.shape[-2:])

    def pyramid(self, images: Tensor, levels: int) -> tuple[Tensor, ...]:
        """The finest `levels` sums, coarse to fine: of 1 / 2^k of the sides (rounded up), the last of 1/2."""
        maps = self._up(self._down(pad_to_multiple(images, self.multiple)))
        height, width = (-(-side // STEP_PX) for side in images.shape[-2:])
        return cut_back(maps[-levels:], height, width)

    def _down(self, x: Tensor) -> list[Tensor]:
        """The output of every stage but the first, fine to coarse."""
        outputs: list[Tensor] = []
        for stage in self.stages:
            x = stage(x)
            outputs.append(x)
        return outputs[1:]

    def _up(self, outputs: list[Tensor]) -> list[Tensor]:
        """The sums, coarse to fine."""
        sums: list[Tensor] = []
        for x, project in zip(reversed(outputs), reversed(self.projections), strict=True):
            sums.append(project(x) + enlarged(sums[-1], 2) if sums else project(x))
        return sums


def build_model(settings: ModelSettings, seed: int) -> FeaturePyramid:
    """The network with initial weights that are a function of `settings` and `seed` alone (`from_seed`).

    Raises RequestError for settings that make no network.
    """
    check_settings(settings)
    return from_seed(lambda: FeaturePyramid(settings), seed)


def check_settings(settings: ModelSettings) -> None:
    """Raise RequestError with the first thing that is wrong, if any."""
    widths, blocks = settings.widths, settings.blocks
    wrong = {
        "widths and blocks need one entry per stage, and two stages or more": len(widths) < 2
        or len(widths) != len(blocks),
        "blocks and channels are 1 or more": min((*blocks, settings.channels), default=0) < 1,
        f"widths are multiples of {GROUP}": any(width < 1 or width % GROUP for width in widths),
    }
    refuse_broken(wrong, settings)


def _stage(before: int, width: int, count: int, stride: int) -> nn.Sequential:
    layers = [_layer(before, width, stride), *(_layer(width, width, 1) for _ in range(count - 1))]
    return nn.Sequential(*layers)


def _layer(before: int, width: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(before, width, 3, stride=stride, padding=1, bias=False)
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    return nn.Sequential(convolution, NormAct(width // GROUP, width))
