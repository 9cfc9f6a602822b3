"""From two pictures with a map between them, or a list of matches, to a sample without cameras."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import choose_pixels
from scenegen.importing.fit import Fit
from scenegen.importing.options import ImportOptions
from scenegen.importing.pictures import picture_size, read_color
from scenegen.importing.rgbd import CELL
from scenegen.importing.sample import ImportedSample, JudgedRays
from scenegen.seeding import Generator, Stage, generator, stable_key
from scenegen.status import Status

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Dense:
    """A map from any place of picture 0 to picture 1."""

    at: Callable[[F64], tuple[F64, NDArray[np.uint8]]]
    """Places (N, 2) of picture 0 to places (N, 2) of picture 1, NaN where none, and verdicts (N,); `visible` may lie
    outside of picture 1."""


@dataclass(frozen=True)
class Sparse:
    """Some matches."""

    xy0: F64
    """(N, 2) places in picture 0."""
    xy1: F64
    """(N, 2) the same points in picture 1."""


class Matched(Protocol):
    """Two pictures and what is known of their matches."""

    @property
    def pictures(self) -> tuple[Path, Path]:
        """The two pictures."""
        ...

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it is made of."""
        ...

    def truth(self, options: ImportOptions) -> Dense | Sparse:
        """What is known, in pixels of the pictures as they are. Raises ImportingError where a file is damaged."""
        ...


@dataclass(frozen=True)
class PairSequence:
    """Given pairs, all of which are taken."""

    name: str
    """The room of its samples."""
    pairs: tuple[Matched, ...]
    skipped: Counter[str] = field(default_factory=Counter)
    """Pairs that are no use, by reason."""


@dataclass(frozen=True)
class PairStudio:
    """Makes samples of one sequence of given pairs."""

    sequence: PairSequence
    size: tuple[int, int]
    options: ImportOptions

    def make(self, index: int) -> tuple[ImportedSample, tuple[Path, ...]]:
        """A sample and the files that it is made of. Raises ImportingError where one is damaged."""
        pair = self.sequence.pairs[index]
        first, other = (Fit(picture_size(path), self.size) for path in pair.pictures)
        truth = pair.truth(self.options)
        key = stable_key(self.sequence.name)
        rng = generator(self.options.seed, Stage.RAYS, room=key, sample=index)
        dense = isinstance(truth, Dense)
        made = dense_rays(truth, first, other, rng) if dense else sparse_rays(truth, first, other, rng)
        pictures = first.color(read_color(pair.pictures[0])), other.color(read_color(pair.pictures[1]))
        left_out = len(truth.xy0) - len(made) if isinstance(truth, Sparse) else 0
        return ImportedSample(index, pictures, made, None, left_out), pair.files


def dense_rays(truth: Dense, first: Fit, other: Fit, rng: Generator) -> JudgedRays:
    """One ray in each cell of the frame; those beside the picture hit nothing."""
    xy0 = choose_pixels(*first.frame, CELL, rng)
    places = xy0.astype(np.float64)
    found, status = truth.at(first.scaling.back(places))
    xy = other.scaling.forth(found)
    status = np.where((status == Status.VISIBLE) & ~other.covers(xy), Status.OUT_OF_VIEW, status)
    status = np.where(first.covers(places), status, Status.NO_HIT).astype(np.uint8)
    nowhere = np.isin(status, [Status.NO_HIT, Status.BEHIND_CAMERA])
    return JudgedRays(xy0, np.where(nowhere[:, None], np.nan, xy).astype(np.float32), status)


def sparse_rays(truth: Sparse, first: Fit, other: Fit, rng: Generator) -> JudgedRays:
    """The matches that lie in both pictures, as visible; of more than there are cells a choice.

    A ray starts at the centre of a pixel: both ends of a match are moved by what that takes, at most half a pixel.
    """
    exact0, exact1 = first.scaling.forth(truth.xy0), other.scaling.forth(truth.xy1)
    start = np.rint(exact0)
    xy = exact1 + (start - exact0)
    rows = np.flatnonzero(first.covers(start) & other.covers(xy) & np.isfinite(xy).all(1))
    most = (first.frame[0] // CELL[0]) * (first.frame[1] // CELL[1])
    if len(rows) > most:
        rows = np.sort(rng.permutation(rows)[:most])
    visible = np.full(len(rows), Status.VISIBLE, np.uint8)
    return JudgedRays(start[rows].astype(np.uint16), xy[rows].astype(np.float32), visible)
