"""Synthetic homes for measuring which way is up: houses of several storeys, empty layouts, furnished scans.

Every maker takes a generator and gives a triangle soup: +Z up, metres, the lowest floor on z = 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from home_furniture import Rng, furniture
from numpy.typing import ArrayLike
from triangle_soup import Array, Soup, block, flipped, quad, shell_of, split, wall

from scenegen.geometry import quaternion_rotation, rotation_about, rotation_between


def storey(rng: Rng, low: ArrayLike, high: ArrayLike, count: int, turned: bool) -> Soup:
    """What stands in one storey: furniture, partitions with doors, a beam or lamps below the ceiling."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    height = high[2] - low[2]
    soup = furniture(rng, low, high, count, turned)
    for _ in range(rng.integers(0, 3)):
        axis = int(rng.integers(2))
        a, b = low.copy(), low.copy()
        a[axis] = b[axis] = rng.uniform(low[axis] + 0.25 * (high - low)[axis], high[axis] - 0.25 * (high - low)[axis])
        b[1 - axis] = high[1 - axis]
        door = rng.uniform(0.3, max(0.4, (high - low)[1 - axis] - 1.2))
        sheet = wall(a, b, height, [(door, door + 0.9, 0.0, 2.0)])
        shift = np.eye(3)[axis] * 0.1
        soup += [sheet, flipped(sheet) + shift]
    if rng.random() < 0.3:
        beam = low + (high - low) * (*rng.uniform(0.1, 0.7, 2), 1) - (0, 0, 0.3)
        soup.append(block(beam, (beam[0] + 0.3, high[1], high[2]), "xXyz"))
    for _ in range(rng.integers(0, 3)):
        lamp = low + (high - low) * (*rng.uniform(0.1, 0.8, 2), 1) - (0, 0, rng.uniform(0.1, 0.6))
        soup.append(block(lamp, lamp + np.array([0.3, 0.3, 0.1])))
    return soup


def facade(rng: Rng, low: ArrayLike, high: ArrayLike, inward: bool) -> Soup:
    """Four walls with windows."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    corners = [low[:2], (high[0], low[1]), high[:2], (low[0], high[1])]
    soup = []
    for k in range(4):
        a, b = (np.array([*corners[j % 4], low[2]]) for j in (k, k + 1))
        starts = rng.uniform(0.2, max(0.3, np.linalg.norm(b - a) - 1.5), rng.integers(0, 4))
        sheet = wall(a, b, high[2] - low[2], [(s, s + rng.uniform(0.6, 1.8), 0.8, 2.0) for s in starts])
        soup.append(flipped(sheet) if inward else sheet)
    return soup


def slab(rng: Rng, low: ArrayLike, high: ArrayLike, hole: bool) -> Soup:
    """A floor, perhaps with a hole for the stairs."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    sides = "xXyYzZ" if high[2] - low[2] > 0.01 else "Z"
    if not hole:
        return [block(low, high, sides)]
    x, y = low[0] + rng.uniform(0.8, 1.2), low[1] + rng.uniform(2.0, 3.0)
    return [block((x, low[1], low[2]), high, sides), block((low[0], y, low[2]), (x, *high[1:]), sides)]


def stairs(low: ArrayLike, height: float) -> Soup:
    """Steps along y."""
    low = np.asarray(low, float)
    count = max(int(height / 0.18), 2)
    rise, run = height / count, 0.24
    step = [low + np.array([0, k * run, k * rise]) for k in range(count)]
    return [block(s, s + np.array([0.8, run, rise]), "yZ") for s in step]


def house(rng: Rng, storeys: int) -> Soup:
    """A house of 1 to 5 storeys, each furnished or not; walls, floors, windows, stairs, roof as chance has it."""
    size = rng.uniform((4.0, 4.0), (14.0, 10.0))
    height, gap = rng.uniform(2.3, 3.3), rng.choice([0.0, 0.15, 0.3])
    count, turned = int(rng.integers(2, 10)), bool(rng.random() < 0.5)
    boxes, ceiling = rng.random() < 0.4, rng.random() < 0.7
    hole = storeys > 1 and rng.random() < 0.5 and size[1] > 5
    soup: Soup = []
    for k in range(storeys):
        low, high = np.array([0, 0, k * (height + gap)]), np.array([*size, k * (height + gap) + height])
        if boxes:  # every storey a closed box of its own, seen from outside or inside
            sides = block(low, high, "xXyYz" + ("Z" if ceiling or k < storeys - 1 else ""))
            soup.append(sides if rng.random() < 0.5 else flipped(sides))
        else:
            soup += facade(rng, low, high + np.array([0, 0, gap if k < storeys - 1 else 0]), inward=rng.random() < 0.5)
            soup += slab(rng, low - (0, 0, gap if k else 0), (*size, low[2]), hole and k > 0)
            if hole and k < storeys - 1:
                soup += stairs(low, height + gap)
            if k == storeys - 1 and ceiling:
                soup += slab(rng, (0, 0, high[2]), (*size, high[2]), False)
        soup += storey(rng, low, high, count + int(rng.integers(-1, 2)), turned)
    if rng.random() < 0.3:
        soup += gable(size, storeys * (height + gap) - gap, rng.uniform(1.0, 3.0))
    return soup


