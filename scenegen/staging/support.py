"""Level surfaces that things can stand on: floor, tables, shelves; and how an object comes to rest there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from scenegen.assets.mesh import Mesh
from scenegen.geometry import compose, rotations_about
from scenegen.seeding import Generator
from scenegen.staging.freespace import FreeSpace
from scenegen.staging.objects import LoadedObject
from scenegen.staging.surfaces import f32
from scenegen.tracing.raycaster import Bvh

Array = NDArray[np.float64]

GRID_M = 0.08
"""Spacing of the columns in which supports are looked for."""
LEVEL = 0.95
"""Least |z| of the normal of a support."""
LEAST_HEADROOM_M = 0.1
"""Least free height above a support."""
SPREAD_M = 0.015
"""Largest difference in height under one object."""
GAP_M = 0.001
"""Objects stand this far above the highest point under them: never in the same plane."""
NEAR_SIGMA_M = 1.0
"""Spread of resting objects around the middle of the layout."""
_LAYERS = 8
_GRID = np.stack(np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5)), -1).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class Supports:
    """Points of level surfaces with free air above them."""

    points: Array
    """(N, 3) world metres."""
    headroom_m: Array
    """(N,) free height above each."""

    def __len__(self) -> int:
        return len(self.points)


def find_supports(mesh: Mesh, bvh: Bvh, free: FreeSpace, ceiling_m: float) -> Supports:
    """Look down on a grid of columns for level surfaces that can be seen from free space."""
    above = _columns(free, ceiling_m)
    found = [np.empty((0, 4))]
    for _ in range(_LAYERS):
        points, headroom, level = _next_layer(mesh, bvh, above)
        good = level & (headroom >= LEAST_HEADROOM_M)
        found.append(np.c_[points, headroom][good])
        above = points - [0, 0, 1e-3]
    layers = np.concatenate(found)
    layers = layers[_seen(bvh, layers[:, :3] + np.array([0, 0, 0.04]), free)]
    return Supports(layers[:, :3], layers[:, 3])


def _columns(free: FreeSpace, ceiling_m: float) -> Array:
    """(C, 3) starts of the columns: a grid over the free space, at the ceiling."""
    low, high = free.points[:, :2].min(0), free.points[:, :2].max(0)
    x, y = (np.arange(a, b + GRID_M, GRID_M) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    return np.c_[grid, np.full(len(grid), ceiling_m - 0.01)]


def _next_layer(mesh: Mesh, bvh: Bvh, above: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """What lies under (C, 3) points: (H, 3) places, (H,) free height above them, and whether they are level."""
    hits = bvh.nearest(f32(above), f32(np.tile([0.0, 0, -1], (len(above), 1))))
    met = hits.primitive >= 0
    headroom = hits.t[met].astype(np.float64)
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces[hits.primitive[met]]].astype(np.float64), 1, 0)
    normal = np.cross(b - a, c - a)
    level = np.abs(normal[:, 2]) >= LEVEL * np.linalg.norm(normal, axis=1)
    return np.c_[above[met, :2], above[met, 2] - headroom], headroom, level


def _seen(bvh: Bvh, points: Array, free: FreeSpace, tries: int = 6) -> NDArray[np.bool_]:
    """(N,) whether a straight line leads from each point to one of the free points nearest to it."""
    seen = np.zeros(len(points), bool)
    if not len(points):
        return seen
    near = KDTree(free.points).query(points, k=min(tries, len(free)))[1].reshape(len(points), -1)
    for k in range(near.shape[1]):
        rest = np.flatnonzero(~seen)
        seen[rest] = ~bvh.blocked(f32(points[rest]), f32(free.points[near[rest, k]] - points[rest]), 1.0)
    return seen


def preference(supports: Supports, size_m: float, height_m: float, near: Array) -> Array:
    """(N,) weights for choosing a support, zero where the object is too tall; sums to 1, or all zero.

    Small things go on tables and shelves four times out of five, large ones on the floor; places near
    `near` (3,) are preferred.
    """
    raised = supports.points[:, 2] > 0.2
    fits = supports.headroom_m > height_m + 0.03
    closeness = np.exp(-((supports.points[:, :2] - near[:2]) ** 2).sum(1) / (2 * NEAR_SIGMA_M**2)) + 0.02
    share = float(np.clip(1.3 - 1.3 * size_m, 0, 0.8))
    weight = np.zeros(len(supports))
    for group, part in ((raised, share), (~raised, 1 - share)):
        group_weight = closeness * (group & fits)
        weight += part * group_weight / max(group_weight.sum(), 1e-12)
    return weight / max(weight.sum(), 1e-12)


def footprint(loaded: LoadedObject, scale: float) -> Array:
    """(N, 2) points in the object's own x, y that must stand on something, metres in the world's scale.

    What is within 2 cm (or 3 % of the height) of the lowest point, and a grid over its rectangle.
    """
    points = np.concatenate([loaded.probes, loaded.skin.points]) * scale
    height = points[:, 2] - loaded.low[2] * scale
    sole = points[height <= max(0.02, 0.03 * np.ptp(height)), :2]
    low, high = sole.min(0), sole.max(0)
    return np.concatenate([low + _GRID * (high - low), sole[:: max(1, len(sole) // 24)]])


def rest_poses(bvh: Bvh, loaded: LoadedObject, scale: float, supports: Array, rng: Generator) -> list[Array]:
    """T_world_object (4, 4) of an upright object at each of (N, 3) supports where it stands level, yaw at random."""
    sole = footprint(loaded, scale)
    yaw = rng.uniform(0, 2 * np.pi, len(supports))
    turned = rotations_about((0, 0, 1), yaw)
    under = sole @ turned[:, :2, :2].transpose(0, 2, 1) + supports[:, None, :2]
    height = _heights(bvh, under, supports[:, 2])
    level = height.max(1) - height.min(1) <= SPREAD_M
    top = height.max(1) + GAP_M - scale * loaded.low[2]
    return [compose(turned[i], (*supports[i, :2], top[i]), scale) for i in np.flatnonzero(level)]


def _heights(bvh: Bvh, xy: Array, support_z: Array) -> Array:
    """(N, M) height of what lies under (N, M, 2) points, looking down from 5 cm above the support; -inf for nothing."""
    z = np.broadcast_to(support_z[:, None, None] + 0.05, (*xy.shape[:2], 1))
    starts = np.concatenate([xy, z], axis=-1).reshape(-1, 3)
    hits = bvh.nearest(f32(starts), f32(np.tile([0.0, 0, -1], (len(starts), 1))))
    return np.where(hits.primitive >= 0, starts[:, 2] - hits.t, -np.inf).reshape(xy.shape[:2])
