"""The free space of a room: where a camera or an object may be, and how far the next surface is.

A point is inside when at least three of four horizontal rays and the ray down meet something, enough
of the sphere of directions is closed, those surfaces are seen from the front (where the winding of the
mesh can be trusted), and it can be seen, over corners, from the widest place of the room. So the
insides of cupboards, the gaps within walls, and the outside of the shell do not count.

A scan of one side of a room has next to no such points; there it is enough that nearly all that is
seen around a point is seen from the front: that is where the scanner was.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.assets.source import Room
from scenegen.seeding import Generator
from scenegen.staging.surfaces import SurfaceSamples, distance, f32
from scenegen.tracing.raycaster import Bvh
from scenegen.tracing.tracer import Hits

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

CANDIDATES = 5000
"""Points tried, uniform in the room's box."""
MARGIN_M = 0.1
"""Horizontal distance of candidates from the sides of the box."""
LEAST_CLEARANCE_M = 0.05
"""Points nearer than this to a surface are dropped (paper: 5 cm)."""
LEAST_CLOSED = 0.4
"""Share of directions that must meet something: open scans lack ceilings and sides."""
LEAST_FRONT = 0.7
"""Share of the surfaces around a point that must be seen from the front."""
SCAN_SHARE, SCAN_CLOSED, SCAN_FRONT = 0.15, 0.3, 0.88
"""With fewer enclosed candidates than the first, points this much closed and seen from the front do as well."""
LEAST_WALLED = 0.05
"""Share of enclosed candidates below which these do not judge the winding alone."""
_AXES = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, -1]])
_HUBS = 12


@dataclass(frozen=True)
class FreeSpace:
    """Points in the open air of a room."""

    points: Array
    """(K, 3) world metres."""
    clearance: Array
    """(K,) distance to the nearest surface of the room, metres."""
    closed: Array
    """(K,) share of all directions that meet a surface: 1 in a whole room, less in a scan of one side."""
    winding: int
    """1: the room's faces look to the inside; -1: they look away from it; 0: they cannot be trusted."""

    def __len__(self) -> int:
        return len(self.points)


def free_space(
    room: Room, bvh: Bvh, surface: SurfaceSamples, rng: Generator, candidates: int = CANDIDATES
) -> FreeSpace:
    """Free points of a room, in the order they were drawn; there may be none.

    Args:
        room: aligned, floor near z = 0.
        bvh: of `room.mesh`.
        surface: samples of `room.mesh`.
        rng: draws the candidates.
        candidates: how many points are tried.

    """
    points = _candidates(room, rng, candidates)
    closed, front = _surroundings(bvh, room.mesh, points)
    walled = _walled(bvh, points)
    # so few enclosed points may lie inside furniture alone: then all have a say
    judges = walled if walled.mean() >= LEAST_WALLED else np.ones_like(walled)
    winding = _winding(closed[judges], front[judges])
    inside = _inside(walled, closed, front if winding >= 0 else 1 - front, winding)
    points, closed = points[inside], closed[inside]
    clearance = distance(surface, points)
    keep = np.flatnonzero(clearance > LEAST_CLEARANCE_M)
    keep = keep[_joined(bvh, points[keep], clearance[keep])]
    return FreeSpace(points[keep], clearance[keep], closed[keep], winding)


def directions(count: int) -> Array:
    """(count, 3) unit vectors spread evenly over the sphere (golden spiral)."""
    z = 1 - (2 * np.arange(count) + 1) / count
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)


def _candidates(room: Room, rng: Generator, count: int) -> Array:
    """Uniform points in the box of the room, from floor to ceiling."""
    low, high = room.mesh.vertices.min(0).astype(np.float64), room.mesh.vertices.max(0).astype(np.float64)
    margin = np.array([MARGIN_M, MARGIN_M, 0])
    low, high = low + margin, high - margin
    low[2], high[2] = max(low[2], 0.0), min(high[2], room.ceiling_m)
    return low + rng.random((count, 3)) * np.maximum(high - low, 0)


def _walled(bvh: Bvh, points: Array) -> Mask:
    """(K,) whether there is something below, and on at least three of four sides."""
    meets = _cast(bvh, points, _AXES).primitive.reshape(len(points), 5) >= 0
    return (meets[:, :4].sum(1) >= 3) & meets[:, 4]


def _surroundings(bvh: Bvh, mesh: Mesh, points: Array) -> tuple[Array, Array]:
    """(K,) share of directions that meet something, and share of those surfaces whose front is seen."""
    rays = directions(26)
    primitive = _cast(bvh, points, rays).primitive.reshape(len(points), 26)
    met = primitive >= 0
    corners = mesh.vertices[mesh.faces[np.where(met, primitive, 0)]]
    normals = np.cross(corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0])
    front = met & (np.einsum("kdi,di->kd", normals, rays) < 0)
    return met.mean(1), front.sum(1) / np.maximum(met.sum(1), 1)


def _winding(closed: Array, front: Array) -> int:
    """Which way faces look, by the points that are well enclosed; 0 where these disagree among themselves."""
    front = front[closed >= min(0.8, float(np.quantile(closed, 0.7)))] if len(closed) else front
    if not len(front):
        return 0
    ahead, behind = np.mean(front >= LEAST_FRONT), np.mean(front <= 1 - LEAST_FRONT)
    return int(ahead >= 0.6) - int(behind >= 0.6)


def _inside(walled: Mask, closed: Array, front: Array, winding: int) -> Mask:
    """(K,) the rule of the module's text; `front` already turned the way the winding says."""
    inside = walled & (closed >= LEAST_CLOSED) & ((front >= LEAST_FRONT) | (winding == 0))
    if winding and inside.mean() < SCAN_SHARE:
        inside |= (closed >= SCAN_CLOSED) & (front >= SCAN_FRONT)
    return inside


def _joined(bvh: Bvh, points: Array, clearance: Array) -> Mask:
    """(K,) whether a point is seen from the widest place, or from another point that is, over a dozen hubs."""
    joined = np.zeros(len(points), bool)
    if not len(points):
        return joined
    hub, gap = int(np.argmax(clearance)), np.full(len(points), np.inf)
    joined[hub] = True
    for _ in range(_HUBS):
        rest = np.flatnonzero(~joined)
        joined[rest] = ~bvh.blocked(f32(points[hub]), f32(points[rest] - points[hub]), 1.0) if len(rest) else False
        # the next hub is the reached point farthest from all hubs so far: it looks round corners
        gap = np.minimum(gap, np.linalg.norm(points - points[hub], axis=1))
        hub = int(np.argmax(np.where(joined, gap * np.minimum(clearance, 0.3), -1)))
    return joined


def _cast(bvh: Bvh, points: Array, rays: Array) -> Hits:
    """Hits of the same directions (D, 3) from all points (K, 3), in the order point, direction."""
    return bvh.nearest(f32(np.repeat(points, len(rays), axis=0)), f32(np.tile(rays, (len(points), 1))))
