"""Floor plans: simple polygons with right angles, bays, alcoves, cut corners; and the openings of their walls."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.seeding import Generator

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Wall:
    """One side of a plan, seen from inside: x runs from the left end to the right end."""

    origin: Array
    """(2,) left end, metres."""
    along: Array
    """(2,) unit vector to the right."""
    inward: Array
    """(2,) unit normal into the room."""
    length: float
    mitre_left: float
    """Cotangent of half the inner angle at the left end: 1 in a corner, -1 at an edge."""
    mitre_right: float

    @property
    def square(self) -> bool:
        """Whether the wall runs along x or y."""
        return bool(np.abs(self.along).max() > 0.9999)


@dataclass(frozen=True)
class Opening:
    """A door or window: a rectangle of a wall, in that wall's x and z."""

    wall: int
    kind: str
    x0: float
    x1: float
    z0: float
    z1: float


@dataclass(frozen=True)
class FloorPlan:
    """A closed room without its things."""

    corners: Array
    """(K, 2) counter-clockwise, centred."""
    walls: tuple[Wall, ...]
    height: float
    shape: str


def draw_plan(rng: Generator, width: tuple[float, float], depth: tuple[float, float], height: float) -> FloorPlan:
    """A plan of a random shape whose main rectangle has the given ranges of size."""
    w, d = float(rng.uniform(*width)), float(rng.uniform(*depth))
    names = list(_SHAPES)
    shape = names[int(rng.choice(len(names), p=[0.26, 0.17, 0.09, 0.13, 0.15, 0.13, 0.07]))]
    corners = np.asarray(_SHAPES[shape](rng, w, d), np.float64)
    if rng.random() < 0.5:
        corners = (corners * [-1, 1])[::-1]
    if rng.random() < 0.5:
        corners = corners @ np.array([[0.0, 1], [-1, 0]])
    corners = np.round(corners - (corners.min(0) + corners.max(0)) / 2, 3)
    return FloorPlan(corners, _walls(corners), height, shape)


