"""How well a floor explains a scene as a room that stands on it.

A candidate's score is a weighted sum of cues, each bounded so that none outweighs all others; the lead of the best
direction over any other is what `confidence` speaks of. The weights are those of a conditional logit, fitted on
synthetic homes (tests/support/house_maker.py) and two real scans; tools/measure_upright.py measures them on other homes
and on the built-in rooms.
"""

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.columns import Columns
from scenegen.assets.floors import BAND_M, LEVEL_RAD, Floor
from scenegen.assets.surface import Surface

Array = NDArray[np.float64]

TABLE_M, RELIEF_M, UNDER_M = (0.6, 1.2), (0.08, 0.35), (0.1, 1.8)
"""Heights above a floor of table tops, of relief that floors lack, and of undersides that scans rarely see."""
STOREY_M, STOREY_SPREAD = 2.7, 0.3
"""Usual height of a storey, and its spread in the logarithm."""

WEIGHTS = {
    "floor": 1.32,
    "tables": 7.21,
    "undersides": -2.79,
    "relief": -11.57,
    "square": 3.40,
    "lower": 31.51,
    "below": -4.12,
    "level": 2.76,
    "slopes": 6.12,
    "raised": 1.71,
    "covered": 2.25,
    "storey": 0.96,
}
"""In units of the logarithm of odds; `cues` says what each weighs."""


def score(surface: Surface, columns: Columns, floor: Floor) -> float:
    """How well `floor` explains the scene; only differences between candidates mean something."""
    found = cues(surface, columns, floor)
    return sum(weight * found[name] for name, weight in WEIGHTS.items())


def cues(surface: Surface, columns: Columns, floor: Floor) -> dict[str, float]:
    """What speaks for (or, with a negative weight, against) a floor, by name; `columns` are those along its normal."""
    return {**_surface_cues(surface, floor), **_column_cues(columns)}


def _surface_cues(surface: Surface, floor: Floor) -> dict[str, float]:
    """Cues of where surface lies and which way it looks."""
    along = surface.normals @ floor.up
    rise = surface.points @ floor.up - floor.height
    top = max(float(np.quantile(rise, 0.995)), 4 * BAND_M)
    level = np.abs(along) > np.cos(LEVEL_RAD / 2)
    from_above = level * (1 + surface.facing * np.sign(along)) / 2
    oblique = (np.abs(along) < np.cos(LEVEL_RAD)) & (np.abs(along) > np.sin(LEVEL_RAD))
    high, low = np.mean(oblique & (rise > top / 2)), np.mean(oblique & (rise < top / 2))
    return {
        "floor": float(np.log(np.mean(from_above * (np.abs(rise) < 2 * BAND_M)) + 0.01)),
        "tables": _bounded(from_above * _within(rise, TABLE_M)),
        "undersides": _bounded((level - from_above) * _within(rise, UNDER_M)),
        "relief": min(_bounded(from_above * _within(rise, RELIEF_M)), 0.3),
        "square": float(np.mean(level | (np.abs(along) < np.sin(LEVEL_RAD / 2)))),
        "lower": float(np.clip(0.5 - np.mean(np.clip(rise / top, 0, 1)), -0.15, 0.15)),
        "below": _bounded(rise < -2 * BAND_M),
        "level": float(np.log(np.mean(level) + 0.02)),
        "slopes": float((high - low) / (high + low + 0.1)),
    }


def _column_cues(columns: Columns) -> dict[str, float]:
    """Cues of where free space begins and ends; closed spaces are as high as storeys are."""
    lower, upper = columns.lower, columns.upper
    odd = 2.0 if np.isnan(columns.storey_m) else (np.log(columns.storey_m / STOREY_M) / STOREY_SPREAD) ** 2
    known = min(columns.storeys / 0.3, 1.0)
    return {
        "raised": float(np.clip(np.log((lower.raised + 0.05) / (upper.raised + 0.05)), -1, 1)),
        "covered": lower.level,
        "storey": -float(min(odd, 4.0) * known + 2.0 * (1 - known)),
    }


def _within(values: Array, limits: tuple[float, float]) -> NDArray[np.bool_]:
    """Which values lie between two limits."""
    return (values > limits[0]) & (values < limits[1])


def _bounded(shares: NDArray) -> float:
    """0..1 of a mean share: half at 2 % of the surface, so that more of a kind adds ever less."""
    share = float(np.mean(shares))
    return share / (share + 0.02)
