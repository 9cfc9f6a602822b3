"""Which objects a layout gets, how large they are, and where they float or stand.

As the paper: the widest place of the room hosts the first object, others follow with probability
proportional to clearance, at least 0.35 m apart; category uniform, then model uniform. Beyond it:
uniform rotations, uniform scale, real sizes, no collisions, and objects that stand on things.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.source import Room
from scenegen.config import ObjectsConfig
from scenegen.errors import AssetError
from scenegen.geometry import compose, quaternion_rotation
from scenegen.seeding import Generator
from scenegen.staging.collision import REST_CLEARANCE_M, Pose, clear
from scenegen.staging.freespace import FreeSpace
from scenegen.staging.objects import Load, LoadedObject, PlacedObject, Placement
from scenegen.staging.pool import Pool
from scenegen.staging.support import Supports, preference, rest_poses
from scenegen.staging.surfaces import SurfaceSamples, f32
from scenegen.tracing.raycaster import Body, Bvh, Scene

Array = NDArray[np.float64]

APART_M = 0.35
"""Least distance between the middles of two objects (paper)."""
TOY_DIAGONAL_M = (0.3, 0.75)
"""Bounding-box diagonal of the paper's objects, and of things too large for a room."""
LARGEST_M = {"float": 1.2, "rest": 1.6}
"""Natural diagonals above this become toys; chairs and small tables may stand at their own size."""
SMALLEST_M = 0.12
"""Smaller things are enlarged to this diagonal."""
SHRINK = (1.0, 0.75, 0.55)
"""Sizes that are tried, one after the other, where nothing fits."""
CLUSTER_SIGMA_M = 0.9
"""Spread of the objects around the middle of the layout."""
LEAST_PHOTOGRAPHABLE = 0.4
"""Share of camera places that must see the middle of a layout, where one of a few middles offers it."""
_PLACES, _REST_PLACES, _DRAWS, _CLUSTERS = 10, 40, 4, 5


@dataclass(frozen=True, eq=False)
class Space:
    """What objects are placed into."""

    room: Room
    bvh: Bvh
    surface: SurfaceSamples
    free: FreeSpace
    supports: Supports


@dataclass(frozen=True, eq=False)
class LayoutObjects:
    """The objects of a layout."""

    objects: tuple[PlacedObject, ...]
    middle: Array
    """(3,) the place around which objects were put, world metres."""
    replaced: dict[str, int]
    """Draws that came to nothing, by reason: an AssetError's code, `no_place_...`, or `none_of_split`."""


@dataclass
class _Progress:
    """Objects so far; grows inside `place_objects` only."""

    middle: Array
    bodies: list[Body]
    objects: list[PlacedObject] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    def scene(self) -> Scene:
        """The room and all objects so far."""
        return Scene(tuple(self.bodies))

    def centers(self) -> Array:
        """(M, 3) middles of the objects so far."""
        return np.array([o.center for o in self.objects]).reshape(-1, 3)


def place_objects(space: Space, pool: Pool, load: Load, config: ObjectsConfig, rng: Generator) -> LayoutObjects:
    """Furnish a room; fewer objects than drawn where room or models give out, each miss counted by reason.

    Args:
        space: the room, its free points and supports; at least one free point.
        pool: models of the right split, by category.
        load: gives a model ready to place; AssetError means another one is drawn.
        config: number, kind of placement, scale, clearance.
        rng: makes every choice.

    """
    progress = _Progress(_cluster(space, rng), [Body(space.room.mesh, space.bvh, np.eye(4), 1)])
    for _ in range(int(rng.integers(int(config.objects[0]), int(config.objects[1]) + 1)) if pool.ids else 0):
        for _ in range(_DRAWS):
            if _add(space, pool, load, config, rng, progress):
                break
    return LayoutObjects(tuple(progress.objects), progress.middle, dict(sorted(progress.failed.items())))


