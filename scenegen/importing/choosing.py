"""Which frames of a sequence pair up: by how much of each view's measured surface the other one sees.

Sample s starts at frame `order[s % frames]`; its partner is the (s // frames)-th frame that overlaps enough, in an
order drawn for the first frame. So a sample depends on the seed, the sequence and its own number alone, and no two are
alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenegen.config import Range
from scenegen.errors import LonelyError
from scenegen.geometry import pixel_grid, project, unproject
from scenegen.importing.fit import Fit
from scenegen.importing.frames import FrameSequence, depth_view, view_size
from scenegen.seeding import Stage, generator, stable_key
from scenegen.shards.by_depth import DepthView, follow_by_depth, inside_picture
from scenegen.status import Status

F64 = NDArray[np.float64]
COARSE_PX = 80
"""Longest side of the depth pictures by which overlap is measured."""
TRIES = 32
"""Partners that are tried in vain before a frame is given up."""
ASKED = 300
"""Points of a frame that are projected into all others, to leave out those that look elsewhere."""


@dataclass
class Chooser:
    """Chooses pairs of one sequence; keeps small depth pictures of the frames that it has looked at."""

    sequence: FrameSequence
    given: Callable[[int, int], F64 | None]
    """Intrinsics where the data has none."""
    overlap: Range
    seed: int
    _coarse: dict[int, DepthView] = field(default_factory=dict)
    _partners: dict[int, tuple[list[tuple[int, F64]], Iterator[tuple[int, F64]]]] = field(default_factory=dict)

    def pair(self, sample: int) -> tuple[int, int, F64]:
        """Numbers of the two frames of a sample, and their overlap (2, 2): share of view i that view j sees.

        Raises LonelyError where no other frame is left that overlaps with the first one as asked, ImportingError
        where one is damaged.
        """
        count = len(self.sequence.frames)
        first = int(self._random(count).permutation(count)[sample % count])
        found, more = self._partners.setdefault(first, ([], self._accepted(first)))
        while len(found) <= sample // count:
            try:
                found.append(next(more))
            except StopIteration:
                raise LonelyError(self._lonely(first)) from None
        partner, shares = found[sample // count]
        return first, partner, shares

    def _random(self, index: int) -> np.random.Generator:
        return generator(self.seed, Stage.SELECTION, room=stable_key(self.sequence.name), sample=index)

    def _accepted(self, first: int) -> Iterator[tuple[int, F64]]:
        """Partners of a frame with the overlap, in the order drawn for it."""
        view, tries = self._view(first), 0
        for partner in self._random(first).permutation(self._before(first, view)).tolist():
            shares = overlap(view, self._view(partner), self.sequence)
            if self.overlap.low <= shares.min() and max(shares[0, 1], shares[1, 0]) <= self.overlap.high:
                tries = 0
                yield partner, shares
            elif (tries := tries + 1) >= TRIES:
                return

    def _before(self, first: int, view: DepthView) -> NDArray[np.int64]:
        """Other frames in front of whose cameras, and in whose pictures, enough of what a frame measured lies."""
        y, x = np.nonzero(view.depth)
        if not len(x):
            return np.zeros(0, np.int64)
        some = np.unique(np.linspace(0, len(x) - 1, ASKED).astype(int))
        xy = np.stack([x[some], y[some]], 1)
        points = unproject(view.K, view.T_world_cam, xy, view.depth[y[some], x[some]])
        shares = np.array(
            [
                np.mean(inside_picture(project(view.K, frame.T_world_cam, points)[0], view.depth.shape))
                for frame in self.sequence.frames
            ]
        )
        shares[first] = -1.0
        return np.flatnonzero(shares >= max(self.overlap.low, 1 / ASKED))

    def _view(self, number: int) -> DepthView:
        if number not in self._coarse:
            frame = self.sequence.frames[number]
            width, height = view_size(frame)
            scale = min(1.0, COARSE_PX / max(width, height))
            size = (max(4, round(width * scale)), max(4, round(height * scale)))
            self._coarse[number] = depth_view(frame, self.given, Fit((width, height), size).inner)
        return self._coarse[number]

    def _lonely(self, first: int) -> str:
        low, high = self.overlap
        return (
            f"{self.sequence.frames[first].color}: no other frame of {self.sequence.name} is left that overlaps by "
            f"{low:g} to {high:g}: widen --overlap, ask for fewer --pairs, or check poses and intrinsics"
        )


def overlap(a: DepthView, b: DepthView, sequence: FrameSequence) -> F64:
    """(2, 2) share of the measured surface of view i that view j sees; points too close to call are not counted."""
    shares = np.eye(2)
    shares[0, 1], shares[1, 0] = (_seen(first, other, sequence) for first, other in ((a, b), (b, a)))
    return shares


def _seen(first: DepthView, other: DepthView, sequence: FrameSequence) -> float:
    height, width = first.depth.shape
    _, status = follow_by_depth(pixel_grid(width, height).astype(np.uint16), first, other, sequence.noise)
    sure = ~np.isin(status, [Status.NO_HIT, Status.AMBIGUOUS])
    return float(np.mean(status[sure] == Status.VISIBLE)) if sure.any() else 0.0
