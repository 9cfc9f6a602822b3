"""Pairs with a map from every pixel, in the layouts that `scenegen import` reads."""

from functools import partial
from pathlib import Path

import numpy as np

from scenegen.importing.flat import Dense, Matched, PairSequence
from scenegen.importing.options import ImportOptions
from scenegen.importing.pictures import read_color
from scenegen.importing.registry import PAIRS
from training.evaluation.benchmarks.benchmark import Sight, Source
from training.evaluation.pair import size_of
from training.evaluation.truths.followed import MapTruth


def find(root: Path, layout: str, disparity_scale: float = 0.0) -> list[Source]:
    """The pairs of one layout at or below a folder; a folder of pairs is a scene. Raises ImportingError.

    `disparity_scale` is as of `ImportOptions`; 0: by default.
    """
    sequences = [each for each in PAIRS[layout].find(root) if isinstance(each, PairSequence)]
    return [source for sequence in sequences for source in _sources(sequence, disparity_scale)]


def _sources(sequence: PairSequence, disparity_scale: float) -> list[Source]:
    alone = len(sequence.pairs) == 1
    options = ImportOptions(disparity_scale=disparity_scale or None)
    told = (np.array(disparity_scale),) if disparity_scale else ()  # nothing: the same digest as without
    return [
        Source(
            sequence.name,
            sequence.name if alone else f"{sequence.name}-{pair.pictures[0].stem}",
            pair.files,
            partial(read, pair, options),
            told,
        )
        for pair in sequence.pairs
    ]


def read(pair: Matched, options: ImportOptions) -> Sight:
    """The two pictures with their map. Raises ImportingError where a file is damaged."""
    image0, image1 = map(read_color, pair.pictures)
    truth = pair.truth(options)
    assert isinstance(truth, Dense)
    return Sight((image0, image1), MapTruth(truth.at, size_of(image1)))
