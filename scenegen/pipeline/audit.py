"""Making stored samples again from their configuration, and comparing them with what a shard holds.

The samples of a shard are a function of the configuration, the assets and their own indices, so they can
be staged, photographed and traced once more. On the machine that made them they come out byte for byte;
elsewhere within rounding. What differs is counted, never judged by a single pixel.

A verdict made again must be the same. Where a distance lies at a threshold, another processor may round it to
the other side; such a verdict is a close call: the stored one is among those that the ray gets with tolerances
ROUNDING narrower or wider. Close calls are counted as a kind of their own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View
from scenegen.layers import LAYER, named
from scenegen.pipeline.sample import Sample as Made
from scenegen.pipeline.studio import Studio, restage, taken
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Sample
from scenegen.tracing.raycaster import Scene
from scenegen.tracing.tracks import follow, trace

XY_TOLERANCE_PX = 1e-3
"""Distance above which a projection counts as different."""
ROUNDING = 0.1
"""Share of a tolerance by which rounding may move a distance: some 20 float32 steps (see `tracks`)."""

Verdicts = NDArray[np.uint8]


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
    """Make some samples of a shard again and count what differs, by kind: layers, cameras, rays, close calls.

    Raises AssetError or StagingError where a sample cannot be made again, which is a finding in itself.
    """
    room, split = str(reader.attributes["room"]), str(reader.attributes["split"])
    total: Tallies = {}
    for row in rows:
        stored = reader[row]
        index = int(stored.seed[2])
        staged = restage(studio, room, split, index)
        made = taken(studio, staged, index)
        nearby = nearby_verdicts(staged.layout.scene, staged.shot.views, made.arrays["rays/xy0"])
        total = add(total, compare(made, stored, nearby))
    return total


def nearby_verdicts(scene: Scene, views: tuple[View, ...], xy0: NDArray[np.uint16]) -> Verdicts:
    """(2, V-1, R) the verdicts on the rays of view 0 with tolerances ROUNDING narrower and wider."""
    both = []
    for scale in (1 - ROUNDING, 1 + ROUNDING):
        rays = trace(scene, views[0], xy0, scale=scale)
        both.append([follow(scene, rays, view, scale).status for view in views[1:]])
    return np.array(both)


def add(a: Tallies, b: Tallies) -> Tallies:
    """Counts by kind, added up."""
    return a | {kind: a.get(kind, Tally()) + tally for kind, tally in b.items()}


def spread(count: int, wanted: int) -> list[int]:
    """Up to `wanted` of `count` rows, evenly spread."""
    return sorted({int(i) for i in np.linspace(0, count - 1, min(wanted, count))})


def compare(made: Made, stored: Sample, nearby: Verdicts) -> Tallies:
    """What differs between a sample made again, with its `nearby_verdicts`, and the one that is stored."""
    layers = {
        name: _tally(named(LAYER[name].differs_by)(made.array(name), getattr(stored, name)))
        for name in made.layers
        if getattr(stored, name) is not None
    }
    close = close_calls(made.arrays, stored, nearby)
    return layers | {
        "cameras": _tally(_cameras_differ(made, stored)),
        "rays": _tally(rays_differ(made.arrays, stored, close)),
        "close calls": _tally(close),
    }


def _tally(differs: NDArray[np.bool_]) -> Tally:
    return Tally(differs.size, int(np.count_nonzero(differs)))


def _cameras_differ(made: Made, stored: Sample) -> NDArray[np.bool_]:
    """(V,) views whose camera is another one."""
    poses = np.abs(made.arrays["camera/T_world_cam"] - stored.T_world_cam).max((-1, -2))
    return (poses > 1e-9) | (made.arrays["camera/K"] != stored.K).any((-1, -2))


def close_calls(made: dict[str, NDArray[Any]], stored: Sample, nearby: Verdicts) -> NDArray[np.bool_]:
    """(V-1, R) rays whose verdict is another one, within rounding: one of the `nearby_verdicts`."""
    return np.asarray((made["rays/status"] != stored.status) & (nearby == stored.status).any(0))


def rays_differ(made: dict[str, NDArray[Any]], stored: Sample, close: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(V-1, R) rays whose pixel, verdict or projection is another, where the verdict is no close call."""
    verdict = (made["rays/status"] != stored.status) & ~close
    both = np.isfinite(made["rays/xy"]).all(-1) & np.isfinite(stored.xy).all(-1)
    apart = np.linalg.norm(np.where(np.expand_dims(both, -1), made["rays/xy"] - stored.xy, 0), axis=-1)
    return np.asarray(verdict | (apart > XY_TOLERANCE_PX) | (made["rays/xy0"] != stored.xy0).any(-1))
