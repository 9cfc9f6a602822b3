"""Trains: engines, coaches and wagons."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.buses import wheel_row, window_row
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]
Livery = tuple[fin.Finish, fin.Finish, fin.Finish]
"""Paint, trim and dark parts."""


def train(rng: Generator) -> Parts:
    """A steam engine, diesel engine, fast train head, passenger coach or goods wagon on its wheels."""
    return pick(rng, _steam, _steam, _fast, _coach, _wagon, _diesel)(rng)


def _bogies(rng: Generator, w: float, ys: list[float], r: float = 0.45) -> Parts:
    """Pairs of wheels with a frame at each position."""
    dark, steel = fin.dark(rng), fin.steel(rng)
    spots = [y + a for y in ys for a in (-1.1 * r - 0.15, 1.1 * r + 0.15)]
    frames = s.both(
        s.scattered(s.slab(dark, (0.2 * w, -1.4, 0.6 * r), (0.46 * w, 1.4, 1.35 * r), 0.05), [(0, y, 0) for y in ys])
    )
    return frames + wheel_row(steel, dark, 0.42 * w, spots, r, 0.2)


def _steam(rng: Generator) -> Parts:
    """A steam engine: boiler, chimney, domes, cab, driving wheels with rods, buffers, perhaps a cow-catcher."""
    f, trim, dark = fin.livery(rng), pick(rng, fin.steel, fin.livery)(rng), fin.dark(rng)
    length, w, r, big = between(rng, 7, 10), 2.6, between(rng, 0.7, 0.95), between(rng, 0.6, 0.85)
    axis, y0, y1 = 1.35 + r, -length / 2, length / 2
    cab, top = y1 - between(rng, 1.8, 2.4), axis + r + 0.6
    lens = fin.solid("lens", (0.95, 0.92, 0.8), 0.3)
    return [
        *_boiler((f, trim, dark), r, axis, y0, cab),
        _chimney(rng, dark, y0 + 0.7, axis + 0.9 * r),
        *_domes(trim, spread(3, y0 + 1.2, cab)[1:], axis + 0.88 * r),
        *_steam_cab(f, dark, w, cab, y1, top),
        *window_row(fin.glass(rng), w / 2, np.array([(cab + y1) / 2]), 0.9, top - 1.1, top - 0.35),
        s.slab(dark, (-0.4 * w, y0, 0.75), (0.4 * w, y1, 1.15), 0.03),
        s.slab(f, (-w / 2, y0 + 0.2, 1.1), (w / 2, cab + 0.1, 1.22)),
        *_running_gear(rng, (f, trim, dark), w, big, y0, cab - 0.4),
        *s.both(s.disc(dark, 0.2, 0.4, (0.33 * w, y0 - 0.1, 1.0), axis=1, sides=16)),
        *s.both(s.slab(f, (0.3 * w, y0 + 0.3, 0.55), (0.52 * w, y0 + 1.5, 1.1), 0.06)),
        s.disc(lens, 0.2, 0.25, (0, y0 + 0.15, axis + 0.75 * r), axis=1, sides=16),
    ]


def _boiler(finishes: Livery, r: float, axis: float, y0: float, cab: float) -> Parts:
    """A boiler of radius r at height `axis` from the front at y0 to the cab, with its smoke box and bands."""
    f, trim, dark = finishes
    return [
        s.disc(f, r, cab - y0 - 0.1, (0, (y0 + 0.3 + cab + 0.2) / 2, axis), axis=1, sides=32),
        s.disc(dark, 0.94 * r, 0.3, (0, y0 + 0.3, axis), axis=1, sides=32),
        *[s.hoop(trim, r + 0.005, 0.035, (0, y, axis), axis=1, sides=32) for y in spread(4, y0 + 0.6, cab)],
    ]


def _chimney(rng: Generator, f: fin.Finish, y: float, z: float) -> Mesh:
    """A straight or flared chimney."""
    flare = pick(rng, 1.0, 1.7)
    profile = [(0, 0), (0.24, 0), (0.24, 0.7), (0.24 * flare, 1.15), (0.2 * flare, 1.15), (0, 1.05)]
    return s.turned(f, profile, (0, y, z))


def _domes(f: fin.Finish, ys: np.ndarray, z: float) -> Parts:
    """Steam and sand domes on the boiler."""
    profile = [(0, 0), (0.35, 0), (0.33, 0.35), (0.2, 0.55), (0, 0.6)]
    return [s.turned(f, profile, (0, y, z)) for y in ys]


def _steam_cab(f: fin.Finish, dark: fin.Finish, w: float, y0: float, y1: float, top: float) -> Parts:
    """The driver's cab and its overhanging roof."""
    return [
        s.slab(f, (-w / 2, y0, 1.0), (w / 2, y1, top), 0.05),
        s.slab(dark, (-w / 2 - 0.15, y0 - 0.15, top - 0.03), (w / 2 + 0.15, y1 + 0.15, top + 0.12), 0.06),
    ]


