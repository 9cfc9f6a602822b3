"""The parts of the U-Net: normalisation, residual blocks, changes of resolution (paper, Appendix B.3).

Feature maps are (B, C, H, W) float32. Every convolution has a bias; skips are added, never concatenated.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.models.norm_act import norm_silu, norms_silu

NormKind = Literal["image", "pixel"]


class PixelNorm(nn.Module):
    """Normalisation of each pixel over its channels (LayerNorm), then a scale and a shift per channel.

    The answer at a pixel depends on that pixel alone, so a tile of a picture and the whole picture agree.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, *) to the same shape; C first, so that it stands where GroupNorm stands."""
        last = x.movedim(1, -1)
        return functional.layer_norm(last, self.weight.shape, self.weight, self.bias, self.eps).movedim(-1, 1)


def make_norm(kind: NormKind, channels: int, groups: int = 1, eps: float = 1e-5) -> nn.Module:
    """GN1 of the paper (statistics over C x H x W of a group), or its per-pixel counterpart: 2 C parameters both.

    The pixel norm always has one group: a pixel has no statistics but its own channels, and over the two channels of
    a group of the head (16 channels, 8 groups) a normalisation would leave nothing but the sign of their difference.
    """
    return nn.GroupNorm(groups, channels, eps) if kind == "image" else PixelNorm(channels, eps)


class Residual(nn.Module):
    """x + Conv(Dropout(SiLU(GN(Conv(SiLU(GN(x))))))); with a skip s, GN(x) becomes (GN(x) + GN_skip(s)) / sqrt 2.

    18 c^2 + 6 c parameters, and 2 c more with a skip. Starts as (almost) the identity.
    """

    def __init__(self, channels: int, dropout: float, kind: NormKind, skip: bool = False) -> None:
        super().__init__()
        self.norm1 = make_norm(kind, channels)
        self.norm_skip = make_norm(kind, channels) if skip else None
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = make_norm(kind, channels)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self._initialise()

    def _initialise(self) -> None:
        nn.init.xavier_uniform_(self.conv1.weight)
        for tensor in (self.conv1.bias, self.conv2.weight, self.conv2.bias):
            nn.init.normal_(tensor, std=1e-6)  # pyright: ignore[reportArgumentType] (there is a bias)

    def forward(self, x: Tensor, skip: Tensor | None = None) -> Tensor:
        """(B, c, H, W), and a skip of that shape where the block was made for one, to (B, c, H, W)."""
        if self.norm_skip is None or skip is None:
            h = norm_silu(x, self.norm1)
        else:
            h = norms_silu(x, self.norm1, skip, self.norm_skip)
        h = self.dropout(norm_silu(self.conv1(h), self.norm2))
        return x + self.conv2(h)


def pointwise(channels_in: int, channels_out: int) -> nn.Conv2d:
    """A 1 x 1 convolution: Xavier uniform, bias 0."""
    conv = nn.Conv2d(channels_in, channels_out, 1)
    nn.init.xavier_uniform_(conv.weight)
    nn.init.zeros_(conv.bias)  # pyright: ignore[reportArgumentType] (there is a bias)
    return conv


class Down(nn.Module):
    """Mean of 2 x 2 pixels, then Conv1x1: the convolution works at the low resolution."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv = pointwise(channels_in, channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """(B, a, H, W) to (B, b, H/2, W/2); H and W even."""
        return self.conv(functional.avg_pool2d(x, 2))


class Up(nn.Module):
    """Conv1x1, then each pixel twice in both directions: the convolution works at the low resolution."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv = pointwise(channels_in, channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """(B, a, H, W) to (B, b, 2H, 2W)."""
        return functional.interpolate(self.conv(x), scale_factor=2, mode="nearest")
