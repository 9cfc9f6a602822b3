"""Names of the values of layers: each sample counts its own, a shard has one table for all of its samples."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.face_names import UNKNOWN
from scenegen.layers import LAYER
from scenegen.pipeline.sample import MadeSample

NO_ROW = np.iinfo(np.uint16).max
"""Stands for a name that a table has not."""


def name_alike(samples: Sequence[MadeSample], layers: Mapping[str, NDArray[np.uint16]]) -> dict[str, NDArray[np.str_]]:
    """Number the values of layers (P, V, H, W) in place by one table of names; the tables, by dataset."""
    tables = {}
    for name in samples[0].names:
        tables[str(LAYER[name].names)] = table = joined_names([s.names[name] for s in samples])
        for sample, array in zip(samples, layers[name], strict=True):
            array[...] = renumbered(array, sample.names[name], table)
    return tables


def joined_names(names: Sequence[Sequence[str]]) -> NDArray[np.str_]:
    """(K,) `unknown`, then all other names, sorted, each once."""
    every = {name for some in names for name in some} - {UNKNOWN}
    return np.array([UNKNOWN, *sorted(every)], np.str_)


def renumbered(
    rows: NDArray[np.uint16], names: Sequence[str], table: Sequence[str] | NDArray[np.str_]
) -> NDArray[np.uint16]:
    """Rows of `names` as rows of `table`; NO_ROW where it has not that name."""
    place = {str(name): k for k, name in enumerate(table)}
    return np.array([place.get(name, NO_ROW) for name in names], np.uint16)[rows]