def _running_gear(rng: Generator, finishes: Livery, w: float, big: float, y0: float, y1: float) -> Parts:
    """Three pairs of driving wheels of radius `big` up to y1 with their rods, and four small ones after y0."""
    f, trim, dark = finishes
    wheels = [float(y) for y in y1 - 2.15 * big * np.arange(3)]
    rod = s.slab(trim, (0.46 * w + 0.06, wheels[-1], 0.5 * big), (0.46 * w + 0.2, wheels[0], 0.5 * big + 0.12))
    return [
        *wheel_row(pick(rng, f, dark), trim, 0.46 * w, wheels, big, 0.16),
        *wheel_row(dark, trim, 0.44 * w, [y0 + 0.6, y0 + 1.5], 0.4, 0.16),
        *s.both(rod),
    ]


def _wagon(rng: Generator) -> Parts:
    """A goods wagon: tank, hopper with load, box or stacked containers."""
    length, w = between(rng, 8, 13), 2.7
    f, dark = fin.livery(rng), fin.dark(rng)
    parts = [
        s.slab(dark, (-0.45 * w, -length / 2, 0.85), (0.45 * w, length / 2, 1.15), 0.03),
        *_bogies(rng, w, [-length / 2 + 2, length / 2 - 2]),
        *_buffers(dark, w, length),
    ]
    kind = int(rng.integers(3))
    if kind == 0:
        return [*parts, *_tank(f, dark, length)]
    return [*parts, *(_hopper(rng, f, w, length) if kind == 1 else _containers(rng, w, length))]


def _buffers(f: fin.Finish, w: float, length: float) -> Parts:
    """Two buffers at either end."""
    return [
        m
        for y in (-1, 1)
        for m in s.both(s.disc(f, 0.2, 0.5, (0.32 * w, y * (length / 2 + 0.1), 1.0), axis=1, sides=14))
    ]


def _tank(f: fin.Finish, dark: fin.Finish, length: float) -> Parts:
    """A lying tank with bands, filler cap and saddles."""
    profile = [
        (0, 0),
        (0.8, 0.05),
        (1.2, 0.35),
        (1.25, 0.6),
        (1.25, length - 1),
        (1.2, length - 0.75),
        (0.8, length - 0.45),
        (0, length - 0.4),
    ]
    ys = spread(3, -length / 2, length / 2)
    return [
        s.moved(s.lying(s.turned(f, profile, sides=32), 1), (0, -length / 2 + 0.2, 2.3)),
        *[s.hoop(dark, 1.255, 0.04, (0, y, 2.3), axis=1, sides=32) for y in ys],
        s.disc(dark, 0.35, 0.4, (0, 0, 3.6)),
        *[s.slab(dark, (-0.9, y - 0.2, 1.1), (0.9, y + 0.2, 1.5)) for y in ys],
    ]


