"""Self-attention of the bottleneck (paper, Appendix B.3): over the whole grid, or within fixed windows of it."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.models.blocks import NormKind, make_norm

WINDOW = 4
"""Side of the pixel variant's attention windows, in bottleneck pixels (128 of the picture at 5 stages)."""


class SelfAttention(nn.Module):
    """xn + Linear(softmax(q k^T) v) with xn = GN1(x): the residual is the *normalised* input.

    The shift of that GN1 is frozen at 0, and counts among the parameters. q and k are normalised over the channels of a
    head, the tokens and the heads together, with a scale and a shift per channel of a head. For c = 64 and 4 heads:
    128 + 4 * 4,160 + 64 = 16,832 parameters, 64 of them frozen.

    With `kind="pixel"` nothing may look at the whole picture: q and k are normalised per token, and tokens attend
    within windows of WINDOW x WINDOW whose borders are multiples of WINDOW of the bottleneck's grid, counted from the
    picture's top-left corner. The windows at the right and lower border are as small as the grid leaves them.
    Same parameters.
    """

    def __init__(self, channels: int, heads: int, kind: NormKind) -> None:
        super().__init__()
        self.heads = heads
        self.window = 0 if kind == "image" else WINDOW
        self.norm = make_norm(kind, channels)
        self.norm.bias.requires_grad_(False)  # pyright: ignore[reportCallIssue, reportAttributeAccessIssue]
        self.query, self.key, self.value, self.output = (nn.Linear(channels, channels) for _ in range(4))
        self.norm_query = make_norm(kind, channels // heads)
        self.norm_key = make_norm(kind, channels // heads)
        self._initialise()

    def _initialise(self) -> None:
        for linear in (self.query, self.key, self.value):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.normal_(linear.bias, std=1e-6)
        nn.init.normal_(self.output.weight, std=1e-6)
        nn.init.normal_(self.output.bias, std=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """(B, c, h, w) to (B, c, h, w)."""
        normed = self.norm(x)
        tokens = normed.permute(0, 2, 3, 1)
        q = self._split(self.query(tokens), self.norm_query)
        k = self._split(self.key(tokens), self.norm_key)
        v = self._split(self.value(tokens), None)
        attended = attend(q, k, v) if self.window == 0 else attend_in_windows(q, k, v, self.window)
        return normed + self.output(attended.flatten(-2)).permute(0, 3, 1, 2)

    def _split(self, tokens: Tensor, norm: nn.Module | None) -> Tensor:
        """(B, h, w, c) to (B, h, w, heads, c / heads), normalised if asked."""
        split = tokens.unflatten(-1, (self.heads, -1))
        return split if norm is None else norm(split.movedim(-1, 1)).movedim(1, -1)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(q k^T / sqrt(size of a head)) v over all of a grid: (B, h, w, heads, size) to the same shape."""
    q_, k_, v_ = (tensor.flatten(1, 2).transpose(1, 2) for tensor in (q, k, v))
    return functional.scaled_dot_product_attention(q_, k_, v_).transpose(1, 2).reshape(q.shape)


def attend_in_windows(q: Tensor, k: Tensor, v: Tensor, window: int) -> Tensor:
    """`attend` within windows whose borders are multiples of `window`; shapes as there.

    The whole windows are done together; the smaller ones of the right and lower border apart from them.
    """
    height, width = q.shape[1:3]
    rows, columns = (side - side % window for side in (height, width))
    bands = [
        torch.cat([_attend_block(q[:, r, c], k[:, r, c], v[:, r, c], window) for c in _halves(columns)], dim=2)
        for r in _halves(rows)
    ]
    return torch.cat(bands, dim=1)


def _halves(border: int) -> tuple[slice, slice]:
    return slice(None, border), slice(border, None)


def _attend_block(q: Tensor, k: Tensor, v: Tensor, window: int) -> Tensor:
    """A block of equal windows: each side a multiple of `window`, or shorter than it."""
    if q.numel() == 0:
        return q
    height, width = q.shape[1:3]
    sides = (min(window, height), min(window, width))
    attended = attend(*(_to_windows(tensor, sides) for tensor in (q, k, v)))
    folded = attended.unflatten(0, (len(q), height // sides[0], width // sides[1]))
    return folded.transpose(2, 3).reshape(q.shape)


def _to_windows(x: Tensor, sides: tuple[int, int]) -> Tensor:
    """(B, h, w, heads, size) to (B * windows, side, side, heads, size)."""
    grid = x.unflatten(2, (-1, sides[1])).unflatten(1, (-1, sides[0]))
    return grid.transpose(2, 3).flatten(0, 2)