def gable(size: ArrayLike, z: float, rise: float) -> Soup:
    """Two slopes and two gables on a footprint at height z."""
    w, d = np.asarray(size, float)
    a, b = np.array([0, 0, z]), np.array([0, d / 2, z + rise])
    ends = [np.array([[[x, 0, z], [x, d, z], [x, d / 2, z + rise]]]) for x in (0, w)]
    return [quad(a, (w, 0, 0), b - a), quad((0, d, z), (w, 0, 0), b - (0, d, z)), *ends]


def prism(plan: ArrayLike, height_at: Callable[[Array], Array], cut: int) -> Soup:
    """Floor, walls and a ceiling of the heights `height_at((N, 2))` over a star-shaped (N, 2) plan, seen from outside."""
    corners = np.asarray(plan, float)
    ring = np.concatenate(
        [np.linspace(a, b, cut, endpoint=False) for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)]
    )
    centre = corners.mean(0)
    soup = []
    for a, b in zip(ring, np.roll(ring, -1, 0), strict=True):
        top = np.column_stack([np.stack([a, b, centre]), height_at(np.stack([a, b, centre]))])
        low = top * (1, 1, 0)
        soup += [low[None, [1, 0, 2]], top[None], np.array([[low[0], low[1], top[1]], [low[0], top[1], top[0]]])]
    return soup


def stepped(rng: Rng, size: ArrayLike) -> Soup:
    """An empty room whose flat ceiling hangs lower in strips: ducts, galleries, trays."""
    w, d, h = np.asarray(size, float)
    ends = np.array([0.0, *np.sort(rng.uniform(0.15, 0.85, rng.integers(1, 4))), 1.0]) * d
    tops = h - rng.choice([0.0, 0.3, 0.5, 0.8, 1.2], len(ends) - 1)
    soup = [quad((0, 0, 0), (0, d, 0), (w, 0, 0))]  # like all of it, facing outwards
    for a, b, top in zip(ends, ends[1:], tops, strict=False):
        soup += [quad((x, a, 0), (0, b - a, 0), (0, 0, top)) for x in (0, w)]
        soup.append(quad((0, a, top), (w, 0, 0), (0, b - a, 0)))
    bounds = [0.0, *tops, 0.0]
    for y, low, high in zip(ends, bounds, bounds[1:], strict=False):
        if low != high:
            soup.append(quad((0, y, low), (w, 0, 0), (0, 0, high - low)))
    return soup


def layout(rng: Rng) -> Soup:
    """An empty room as layout data sets have it: a box, a bay, a stepped ceiling, or a room under the roof."""
    w, d, h = rng.uniform((3.0, 3.0, 2.2), (8.0, 8.0, 3.2))
    plan = np.array([[0, 0], [w, 0], [w, d], [0, d]])
    kind = rng.integers(6)
    if kind > 3:
        return stepped(rng, (w, d, h + rng.uniform(0, 1)))
    if kind == 1:  # a cut corner
        plan = np.array([[0, 0], [w, 0], [w, 0.6 * d], [0.7 * w, d], [0, d]])
    if kind == 2:  # one slope
        return prism(plan, lambda p: np.minimum(h, 1.0 + p[:, 1] * rise), 6) if (rise := rng.uniform(0.5, 1.2)) else []
    if kind == 3:  # under the ridge
        rise = rng.uniform(0.3, 0.9)
        return prism(plan, lambda p: h + rise * (d / 2 - np.abs(p[:, 1] - d / 2)), 6)
    return prism(plan, lambda p: np.full(len(p), h), 2)


def furnished(rng: Rng) -> Soup:
    """One room with furniture."""
    size = np.array([*rng.uniform(3.0, 7.0, 2), rng.uniform(2.3, 3.4)])
    shell = block((0, 0, 0), size, "xXyYz" + ("Z" if rng.random() < 0.6 else ""))
    pieces = furniture(rng, (0, 0, 0), size, int(rng.integers(2, 9)), bool(rng.random() < 0.5))
    if rng.random() < 0.2:
        return [*stepped(rng, size), *(p * 0.9 for p in pieces)]
    return [shell if rng.random() < 0.3 else flipped(shell), *pieces]


