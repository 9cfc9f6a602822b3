"""Where furniture stands: a floor grid and the used parts of walls; nothing overlaps, doors stay free."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.room_parts.kit import Item, Kit, shifted
from scenegen.assets.procedural.room_parts.plan import FloorPlan, Opening, Wall

Array = NDArray[np.float64]
_CELL = 0.05
_SINK = 0.002
"""Furniture stands this much in the floor, so that no foot is coplanar with it."""
_OFF_WALL = 0.022
"""Clear of the skirting board."""


@dataclass(frozen=True)
class PlacedItem:
    """A piece of furniture in the room."""

    item: Item
    T_world_item: Array
    wall: int
    x: float
    """Middle along the wall, seen from inside."""


def wall_item_frame(wall: Wall, x: float, off: float, z: float) -> Array:
    """(4, 4) T_world_item of something with its back at a wall."""
    T = np.eye(4)
    T[:2, 0], T[:2, 1] = -wall.along, wall.inward
    T[:2, 3], T[2, 3] = wall.origin + x * wall.along + off * wall.inward, z
    return T


class FurnitureLayout:
    """A room being furnished: what is placed, and what is still free."""

    def __init__(self, kit: Kit, plan: FloorPlan, openings: tuple[Opening, ...]) -> None:
        self.kit, self.plan, self.openings = kit, plan, openings
        self.parts: list[Mesh] = []
        self.placed: list[PlacedItem] = []
        self._low = plan.corners.min(0) - 0.1
        shape = np.ceil((plan.corners.max(0) + 0.1 - self._low) / _CELL).astype(int)
        self._floor = inside_polygon(plan.corners, self._low + (np.indices(shape).transpose(1, 2, 0) + 0.5) * _CELL)
        self.solid = ~self._floor
        self.floor_cells = int((~self.solid).sum())
        self.doorway = np.zeros_like(self.solid)
        self.keep = np.zeros_like(self.solid)
        self._used: list[list[tuple[float, float, float, float]]] = [[] for _ in plan.walls]
        for o in openings:
            self._open(o)

    def _open(self, o: Opening) -> None:
        """Reserve an opening in its wall, and the floor before a door."""
        wall = self.plan.walls[o.wall]
        self._used[o.wall].append((o.x0 - 0.1, o.x1 + 0.1, o.z0 - 0.06, o.z1 + 0.1))
        if o.kind == "door":
            T = wall_item_frame(wall, (o.x0 + o.x1) / 2, 0, 0)
            self.mark(self.doorway, T, o.x1 - o.x0 + 0.1, 0.0, 1.0)

    @property
    def free_share(self) -> float:
        """Share of the floor on which nothing stands."""
        return float((~self.solid).sum()) / self.floor_cells

    def _cells(self, T: Array, width: float, y0: float, y1: float) -> tuple[slice, slice]:
        """Grid slices of the world box of a footprint."""
        local = np.array([[-width / 2, y0, 0], [width / 2, y0, 0], [width / 2, y1, 0], [-width / 2, y1, 0]])
        world = (local @ T[:3, :3].T + T[:3, 3])[:, :2]
        a = np.floor((world.min(0) - self._low) / _CELL + 0.02).astype(int)
        b = np.ceil((world.max(0) - self._low) / _CELL - 0.02).astype(int)
        a = np.maximum(a, 0)
        return slice(a[0], max(b[0], a[0] + 1)), slice(a[1], max(b[1], a[1] + 1))

    def mark(self, grid: NDArray[np.bool_], T: Array, width: float, y0: float, y1: float) -> None:
        """Set the cells of a footprint."""
        grid[self._cells(T, width, y0, y1)] = True

    def fits(self, T: Array, item: Item, front_m: float, inset: float = 0.0, *, passages: bool = True) -> bool:
        """Whether a footprint is free and the strip before it is not blocked by furniture.

        `passages` False allows it in the free strip before other furniture (a chair at a desk).
        """
        body = self._cells(T, item.width, inset, item.depth)
        if self.solid[body].any() or self.doorway[body].any() or (passages and self.keep[body].any()):
            return False
        return front_m <= 0 or not self.solid[self._cells(T, item.width * 0.8, item.depth, item.depth + front_m)].any()

    def wall_free(self, wall: int, x0: float, x1: float, z0: float, z1: float) -> bool:
        """Whether a rectangle of a wall holds no opening and nothing tall or hung."""
        inside = x0 >= 0 and x1 <= self.plan.walls[wall].length
        return inside and all(x1 <= a or x0 >= b or z1 <= c or z0 >= d for a, b, c, d in self._used[wall])

    def use_wall(self, wall: int, x0: float, x1: float, z0: float, z1: float) -> None:
        """Reserve a rectangle of a wall."""
        self._used[wall].append((x0, x1, z0, z1))

    def add(self, parts: list[Mesh] | tuple[Mesh, ...], T: Array) -> None:
        """Add parts in the frame T."""
        self.parts += [shapes.place(p, T) for p in parts]

    def _settle(self, placed: PlacedItem, front_m: float) -> PlacedItem:
        """Put an item for good: parts, footprint, passage, wall."""
        self.add(placed.item.parts, placed.T_world_item)
        self.mark(self.solid, placed.T_world_item, placed.item.width, 0, placed.item.depth)
        if front_m > 0:
            d = placed.item.depth
            self.mark(self.keep, placed.T_world_item, placed.item.width * 0.8, d, d + min(front_m, 0.6))
        if placed.wall >= 0:
            half = placed.item.width / 2
            self.use_wall(placed.wall, placed.x - half, placed.x + half, 0, placed.item.height)
        self.placed.append(placed)
        return placed

    def against_wall(
        self,
        item: Item,
        *,
        front_m: float = 0.5,
        corner: bool = False,
        facing: PlacedItem | None = None,
        walls: tuple[int, ...] = (),
    ) -> PlacedItem | None:
        """Place an item with its back to a wall; in a corner, or opposite another item, where wished. None: no room."""
        options = self._wall_options(item, walls)
        weights = self.kit.rng.random(len(options))
        for k, (wall, x) in enumerate(options):
            length = self.plan.walls[wall].length
            if corner:
                weights[k] += 3 * min(x - item.width / 2, length - x - item.width / 2)
            if facing is not None:
                weights[k] += self._opposed(facing, wall, x)
        for k in np.argsort(weights, kind="stable"):
            wall, x = options[k]
            T = wall_item_frame(self.plan.walls[wall], x, _OFF_WALL, -_SINK)
            half = item.width / 2
            if self.wall_free(wall, x - half, x + half, 0, item.height) and self.fits(T, item, front_m, 0.03):
                return self._settle(PlacedItem(item, T, wall, x), front_m)
        return None

    def _wall_options(self, item: Item, walls: tuple[int, ...]) -> list[tuple[int, float]]:
        """(wall, x) places to try."""
        out = []
        for k, wall in enumerate(self.plan.walls):
            slack = wall.length - item.width - 0.06
            if wall.square and slack >= 0 and (not walls or k in walls):
                steps = max(1, int(slack / 0.12))
                out += [(k, 0.03 + item.width / 2 + slack * s / steps) for s in range(steps + 1)]
        return out

    def _opposed(self, other: PlacedItem, wall: int, x: float) -> float:
        """0 where a place looks straight back at an item, more elsewhere."""
        w = self.plan.walls[wall]
        ahead = other.T_world_item[:2, 1]
        miss = (w.origin + x * w.along - other.T_world_item[:2, 3]) @ np.array([-ahead[1], ahead[0]])
        return 6 * (1 + float(w.inward @ ahead)) + 1.5 * abs(float(miss))

    def beside(
        self, host: PlacedItem, item: Item, side: int, gap: float = 0.04, front_m: float = 0.0
    ) -> PlacedItem | None:
        """Place an item at the same wall, to the left (-1) or right (+1) of another as seen from inside."""
        x = host.x + side * (host.item.width / 2 + item.width / 2 + gap)
        half = item.width / 2
        if host.wall < 0 or not self.wall_free(host.wall, x - half, x + half, 0, item.height):
            return None
        T = wall_item_frame(self.plan.walls[host.wall], x, _OFF_WALL, -_SINK)
        return self._settle(PlacedItem(item, T, host.wall, x), front_m) if self.fits(T, item, front_m, 0.03) else None

    def relative(self, host: PlacedItem, item: Item, x: float, y: float, yaw_rad: float) -> PlacedItem | None:
        """Place the middle of an item at (x, y) of another item's frame, turned."""
        c, s = np.cos(yaw_rad), np.sin(yaw_rad)
        local = np.eye(4)
        local[:2, :2] = [[c, -s], [s, c]]
        local[:2, 3] = np.array([x, y]) - local[:2, :2] @ np.array([0, item.depth / 2])
        T = host.T_world_item @ local
        if not self.fits(T, item, 0, passages=False):
            return None
        return self._settle(PlacedItem(item, T, -1, 0.0), 0)

    def centre(self, item: Item, clear_m: float = 0.6) -> PlacedItem | None:
        """Place an item away from all walls, with clear floor around it; the most central place that fits."""
        wide = Item((), item.width + 2 * clear_m, item.depth + 2 * clear_m, 0)
        free = np.argwhere(~self.solid)
        target = free.mean(0) + self.kit.rng.normal(0, 4, 2)
        order = np.argsort(((free - target) ** 2).sum(1), kind="stable")[::7]
        turn = self.kit.pick(0, 1)
        for k in order[:400]:
            for quarter in (turn, 1 - turn):
                T = self._standing(free[k], quarter, item)
                around = T.copy()
                around[:2, 3] -= clear_m * T[:2, 1]
                if self.fits(T, item, 0) and not self.solid[self._cells(around, wide.width, 0, wide.depth)].any():
                    return self._settle(PlacedItem(item, T, -1, 0.0), 0)
        return None

    def _standing(self, cell: NDArray, quarter: int, item: Item) -> Array:
        """T_world_item with the item's middle over a grid cell, turned by quarter turns."""
        T = np.eye(4)
        c, s = ((1, 0), (0, 1))[quarter]
        T[:2, :2] = [[c, -s], [s, c]]
        T[:2, 3] = self._low + (cell + 0.5) * _CELL - T[:2, 1] * item.depth / 2
        T[2, 3] = -_SINK
        return T

    def hang(self, item: Item, z: float, *, over: PlacedItem | None = None, margin: float = 0.08) -> PlacedItem | None:
        """Hang an item on a wall with its lower edge at z: over a piece of furniture, or anywhere free."""
        options = [(over.wall, over.x)] if over is not None and over.wall >= 0 else self._wall_options(item, ())
        order = self.kit.rng.permutation(len(options))
        half = item.width / 2 + margin
        for k in order:
            wall, x = options[k]
            if self.wall_free(wall, x - half, x + half, z - 0.04, z + item.height + 0.04):
                T = wall_item_frame(self.plan.walls[wall], x, 0.0, z)
                self.add(item.parts, T)
                self.use_wall(wall, x - half, x + half, z, z + item.height)
                return PlacedItem(item, T, wall, x)
        return None

    def on_floor(self, item: Item, x: float, y: float, yaw_rad: float = 0.0) -> None:
        """Lay something flat (a rug) at a world position: it takes no room."""
        self.parts += shifted(item.parts, x, y, 0, yaw_rad)

    def under_ceiling(self, item: Item, x: float, y: float, yaw_rad: float = 0.0) -> None:
        """Hang something from the ceiling."""
        self.parts += shifted(item.parts, x, y, self.plan.height, yaw_rad)

    def middle(self) -> Array:
        """(2,) a point well inside the floor: the inner cell nearest to the mean of the floor."""
        cells = np.argwhere(self._floor)
        best = cells[np.argmin(((cells - cells.mean(0)) ** 2).sum(1))]
        return self._low + (best + 0.5) * _CELL


def inside_polygon(corners: Array, points: Array) -> NDArray[np.bool_]:
    """Whether points (..., 2) lie inside a simple polygon (K, 2)."""
    out = np.zeros(points.shape[:-1], bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crosses = (y0 > points[..., 1]) != (y1 > points[..., 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x0 + (points[..., 1] - y0) * (x1 - x0) / (y1 - y0)
        out ^= crosses & (points[..., 0] < at)
    return out