def _hopper(rng: Generator, f: fin.Finish, w: float, length: float) -> Parts:
    """An open wagon with ribs and a heap of coal, gravel or clay."""
    rib = s.slab(f, (w / 2 - 0.05, -0.06, 1.12), (w / 2 + 0.1, 0.06, 2.75))
    load = pick(rng, fin.stone, fin.soil, fin.terracotta)(rng)
    return [
        s.slab(f, (-w / 2, -length / 2 + 0.1, 1.1), (w / 2, length / 2 - 0.1, 2.7)),
        *s.both(s.scattered(rib, [(0, y, 0) for y in spread(7, -length / 2, length / 2)])),
        s.cushion(load, (0.95 * w, length - 0.4, 1.1), (0, 0, 2.6), square=0.4),
    ]


def _containers(rng: Generator, w: float, length: float) -> Parts:
    """One long or two short boxes with ribbed walls."""
    count = pick(rng, 1, 2)
    half = (length - 0.2) / count / 2 - 0.04
    parts: Parts = []
    for y in spread(count, -length / 2 + 0.1, length / 2 - 0.1):
        f = fin.livery(rng)
        rib = s.slab(f, (w / 2 - 0.05, -0.06, 1.2), (w / 2 + 0.05, 0.06, 3.52))
        parts += [
            s.slab(f, (-w / 2, y - half, 1.12), (w / 2, y + half, 3.6)),
            *s.both(s.scattered(rib, [(0, y + a, 0) for a in spread(12, -half, half)])),
        ]
    return parts


def _diesel(rng: Generator) -> Parts:
    """A diesel engine: long hood, cab, railings."""
    length, w, f, dark = between(rng, 11, 15), 2.7, fin.livery(rng), fin.dark(rng)
    stripe, cab = fin.livery(rng), between(rng, -0.35, 0.2) * length
    end = length / 2
    return [
        s.slab(dark, (-w / 2, -end, 0.95), (w / 2, end, 1.3), 0.03),
        s.slab(f, (-0.36 * w, -end + 0.5, 1.25), (0.36 * w, end - 0.5, between(rng, 2.6, 3.2)), 0.12),
        s.slab(f, (-w / 2, cab - 1.1, 1.27), (w / 2, cab + 1.1, 3.8), 0.08),
        s.slab(dark, (-w / 2 - 0.05, cab - 1.2, 3.75), (w / 2 + 0.05, cab + 1.2, 3.92), 0.05),
        *_cab_windows(fin.glass(rng), w, cab),
        s.slab(stripe, (-0.365 * w, -end + 0.48, 1.6), (0.365 * w, end - 0.48, 1.95)),
        *_bogies(rng, w, [-end + 2.4, end - 2.4]),
        *_grilles(dark, w, [float(y) for y in spread(6, -end + 1, end - 1) if abs(y - cab) > 1.4]),
        *(_railings(stripe, 0.47 * w, end - 0.1) if chance(rng, 0.8) else []),
        *_head_lamps(-end + 0.48),
    ]


def _cab_windows(glass: fin.Finish, w: float, cab: float) -> Parts:
    """Side and end windows of a cab whose middle lies at y = `cab`."""
    return [
        *window_row(glass, w / 2, np.array([cab - 0.5, cab + 0.5]), 0.75, 2.7, 3.45),
        *[s.slab(glass, (-0.42 * w, cab + a - 0.1, 2.75), (0.42 * w, cab + a + 0.1, 3.5)) for a in (-1.03, 1.03)],
    ]


def _grilles(f: fin.Finish, w: float, ys: list[float]) -> Parts:
    """Air intakes along both sides of the hood."""
    grille = s.slab(f, (0.3 * w, -0.35, 2.05), (0.37 * w, 0.35, 2.45))
    return s.both(s.scattered(grille, [(0, y, 0) for y in ys]))