def scan(rng: Rng) -> Soup:
    """A room seen from inside: open at the top more often than not, walls missing, no undersides, noise."""
    size = np.array([*rng.uniform(2.5, 6.0, 2), rng.uniform(2.0, 3.0)])
    sides = "".join(s for s in "xXyY" if rng.random() < 0.75) + "z" + ("Z" if rng.random() < 0.3 else "")
    pieces = furniture(rng, (0, 0, 0), size, int(rng.integers(2, 9)), True)
    fine = split(np.concatenate([flipped(block((0, 0, 0), size, sides)), *pieces]), 0.3)
    normal = np.cross(fine[:, 1] - fine[:, 0], fine[:, 2] - fine[:, 0])
    middle, area = fine.mean(1), np.linalg.norm(normal, axis=1)
    hidden = (normal[:, 2] < -0.5 * area) & (middle[:, 2] < 1.6)
    holes = size * rng.random((8, 3))
    gone = (np.linalg.norm(middle[:, None] - holes, axis=2) < rng.uniform(0.2, 0.6, 8)).any(1)
    seen = fine[~(hidden | gone)]
    return [seen + rng.normal(0, 0.008, seen.shape)]


def glance(rng: Rng) -> Soup:
    """A part of a room as one to three cameras at eye level see it: what faces them, is near, and in their cone."""
    size = np.array([*rng.uniform(3.5, 7.0, 2), rng.uniform(2.4, 3.0)])
    pieces = furniture(rng, (0, 0, 0), size, int(rng.integers(4, 12)), bool(rng.random() < 0.3))
    fine = split(np.concatenate([flipped(block((0, 0, 0), size)), *pieces]), 0.3)
    normal, middle = np.cross(fine[:, 1] - fine[:, 0], fine[:, 2] - fine[:, 0]), fine.mean(1)
    seen = np.zeros(len(fine), bool)
    turn = rng.uniform(0, 2 * np.pi)
    for _ in range(rng.integers(1, 4)):
        turn += rng.uniform(-0.8, 0.8)
        look = np.array([np.cos(turn), np.sin(turn), -rng.uniform(0.2, 0.7)])
        away = middle - (*rng.uniform(0.3, 0.7, 2) * size[:2], rng.uniform(1.2, 1.7))
        distance = np.linalg.norm(away, axis=1)
        in_cone = away @ look > np.cos(rng.uniform(0.5, 0.9)) * distance * np.linalg.norm(look)
        seen |= in_cone & (np.sum(away * normal, axis=1) < 0) & (distance < rng.uniform(2.5, 5.0))
    area = np.linalg.norm(normal, axis=1)
    floor = (middle[:, 2] < 0.01) & (normal[:, 2] > 0)
    part = fine[seen] if area[seen & floor].sum() > 0.1 * area[seen].sum() > 0 else fine  # else nobody could tell
    return [part + rng.normal(0, 0.008, part.shape)]


def bare(rng: Rng) -> Soup:
    """An empty box."""
    size = np.array([*rng.uniform(2.5, 8.0, 2), rng.uniform(2.2, 3.2)])
    return [shell_of(size)]


def hall(rng: Rng) -> Soup:
    """A large room, or one in a unit of its own: 4 to 12 m high, one wall open now and then."""
    size = np.array([*rng.uniform(8.0, 40.0, 2), rng.uniform(4.0, 12.0)])
    sides = "xXyYzZ".replace(rng.choice(list("xXyYZ")) if rng.random() < 0.5 else "-", "")
    scale = rng.uniform(1.0, 4.0)
    pieces = furniture(rng, (0, 0, 0), size / scale, int(rng.integers(3, 12)), bool(rng.random() < 0.5))
    return [flipped(block((0, 0, 0), size, sides)), *(scale * p for p in pieces)]


@dataclass(frozen=True)
class Kind:
    """A kind of home and how it is made."""

    name: str
    make: Callable[[Rng], Soup]


def _storeys(count: int) -> Kind:
    return Kind(f"house of {count}", lambda rng: house(rng, count))


KINDS = (
    *map(_storeys, range(1, 6)),
    Kind("room", furnished),
    Kind("hall", hall),
    Kind("scan", scan),
    Kind("glance", glance),
    Kind("layout", layout),
    Kind("bare", bare),
)


def turns(rng: Rng) -> list[Array]:
    """The six ways to lay a body on its side, each with a chance turn about the vertical, and one oblique way."""
    ups = np.concatenate([np.eye(3), -np.eye(3)])
    six = [rotation_between((0, 0, 1), up) @ rotation_about((0, 0, 1), np.pi / 2 * rng.integers(4)) for up in ups]
    return [*six, quaternion_rotation(rng.normal(size=4))]
