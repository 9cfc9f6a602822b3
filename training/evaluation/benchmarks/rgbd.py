"""Sequences of pictures with measured depth and poses, in every layout that `scenegen import` reads.

Pairs are chosen as an import chooses them, by how much of each view's surface the other sees, up to PAIRS of each
sequence. What view 1 shows of a point follows from its depth, within the sensor's noise.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from scenegen.config import Range
from scenegen.errors import LonelyError
from scenegen.geometry import angle_between
from scenegen.importing.choosing import Chooser
from scenegen.importing.frames import FrameSequence, RgbdFrame, color_view, depth_view, view_size
from scenegen.importing.layouts.folders import first_file, read_matrix
from scenegen.importing.registry import FRAMES
from scenegen.shards.by_depth import Noise
from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.sizes import LONG_320
from training.evaluation.pair import Array, RelativePose
from training.evaluation.truths.followed import DepthTruth

PAIRS = 32
"""Pairs of a sequence at most."""
OVERLAP = Range(0.2, 1.0)
"""Share of each view's measured surface that the other must see."""
K_FILE = "intrinsics.K.txt"
"""Where a layout has no intrinsics: those of the colour pictures, beside them or up to two folders above."""


def find(root: Path) -> list[Source]:
    """Pairs of every sequence at or below a folder; a sequence is a scene. Raises DataError and ImportingError."""
    every = [sequence for layout in FRAMES.values() for sequence in layout.find(root)]
    return [source for each in every if isinstance(each, FrameSequence) for source in _sources(each)]


def _sources(sequence: FrameSequence) -> list[Source]:
    sequence = replace(sequence, frames=tuple(map(_with_K, sequence.frames)))
    chooser = Chooser(sequence, lambda *_: None, OVERLAP, 0)
    chosen = list(_chosen(chooser, min(PAIRS, len(sequence.frames))))
    if not chosen:
        seen = f"see {OVERLAP.low:.0%} of what the other sees".replace("%", " %")
        raise DataError(f"{sequence.name}: no two frames {seen}: check poses and intrinsics")
    frames = sequence.frames
    return [_source(sequence, frames[first], frames[second], share) for first, second, share in chosen]


def _chosen(chooser: Chooser, count: int) -> Iterator[tuple[int, int, float]]:
    """Numbers of two frames, and the share of the first one's surface that the second sees."""
    for number in range(count):
        try:
            first, second, overlap = chooser.pair(number)
        except LonelyError:
            continue
        yield first, second, float(overlap[0, 1])


def _with_K(frame: RgbdFrame) -> RgbdFrame:
    """A frame whose intrinsics are known. Raises DataError."""
    if frame.K is not None:
        return frame
    file = first_file(*(folder / K_FILE for folder in list(frame.color.parents)[:3]))
    if file is None:
        raise DataError(f"{frame.color}: nothing says the camera's intrinsics: put {K_FILE} (3 x 3) beside it")
    return replace(frame, K=read_matrix(file, 3, 3))


def _source(sequence: FrameSequence, frame0: RgbdFrame, frame1: RgbdFrame, overlap: float) -> Source:
    files = frame0.color, frame0.depth, frame1.color, frame1.depth
    name = f"{sequence.name}-{frame0.color.stem}-{frame1.color.stem}"
    numbers = (*_numbers(frame0), *_numbers(frame1))
    return Source(sequence.name, name, files, partial(read, frame0, frame1, sequence.noise, overlap), numbers)


def _numbers(frame: RgbdFrame) -> tuple[Array, ...]:
    """What else is known of a frame, that its pictures do not hold."""
    told = (frame.T_world_cam, frame.K, frame.K_depth, np.array(frame.unit_m))
    return tuple(number for number in told if number is not None)


def read(frame0: RgbdFrame, frame1: RgbdFrame, noise: Noise, overlap: float) -> Sight:
    """Two frames. Raises ImportingError where a file is damaged."""
    views = [depth_view(frame, lambda *_: None, view_size(frame)) for frame in (frame0, frame1)]
    T0, T1 = frame0.T_world_cam, frame1.T_world_cam
    return Sight(
        (color_view(frame0, view_size(frame0)), color_view(frame1, view_size(frame1))),
        DepthTruth(views[0], views[1], noise),
        pose=RelativePose(views[0].K, views[1].K, np.linalg.inv(T1) @ T0),
        overlap=overlap,
        view_angle_deg=float(np.degrees(angle_between(T0[:3, 2], T1[:3, 2]))),
        baseline_m=float(np.linalg.norm(T0[:3, 3] - T1[:3, 3])),
    )


KIND = Benchmark("depth and poses that a sensor measured", find, LONG_320)