def _cluster(space: Space, rng: Generator) -> Array:
    """One of the 2 % widest and best enclosed places, rather between knee and eye: layouts differ in it.

    Of a few such places the first is taken that can be photographed from enough of the room.
    """
    free = space.free
    height = free.points[:, 2]
    weight = free.clearance * free.closed**2 * np.where((height > 0.5) & (height < 1.6), 1.0, 0.3)
    best = np.argsort(-weight, kind="stable")[: max(8, len(free) // 50)]
    chosen = free.points[rng.choice(best, min(_CLUSTERS, len(best)), replace=False)]
    shares = np.array([_photographable(space, middle, rng) for middle in chosen])
    return chosen[int(np.argmax(np.minimum(shares, LEAST_PHOTOGRAPHABLE)))]


def _photographable(space: Space, middle: Array, rng: Generator) -> float:
    """Share of free points at 1 to 3 m from which the middle is seen before something, not before nothing."""
    away = np.linalg.norm(space.free.points - middle, axis=1)
    around = space.free.points[(away >= 1) & (away <= 3)]
    if not len(around):
        return 0.0
    eyes = around[rng.integers(len(around), size=64)]
    hits = space.bvh.nearest(f32(eyes), f32(middle - eyes))
    return float(np.mean((hits.primitive >= 0) & (hits.t > 1)))


def _add(space: Space, pool: Pool, load: Load, config: ObjectsConfig, rng: Generator, done: _Progress) -> bool:
    """Draw a model and a place for it; False, and the reason counted, where that failed."""
    drawn = pool.draw(rng)
    if drawn is None:
        done.failed["none_of_split"] += 1
        return False
    category, asset = drawn
    first: Placement = _first_kind(config, rng)
    second: Placement = "rest" if first == "float" else "float"
    try:
        loaded = load(asset)
    except AssetError as error:
        done.failed[error.reason] += 1
        return False
    for kind in (first, second) if config.placement == "mixed" else (first,):
        pose = _find(space, loaded, kind, config, rng, done)
        if pose is not None:
            placed = PlacedObject(asset, category, pose.T, len(done.bodies) + 1, kind, loaded)
            done.objects.append(placed)
            done.bodies.append(placed.body())
            return True
        done.failed[f"no_place_{kind}"] += 1
    return False


def _first_kind(config: ObjectsConfig, rng: Generator) -> Placement:
    """The kind of placement that is tried first."""
    if config.placement == "mixed":
        return "rest" if rng.random() < 0.5 else "float"
    return config.placement


def diagonal_m(natural_m: float, kind: Placement, config: ObjectsConfig, rng: Generator) -> float:
    """Diagonal an object gets: the paper's for floating objects under `object_scale = "paper"`, else its own +-10 %."""
    if config.object_scale == "paper" and kind == "float":
        return float(rng.uniform(*TOY_DIAGONAL_M))
    own = natural_m * rng.uniform(0.9, 1.1)
    return float(rng.uniform(*TOY_DIAGONAL_M)) if own > LARGEST_M[kind] else max(float(own), SMALLEST_M)


def _find(
    space: Space, loaded: LoadedObject, kind: Placement, config: ObjectsConfig, rng: Generator, done: _Progress
) -> Pose | None:
    """A pose without collision: sizes from the drawn one downwards, several places each; None where there is none."""
    diagonal = diagonal_m(loaded.size_m, kind, config, rng)
    sizes = (
        [diagonal * s for s in SHRINK] if kind == "float" else [diagonal, min(diagonal, rng.uniform(*TOY_DIAGONAL_M))]
    )
    for size in dict.fromkeys(max(s, min(diagonal, SMALLEST_M)) for s in sizes):
        scale = size / loaded.size_m
        poses = (_floating if kind == "float" else _resting)(space, loaded, scale, config, rng, done)
        scene = done.scene()
        found = next((p for p in poses if clear(p, scene, space.surface, done.objects)), None)
        if found is not None:
            return found
    return None


def _floating(
    space: Space, loaded: LoadedObject, scale: float, config: ObjectsConfig, rng: Generator, done: _Progress
) -> list[Pose]:
    """Poses at free points, wide ones near the cluster first, with uniform rotations on SO(3)."""
    points, clearance = space.free.points, space.free.clearance
    reach = np.linalg.norm(points - done.middle, axis=1)
    weight = clearance * space.free.closed * (np.exp(-(reach**2) / (2 * CLUSTER_SIGMA_M**2)) + 0.03)
    # a thin thing may be longer than the clearance of its middle, but seldom twice as long
    fits = clearance >= config.clearance_m + 0.25 * scale * loaded.size_m
    weight = weight * fits * _apart(points, done.centers())
    if not weight.any():
        return []
    chosen = _choose(weight, _PLACES, rng)
    if not done.objects:
        chosen[0] = int(np.argmin(reach))
    turns = rng.standard_normal((len(chosen), 4))
    poses = []
    for index, turn in zip(chosen, turns, strict=True):
        T = compose(quaternion_rotation(turn), points[index], scale)
        T[:3, 3] -= T[:3, :3] @ ((loaded.low + loaded.high) / 2)
        poses.append(Pose(loaded, T, config.clearance_m))
    return poses


def _resting(
    space: Space, loaded: LoadedObject, scale: float, config: ObjectsConfig, rng: Generator, done: _Progress
) -> list[Pose]:
    """Upright poses on level surfaces, in order of preference."""
    if not len(space.supports):
        return []
    height = scale * (loaded.high[2] - loaded.low[2])
    middles = space.supports.points + np.array([0, 0, height / 2])
    weight = preference(space.supports, scale * loaded.size_m, height, done.middle)
    weight = weight * _apart(middles, done.centers(), min(APART_M, 0.5 * scale * loaded.size_m + 0.1))
    if not weight.any():
        return []
    places = space.supports.points[_choose(weight, _REST_PLACES, rng)]
    found = rest_poses(space.bvh, loaded, scale, places, rng)
    return [Pose(loaded, T, REST_CLEARANCE_M, resting=True) for T in found[:_PLACES]]


def _apart(points: Array, centers: Array, least_m: float = APART_M) -> NDArray[np.bool_]:
    """(N,) whether points keep their distance from all middles."""
    if not len(centers):
        return np.ones(len(points), bool)
    return (np.linalg.norm(points[:, None] - centers, axis=2) >= least_m).all(1)


def _choose(weight: Array, count: int, rng: Generator) -> NDArray[np.int64]:
    """Indices drawn without repetition with probability proportional to weight, most of them where there are fewer."""
    count = min(count, int(np.count_nonzero(weight)))
    return rng.choice(len(weight), count, replace=False, p=weight / weight.sum())
