"""Choosing the pixels of the loss: the positives P and the negatives N of each pair, with f = |P| / |S| really met.

P is a random subset of the visible rays. N has random pixels of view 0 that are no chosen positives, each joined with
a random pixel R(p) of view 1. As in the paper, R(p) is uniform over all pixels of view 1, so it is the true match of
p with probability 1 / (h w); such accidents are part of the method and are not filtered.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from scenegen.shards import Status
from training.data.batch import PairBatch
from training.errors import RequestError
from training.objectives.pixel_pairs import PixelPairs
from training.running.places import ALONE, Places
from training.settings import PixelSettings


def select_matches(
    batch: PairBatch, settings: PixelSettings, generator: torch.Generator, places: Places = ALONE
) -> PixelPairs:
    """S = P ∪ N of each pair; the generator (on the batch's device) decides everything.

    |P| = min(visible rays, what fits) and |S| = |P| / f rounded (halves up): |S| is at most `points` (0: no limit of
    its own) and at most the window's pixels, because a pixel is used once. Positives come first, then negatives, both
    in random order, then padding: further pixels of the same random order, so padding is spread over the window.
    Of the negatives, the share `typed_negatives` starts at occluded or out-of-view rays, as far as there are any.
    `foreground` is filled for positives, whose source is a ray.
    What is drawn for a pair depends on its place in the batch of all processes and not on the other pairs.
    Raises RequestError where the settings allow no positive at all.
    """
    width = batch.images0.shape[-1]
    counts = _count(batch, settings)
    keys, partners = _draw(batch, settings, generator, places)
    rays = keys[0].gather(1, _pixel(batch.xy0, width))
    ray_order = _order(rays, batch.status == Status.VISIBLE)
    pixel_order = _order_pixels(batch, counts, keys[1], rays, ray_order)
    columns = torch.arange(int(counts.total.max()), device=rays.device)
    positive = columns < counts.positive.unsqueeze(1)
    ray = ray_order[:, : len(columns)].gather(1, columns.clamp(max=max(rays.shape[1] - 1, 0)).expand(positive.shape))
    source = pixel_order.gather(1, (columns - counts.positive.unsqueeze(1)).clamp(min=0))
    target = partners[:, : len(columns)]
    return PixelPairs(
        xy0=torch.where(positive.unsqueeze(2), _take(batch.xy0, ray), _to_xy(source, width).int()),
        xy1=torch.where(positive.unsqueeze(2), _take(batch.xy1, ray), _to_xy(target, width).float()),
        positive=positive,
        valid=columns < counts.total.unsqueeze(1),
        foreground=positive & batch.foreground.gather(1, ray),
    )


def check_selection(settings: PixelSettings) -> None:
    """Raise RequestError where f, |S| or the share of typed negatives is impossible."""
    f, points, typed = settings.positives, settings.points, settings.typed_negatives
    if not 0 < f < 1:
        raise RequestError(f"positives is {f}: f = |P| / |S| must lie strictly between 0 and 1")
    if points < 0 or (points and largest_positives(points, f) < 1):
        raise RequestError(f"points is {points}: at f = {f} a pair needs {int(1 / f + 0.5)} or more, or 0 for no limit")
    if not 0 <= typed <= 1:
        raise RequestError(f"typed_negatives is {typed}: a share of the negatives must lie between 0 and 1")


def largest_positives(total: int, f: float) -> int:
    """The largest |P| whose |S| = floor(|P| / f + 1/2) does not exceed `total`."""
    guess = int((total + 0.5) * f) + 1
    while guess > 0 and int(guess / f + 0.5) > total:
        guess -= 1
    return guess


def _draw(
    batch: PairBatch, settings: PixelSettings, generator: torch.Generator, places: Places
) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """Two keys in [0, 1) of each pixel of view 0, (B, h w), for rays and negatives; pixels of view 1, (B, largest |S|).

    Rays are ordered by their pixels' keys: a draw for each ray would depend on how many the longest pair has.
    """
    pixels = batch.images0.shape[-2] * batch.images0.shape[-1]
    whole, how = places.whole(len(batch)), {"generator": generator, "device": batch.status.device}
    first, second = (torch.rand((whole, pixels), **how) for _ in range(2))
    partners = torch.randint(pixels, (whole, min(settings.points or pixels, pixels)), **how)
    return (places.own(first), places.own(second)), places.own(partners)


def _pixel(xy: Tensor, width: int) -> Tensor:
    """(B, N) int64 flat numbers of pixels (B, N, 2)."""
    return xy[..., 1].long() * width + xy[..., 0].long()


@dataclass(frozen=True)
class _Counts:
    """How many of each kind, (B,) int64."""

    positive: Tensor
    typed: Tensor
    total: Tensor


def _count(batch: PairBatch, settings: PixelSettings) -> _Counts:
    """|P|, typed negatives and |S| of each pair."""
    check_selection(settings)
    pixels = batch.images0.shape[-2] * batch.images0.shape[-1]
    largest = largest_positives(min(settings.points or pixels, pixels), settings.positives)
    if largest < 1:
        raise RequestError(f"positives is {settings.positives}: a window of {pixels} pixels has no room for a positive")
    positive = (batch.status == Status.VISIBLE).sum(1).clamp(max=largest)
    total = torch.floor(positive.double() / settings.positives + 0.5).long()
    wanted = torch.round((total - positive) * settings.typed_negatives).long()
    return _Counts(positive, torch.minimum(wanted, _typed(batch).sum(1)), total)


def _typed(batch: PairBatch) -> Tensor:
    """(B, R) rays whose surface point view 1 does not show: negatives whatever their partner is."""
    return (batch.status == Status.OCCLUDED) | (batch.status == Status.OUT_OF_VIEW)


def _order(keys: Tensor, first: Tensor) -> Tensor:
    """(B, R) indices: entries where `first` in the order of their keys in [0, 1), then the others."""
    return torch.argsort(keys + (~first).to(keys.dtype), dim=1, stable=True)


def _order_pixels(batch: PairBatch, counts: _Counts, keys: Tensor, rays: Tensor, ray_order: Tensor) -> Tensor:
    """(B, h w) the pixels of view 0: chosen typed negatives, then the others, then chosen positives; each at random."""
    positive = _mark(batch, ray_order, counts.positive)
    typed = _mark(batch, _order(rays, _typed(batch)), counts.typed)
    return torch.argsort(keys + 3 * positive.to(keys.dtype) - typed.to(keys.dtype), dim=1, stable=True)


def _mark(batch: PairBatch, order: Tensor, count: Tensor) -> Tensor:
    """(B, h w) bool: the source pixels of the first `count` (B,) rays of an order (B, R)."""
    height, width = batch.images0.shape[-2:]
    chosen = torch.arange(order.shape[1], device=order.device) < count.unsqueeze(1)
    pixel = _pixel(_take(batch.xy0, order), width).masked_fill(~chosen, height * width)  # a column for the others
    marks = torch.zeros((len(batch), height * width + 1), dtype=torch.bool, device=order.device)
    return marks.scatter_(1, pixel, True)[:, :-1]


def _take(values: Tensor, index: Tensor) -> Tensor:
    """Rows (B, N, 2) of values (B, R, 2) at an index (B, N)."""
    return values.gather(1, index.unsqueeze(2).expand(-1, -1, values.shape[2]))


def _to_xy(pixel: Tensor, width: int) -> Tensor:
    """(..., 2) int64 x, y of a flat pixel number."""
    return torch.stack([pixel % width, pixel // width], dim=-1)
