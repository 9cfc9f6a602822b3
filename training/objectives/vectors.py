"""Displacement that feature maps imply: read from similarities by soft-argmax, refined from coarse to fine.

A displacement (B, 2, H, W) stands on the grid of view 0 and points into view 1: v(p) = T(p) - p, x first, in pixels of
its own level. Pixel i of level k (1 / 2^k of the sides) covers pixels i 2^k to (i + 1) 2^k - 1 of the picture, and
pixel centres lie at whole numbers in every level. Queries (view 0) and keys (view 1) are (B, J, d, H, W): J heads of d
channels. Source: COVER (He and Li 2025), whose mixture of vectors and vector pyramid aggregation these are.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from training.objectives.gather import gather
from training.objectives.options import Start

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
    xy = pixel_coordinates(queries)
    return torch.einsum("bnm,cm->bcn", weights, xy.flatten(1)).unflatten(2, queries.shape[-2:]) - xy


def mixture_at(queries: Tensor, keys: Tensor, amplitude: int, xy: Tensor) -> Tensor:
    """`mixture_of_vectors` at some pixels `xy` (B, M, 2) alone: (B, 2, M), at the price of the offsets of these."""
    a, (height, width), heads = amplitude, queries.shape[-2:], queries.shape[1:3]
    steps = torch.arange(-a, a + 1, device=xy.device)
    offsets = torch.cartesian_prod(steps, steps).flip(1)
    places = xy.unsqueeze(1) + offsets.unsqueeze(1)
    beyond = ((places < 0) | (places >= places.new_tensor([width, height]))).any(-1)
    query = gather(queries.flatten(1, 2), xy, "nearest").unflatten(1, heads)
    key = gather(keys.flatten(1, 2), places.flatten(1, 2), "nearest").unflatten(2, beyond.shape[1:]).unflatten(1, heads)
    logits = (query.unsqueeze(3) * key).sum(2) * heads[1] ** -0.5
    weights = logits.masked_fill(beyond.unsqueeze(1), OUTSIDE).softmax(2).mean(1)
    return torch.einsum("bom,oc->bcm", weights, offsets.to(weights.dtype))


def regress(queries: Sequence[Tensor], keys: Sequence[Tensor], amplitude: int, coarsest: Start) -> Tensor:
    """The displacement at the finest of L levels, given coarse to fine: (B, 2, H, W) in its pixels.

    Each level warps the keys by what is known so far, and composes what it still finds with that. Without a global
    step at the coarsest level the reach is a (2^L - 1) pixels.
    """
    flow = _known_before(queries, keys, amplitude, coarsest)
    return compose(flow, mixture_of_vectors(queries[-1], _met(keys[-1], flow), amplitude))


def regress_at(
    queries: Sequence[Tensor], keys: Sequence[Tensor], amplitude: int, coarsest: Start, xy: Tensor
) -> Tensor:
    """`regress` read at pixels `xy` (B, M, 2) of the finest level, where alone its step is made: (B, 2, M)."""
    flow = _known_before(queries, keys, amplitude, coarsest)
    step = mixture_at(queries[-1], _met(keys[-1], flow), amplitude, xy)
    return step + sample(flow, xy.transpose(1, 2).unsqueeze(2) + step.unsqueeze(2)).squeeze(2)


def _known_before(queries: Sequence[Tensor], keys: Sequence[Tensor], amplitude: int, coarsest: Start) -> Tensor:
    """The displacement that the finest level begins with, on its grid: (B, 2, H, W)."""
    if len(queries) == 1:
        return STARTS[coarsest](queries[0], keys[0])
    return finer(regress(queries[:-1], keys[:-1], amplitude, coarsest), *queries[-1].shape[-2:])


def _met(keys: Tensor, flow: Tensor) -> Tensor:
    """Keys (B, J, d, H, W) where the displacement leads."""
    return warp_maps(keys.flatten(1, 2), flow).unflatten(1, keys.shape[1:3])


def _nothing(queries: Tensor, keys: Tensor) -> Tensor:
    """No displacement, (B, 2, H, W)."""
    return queries.new_zeros(len(queries), 2, *queries.shape[-2:])


STARTS: dict[Start, Callable[[Tensor, Tensor], Tensor]] = {"global": global_vectors, "local": _nothing}
"""What is known before the first local step."""


def compose(flow: Tensor, step: Tensor) -> Tensor:
    """The displacement of a step (B, 2, H, W) followed by `flow`: v(p) = step(p) + flow(p + step(p))."""
    return step + warp_maps(flow, step)


def warp_maps(maps: Tensor, flow: Tensor) -> Tensor:
    """Maps (B, C, H, W) read at p + flow(p), bilinear, outside of the picture at its nearest border: (B, C, H, W)."""
    return sample(maps, pixel_coordinates(flow) + flow)


def sample(maps: Tensor, xy: Tensor) -> Tensor:
    """Maps (B, C, H, W) read at points xy (B, 2, h, w), as `warp_maps` does: (B, C, h, w), differentiable in both."""
    height, width = maps.shape[-2:]
    x, y = xy.unbind(1)
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], dim=-1)  # -1 and 1: outer pixels' edges
    return functional.grid_sample(maps, grid, padding_mode="border", align_corners=False)


def finer(flow: Tensor, height: int, width: int) -> Tensor:
    """A displacement (B, 2, h, w) in the grid and the pixels of the next finer level, (B, 2, height, width).

    The finer sides are twice the coarser ones, or one less.
    """
    return 2 * functional.interpolate(flow, scale_factor=2, mode="bilinear", align_corners=False)[..., :height, :width]


def pixel_coordinates(maps: Tensor) -> Tensor:
    """(2, H, W) x and y of the pixels of maps (..., H, W)."""
    height, width = maps.shape[-2:]
    y, x = (torch.arange(side, dtype=maps.dtype, device=maps.device) for side in (height, width))
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))
