"""Towers: lighthouses, lattice towers, sky scrapers, and the choice among all kinds."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick, spread, whole
from scenegen.assets.procedural.pagodas import pagoda
from scenegen.assets.procedural.solids import Array
from scenegen.assets.procedural.stone_towers import clock_tower, keep
from scenegen.seeding import Generator

Parts = list[Mesh]


def tower(rng: Generator) -> Parts:
    """One of six kinds of tower, 15 to 90 m high."""
    return pick(rng, keep, clock_tower, _lighthouse, _lattice, _skyscraper, pagoda)(rng)


def _lighthouse(rng: Generator) -> Parts:
    """A tapered tower in bands, gallery with rail, glowing lantern room, cap, door and windows."""
    r, h, bands = between(rng, 2.6, 4), between(rng, 16, 32), whole(rng, 3, 7)
    colors, dark = (fin.livery(rng), fin.near(rng, "white", (0.92, 0.91, 0.88), 0.03)), fin.dark(rng)
    z = np.linspace(0.04, 1.0, bands + 1) * h
    radius = r * (1 - 0.42 * (z / h) ** 0.8)
    foot = [(0, 0), (1.3 * r, 0), (1.25 * r, 0.035 * h), (r, 0.045 * h), (0, 0.045 * h)]
    gallery = 1.35 * radius[-1]
    return [
        *_bands(colors, radius, z),
        s.turned(fin.stone(rng), foot, sides=32),
        *_gallery(dark, gallery, h),
        *_lantern_room(rng, dark, 0.6 * gallery, h),
        *_cap(pick(rng, colors[0], dark), dark, 0.6 * gallery, h),
        *_panes(dark, radius, z, h),
        s.slab(fin.wood(rng), (-0.8, -1.08 * r, 0.0), (0.8, -0.5 * r, 0.04 * h + 2.2)),
    ]


def _bands(colors: tuple[fin.Finish, fin.Finish], radius: Array, z: Array) -> Parts:
    """Rings in two colours between heights z (N + 1,); the first and the last are closed to the middle."""
    last = len(z) - 2
    parts = []
    for k in range(last + 1):
        wall = [(radius[k], z[k]), (radius[k + 1], z[k + 1])]
        closed = [(0, z[k]), *wall, (0, z[k + 1])]
        parts.append(s.turned(colors[k % 2], closed if k in (0, last) else wall, sides=32))
    return parts


def _gallery(f: fin.Finish, r: float, z: float) -> Parts:
    """A round balcony with posts and a rail."""
    return [
        s.disc(f, r, 0.5, (0, 0, z), sides=32),
        s.hoop(f, 0.95 * r, 0.06, (0, 0, z + 1.3), sides=32),
        *s.around(s.rod(f, (0.95 * r, 0, z), (0.95 * r, 0, z + 1.3), 0.05, sides=6), 12),
    ]


def _lantern_room(rng: Generator, f: fin.Finish, r: float, z: float) -> Parts:
    """The light behind bars."""
    return [
        s.disc(fin.glow(rng, (1.0, 0.93, 0.65)), r, 2.6, (0, 0, z + 1.4), sides=16),
        *s.around(s.rod(f, (r, 0, z), (r, 0, z + 2.7), 0.08, sides=6), 8),
    ]


def _cap(f: fin.Finish, dark: fin.Finish, r: float, z: float) -> Parts:
    """A domed roof with a ball, over a lantern room of radius r at height z."""
    profile = [(0, z + 2.6), (1.2 * r, z + 2.6), (1.0 * r, z + 3.2), (0.3 * r, z + 4.2), (0, z + 4.4)]
    return [s.turned(f, profile, sides=24), s.ball(dark, 0.25, (0, 0, z + 4.5), 12)]


def _panes(f: fin.Finish, radius: Array, z: Array, h: float) -> Parts:
    """Three windows one above the other in front."""
    pane = s.slab(f, (-0.4, -1.0, -0.7), (0.4, 0.2, 0.7))
    return [s.moved(pane, (0, -float(np.interp(a * h, z, radius)) + 0.72, a * h)) for a in (0.35, 0.55, 0.75)]


def _lattice(rng: Generator) -> Parts:
    """A lattice tower: four curved legs, decks, cross braces, antenna."""
    h, f, w = between(rng, 40, 90), pick(rng, fin.livery, fin.steel, fin.dark)(rng), between(rng, 0.13, 0.2)
    levels = np.array([0, 0.12, 0.25, 0.4, 0.56, 0.72, 0.88]) * h
    half = w * h * (0.06 + 0.94 * np.exp(-3.2 * levels / h))
    thick = 0.012 * h
    legs = s.bent(f, np.stack([half, half, levels], -1), np.linspace(thick, 0.4 * thick, 7), sides=6, smooth=1)
    decks = [
        s.block(pick(rng, f, fin.livery(rng)), (2.5 * half[k], 2.5 * half[k], 0.018 * h), (0, 0, levels[k]))
        for k in (2, 4, 6)
    ]
    foot = s.block(fin.stone(rng), (4 * thick, 4 * thick, 0.02 * h), (half[0], half[0], 0.01 * h))
    return [
        *s.around(s.clipped_below(legs, 0.0), 4),
        s.rod(f, (0, 0, 0.86 * h), (0, 0, 1.1 * h), 0.006 * h, 0.002 * h),
        *[m for k in range(1, 6) for m in _braces(f, half[k : k + 2], levels[k : k + 2], thick)],
        *decks,
        *s.around(foot, 4),
    ]


def _braces(f: fin.Finish, half: Array, z: Array, thick: float) -> Parts:
    """A frame at the lower of two levels (half widths and heights, (2,) each) and crosses up to the upper one."""
    (a, b), (low, high) = half, z
    frame = s.rod(f, (-a, -a, low), (a, -a, low), 0.4 * thick, sides=6)
    crosses = [s.rod(f, (-k * a, -a, low), (k * b, -b, high), 0.3 * thick, sides=5) for k in (1, -1)]
    return [m for bar in (frame, *crosses) for m in s.around(bar, 4)]


def _skyscraper(rng: Generator) -> Parts:
    """A high-rise in stacked setbacks with rows of windows, crown and mast."""
    h, w = between(rng, 50, 90), between(rng, 14, 22)
    f, glass = fin.Finish(pick(rng, fin.stone, fin.painted, fin.steel)(rng).material, 8.0), fin.glass(rng)
    d, z, steps = w * between(rng, 0.7, 1.0), 0.0, whole(rng, 1, 4)
    tops = np.sort(rng.uniform(0.35, 0.9, steps - 1)) * h
    parts: Parts = []
    for k, top in enumerate([*tops, h]):
        q = 1 - 0.16 * k
        x, y = w / 2 * q, d / 2 * q
        ribs = s.slab(f, (-0.25, -y - 0.4, z), (0.25, y + 0.4, top - 0.3))
        parts += [
            s.slab(f, (-x, -y, z - 0.5 * (k > 0)), (x, y, top)),
            *_window_bands(glass, x, y, z, top),
            s.scattered(ribs, [(a, 0, 0) for a in spread(whole(rng, 3, 6), -x, x)]),
        ]
        z = float(top)
    parts.append(s.slab(f, (-0.55 * w, -0.55 * d, 0), (0.55 * w, 0.55 * d, 2.2)))
    return [*parts, s.rod(fin.steel(rng), (0, 0, h - 1), (0, 0, h + between(rng, 6, 18)), 0.5, 0.1)]


def _window_bands(glass: fin.Finish, x: float, y: float, z: float, top: float) -> Parts:
    """Bands of windows around a block of half size (x, y) from z to `top`."""
    rows = max(2, round((top - z) / 4.2))
    at = [(0, 0, a) for a in spread(rows, z + 0.8, top - 0.8)]
    tall = (top - z) / rows * 0.3
    return [
        s.scattered(s.slab(glass, (-x - 0.15, -0.88 * y, -tall), (x + 0.15, 0.88 * y, tall)), at),
        s.scattered(s.slab(glass, (-0.88 * x, -y - 0.15, -tall), (0.88 * x, y + 0.15, tall)), at),
    ]
