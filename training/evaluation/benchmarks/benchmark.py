"""What every benchmark is: a layout on disk, found below a folder, whose pairs are read one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

import numpy as np

from scenegen.evenly import from_first
from scenegen.geometry import Scaling
from training.evaluation.pair import Array, Pair, RelativePose, Standing, Truth, asked, chosen, size_of
from training.evaluation.truths.scaled import ScaledTruth, resized, scaled_homography, scaled_pose
from training.seeding import Stream, numpy_generator

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Points:
    """Given pixels with their places."""

    xy0: Array
    """(R, 2) pixels of view 0."""
    xy1: Array
    """(R, 2) their places in view 1; meaningless where not visible."""
    visible: Array
    """(R,) bool; the others are known to be occluded or outside."""


@dataclass(frozen=True)
class Sight:
    """A pair as it lies on disk, in its own size, with all that is known of it."""

    images: tuple[Array, Array]
    """(H, W, 3) uint8 each."""
    truth: Truth | None = None
    points: Points | None = None
    """What may be asked, where that is given; else any pixel may that the truth knows."""
    homography: Array | None = None
    """(3, 3) float64 from view 0 to view 1."""
    pose: RelativePose | None = None
    overlap: float = nan
    view_angle_deg: float = nan
    baseline_m: float = nan


@dataclass(frozen=True)
class Source:
    """A pair that can be read."""

    scene: str
    """What is drawn again for the intervals."""
    name: str
    """Name in pictures and files, unique in its benchmark."""
    files: tuple[Path, ...]
    """What it is read from: the identity of the data."""
    read: Callable[[], Sight]
    numbers: tuple[Array, ...] = ()
    """What else its truth is made of, and no file of `files` holds: poses, intrinsics."""


@dataclass(frozen=True)
class Benchmark:
    """One kind of data."""

    title: str
    """What it is, for the table."""
    find: Callable[..., Sequence[Source]]
    """All pairs at or below a folder (Path) in this layout, in a fixed order; none where there are none."""
    size: Callable[[Size], Size]
    """The size at which a picture is measured, from its own."""
    options: tuple[str, ...] = ()
    """What `find` also takes, by name: fields of `PhotoSettings` that say what the data does not."""


@dataclass(frozen=True)
class Question:
    """How much is asked, and at which size."""

    queries: int = 500
    """Visible pixels asked per pair at most, and as many distractors."""
    seed: int = 0
    """Root of the choice of pixels."""
    size: Callable[[Size], Size] | None = None
    """The size at which pictures are measured; None: as the benchmark has it."""
    limit: int = 0
    """Pairs at most, spread evenly; 0: all."""


class Asked:
    """The pairs of a benchmark, ready to be asked about, each read when it is asked for."""

    def __init__(self, benchmark: Benchmark, sources: Sequence[Source], question: Question) -> None:
        self._numbers = from_first(len(sources), question.limit)
        self._sources, self._question = sources, question
        self._size = question.size or benchmark.size

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: int) -> Pair:
        number = self._numbers[index]
        source, question = self._sources[number], self._question
        generator = numpy_generator(question.seed, Stream.EVALUATION, number)
        pair = prepared(source.read(), self._size, question.queries, generator)
        return replace(pair, scene=source.scene, name=source.name)


def prepared(sight: Sight, size: Callable[[Size], Size], queries: int, generator: np.random.Generator) -> Pair:
    """A pair at the measured size, with the pixels that are asked about."""
    (image0, scale0), (image1, scale1) = (resized(image, size(size_of(image))) for image in sight.images)
    truth = ScaledTruth(sight.truth, scale0, scale1) if sight.truth else None
    if sight.points:
        points = _placed(sight.points, scale0, scale1, size_of(image0), size_of(image1))
        rows = chosen(points.visible, queries, generator)
        xy0, xy1, visible = points.xy0[rows], points.xy1[rows], points.visible[rows]
    else:
        xy0, xy1, visible = asked(truth or _nothing, size_of(image0), queries, generator)
    return Pair(
        images=(image0, image1),
        xy0=xy0,
        xy1=xy1,
        visible=visible,
        scene="",
        overlap=sight.overlap,
        view_angle_deg=sight.view_angle_deg,
        baseline_m=sight.baseline_m,
        truth=truth,
        homography=None if sight.homography is None else scaled_homography(sight.homography, scale0, scale1),
        pose=None if sight.pose is None else scaled_pose(sight.pose, scale0, scale1),
    )


def _nothing(xy0: Array) -> tuple[Array, Array]:
    """The truth where there is none."""
    return xy0, np.full(len(xy0), Standing.UNKNOWN, np.uint8)


def _placed(points: Points, scale0: Scaling, scale1: Scaling, size0: Size, size1: Size) -> Points:
    """Points at the pixels that they fall in, without the visible ones whose place leaves view 1 by that.

    As in an import of matches: both ends are moved by what that takes, at most half a pixel.
    """
    exact0 = scale0.forth(points.xy0)
    xy0 = np.clip(np.rint(exact0), 0, np.array(size0) - 1)
    xy1 = scale1.forth(points.xy1) + (xy0 - exact0)
    inside = np.all((xy1 >= -0.5) & (xy1 <= np.array(size1) - 0.5), axis=1)
    kept = inside | ~points.visible
    return Points(xy0[kept].astype(np.int64), xy1[kept].astype(np.float32), points.visible[kept])
