"""Making stored samples again from their configuration, and comparing them with what a shard holds.

The samples of a shard are a function of the configuration, the assets and their own indices, so they can
be staged, photographed and traced once more. On the machine that made them they come out byte for byte;
elsewhere within rounding. What differs is counted, never judged by a single pixel.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.pipeline.sample import Sample as Made
from scenegen.pipeline.studio import Studio, remake
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Sample
from scenegen.tracing.status import Status

DEPTH_TOLERANCE = 1e-4
"""Relative difference of depth above which a pixel counts as different."""
COLOR_TOLERANCE = 2
"""Grey levels above which a pixel counts as different."""
XY_TOLERANCE_PX = 1e-3
"""Distance above which a projection counts as different."""


@dataclass(frozen=True)
class Tally:
    """How many of something were compared, and how many differ."""

    compared: int = 0
    differ: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.compared + other.compared, self.differ + other.differ)

    @property
    def rate(self) -> float:
        """Share that differs."""
        return self.differ / max(self.compared, 1)


Tallies = dict[str, Tally]


def audit(studio: Studio, reader: ShardReader, rows: list[int]) -> Tallies:
    """Make some samples of a shard again and count what differs, by kind: rgb, depth, instance, rays.

    Raises AssetError or StagingError where a sample cannot be made again, which is a finding in itself.
    """
    room, split = str(reader.attributes["room"]), str(reader.attributes["split"])
    total: Tallies = {}
    for row in rows:
        stored = reader[row]
        total = add(total, compare(remake(studio, room, split, int(stored.seed[2])), stored))
    return total


def add(a: Tallies, b: Tallies) -> Tallies:
    """Counts by kind, added up."""
    return a | {kind: a.get(kind, Tally()) + tally for kind, tally in b.items()}


def spread(count: int, wanted: int) -> list[int]:
    """Up to `wanted` of `count` rows, evenly spread."""
    return sorted({int(i) for i in np.linspace(0, count - 1, min(wanted, count))})


def compare(made: Made, stored: Sample) -> Tallies:
    """What differs between a sample made again and the one that is stored."""
    layers = {
        name: _tally(_LAYER_DIFFERS[name](made.array(name), getattr(stored, name)))
        for name in _LAYER_DIFFERS
        if name in made.layers and getattr(stored, name) is not None
    }
    return layers | {"cameras": _tally(_cameras_differ(made, stored)), "rays": _tally(rays_differ(made.arrays, stored))}


def _tally(differs: NDArray[np.bool_]) -> Tally:
    return Tally(differs.size, int(np.count_nonzero(differs)))


def _cameras_differ(made: Made, stored: Sample) -> NDArray[np.bool_]:
    """(V,) views whose camera is another one."""
    poses = np.abs(made.arrays["camera/T_world_cam"] - stored.T_world_cam).max((-1, -2))
    return (poses > 1e-9) | (made.arrays["camera/K"] != stored.K).any((-1, -2))


def rays_differ(made: dict[str, NDArray[Any]], stored: Sample) -> NDArray[np.bool_]:
    """(V-1, R) rays whose pixel, verdict or projection is another; a verdict that is `ambiguous` in one may be any."""
    status, was = made["rays/status"], stored.status
    verdict = (status != was) & (status != Status.AMBIGUOUS) & (was != Status.AMBIGUOUS)
    both = np.isfinite(made["rays/xy"]).all(-1) & np.isfinite(stored.xy).all(-1)
    apart = np.linalg.norm(np.where(np.expand_dims(both, -1), made["rays/xy"] - stored.xy, 0), axis=-1)
    return np.asarray(verdict | (apart > XY_TOLERANCE_PX) | (made["rays/xy0"] != stored.xy0).any(-1))


def _colors_differ(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(a.astype(np.int16) - b) > COLOR_TOLERANCE).any(-1))


def _depths_differ(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    return np.abs(a - b) > DEPTH_TOLERANCE * np.maximum(np.abs(b), 1e-3)


_LAYER_DIFFERS = {
    "rgb": _colors_differ,
    "depth": _depths_differ,
    "instance": np.not_equal,
    "normal": _colors_differ,
}
