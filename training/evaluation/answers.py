"""What a dense descriptor answers: where the match of a given pixel lies, and the matches that it finds by itself.

Each query is a pixel of view 0. Its descriptor is looked for among all pixels of view 1, and what was found
is looked for again among all pixels of view 0. The true match is the pixel that the true projection falls in, with
that pixel's own descriptor, so that rank 0 and "recall@1" are the same thing; pixel errors are measured from
the sub-pixel projection.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.evaluation.nearest import as_pixels, as_rows, comparable, grid_pixels, mutual, pairwise, ranks
from training.evaluation.pair import Standing, Truth
from training.settings import Distance

Array = NDArray[Any]
MUTUAL_PX = 1.0
"""A match is mutual when the way back ends within this distance of the query."""


PROTOCOL = 1
"""Version of all that turns a pair of pictures into what is kept of a descriptor, and part of the key it is kept by."""
# Raise it when the same descriptor, data and settings would give other predictions than before: when maps are read at
# pixels, matches sought, pictures resized, or pixels chosen in another way. What older versions kept is then made anew.


@dataclass(frozen=True)
class Answers:
    """What one descriptor says about Q queries, or about those of many pairs one after the other."""

    visible: Array
    """(Q,) bool: a true query, or a distractor that has no match in view 1."""
    predicted: Array
    """(Q, 2) float32 nearest pixel of view 1."""
    true: Array
    """(Q, 2) float32 true projection; NaN for distractors."""
    distance: Array
    """(Q,) float32 distance to the predicted pixel's descriptor."""
    true_distance: Array
    """(Q,) float32 distance to the true pixel's descriptor; NaN for distractors."""
    closer: Array
    """(Q,) int64 pixels of view 1 strictly closer than the true one; 0 for distractors."""
    equal: Array
    """(Q,) int64 other pixels exactly as close as the true one; 0 for distractors."""
    pixels: Array
    """(Q,) int64 pixels of view 1."""
    returned_px: Array
    """(Q,) float32 distance of the query to the pixel of view 0 nearest to the predicted one: 0 when mutual."""

    def __len__(self) -> int:
        return len(self.visible)


@dataclass(frozen=True)
class Found:
    """M mutual matches of one pair, or those of many pairs one after the other."""

    xy0: Array
    """(M, 2) float32 points of view 0."""
    xy1: Array
    """(M, 2) float32 their matches in view 1."""
    true: Array
    """(M, 2) float32 where they truly lie; infinite where view 1 cannot show them, NaN where that is not known."""

    def __len__(self) -> int:
        return len(self.xy0)


@torch.no_grad()
def answer(
    features0: Tensor, features1: Tensor, xy0: Tensor, xy1: Tensor, visible: Array, distance: Distance = "l2"
) -> Answers:
    """Look for the descriptors at `xy0` (Q, 2) of features0 (D, H, W) in all of features1 (D, H', W')."""
    (features0, norm), (features1, _) = (comparable(features, distance) for features in (features0, features1))
    bank0, bank1 = as_rows(features0), as_rows(features1)
    size0, size1 = (features.shape[2] for features in (features0, features1))
    start = xy0[:, 1] * size0 + xy0[:, 0]
    there, found, back = mutual(bank0[start], bank0, bank1, norm)
    seen = torch.from_numpy(np.flatnonzero(visible)).to(start.device)
    last = torch.tensor([features1.shape[2] - 1, features1.shape[1] - 1], device=start.device)
    target = torch.minimum(torch.floor(xy1[seen] + 0.5).long(), last)  # x + 0.5 may be rounded up to the width
    queries, true = bank0[start[seen]], target[:, 1] * size1 + target[:, 0]
    limit = pairwise(queries, bank1[true], norm)
    rank = ranks(queries, bank1, limit, norm)
    returned = torch.linalg.vector_norm((as_pixels(back, size0) - xy0).float(), dim=1)
    return Answers(
        visible=np.asarray(visible),
        predicted=_numpy(as_pixels(there, size1).float()),
        true=np.where(visible[:, None], _numpy(xy1), np.float32(np.nan)),
        distance=_numpy(found),
        true_distance=_scattered(limit, visible, np.nan),
        closer=_scattered(rank.closer, visible, 0),
        equal=_scattered(rank.equal - 1, visible, 0),
        pixels=np.full(len(visible), len(bank1)),
        returned_px=_numpy(returned),
    )


@torch.no_grad()
def grid_matches(features0: Tensor, features1: Tensor, step: int, distance: Distance) -> tuple[Array, Array]:
    """Mutual matches (M, 2), (M, 2) float32 of the pixels of view 0 on a grid, `step` pixels apart and centred."""
    (features0, norm), (features1, _) = (comparable(features, distance) for features in (features0, features1))
    xy0 = grid_pixels(features0, step)
    queries = features0[:, xy0[:, 1], xy0[:, 0]].T.contiguous()
    there, _, back = mutual(queries, as_rows(features0), as_rows(features1), norm)
    returned = torch.linalg.vector_norm((as_pixels(back, features0.shape[2]) - xy0).float(), dim=1)
    kept = returned <= MUTUAL_PX
    xy1 = as_pixels(there, features1.shape[2])
    return _numpy(xy0[kept].float()), _numpy(xy1[kept].float())


def no_matches() -> Found:
    """None at all."""
    return judged(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32), None)


def judged(xy0: Array, xy1: Array, truth: Truth | None) -> Found:
    """Matches (M, 2), (M, 2) beside the truth about them; unknown without one."""
    if truth is None or not len(xy0):
        return Found(xy0, xy1, np.full(xy0.shape, np.nan, np.float32))
    true, standing = truth(xy0.astype(np.float64))
    nowhere = (standing == Standing.OUTSIDE) & ~np.isfinite(true).all(1)  # behind camera 1, or beyond the horizon
    true = np.where(((standing == Standing.OCCLUDED) | nowhere)[:, None], np.inf, true)
    return Found(xy0, xy1, np.where((standing == Standing.UNKNOWN)[:, None], np.nan, true).astype(np.float32))


def _scattered(values: Tensor, where: Array, other: float) -> Array:
    """`values` (n,) at the n true entries of `where` (Q,), `other` elsewhere."""
    source = _numpy(values)
    result = np.full(len(where), other, source.dtype)
    result[where] = source
    return result


def _numpy(values: Tensor) -> Array:
    return values.cpu().numpy()
