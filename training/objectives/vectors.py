"""Displacement that feature maps imply: read from similarities by soft-argmax, refined from coarse to fine.

A displacement (B, 2, H, W) stands on the grid of view 0 and points into view 1: v(p) = T(p) - p, x first, in pixels of
its own level. Pixel i of level k (1 / 2^k of the sides) covers pixels i 2^k to (i + 1) 2^k - 1 of the picture, and
pixel centres lie at whole numbers in every level. Queries (view 0) and keys (view 1) are (B, J, d, H, W): J heads of d
channels. Source: COVER (He and Li 2025), whose mixture of vectors and vector pyramid aggregation these are.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Start = Literal["global", "local"]
"""How the coarsest level begins: with a step of unlimited reach, or with its local one."""
OUTSIDE = -1000.0
"""Logit of an offset that leaves the picture."""


def mixture_of_vectors(queries: Tensor, keys: Tensor, amplitude: int) -> Tensor:
    """Mean over heads of the expected offset o in [-a, a]^2 under softmax(q(p) . k(p + o) / sqrt d): (B, 2, H, W).

    The keys are shifted, never copied for each offset: memory is that of the logits, (B, J, (2a+1)^2, H, W).
    """
    a, (height, width) = amplitude, queries.shape[-2:]
    offsets = [(x, y) for y in range(-a, a + 1) for x in range(-a, a + 1)]
    padded = functional.pad(keys, (a,) * 4)
    outside = functional.pad(queries.new_zeros(height, width), (a,) * 4, value=OUTSIDE)
    windows = [(slice(a + y, a + y + height), slice(a + x, a + x + width)) for x, y in offsets]
    logits = torch.stack([(queries * padded[..., rows, columns]).sum(2) for rows, columns in windows], dim=2)
    beyond = torch.stack([outside[rows, columns] for rows, columns in windows])
    weights = (logits * queries.shape[2] ** -0.5 + beyond).softmax(2).mean(1)
    return torch.einsum("bohw,oc->bchw", weights, weights.new_tensor(offsets))


def global_vectors(queries: Tensor, keys: Tensor) -> Tensor:
    """Displacement to the expected match among all pixels, by dual softmax; mean over heads: (B, 2, H, W).

    With s_ij = q_i . k_j / sqrt d, the match of i is j with weight softmax_j(s_ij) softmax_i(s_ij), made to sum to 1.
    Its reach is the picture; memory is O(B J (H W)^2), so it is for coarse maps.
    """
    q, k = queries.flatten(3), keys.flatten(3)
    scores = torch.einsum("bjdn,bjdm->bjnm", q, k) * q.shape[2] ** -0.5
    weights = (scores.log_softmax(3) + scores.log_softmax(2)).softmax(3).mean(1)
    xy = pixels(queries)
    return torch.einsum("bnm,cm->bcn", weights, xy.flatten(1)).unflatten(2, queries.shape[-2:]) - xy


def regress(queries: Sequence[Tensor], keys: Sequence[Tensor], amplitude: int, coarsest: Start) -> Tensor:
    """The displacement at the finest of L levels, given coarse to fine: (B, 2, H, W) in its pixels.

    Each level warps the keys by what is known so far, and composes what it still finds with that. Without a global
    step at the coarsest level the reach is a (2^L - 1) pixels.
    """
    flow = STARTS[coarsest](queries[0], keys[0])
    for level, (query, key) in enumerate(zip(queries, keys, strict=True)):
        flow = finer(flow, query.shape[-2], query.shape[-1]) if level else flow
        warped = warp(key.flatten(1, 2), flow).unflatten(1, key.shape[1:3])
        flow = compose(flow, mixture_of_vectors(query, warped, amplitude))
    return flow


def _nothing(queries: Tensor, keys: Tensor) -> Tensor:
    """No displacement, (B, 2, H, W)."""
    return queries.new_zeros(len(queries), 2, *queries.shape[-2:])


STARTS: dict[Start, Callable[[Tensor, Tensor], Tensor]] = {"global": global_vectors, "local": _nothing}
"""What is known before the first local step."""


def compose(flow: Tensor, step: Tensor) -> Tensor:
    """The displacement of a step (B, 2, H, W) followed by `flow`: v(p) = step(p) + flow(p + step(p))."""
    return step + warp(flow, step)


def warp(maps: Tensor, flow: Tensor) -> Tensor:
    """Maps (B, C, H, W) read at p + flow(p), bilinear, outside of the picture at its nearest border: (B, C, H, W)."""
    height, width = maps.shape[-2:]
    x, y = (pixels(flow) + flow).unbind(1)
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], dim=-1)  # -1 and 1: outer pixels' edges
    return functional.grid_sample(maps, grid, padding_mode="border", align_corners=False)


def finer(flow: Tensor, height: int, width: int) -> Tensor:
    """A displacement (B, 2, h, w) in the grid and the pixels of the next finer level, (B, 2, height, width).

    The finer sides are twice the coarser ones, or one less.
    """
    return 2 * functional.interpolate(flow, scale_factor=2, mode="bilinear", align_corners=False)[..., :height, :width]


def pixels(maps: Tensor) -> Tensor:
    """(2, H, W) x and y of the pixels of maps (..., H, W)."""
    height, width = maps.shape[-2:]
    y, x = (torch.arange(side, dtype=maps.dtype, device=maps.device) for side in (height, width))
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))
