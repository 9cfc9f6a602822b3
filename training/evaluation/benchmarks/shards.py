"""Held-out pairs of shards, and the rays that are asked about in each."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.evenly import from_first
from scenegen.shards import MANIFEST, Sample, ShardSet, Status, known_config
from training.data.dense import dense_truth, link_views
from training.data.pairs import picture_size, splits
from training.errors import DataError, RequestError
from training.evaluation.benchmarks.benchmark import Benchmark, Points, Sight, Source
from training.evaluation.benchmarks.sizes import as_it_is
from training.evaluation.pair import Pair, RelativePose, chosen
from training.evaluation.truths.flow import FlowTruth
from training.evaluation.truths.planar import in_picture
from training.seeding import Stream, numpy_generator

Array = NDArray[Any]
SPLIT = "val"
"""Split that is measured: its rooms and its objects are in no training shard."""


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
        self._rows = [every[number] for number in from_first(len(every), limit)]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Pair:
        row, view = self._rows[index]
        room = self._shards.entries[self._shards.locate(row)[0]].room
        pair = replace(_pair(self._shards[row], view), scene=room, name=f"{room}-{row}-{view}")
        if self._window:
            pair = cut(pair, self._window)
        return chosen_rays(pair, self._queries, numpy_generator(self._seed, Stream.EVALUATION, row, view))

    def __iter__(self) -> Iterator[Pair]:
        return (self[index] for index in range(len(self)))


def _rows_and_views(shards: ShardSet) -> list[tuple[int, int]]:
    """Every sample with each of its other views; the first shard tells how many a run with a manifest has."""
    looked_at = [0] if known_config(shards.folder) else range(len(shards.entries))
    views = [shards.reader(number).sizes["view"] for number in looked_at]
    rows = np.repeat(views, [len(shards)] if len(views) == 1 else [entry.samples for entry in shards.entries])
    return [(row, view) for row, count in enumerate(rows) for view in range(1, int(count))]


def _pair(sample: Sample, view: int) -> Pair:
    """Views 0 and `view` of a sample with the rays that are visible, occluded or out of view."""
    status = sample.status[view - 1]
    asked = np.isin(status, [Status.VISIBLE, Status.OCCLUDED, Status.OUT_OF_VIEW])
    return Pair(
        images=(sample.rgb[0], sample.rgb[view]),
        xy0=sample.xy0[asked].astype(np.int64),
        xy1=sample.xy[view - 1][asked],
        visible=status[asked] == Status.VISIBLE,
        scene="",
        overlap=float(sample.overlap[0, view]),
        view_angle_deg=float(sample.view_angle_deg[view - 1]),
        baseline_m=float(sample.baseline_m[view - 1]),
        pose=_pose(sample, view) if sample.has_cameras else None,
    )


def _pose(sample: Sample, view: int) -> RelativePose:
    T_1_0 = np.linalg.inv(sample.T_world_cam[view]) @ sample.T_world_cam[0]
    return RelativePose(sample.K[0], sample.K[view], T_1_0, (sample.lenses[0], sample.lenses[view]))


def require_window(folder: Path, side: int) -> None:
    """Raise RequestError where a window is larger than pictures of the held-out shards."""
    shards = ShardSet(folder, split=SPLIT)
    for number in range(len(shards.entries)):
        width, height = picture_size(shards.reader(number))
        if side > min(height, width):
            raise RequestError(
                f"--window {side}: does not fit the held-out pictures, {width}x{height} px; choose a smaller one"
            )


def cut(pair: Pair, side: int) -> Pair:
    """The pair through a square window per view; a visible point outside of view 1's window is no longer visible."""
    height, width = pair.images[0].shape[:2]
    if side > min(height, width):
        raise DataError(f"a window of {side} px does not fit the pictures, {width}x{height} px: choose a smaller one")
    corner0 = np.array([(width - side) // 2, (height - side) // 2])
    inside = in_picture(pair.xy0 - corner0, (side, side))
    seen = pair.xy1[inside & pair.visible]
    middle = np.median(seen, axis=0) if len(seen) else np.array([width, height]) / 2
    corner1 = np.clip(np.rint(middle - side / 2), 0, [width - side, height - side]).astype(np.int64)
    xy1 = pair.xy1[inside] - corner1.astype(np.float32)
    visible = pair.visible[inside] & in_picture(xy1, (side, side))
    images = _window(pair.images[0], corner0, side), _window(pair.images[1], corner1, side)
    pose = window_cameras(pair.pose, corner0, corner1) if pair.pose else None
    return replace(pair, images=images, xy0=pair.xy0[inside] - corner0, xy1=xy1, visible=visible, pose=pose)


def window_cameras(pose: RelativePose, corner0: Array, corner1: Array) -> RelativePose:
    """The cameras of windows whose top-left pixels are `corner0` and `corner1` (2,)."""
    shift0, shift1 = np.eye(3), np.eye(3)
    shift0[:2, 2], shift1[:2, 2] = -corner0, -corner1
    return replace(pose, K0=shift0 @ pose.K0, K1=shift1 @ pose.K1)


def _window(image: Array, corner: Array, side: int) -> Array:
    x, y = corner
    return image[y : y + side, x : x + side]


def chosen_rays(pair: Pair, queries: int, generator: np.random.Generator) -> Pair:
    """At most `queries` visible rays, and at most as many distractors as there are of them, at random."""
    rows = chosen(pair.visible, queries, generator)
    return replace(pair, xy0=pair.xy0[rows], xy1=pair.xy1[rows], visible=pair.visible[rows])


def find(root: Path, split: str = SPLIT) -> list[Source]:
    """The pairs of a split of every run of shards at or below a folder; a room is a scene. Raises ShardError.

    Shards without a manifest are found in the folder itself alone. A run that has none of the split has no pairs.
    """
    folders = {path.parent for path in root.rglob(MANIFEST)} | {root}
    held = sorted(folder for folder in folders if any(folder.glob("*.h5")) and split in splits(folder))
    return [source for folder in held for source in _sources(folder, split)]


def _sources(folder: Path, split: str) -> list[Source]:
    shards = ShardSet(folder, split=split)
    return [_source(shards, row, view) for row, view in _rows_and_views(shards)]


def _source(shards: ShardSet, row: int, view: int) -> Source:
    entry = shards.entries[shards.locate(row)[0]]
    return Source(entry.room, f"{entry.room}-{row}-{view}", (entry.path,), partial(read, shards, row, view))


def read(shards: ShardSet, row: int, view: int) -> Sight:
    """The pair of view 0 and another view of a sample, with dense truth where the depth layer is there."""
    sample = shards[row]
    pair = _pair(sample, view)
    return Sight(
        pair.images,
        dense_truth_of(sample, view),
        Points(pair.xy0, pair.xy1, pair.visible),
        pose=pair.pose,
        overlap=pair.overlap,
        view_angle_deg=pair.view_angle_deg,
        baseline_m=pair.baseline_m,
    )


def dense_truth_of(sample: Sample, view: int) -> FlowTruth | None:
    """Where every covisible pixel lies, from the depth layer; None without one, or without cameras."""
    if sample.depth is None or not sample.has_cameras:
        return None
    lenses = sample.lenses[0], sample.lenses[view]
    link = link_views(sample.K[0], sample.T_world_cam[0], sample.K[view], sample.T_world_cam[view], lenses)
    return FlowTruth(*dense_truth(link, sample.depth[0], sample.depth[view]))


KIND = Benchmark("pairs of shards", find, as_it_is, ("split",))
