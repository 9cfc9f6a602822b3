"""The held-out pairs of an evaluation and the rays that are asked about in each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.shards import Sample, ShardSet, Status
from training.data.pairs import pictures_shape
from training.errors import DataError
from training.seeding import Stream, numpy_generator

Array = NDArray[Any]


@dataclass(frozen=True)
class PairRays:
    """One pair and the rays that are asked about. Pixels are (x, y); the top-left pixel's centre is (0, 0)."""

    images: Array
    """(2, H, W, 3) uint8."""
    xy0: Array
    """(R, 2) int64 pixels of view 0."""
    xy1: Array
    """(R, 2) float32 true projections into view 1; meaningless where not visible."""
    visible: Array
    """(R,) bool: seen by view 1; the others are occluded or out of view (distractors)."""
    room: str
    """Name of the room."""
    overlap: float
    """Share of view 0's surface that view 1 sees."""
    view_angle_deg: float
    """Angle between the optical axes."""
    baseline_m: float
    """Distance of the cameras."""


class HeldOutPairs:
    """The pairs of view 0 with each other view of every sample, as a sequence.

    `limit` > 0 keeps that many, spread evenly. `queries` bounds the visible rays asked per pair, and there are as many
    distractors at most. `window` > 0 cuts a square from each view: the middle of view 0, and view 1 around where
    that falls. Which rays are asked depends on (seed, pair) only. Raises DataError when the window is larger than the
    pictures.
    """

    def __init__(self, shards: ShardSet, queries: int, seed: int, window: int = 0, limit: int = 0) -> None:
        self._shards = shards
        self._queries, self._seed, self._window = queries, seed, window
        every = _rows_and_views(shards)
        self._rows = [every[number] for number in evenly(len(every), limit)]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> PairRays:
        row, view = self._rows[index]
        room = self._shards.entries[self._shards.locate(row)[0]].room
        pair = _pair(self._shards[row], view, room)
        if self._window:
            pair = cut(pair, self._window)
        return chosen_rays(pair, self._queries, numpy_generator(self._seed, Stream.EVALUATION, row, view))

    def __iter__(self) -> Iterator[PairRays]:
        return (self[index] for index in range(len(self)))


def evenly(count: int, limit: int) -> list[int]:
    """Up to `limit` of `count` numbers, evenly spread from the first on; all of them when `limit` is 0."""
    kept = min(limit, count) if limit > 0 else count
    return [number * count // kept for number in range(kept)]


def _rows_and_views(shards: ShardSet) -> list[tuple[int, int]]:
    """Every sample with each of its other views; a shard is looked at once."""
    views = [pictures_shape(shards.reader(number))[1] for number in range(len(shards.entries))]
    rows = np.repeat(views, [entry.samples for entry in shards.entries])
    return [(row, view) for row, count in enumerate(rows) for view in range(1, int(count))]


def _pair(sample: Sample, view: int, room: str) -> PairRays:
    """Views 0 and `view` of a sample with the rays that are visible, occluded or out of view."""
    status = sample.status[view - 1]
    asked = np.isin(status, [Status.VISIBLE, Status.OCCLUDED, Status.OUT_OF_VIEW])
    return PairRays(
        sample.rgb[[0, view]],
        sample.xy0[asked].astype(np.int64),
        sample.xy[view - 1][asked],
        status[asked] == Status.VISIBLE,
        room,
        float(sample.overlap[0, view]),
        float(sample.view_angle_deg[view - 1]),
        float(sample.baseline_m[view - 1]),
    )


def cut(pair: PairRays, side: int) -> PairRays:
    """The pair through a square window per view; a visible point outside of view 1's window is no longer visible."""
    height, width = pair.images.shape[1:3]
    if side > min(height, width):
        raise DataError(f"a window of {side} px does not fit the pictures, {width}x{height} px: choose a smaller one")
    corner0 = np.array([(width - side) // 2, (height - side) // 2])
    inside = _within(pair.xy0 - corner0, side)
    seen = pair.xy1[inside & pair.visible]
    middle = np.median(seen, axis=0) if len(seen) else np.array([width, height]) / 2
    corner1 = np.clip(np.rint(middle - side / 2), 0, [width - side, height - side]).astype(np.int64)
    xy1 = pair.xy1[inside] - corner1.astype(np.float32)
    visible = pair.visible[inside] & _within(xy1, side)
    images = np.stack(
        [_window(image, corner, side) for image, corner in zip(pair.images, (corner0, corner1), strict=True)]
    )
    return replace(pair, images=images, xy0=pair.xy0[inside] - corner0, xy1=xy1, visible=visible)


def _within(xy: Array, side: int) -> Array:
    """(N,) bool: in a picture of `side` x `side` pixels, whose area is [-0.5, side - 0.5)."""
    return np.all((xy >= -0.5) & (xy < side - 0.5), axis=-1)


def _window(image: Array, corner: Array, side: int) -> Array:
    x, y = corner
    return image[y : y + side, x : x + side]


def chosen_rays(pair: PairRays, queries: int, generator: np.random.Generator) -> PairRays:
    """At most `queries` visible rays, and at most as many distractors as there are of them, at random."""
    seen, unseen = np.flatnonzero(pair.visible), np.flatnonzero(~pair.visible)
    seen = generator.permutation(seen)[:queries]
    rows = np.concatenate([seen, generator.permutation(unseen)[: len(seen)]])
    return replace(pair, xy0=pair.xy0[rows], xy1=pair.xy1[rows], visible=pair.visible[rows])
