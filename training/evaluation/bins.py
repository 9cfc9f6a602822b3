"""Groups of pairs by difficulty: how much the views share, and how far the camera turned."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.predictions import Predictions

Array = NDArray[Any]


@dataclass(frozen=True)
class Bins:
    """Intervals [edge, next edge) of one property of a pair; the first and the last take what lies outside."""

    of: str
    """Field of `PairFacts`."""
    title: str
    """Heading, with the unit."""
    edges: tuple[float, ...]
    """Increasing, one more than there are bins."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Text of each bin."""
        return tuple(f"{low:g} to {high:g}" for low, high in zip(self.edges, self.edges[1:], strict=False))

    def number(self, values: Array) -> NDArray[np.int64]:
        """Bin of each value, from 0; -1 where it is not known (NaN)."""
        found = np.searchsorted(self.edges[1:-1], values, side="right")
        return np.where(np.isnan(values), -1, found).astype(np.int64)

    def of_queries(self, predictions: Predictions) -> NDArray[np.int64]:
        """Bin of each query's pair."""
        return self.number(getattr(predictions.pairs, self.of))[predictions.pair]


OVERLAP = Bins("overlap", "overlap (share of view 0's surface that view 1 sees)", (0.2, 0.4, 0.5, 0.6, 0.9))
VIEW_ANGLE = Bins("view_angle_deg", "view angle (degrees)", (0.0, 15.0, 30.0, 45.0, 65.0))
ALL = (OVERLAP, VIEW_ANGLE)
"""The tables by group. The edges cut the generator's default ranges; they are fixed so that tables compare."""
