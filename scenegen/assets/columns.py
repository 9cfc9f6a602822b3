"""The free space of a room in columns along an axis: where each begins and ends.

Furniture stands on floors and ceilings are flat: seen along the true vertical, free space begins on a few levels
or, over furniture, a little above one, and ends on a few levels. It is so in each storey of a house.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from scenegen.geometry import rotation_between

Array = NDArray[np.float64]

FREE_M = 1.1
"""Free space between two surfaces that may be that of a storey: more than there is below a table."""
RAISED_M = (0.2, 1.4)
"""Heights above a level of what stands on it."""
CELL_M = 0.1
"""Smallest cell; larger where the sample is too thin to close a wall (some 8 points to a cell's side)."""
_POINTS, _MAIN, _LEVEL, _STRAY, _SHIFT = 8, 0.08, 0.3, 0.0005, 0.37


@dataclass(frozen=True)
class Ends:
    """One end of the free spaces, in spaces per column."""

    level: float
    """On one of the levels that most lie on."""
    raised: float
    """A little above a level."""


@dataclass(frozen=True)
class Columns:
    """What the columns of free space along an axis are like."""

    lower: Ends
    """Where free space begins, seen along the axis."""
    upper: Ends
    """Where it ends."""
    storey_m: float
    """Median height of free space that begins and ends on a level, NaN where there is none."""
    storeys: float
    """Closed free spaces per column."""

    def overturned(self) -> "Columns":
        """The same seen the other way."""
        return Columns(self.upper, self.lower, self.storey_m, self.storeys)


def columns(points: Array, area: float, up: Array) -> Columns:
    """The columns along `up` of a surface given by (S, 3) points spread evenly over its area."""
    cell = max(float(np.sqrt(_POINTS * area / len(points))), CELL_M)
    solid = _solid(points @ rotation_between(up, (0, 0, 1)).T, cell)
    x, y, z = np.nonzero(solid)
    begin, end = _closed(solid, (x, y, z), cell)
    first = np.flatnonzero(np.r_[True, (x[1:] != x[:-1]) | (y[1:] != y[:-1])])
    last = np.r_[first[1:], len(z)] - 1
    height = solid.shape[2]
    open_above = z[last][(height - 1 - z[last]) * cell >= FREE_M]
    open_below = z[first][z[first] * cell >= FREE_M]
    lower, floors = _ends(np.r_[begin, open_above], height, cell, len(first))
    upper, ceilings = _ends(height - 1 - np.r_[end, open_below], height, cell, len(first))
    whole = floors[: len(begin)] & ceilings[: len(end)]
    storey = float(np.median((end - begin)[whole])) * cell if whole.any() else float("nan")
    return Columns(lower, upper, storey, len(begin) / len(first))


def _solid(points: Array, cell: float) -> NDArray[np.bool_]:
    """Cells with surface in them, of the box that all but a few stray points lie in."""
    low, high = np.quantile(points, [_STRAY, 1 - _STRAY], axis=0)
    inside = ((points >= low - cell) & (points <= high + cell)).all(1)
    # walls lie on round numbers: an edge of cells there would split them by rounding
    index = np.floor((points[inside] - points[inside].min(0)) / cell + _SHIFT).astype(np.int64)
    solid = np.zeros(index.max(0) + 1, bool)
    solid[tuple(index.T)] = True
    return solid


def _closed(
    solid: NDArray[np.bool_], at: tuple[NDArray[np.int64], ...], cell: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Begin and end (cells along z) of free space between two solid cells, without the insides of closed furniture."""
    x, y, z = at
    same = (x[1:] == x[:-1]) & (y[1:] == y[:-1])
    k = np.flatnonzero(same & ((z[1:] - z[:-1] - 1) * cell >= FREE_M))
    if len(k):
        spaces = np.zeros(solid.shape, np.int32)
        ndimage.label(~solid, output=spaces)
        space = spaces[x[k], y[k], (z[k] + z[k + 1]) // 2]
        count = np.bincount(space)
        k = k[count[space] >= _MAIN * count.max()]
    return z[k], z[k + 1]


def _ends(ends: NDArray[np.int64], height: int, cell: float, column_count: int) -> tuple[Ends, NDArray[np.bool_]]:
    """How the (E,) ends (cells above the lowest) lie to the levels that many share, and which are on one."""
    if not len(ends):
        return Ends(0.0, 0.0), np.zeros(0, bool)
    count = np.bincount(ends, minlength=height).astype(np.float64)
    both = count + np.r_[0.0, count[:-1]] + np.r_[count[1:], 0.0]  # a level may lie on a cell's edge
    levels = np.flatnonzero((both == _highest_near(both, cell)) & (both >= _LEVEL * both.max()))
    nearest = np.searchsorted(levels, np.arange(height) + 1, side="right") - 1
    rise = np.where(nearest < 0, np.inf, (np.arange(height) - levels[nearest]) * cell)
    level = rise <= max(1.5 * cell, RAISED_M[0])
    raised = ~level & (rise <= RAISED_M[1])
    on_level, on_things = (float(count[kind].sum()) / column_count for kind in (level, raised))
    return Ends(on_level, on_things), level[ends]


def _highest_near(values: Array, cell: float) -> Array:
    """The highest value down to furniture's height below each: what many tables make is no level."""
    down, up = max(round(RAISED_M[1] / cell), 1), max(round(0.3 / cell), 1)
    return ndimage.maximum_filter1d(values, down + up + 1, origin=(down - up) // 2, mode="constant")