def _railings(f: fin.Finish, x: float, end: float) -> Parts:
    """A hand rail along both sides."""
    path = [(x, -end, 1.25), (x, -end, 2.2), (x, end, 2.2), (x, end, 1.25)]
    return s.both(s.bent(f, path, 0.035, sides=6))


def _head_lamps(y: float) -> Parts:
    """Two round lamps on the front at y."""
    lens = fin.solid("lens", (0.95, 0.92, 0.8), 0.3)
    return [s.disc(lens, 0.16, 0.2, (x, y, 2.2), axis=1, sides=14) for x in (-0.5, 0.5)]


def _fast(rng: Generator) -> Parts:
    """The head of a fast train: a long sloping nose."""
    length, w, h, f = between(rng, 16, 20), 2.9, 3.7, fin.livery(rng)
    y = np.linspace(0, 1, 28)
    nose = between(rng, 0.25, 0.4)
    k = np.clip(y / nose, 0, 1)
    top, half = 0.95 + (h - 0.95) * np.sin(k * np.pi / 2) ** 0.8, w / 2 * (0.35 + 0.65 * np.sin(k * np.pi / 2) ** 0.6)
    plan = s.oval(28, 0.45)
    rings = [
        np.stack([plan[:, 0] * a, np.full(28, b * length - length / 2), 0.45 + (c - 0.45) / 2 * (1 + plan[:, 1])], -1)
        for a, b, c in zip(half, y, top, strict=True)
    ]
    body, glass = s.loft(f, rings), fin.glass(rng)
    count = whole(rng, 5, 8)
    start = -length / 2 + 1.05 * nose * length
    ys = spread(count, start, length / 2 - 0.5)
    panes = window_row(glass, w / 2 - 0.015, ys, float(ys[1] - ys[0]) - 0.3, 2.0, 2.9)
    stripe = fin.livery(rng)
    band = s.slab(stripe, (-w / 2 - 0.006, start - 0.5, 1.2), (w / 2 + 0.006, length / 2 - 0.1, 1.55))
    i = int(np.searchsorted(k, 0.45))
    screen = s.loft(glass, [rings[j] * (0.8, 1, 0.62) + (0, 0, 0.42 * top[j]) for j in range(i, i + 3)])
    return [body, *panes, band, screen, *_bogies(rng, w, [-length / 2 + 3.6, length / 2 - 3])]


def _coach(rng: Generator) -> Parts:
    """A passenger coach or tram with windows, doors and a curved roof."""
    length, w, h, f = between(rng, 12, 20), 2.8, 3.5, fin.livery(rng)
    parts = [s.slab(f, (-w / 2, -length / 2, 0.9), (w / 2, length / 2, h), 0.12)]
    t = np.linspace(0, np.pi, 13)
    roof = [*zip(np.cos(t) * 0.5 * w, h - 0.1 + 0.45 * np.sin(t), strict=True)]
    parts.append(s.profile_y(pick(rng, fin.dark, fin.enamel)(rng), roof, -length / 2 + 0.05, length / 2 - 0.05))
    count = round(length / 1.6)
    ys = spread(count, -length / 2 + 1.2, length / 2 - 1.2)
    glass = fin.glass(rng)
    parts += window_row(glass, w / 2, ys, float(ys[1] - ys[0]) - 0.25, 1.95, 2.95)
    stripe = s.slab(fin.livery(rng), (-w / 2 - 0.012, -length / 2 + 0.1, 1.45), (w / 2 + 0.012, length / 2 - 0.1, 1.75))
    doors = window_row(pick(rng, glass, f), w / 2 + 0.01, np.array([-1, 1]) * (length / 2 - 0.65), 0.8, 1.05, 3.0)
    ends = [
        s.slab(glass, (-0.35 * w, y - 0.1, 2.0), (0.35 * w, y + 0.1, 3.0))
        for y in (-length / 2 + 0.07, length / 2 - 0.07)
    ]
    return [*parts, stripe, *doors, *ends, *_bogies(rng, w, [-length / 2 + 2.4, length / 2 - 2.4])]
