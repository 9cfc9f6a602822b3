"""Buses: city, coach, double-decker, school, mini; and the rows of wheels and windows that trains share."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick, spread
from scenegen.seeding import Generator

Parts = list[Mesh]


def wheel_row(tyre: fin.Finish, rim: fin.Finish, x: float, ys: list[float], r: float, wide: float) -> Parts:
    """Wheels at both sides at positions ys."""
    spots = [(x, y, r) for y in ys]
    wheel = [
        s.disc(tyre, r, wide, axis=0, sides=24),
        s.disc(rim, 0.6 * r, wide + 0.03, axis=0),
        s.disc(tyre, 0.18 * r, wide + 0.08, axis=0, sides=12),
    ]
    return [m for p in wheel for m in s.both(s.scattered(p, spots))]


def window_row(glass: fin.Finish, x: float, ys: np.ndarray, wide: float, z0: float, z1: float) -> Parts:
    """Panes on both flanks, standing proud of the wall at x by 2 cm."""
    pane = s.slab(glass, (x - 0.1, -wide / 2, z0), (x + 0.02, wide / 2, z1))
    return s.both(s.scattered(pane, [(0, y, 0) for y in ys]))


def bus(rng: Generator) -> Parts:
    """A city bus, coach, double-decker, school bus or minibus."""
    kind = pick(rng, "city", "city", "coach", "double", "school", "mini")
    length = {"mini": 6.0, "school": 9.0, "double": 10.5}.get(kind, 11.5) * between(rng, 0.9, 1.1)
    w, floor = between(rng, 2.3, 2.6), 0.35
    h = {"double": 4.3, "coach": 3.4, "mini": 2.6}.get(kind, 3.0)
    f = fin.solid("school yellow", (0.90, 0.64, 0.10)) if kind == "school" else fin.livery(rng)
    r, glass = (0.38 if kind == "mini" else 0.48), fin.glass(rng)
    front = -length / 2 + (1.3 if kind == "school" else 0.0)
    parts = [s.slab(f, (-w / 2, front, floor), (w / 2, length / 2, h), 0.16)]
    if kind == "school":
        parts += [
            s.slab(f, (-0.42 * w, -length / 2, floor + 0.1), (0.42 * w, front + 0.4, 1.55), 0.15),
            s.slab(fin.dark(rng), (-0.25 * w, -length / 2 - 0.03, 0.7), (0.25 * w, -length / 2 + 0.3, 1.35), 0.02),
        ]
    stripe = fin.livery(rng)
    z = floor + between(rng, 0.35, 0.6)
    parts.append(
        s.slab(stripe, (-w / 2 - 0.012, front + 0.2, z), (w / 2 + 0.012, length / 2 - 0.2, z + between(rng, 0.1, 0.4)))
    )
    parts += _decks(glass, kind, front, length, w, h)
    axles = [front + 0.22 * length - (1.1 if kind == "school" else 0), length / 2 - 0.24 * length]
    parts += wheel_row(fin.rubber(rng), fin.steel(rng), w / 2 - 0.15, axles, r, 0.34)
    arches = s.disc(fin.dark(rng), 1.18 * r, 0.3, (w / 2 - 0.135, 0, r + 0.03), axis=0)
    parts += s.both(s.scattered(arches, [(0, a, 0) for a in axles]))
    return parts + _bus_ends(rng, glass, front, length, w, h, kind)


def _decks(glass: fin.Finish, kind: str, front: float, length: float, w: float, h: float) -> Parts:
    """Side windows of each deck."""
    count = max(3, round((length / 2 - front) / 1.5))
    ys = spread(count, front + 0.35, length / 2 - 0.3)
    wide = float(ys[1] - ys[0]) - 0.12
    rows = [(1.2, 2.1), (2.75, 3.7)] if kind == "double" else [(h - 1.55, h - 0.5)]
    return [m for z0, z1 in rows for m in window_row(glass, w / 2, ys, wide, z0, z1)]


def _bus_ends(rng: Generator, glass: fin.Finish, front: float, length: float, w: float, h: float, kind: str) -> Parts:
    """Wind screens, rear window, door, lamps, destination board, mirrors."""
    low = 1.6 if kind == "school" else 1.05
    top = 2.1 if kind == "double" else h - 0.45
    nose = -length / 2
    parts = [
        s.slab(glass, (-0.44 * w, front - 0.03, low), (0.44 * w, front + 0.3, top), 0.02),
        s.slab(glass, (-0.36 * w, length / 2 - 0.3, h - 1.3), (0.36 * w, length / 2 + 0.03, h - 0.5), 0.02),
    ]
    if kind == "double":
        parts.append(s.slab(glass, (-0.44 * w, front - 0.03, 2.75), (0.44 * w, front + 0.3, 3.75), 0.02))
    lens, red = fin.solid("lens", (0.94, 0.93, 0.86), 0.2), fin.solid("tail lamp", (0.66, 0.06, 0.06), 0.2)
    parts += s.both(s.disc(lens, 0.13, 0.3, (0.36 * w, nose + 0.1, 0.72), axis=1, sides=16))
    parts += s.both(s.slab(red, (0.36 * w, length / 2 - 0.2, 0.75), (0.44 * w, length / 2 + 0.03, 1.1)))
    parts += s.both(
        s.slab(fin.dark(rng), (0.5 * w, front + 0.05, low + 0.5), (0.5 * w + 0.25, front + 0.12, low + 0.95), 0.02)
    )
    parts.append(
        s.slab(
            fin.solid("board", (0.95, 0.72, 0.2), 0.4),
            (-0.3 * w, front - 0.045, top + 0.06),
            (0.3 * w, front + 0.2, top + 0.26),
        )
    )
    door = s.slab(glass, (w / 2 - 0.2, front + 0.35, 0.45), (w / 2 + 0.035, front + 1.25, 2.15), 0.02)
    return [*parts, door, s.slab(fin.dark(rng), (-0.45 * w, front + 0.4, 0.2), (0.45 * w, length / 2 - 0.2, 0.6))]
