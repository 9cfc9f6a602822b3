"""Towers: castle keeps, clock towers, lighthouses, lattice towers, sky scrapers, pagodas."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def tower(rng: Generator) -> Parts:
    """One of six kinds of tower, 15 to 90 m high."""
    return pick(rng, _keep, _clock_tower, _lighthouse, _lattice, _skyscraper, _pagoda)(rng)


def _masonry(rng: Generator) -> fin.Finish:
    """Stone or brick at the scale of a building."""
    f = pick(rng, fin.brick, fin.stone, fin.terracotta)(rng)
    return fin.Finish(f.material, 4.0)


def _keep(rng: Generator) -> Parts:
    """A round or square castle tower with battlements, slits, a gate, perhaps a pointed roof and flag."""
    r, h, f, dark = between(rng, 3, 5), between(rng, 14, 24), _masonry(rng), fin.solid("opening", (0.08, 0.07, 0.07))
    top = 1.18 * r
    if chance(rng, 0.55):
        parts = [
            s.turned(
                f,
                [
                    (0, 0),
                    (1.15 * r, 0),
                    (r, 0.2 * h),
                    (r, 0.85 * h),
                    (top, 0.9 * h),
                    (top, h),
                    (0.95 * r, h),
                    (0.95 * r, 0.94 * h),
                    (0, 0.94 * h),
                ],
                sides=32,
                wraps=6,
            )
        ]
        tooth = s.slab(f, (top - 0.45, -0.55, h - 0.1), (top - 0.02, 0.55, h + 1.2))
        parts += s.around(tooth, 12)
    else:
        parts = [
            s.slab(f, (-r, -r, 0), (r, r, 0.88 * h)),
            s.slab(f, (-top, -top, 0.86 * h), (top, top, h)),
            s.slab(f, (-1.12 * r, -1.12 * r, 0), (1.12 * r, 1.12 * r, 0.08 * h)),
        ]
        tooth = s.scattered(
            s.slab(f, (-0.55, -top + 0.01, h - 0.1), (0.55, -top + 0.5, h + 1.2)),
            [(x, 0, 0) for x in spread(4, -top, top)],
        )
        parts += s.around(tooth, 4)
    slit = s.slab(dark, (-0.15, -1.03 * r, -0.9), (0.15, -0.7 * r, 0.9))
    parts += [m for z in spread(3, 0.3 * h, 0.85 * h) for m in s.around(s.moved(slit, (0, 0, z)), 4)]
    parts.append(s.slab(fin.wood(rng), (-1.0, -1.16 * r, 0), (1.0, -0.6 * r, 3.2)))
    if chance(rng, 0.5):
        roof = fin.Finish(pick(rng, fin.terracotta, fin.painted)(rng).material, 3.0)
        parts += [
            s.turned(roof, [(0, h + 0.3), (0.9 * r, h + 0.3), (0, h + 1.9 * r)], sides=24),
            s.disc(f, 0.8 * r, 1.6, (0, 0, h - 0.4)),
            s.rod(dark, (0, 0, h + 1.7 * r), (0, 0, h + 2.5 * r), 0.08),
            s.slab(fin.livery(rng), (0, -0.03, h + 2.1 * r), (1.6, 0.03, h + 2.45 * r)),
        ]
    return parts


def _clock_tower(rng: Generator) -> Parts:
    """A square clock tower with cornices, belfry and a spire."""
    w, h, f = between(rng, 5, 8), between(rng, 26, 45), _masonry(rng)
    trim, roof, dark = (
        fin.Finish(fin.stone(rng).material, 3.0),
        fin.Finish(fin.painted(rng).material, 4.0),
        fin.solid("opening", (0.09, 0.09, 0.11)),
    )
    x = w / 2
    parts = [s.slab(f, (-x, -x, 0), (x, x, 0.82 * h))]
    parts += [
        s.slab(trim, (-k * x, -k * x, z * h), (k * x, k * x, z * h + 0.8))
        for k, z in ((1.12, -1e-9), (1.08, 0.3), (1.08, 0.58), (1.15, 0.815))
    ]
    plan = s.oval(4) * 1.4142
    parts.append(
        s.loft(
            roof,
            [
                np.c_[plan * k * x, np.full(4, z)]
                for k, z in ((1.1, 0.82 * h + 0.5), (0.75, 0.9 * h), (0.05, h + 0.8 * w))
            ],
        )
    )
    window = s.slab(dark, (-0.1 * w, -1.01 * x, 0), (0.1 * w, -0.5 * x, 0.12 * h))
    parts += [
        m for z in (0.12, 0.38) for m in s.around(s.scattered(window, [(-0.22 * w, 0, z * h), (0.22 * w, 0, z * h)]), 4)
    ]
    dial = [
        s.disc(fin.solid("dial", (0.93, 0.92, 0.86)), 0.34 * w, 0.5, (0, -x, 0.7 * h), axis=1, sides=32),
        s.hoop(trim, 0.35 * w, 0.04 * w, (0, -x - 0.2, 0.7 * h), axis=1, sides=32),
    ]
    dial += [
        s.tilted(
            s.slab(dark, (-0.014 * w, -x - 0.45, 0.7 * h), (0.014 * w, -x, 0.7 * h + k * w)),
            1,
            between(rng, 0, 6.28),
            (0, 0, 0.7 * h),
        )
        for k in (0.2, 0.29)
    ]
    return [
        *parts,
        *[m for p in dial for m in s.around(p, 4)],
        s.rod(fin.steel(rng), (0, 0, h + 0.75 * w), (0, 0, h + 1.1 * w), 0.15, 0.03),
    ]


def _lighthouse(rng: Generator) -> Parts:
    """A tapered tower in bands, gallery with rail, glowing lantern room, cap, door and windows."""
    r, h, bands = between(rng, 2.6, 4), between(rng, 16, 32), whole(rng, 3, 7)
    colors, dark = (fin.livery(rng), fin.near(rng, "white", (0.92, 0.91, 0.88), 0.03)), fin.dark(rng)
    z = np.linspace(0.04, 1.0, bands + 1) * h
    radius = r * (1 - 0.42 * (z / h) ** 0.8)
    parts = [
        s.turned(
            colors[k % 2],
            [(0, z[k]), (radius[k], z[k]), (radius[k + 1], z[k + 1]), (0, z[k + 1])]
            if k in (0, bands - 1)
            else [(radius[k], z[k]), (radius[k + 1], z[k + 1])],
            sides=32,
        )
        for k in range(bands)
    ]
    parts.append(
        s.turned(
            fin.stone(rng), [(0, 0), (1.3 * r, 0), (1.25 * r, 0.035 * h), (r, 0.045 * h), (0, 0.045 * h)], sides=32
        )
    )
    g, top = 1.35 * radius[-1], h
    parts += [
        s.disc(dark, g, 0.5, (0, 0, top), sides=32),
        s.hoop(dark, 0.95 * g, 0.06, (0, 0, top + 1.3), sides=32),
        *s.around(s.rod(dark, (0.95 * g, 0, top), (0.95 * g, 0, top + 1.3), 0.05, sides=6), 12),
    ]
    lamp = 0.6 * g
    parts += [
        s.disc(fin.glow(rng, (1.0, 0.93, 0.65)), lamp, 2.6, (0, 0, top + 1.4), sides=16),
        *s.around(s.rod(dark, (lamp, 0, top), (lamp, 0, top + 2.7), 0.08, sides=6), 8),
    ]
    parts += [
        s.turned(
            pick(rng, colors[0], dark),
            [(0, top + 2.6), (1.2 * lamp, top + 2.6), (1.0 * lamp, top + 3.2), (0.3 * lamp, top + 4.2), (0, top + 4.4)],
            sides=24,
        ),
        s.ball(dark, 0.25, (0, 0, top + 4.5), 12),
    ]
    pane = s.slab(dark, (-0.4, -1.0, -0.7), (0.4, 0.2, 0.7))
    parts += [s.moved(pane, (0, -float(np.interp(a * h, z, radius)) + 0.72, a * h)) for a in (0.35, 0.55, 0.75)]
    return [*parts, s.slab(fin.wood(rng), (-0.8, -1.08 * r, 0.0), (0.8, -0.5 * r, 0.04 * h + 2.2))]


def _lattice(rng: Generator) -> Parts:
    """A lattice tower: four curved legs, decks, cross braces, antenna."""
    h, f, w = between(rng, 40, 90), pick(rng, fin.livery, fin.steel, fin.dark)(rng), between(rng, 0.13, 0.2)
    levels = np.array([0, 0.12, 0.25, 0.4, 0.56, 0.72, 0.88]) * h
    half = w * h * (0.06 + 0.94 * np.exp(-3.2 * levels / h))
    thick = 0.012 * h
    legs = s.bent(f, np.stack([half, half, levels], -1), np.linspace(thick, 0.4 * thick, 7), sides=6, smooth=1)
    parts = [
        *s.around(s.clipped_below(legs, 0.0), 4),
        s.rod(f, (0, 0, 0.86 * h), (0, 0, 1.1 * h), 0.006 * h, 0.002 * h),
    ]
    for k in range(6):
        a, b, za, zb = half[k], half[k + 1], levels[k], levels[k + 1]
        if k:
            bar = s.rod(f, (-a, -a, za), (a, -a, za), 0.4 * thick, sides=6)
            parts += s.around(bar, 4)
        crosses = [
            s.rod(f, (-a, -a, za + 0.02 * h * (k == 0)), (b, -b, zb), 0.3 * thick, sides=5),
            s.rod(f, (a, -a, za + 0.02 * h * (k == 0)), (-b, -b, zb), 0.3 * thick, sides=5),
        ]
        parts += [m for c in crosses for m in s.around(c, 4)] if k else []
    parts += [
        s.block(pick(rng, f, fin.livery(rng)), (2.5 * half[k], 2.5 * half[k], 0.018 * h), (0, 0, levels[k]))
        for k in (2, 4, 6)
    ]
    return [
        *parts,
        *s.around(s.block(fin.stone(rng), (4 * thick, 4 * thick, 0.02 * h), (half[0], half[0], 0.01 * h)), 4),
    ]


def _skyscraper(rng: Generator) -> Parts:
    """A high-rise in stacked setbacks with rows of windows, crown and mast."""
    h, w = between(rng, 50, 90), between(rng, 14, 22)
    f, glass = fin.Finish(pick(rng, fin.stone, fin.painted, fin.steel)(rng).material, 8.0), fin.glass(rng)
    d, parts, z, steps = w * between(rng, 0.7, 1.0), [], 0.0, whole(rng, 1, 4)
    tops = np.sort(rng.uniform(0.35, 0.9, steps - 1)) * h
    for k, top in enumerate([*tops, h]):
        q = 1 - 0.16 * k
        x, y = w / 2 * q, d / 2 * q
        parts.append(s.slab(f, (-x, -y, z - 0.5 * (k > 0)), (x, y, top)))
        rows = max(2, round((top - z) / 4.2))
        zs = spread(rows, z + 0.8, top - 0.8)
        tall = (top - z) / rows * 0.3
        parts += [
            s.scattered(
                s.slab(glass, (-x - 0.15, -0.88 * y, -tall), (x + 0.15, 0.88 * y, tall)), [(0, 0, a) for a in zs]
            ),
            s.scattered(
                s.slab(glass, (-0.88 * x, -y - 0.15, -tall), (0.88 * x, y + 0.15, tall)), [(0, 0, a) for a in zs]
            ),
        ]
        ribs = s.slab(f, (-0.25, -y - 0.4, z), (0.25, y + 0.4, top - 0.3))
        parts.append(s.scattered(ribs, [(a, 0, 0) for a in spread(whole(rng, 3, 6), -x, x)]))
        z = float(top)
    parts.append(s.slab(f, (-0.55 * w, -0.55 * d, 0), (0.55 * w, 0.55 * d, 2.2)))
    return [*parts, s.rod(fin.steel(rng), (0, 0, h - 1), (0, 0, h + between(rng, 6, 18)), 0.5, 0.1)]


def _pagoda(rng: Generator) -> Parts:
    """A pagoda: storeys with sweeping roofs that shrink upwards, and a finial."""
    w, storeys, rise = between(rng, 7, 11), whole(rng, 3, 7), between(rng, 3.2, 4.2)
    wall, roof, trim = (
        fin.livery(rng),
        fin.Finish(pick(rng, fin.painted, fin.terracotta)(rng).material, 3.0),
        fin.wood(rng),
    )
    sides = pick(rng, 4, 8)
    plan = s.oval(sides) * (1.4142 if sides == 4 else 1.08)
    parts = [
        s.loft(fin.Finish(fin.stone(rng).material, 3.0), [np.c_[plan * 0.75 * w, np.full(sides, z)] for z in (0, 0.9)])
    ]
    base, dark = 0.8, fin.solid("opening", (0.1, 0.08, 0.07))
    for k in range(storeys):
        half = w / 2 * (1 - 0.62 * k / storeys)
        parts += [s.loft(wall, [np.c_[plan * half * 0.8, np.full(sides, base + z)] for z in (-0.1, 0.75 * rise)])]
        eaves = [(0.7, 0.62), (1.35, 0.56), (1.37, 0.62), (1.0, 0.74), (0.72, 0.92), (0.5, 1.06)]
        parts.append(s.loft(roof, [np.c_[plan * half * a, np.full(sides, base + b * rise)] for a, b in eaves]))
        door = s.slab(dark, (-0.22 * half, -0.83 * half, base), (0.22 * half, 0, base + 0.45 * rise))
        parts += (
            [
                *s.around(door, 4),
                *s.around(
                    s.rod(
                        trim,
                        (0.72 * half, 0.72 * half, base - 0.1),
                        (0.72 * half, 0.72 * half, base + 0.65 * rise),
                        0.16,
                        sides=8,
                    ),
                    4,
                ),
            ]
            if sides == 4
            else s.around(s.scaled(door, (1, 1.02, 1)), 4)
        )
        base += rise
    tip = 0.2 * w * (1 - 0.62 * (storeys - 1) / storeys)
    return [
        *parts,
        s.turned(
            fin.steel(rng),
            [
                (0, base),
                (tip, base),
                (0.3 * tip, base + 0.8),
                (0.5 * tip, base + 1.2),
                (0.15 * tip, base + 1.7),
                (0, base + 3.2),
            ],
            sides=16,
        ),
    ]
