"""Making stored samples again from their configuration, and comparing them with what a shard holds.

The samples of a shard are a function of the configuration, the assets and their own indices, so they can
be staged, photographed and traced once more. On the machine that made them they come out byte for byte;
elsewhere within rounding. What differs is counted, never judged by a single pixel.

A verdict made again must be the same. Where a distance lies at a threshold, another processor may round it to
the other side; such a verdict is a close call: the stored one is among those that the ray gets with tolerances
ROUNDING narrower or wider. Close calls are counted as a kind of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View
from scenegen.layers import LAYER, named
from scenegen.pipeline.attempts import Staged, restage, taken
from scenegen.pipeline.layers import Taken
from scenegen.pipeline.naming import renumbered
from scenegen.pipeline.sample import MadeSample as Made
from scenegen.pipeline.studio import Studio
from scenegen.shards.lens import lenses_of
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Sample
from scenegen.tracing.raycaster import Scene
from scenegen.tracing.tracks import follow, trace

XY_TOLERANCE_PX = 1e-3
"""Distance above which a projection counts as different."""
ROUNDING = 0.1
"""Share of a tolerance by which rounding may move a distance: some 20 float32 steps (see `tracks`)."""

MOST_PIXELS = 0.01
"""Share of its pixels by which rounding at its outline may change how much of an object is seen."""
COUNTS = ("seen_px", "alone_px")

Verdicts = NDArray[np.uint8]


@dataclass(frozen=True)
class DifferenceTally:
    """How many of something were compared, and how many differ."""

    compared: int = 0
    differ: int = 0

    def __add__(self, other: "DifferenceTally") -> "DifferenceTally":
        return DifferenceTally(self.compared + other.compared, self.differ + other.differ)

    @property
    def rate(self) -> float:
        """Share that differs."""
        return self.differ / max(self.compared, 1)


Tallies = dict[str, DifferenceTally]


def audit(studio: Studio, reader: ShardReader, rows: Sequence[int]) -> Tallies:
    """Make some samples of a shard again and count what differs, by kind: layers, cameras, rays, close calls.

    Raises AssetError or StagingError where a sample cannot be made again, which is a finding in itself.
    """
    room, split = str(reader.attributes["room"]), str(reader.attributes["split"])
    total: Tallies = {}
    for row in rows:
        stored = reader[row]
        index = int(stored.seed[2])
        staged = restage(studio, room, split, index)
        made = another_way(staged, taken(studio, staged, index))
        nearby = nearby_verdicts(staged.layout.scene, staged.view_set.views, made.arrays["rays/xy0"])
        total = add(total, compare(made, stored, nearby))
    return total


def another_way(staged: Staged, made: Made) -> Made:
    """A sample with those of its layers that have an auditor of their own as that makes them."""
    bare = Taken(staged.layout, staged.view_set.views, ())
    other = {name: named(by)(bare) for name in made.layers if (by := LAYER[name].audited_by)}
    return replace(made, layers=made.layers | other)


def nearby_verdicts(scene: Scene, views: tuple[View, ...], xy0: NDArray[np.uint16]) -> Verdicts:
    """(2, V-1, R) the verdicts on the rays of view 0 with tolerances ROUNDING narrower and wider."""
    both = []
    for scale in (1 - ROUNDING, 1 + ROUNDING):
        rays = trace(scene, views[0], xy0, scale=scale)
        both.append([follow(scene, rays, view, scale).status for view in views[1:]])
    return np.array(both)


def add(a: Tallies, b: Tallies) -> Tallies:
    """Counts by kind, added up."""
    return a | {kind: a.get(kind, DifferenceTally()) + tally for kind, tally in b.items()}


def compare(made: Made, stored: Sample, nearby: Verdicts) -> Tallies:
    """What differs between a sample made again, with its `nearby_verdicts`, and the one that is stored."""
    layers = {
        name: _tally(named(LAYER[name].differs_by)(_values(made, stored, name), layer))
        for name in made.layers
        if (layer := stored.layer(name)) is not None
    }
    close = close_calls(made.arrays, stored, nearby)
    objects = {} if stored.box is None else {"objects": _tally(_objects_differ(made, stored))}
    return (
        layers
        | objects
        | {
            "cameras": _tally(_cameras_differ(made, stored)),
            "rays": _tally(rays_differ(made.arrays, stored, close)),
            "close calls": _tally(close),
        }
    )


def _values(made: Made, stored: Sample, name: str) -> NDArray[Any]:
    """A layer of a sample made again, its values numbered as those of the stored one where they have names."""
    array = made.array(name)
    return renumbered(array, made.names[name], stored.names[name]) if name in made.names else array


def _tally(differs: NDArray[np.bool_]) -> DifferenceTally:
    return DifferenceTally(differs.size, int(np.count_nonzero(differs)))


def _cameras_differ(made: Made, stored: Sample) -> NDArray[np.bool_]:
    """(V,) views whose camera is another one."""
    poses = np.abs(made.arrays["camera/T_world_cam"] - stored.T_world_cam).max((-1, -2))
    made_of = lenses_of(len(poses), made.arrays.get)
    lenses = [one != other for one, other in zip(made_of, stored.lenses, strict=True)]
    return (poses > 1e-9) | (made.arrays["camera/K"] != stored.K).any((-1, -2)) | lenses


def _objects_differ(made: Made, stored: Sample) -> NDArray[np.bool_]:
    """(M, V) objects whose box is another one, or whose pixels differ by over MOST_PIXELS of what is alone there."""
    count = len(made.assets)
    assert stored.box is not None
    boxes = np.abs(made.arrays["objects/box"] - stored.box[:count]).max((-1, -2), initial=0) > 1e-9
    alone = made.arrays["objects/alone_px"].astype(np.int64)
    off = [np.abs(made.arrays[f"objects/{name}"] - getattr(stored, name)[:count].astype(np.int64)) for name in COUNTS]
    return boxes[:, None] | (np.max(off, 0) > MOST_PIXELS * alone + 1)


def close_calls(made: dict[str, NDArray[Any]], stored: Sample, nearby: Verdicts) -> NDArray[np.bool_]:
    """(V-1, R) rays whose verdict is another one, within rounding: one of the `nearby_verdicts`."""
    return np.asarray((made["rays/status"] != stored.status) & (nearby == stored.status).any(0))


def rays_differ(made: dict[str, NDArray[Any]], stored: Sample, close: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(V-1, R) rays whose pixel, verdict or projection is another, where the verdict is no close call."""
    verdict = (made["rays/status"] != stored.status) & ~close
    both = np.isfinite(made["rays/xy"]).all(-1) & np.isfinite(stored.xy).all(-1)
    apart = np.linalg.norm(np.where(np.expand_dims(both, -1), made["rays/xy"] - stored.xy, 0), axis=-1)
    return np.asarray(verdict | (apart > XY_TOLERANCE_PX) | (made["rays/xy0"] != stored.xy0).any(-1))
