"""The classifier that reads a picture's label from its frozen pixel descriptors (paper, Experiment 1)."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.seeding import Stream, torch_seed

HIDDEN = (150, 100, 50)
"""Widths of the hidden layers."""


@dataclass(frozen=True)
class ClassifierSettings:
    """The pixel classifier; the defaults have the paper's 28,511 parameters, 28,479 of them trainable."""

    channels: int = 32
    """D of the descriptors that it reads."""
    logits: int = 1
    """Answers per pixel."""


class PixelClassifier(nn.Module):
    """Attention over all pixels (one head, no residual, no positions), then an MLP D-150-100-50-1 with GELU per pixel.

    The pixels enter through GN1 with a frozen shift of 0, and queries and keys are normalised over D x pixels; all eps
    are 1e-6. The loss is the binary cross-entropy of *every* pixel against the picture's label. The constructor draws
    from PyTorch's global generator; use `build_classifier` for a seed of its own.
    """

    def __init__(self, settings: ClassifierSettings) -> None:
        super().__init__()
        channels = settings.channels
        self.norm = nn.GroupNorm(1, channels, eps=1e-6)
        self.norm.bias.requires_grad_(False)
        self.query, self.key, self.value = (_linear(channels) for _ in range(3))
        self.norm_query = nn.GroupNorm(1, channels, eps=1e-6)
        self.norm_key = nn.GroupNorm(1, channels, eps=1e-6)
        widths = (channels, *HIDDEN)
        hidden = [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), nn.GELU())]
        self.mlp = nn.Sequential(*hidden, nn.Linear(widths[-1], settings.logits))

    def forward(self, features: Tensor) -> Tensor:
        """Descriptors (B, D, H, W) to a logit per pixel (B, logits, H, W)."""
        # on a CPU, PyTorch 2.13 crashes in a GroupNorm's gradient over channels-last maps that need none themselves
        tokens = self.norm(features.contiguous()).flatten(2).transpose(1, 2)
        # fused attention wants the channels of a token side by side; without, PyTorch makes the whole N x N matrix
        q = self.norm_query(self.query(tokens).transpose(1, 2)).transpose(1, 2).contiguous()
        k = self.norm_key(self.key(tokens).transpose(1, 2)).transpose(1, 2).contiguous()
        attended = functional.scaled_dot_product_attention(q[:, None], k[:, None], self.value(tokens)[:, None])[:, 0]
        return self.mlp(attended).transpose(1, 2).unflatten(2, features.shape[-2:])


def predicted_probability(logits: Tensor) -> Tensor:
    """(B, C, H, W) logits to (B, C): the mean over pixels of sigmoid(logit), as the official code has it.

    (The paper says the mean of the *logits*.) The label is 1 where this is at least one half.
    """
    return torch.sigmoid(logits).mean(dim=(-2, -1))


def build_classifier(settings: ClassifierSettings, seed: int) -> PixelClassifier:
    """The classifier with initial weights that are a function of `settings` and `seed` alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(torch_seed(seed, Stream.INITIAL))
        return PixelClassifier(settings)


def _linear(channels: int) -> nn.Linear:
    linear = nn.Linear(channels, channels)
    nn.init.xavier_uniform_(linear.weight)
    nn.init.normal_(linear.bias, std=1e-6)
    return linear
