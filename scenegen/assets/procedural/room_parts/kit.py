"""What furniture makers work with: finishes, random decisions, and shapes by role and interval.

The local frame of furniture: x along the wall (0 at the middle), y from the wall (0) into the room,
z up from the floor; metres.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import draws, shapes, solids
from scenegen.assets.procedural.labels import tag_rest
from scenegen.assets.procedural.roles import Span
from scenegen.assets.procedural.room_parts.finishes import RoomFinishes
from scenegen.seeding import Generator

T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """A finished piece of furniture in its local frame, back at y = 0."""

    parts: tuple[Mesh, ...]
    width: float
    depth: float
    height: float


def item(label: str, parts: list[Mesh], width: float, depth: float, height: float) -> Item:
    """Label the parts that have no label yet and give their footprint."""
    return Item(tuple(tag_rest(label, parts)), width, depth, height)


def shifted(parts: tuple[Mesh, ...] | list[Mesh], x: float, y: float, z: float, yaw_rad: float = 0.0) -> list[Mesh]:
    """Parts turned about z, then moved."""
    T = np.eye(4)
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    T[:2, :2], T[:3, 3] = [[c, -s], [s, c]], (x, y, z)
    return [shapes.place(p, T) for p in parts]


class Kit:
    """Shapes by role with textures slid at random, so that no two boards show the same patch."""

    def __init__(self, rng: Generator, finishes: RoomFinishes) -> None:
        self.rng, self.finishes = rng, finishes

    def chance(self, share: float) -> bool:
        """True with the given probability."""
        return draws.chance(self.rng, share)

    def between(self, low: float, high: float) -> float:
        """A uniform number."""
        return draws.between(self.rng, low, high)

    def pick(self, *options: T) -> T:
        """One of the options."""
        return draws.pick(self.rng, *options)

    def slide(self, mesh: Mesh) -> Mesh:
        """Texture moved by a random offset."""
        return shapes.shift_uv(mesh, *self.rng.random(2))

    def slab(self, role: str, x: Span, y: Span, z: Span, radius_m: float = 0.004) -> Mesh:
        """Board or block that fills three intervals, edges chamfered, grain along its longest side."""
        low, high = (x[0], y[0], z[0]), (x[1], y[1], z[1])
        return self.slide(solids.slab(self.finishes(role), low, high, radius_m))

    def block(self, role: str, x: Span, y: Span, z: Span) -> Mesh:
        """Sharp-edged box that fills three intervals: 12 triangles."""
        return self.slab(role, x, y, z, 0.0)

    def cushion(self, role: str, x: Span, y: Span, z: Span, radius_m: float = 0.06, puff: float = 0.15) -> Mesh:
        """Soft block: round edges, and broad sides that bulge by `puff` of the thickness."""
        low, high = (x[0], y[0], z[0]), (x[1], y[1], z[1])
        return self.slide(solids.padded(self.finishes(role), low, high, radius_m, puff))

    def rod(self, role: str, a: ArrayLike, b: ArrayLike, radius_m: float | Span, segments: int = 10) -> Mesh:
        """Round bar from a to b; two radii make it taper."""
        start, end = radius_m if isinstance(radius_m, tuple) else (radius_m, radius_m)
        return self.slide(solids.rod(self.finishes(role), a, b, start, end, segments))

    def pipe(self, role: str, path: ArrayLike, radius_m: float, segments: int = 10, closed: bool = False) -> Mesh:
        """Round tube along a path."""
        f = self.finishes(role)
        return shapes.tube(path, radius_m, f.material, segments=segments, closed=closed, texture_scale_m=f.tile_m)

    def turned(self, role: str, profile: ArrayLike, at: ArrayLike = (0, 0, 0), segments: int = 20) -> Mesh:
        """Lathe shape of (radius, height) with its foot at `at`."""
        return self.slide(solids.turned(self.finishes(role), profile, at, segments))

    def ball(self, role: str, at: ArrayLike, radius_m: float, segments: int = 14) -> Mesh:
        """Sphere."""
        f = self.finishes(role)
        return shapes.move(shapes.sphere(radius_m, f.material, segments=segments), *np.asarray(at, float))

    def picture(self, role: str, x: Span, z: Span, y: float) -> Mesh:
        """Upright rectangle at distance y from the wall that shows one whole picture to the room."""
        f = self.finishes(role)
        points = [(x[1], y, z[0]), (x[0], y, z[0]), (x[0], y, z[1]), (x[1], y, z[1])]
        uv = [(0, 0), (1, 0), (1, 1), (0, 1)]
        return shapes.piece(points, [[0, 1, 2], [0, 2, 3]], [(0, 1, 0)] * 4, uv, f.material)