def _rectangle(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """Four corners."""
    return [(0, 0), (w, 0), (w, d), (0, d)]


def _ell(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """One corner left out."""
    a, b = w * rng.uniform(0.28, 0.45), d * rng.uniform(0.28, 0.42)
    return [(0, 0), (w, 0), (w, d - b), (w - a, d - b), (w - a, d), (0, d)]


def _tee(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """Two corners left out."""
    a, c, b = w * rng.uniform(0.18, 0.28), w * rng.uniform(0.18, 0.28), d * rng.uniform(0.25, 0.4)
    return [(0, 0), (w, 0), (w, d - b), (w - a, d - b), (w - a, d), (c, d), (c, d - b), (0, d - b)]


def _cut(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """One corner cut off at 45 degrees."""
    a = rng.uniform(0.7, 1.2)
    return [(0, 0), (w, 0), (w, d - a), (w - a, d), (0, d)]


def _bay(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """A three-sided bay on one side."""
    b, out = rng.uniform(1.9, min(2.8, w - 1.0)), rng.uniform(0.5, 0.75)
    c = w / 2 + rng.uniform(-0.5, 0.5) * (w - b - 0.8)
    return [
        (0, 0),
        (w, 0),
        (w, d),
        (c + b / 2, d),
        (c + b / 2 - out, d + out),
        (c - b / 2 + out, d + out),
        (c - b / 2, d),
        (0, d),
    ]


def _alcove(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """A recess in one wall."""
    b, out = rng.uniform(1.3, min(2.4, w - 1.2)), rng.uniform(0.3, 0.6)
    c = w / 2 + rng.uniform(-0.5, 0.5) * (w - b - 0.8)
    return [(0, 0), (w, 0), (w, d), (c + b / 2, d), (c + b / 2, d + out), (c - b / 2, d + out), (c - b / 2, d), (0, d)]


def _chimney(rng: Generator, w: float, d: float) -> list[tuple[float, float]]:
    """A chimney breast that stands into the room."""
    b, out = rng.uniform(0.9, 1.5), rng.uniform(0.25, 0.4)
    c = w / 2 + rng.uniform(-0.3, 0.3) * (w - b)
    return [(0, 0), (w, 0), (w, d), (c + b / 2, d), (c + b / 2, d - out), (c - b / 2, d - out), (c - b / 2, d), (0, d)]


_SHAPES = {
    "rectangle": _rectangle,
    "ell": _ell,
    "tee": _tee,
    "cut": _cut,
    "bay": _bay,
    "alcove": _alcove,
    "chimney": _chimney,
}


def _walls(corners: Array) -> tuple[Wall, ...]:
    """The walls of a counter-clockwise polygon; wall k joins corners k and k + 1."""
    step = np.roll(corners, -1, axis=0) - corners
    length = np.linalg.norm(step, axis=1)
    t = step / length[:, None]
    turn = np.arctan2(_cross(np.roll(t, 1, axis=0), t), (np.roll(t, 1, axis=0) * t).sum(1))
    mitre = 1 / np.tan((np.pi - turn) / 2)
    out = []
    for k in range(len(corners)):
        right, left = mitre[k], mitre[(k + 1) % len(corners)]
        end = corners[(k + 1) % len(corners)]
        out.append(Wall(end, -t[k], np.array([-t[k, 1], t[k, 0]]), float(length[k]), float(left), float(right)))
    return tuple(out)


def _cross(a: Array, b: Array) -> Array:
    """Z of the cross product."""
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def draw_openings(rng: Generator, plan: FloorPlan, doors: int, windows: int) -> tuple[Opening, ...]:
    """Doors near corners, windows on other walls (all sides of a bay), none overlapping."""
    out: list[Opening] = []
    bay = _bay_sides(plan)
    square = [k for k, wall in enumerate(plan.walls) if wall.square and wall.length > 1.35 and k not in bay]
    by_length = sorted(square, key=lambda k: (-plan.walls[k].length, k))
    order = [int(k) for k in rng.permutation(by_length)]
    for k in order[:doors]:
        out.append(_door(rng, k, plan.walls[k].length))
    out += _bay_windows(plan, bay)
    rest = sorted(order, key=lambda k: (any(o.wall == k for o in out), -plan.walls[k].length * rng.uniform(0.5, 1.5)))
    for k in rest[:windows]:
        out += _windows(rng, k, plan, [o for o in out if o.wall == k])
    return tuple(out)


def _door(rng: Generator, wall: int, length: float) -> Opening:
    """A door 0.8 to 0.95 m wide, mostly near one end."""
    w, h = float(rng.uniform(0.8, 0.95)), float(rng.uniform(2.0, 2.12))
    gap = min(float(rng.choice([0.18, 0.25, 0.45])), (length - w) / 2)
    x = gap if rng.random() < 0.5 else length - gap - w
    return Opening(wall, "door", x, x + w, 0.0, h)


def _heads(rng: Generator, plan: FloorPlan) -> tuple[float, float]:
    """Sill and head heights of a window."""
    sill = float(rng.choice([0.12, 0.55, 0.85, 0.9, 1.05], p=[0.1, 0.15, 0.35, 0.25, 0.15]))
    return sill, min(plan.height - 0.22, float(rng.uniform(2.05, 2.4)))


def _bay_sides(plan: FloorPlan) -> list[int]:
    """The three walls of a bay; none where the plan has no bay."""
    if plan.shape != "bay":
        return []
    slanted = [k for k, wall in enumerate(plan.walls) if not wall.square]
    front = [
        k
        for k in range(len(plan.walls))
        if (k - 1) % len(plan.walls) in slanted and (k + 1) % len(plan.walls) in slanted
    ]
    return [*slanted, *front]


def _bay_windows(plan: FloorPlan, bay: list[int]) -> list[Opening]:
    """One window in each side of a bay."""
    sides = [(k, plan.walls[k].length) for k in bay]
    return [Opening(k, "window", 0.12, length - 0.12, 0.55, plan.height - 0.3) for k, length in sides if length > 0.5]


def _windows(rng: Generator, k: int, plan: FloorPlan, taken: list[Opening]) -> list[Opening]:
    """One broad window or two equal ones in the free part of a wall."""
    length = plan.walls[k].length
    low = max([0.35, *(o.x1 + 0.35 for o in taken if o.x0 < length / 2)])
    high = min([length - 0.35, *(o.x0 - 0.35 for o in taken if o.x0 >= length / 2)])
    z0, z1 = _heads(rng, plan)
    if high - low < 0.7:
        return []
    if high - low > 2.6 and rng.random() < 0.5:
        w = float(rng.uniform(0.8, min(1.3, (high - low) / 2 - 0.3)))
        mid, off = (low + high) / 2, (high - low) / 4
        return [Opening(k, "window", mid + s * off - w / 2, mid + s * off + w / 2, z0, z1) for s in (-1, 1)]
    w = float(rng.uniform(0.7, min(2.3, high - low)))
    x = float(rng.uniform(low, high - w)) if rng.random() < 0.4 else (low + high - w) / 2
    return [Opening(k, "window", x, x + w, z0, z1)]
