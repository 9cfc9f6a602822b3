"""The U-Net that turns a picture into a descriptor per pixel (paper, Appendix B.3 and C.1).

Parameters (all / trainable; the difference is the frozen shift of the bottleneck attention):

    Experiment 1: widths (32, 64, 64), blocks (1, 2, 2), D = 32             993,664 /   993,600
    Experiment 2: widths (16, 16, 32, 32, 64), blocks (1, 1, 1, 2, 4)     1,031,408 / 1,031,344
"""

import torch
from torch import Tensor, nn

from training.models.attention import SelfAttention
from training.models.blocks import Down, Residual, Up, make_norm
from training.models.ending import at_once_and_when_read
from training.models.initial import from_seed
from training.models.lattice import Lattice
from training.models.norm_act import norm_silu
from training.models.padding import cut_back, pad_to_multiple
from training.models.rules import refuse_broken
from training.settings import ModelSettings


class UNet(nn.Module):
    """Pictures (B, 3, H, W) float32 in [0, 1] to descriptors (B, D, H, W) float32; no further scaling of the input.

    Any H, W >= 1: a picture whose sides are not multiples of 2^L (L stages) is mirrored at its right and lower border
    up to the next multiple, and the answer is cut back (`pad_to_multiple`). The mirrored strip is less than 2^L wide.
    It is seen by the pixels within reach of it, and with `norm="image"` it has a part in the statistics of all layers.

    The constructor draws the initial weights from PyTorch's global generator; use `build_model` for a seed of its own.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.at_once, self.when_read = at_once_and_when_read(settings)
        self.multiple = 2 ** len(settings.widths)
        widths, norm, first, last = settings.widths, settings.norm, settings.widths[0], settings.widths[-1]
        self.stem = _make_stem(first)
        self.encoder = nn.ModuleList(_encoder_stage(settings, stage) for stage in range(len(widths)))
        self.downs = nn.ModuleList(Down(a, b) for a, b in zip(widths, (*widths[1:], last), strict=True))
        self.middle = nn.Sequential(
            Residual(last, settings.dropout, norm),
            SelfAttention(last, settings.heads, norm),
            Residual(last, settings.dropout, norm),
        )
        self.ups = nn.ModuleList(Up(a, b) for a, b in zip((*widths[1:], last), widths, strict=True))
        self.decoder = nn.ModuleList(_decoder_stage(settings, stage) for stage in range(len(widths)))
        self.norm = make_norm(norm, first, groups=min(8, first))
        self.head = nn.Conv2d(first, settings.channels, 3, padding=1)

    @property
    def lattice(self) -> Lattice:
        """A cell for every pixel, of the length that the settings say."""
        return Lattice(ending=self.when_read)

    @property
    def map_channels(self) -> tuple[int, ...]:
        """Channels of the maps of `pyramid`: decoder stages from the coarsest on, then the descriptors."""
        return (*reversed(self.settings.widths[1:]), self.settings.channels)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float32 in [0, 1] to (B, D, H, W)."""
        return self.when_read(self.pyramid(images, 1)[0])

    def pyramid(self, images: Tensor, levels: int) -> tuple[Tensor, ...]:
        """The finest `levels` maps, coarse to fine: stages of 1 / 2^k of the sides (rounded up), then descriptors.

        A pixel of the map of 1 / 2^k stands for 2^k x 2^k pixels of the picture.
        """
        *coarse, last = self._stages(pad_to_multiple(images, self.multiple))
        return cut_back((*coarse, self._head(last))[-levels:], *images.shape[-2:])

    def features(self, images: Tensor) -> Tensor:
        """`forward` for sides that are multiples of 2^L: (B, 3, H, W) to (B, D, H, W)."""
        return self.when_read(self._head(self._stages(images)[-1]))

    def _stages(self, images: Tensor) -> list[Tensor]:
        """The output of every decoder stage, coarse to fine."""
        x, skips = self._encode(self.stem(images))
        return self._decode(self.middle(x), skips)

    def _head(self, x: Tensor) -> Tensor:
        x = self.head(norm_silu(x, self.norm))
        return self.at_once(x)

    def _encode(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Down to H / 2^L, and the output of every block on the way."""
        skips: list[Tensor] = []
        for blocks, down in zip(self.encoder, self.downs, strict=True):
            for block in blocks:  # pyright: ignore[reportGeneralTypeIssues] (a ModuleList)
                x = block(x)
                skips.append(x)
            x = down(x)
        return x, skips

    def _decode(self, x: Tensor, skips: list[Tensor]) -> list[Tensor]:
        """Up again, stage by stage; the last skip in is the first out, and the last block of a stage takes none."""
        stages: list[Tensor] = []
        for blocks, up in zip(reversed(self.decoder), reversed(self.ups), strict=True):
            x = up(x)
            for block in blocks:  # pyright: ignore[reportGeneralTypeIssues] (a ModuleList)
                x = block(x) if block.norm_skip is None else block(x, skips.pop())
            stages.append(x)
        return stages


def build_model(settings: ModelSettings, seed: int) -> UNet:
    """The network with initial weights that are a function of `settings` and `seed` alone (`from_seed`).

    Raises RequestError for settings that make no network.
    """
    check_settings(settings)
    return from_seed(lambda: _new(settings), seed)


def _new(settings: ModelSettings) -> UNet:
    model = UNet(settings)
    if settings.initial == "local":
        start_locally(model)
    return model


LOCAL_UP = 0.1
"""Share of the coarse paths at the start of `initial="local"`."""


@torch.no_grad()
def start_locally(model: UNet) -> None:
    """Let every block work from the start, and the coarse paths of the decoder speak softly at first.

    With the paper's weights each block is the identity, and what comes up from the bottleneck, the same for blocks of
    32 x 32 pixels, drowns the skips: hundreds of steps pass before neighbours differ. Here the second convolutions are
    Xavier uniform as the first ones are, and the decoder's 1 x 1 convolutions start at LOCAL_UP of their weights.
    """
    for module in model.modules():
        if isinstance(module, Residual):
            nn.init.xavier_uniform_(module.conv2.weight)
    for up in model.ups:
        up.conv.weight.mul_(LOCAL_UP)  # pyright: ignore[reportAttributeAccessIssue, reportCallIssue]


def check_settings(settings: ModelSettings) -> None:
    """Raise RequestError with the first thing that is wrong, if any."""
    widths, blocks, first = settings.widths, settings.blocks, settings.widths[0] if settings.widths else 0
    wrong = {
        "widths and blocks need one entry per stage": not widths or len(widths) != len(blocks),
        "widths, blocks, channels and heads are 1 or more": min(
            (*widths, *blocks, settings.channels, settings.heads), default=0
        )
        < 1,
        "the first width is below 8 or a multiple of 8 (groups of the head)": first > 8 and first % 8 != 0,
        "the last width is a multiple of heads": bool(widths) and widths[-1] % max(settings.heads, 1) != 0,
        "dropout is at least 0 and below 1": not 0 <= settings.dropout < 1,
    }
    refuse_broken(wrong, settings)


def _make_stem(channels: int) -> nn.Conv2d:
    stem = nn.Conv2d(3, channels, 3, padding=1)
    nn.init.xavier_uniform_(stem.weight)
    nn.init.normal_(stem.bias, std=1e-8)  # pyright: ignore[reportArgumentType] (there is a bias)
    return stem


def _encoder_stage(settings: ModelSettings, stage: int) -> nn.ModuleList:
    width, dropout = settings.widths[stage], _dropout(settings, stage)
    return nn.ModuleList(Residual(width, dropout, settings.norm) for _ in range(settings.blocks[stage]))


def _decoder_stage(settings: ModelSettings, stage: int) -> nn.ModuleList:
    width, dropout, count = settings.widths[stage], _dropout(settings, stage), settings.blocks[stage]
    return nn.ModuleList(Residual(width, dropout, settings.norm, skip=i < count) for i in range(count + 1))


def _dropout(settings: ModelSettings, stage: int) -> float:
    """Only the two deepest stages (and the middle) drop."""
    return settings.dropout if stage >= len(settings.widths) - 2 else 0.0
