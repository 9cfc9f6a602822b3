"""Boats: sailing, motor and rowing boats, tugs."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread
from scenegen.assets.procedural.hulls import Lines, sailing_yacht, sections, two_colour_hull
from scenegen.seeding import Generator

Parts = list[Mesh]


def boat(rng: Generator) -> Parts:
    """A sailing boat, motor boat, tug or rowing boat; flat bottom."""
    return pick(rng, sailing_yacht, sailing_yacht, _motor, _tug, _rowing)(rng)


def _motor(rng: Generator) -> Parts:
    """A motor boat: wind screen, seats, outboard engine, perhaps a cabin."""
    length = between(rng, 4.5, 9)
    beam, depth = 0.36 * length, 0.16 * length
    lines, f, glass = Lines(length, beam, depth, 0.3, 0.9), fin.livery(rng), fin.glass(rng)
    parts = two_colour_hull(f, fin.livery(rng), pick(rng, fin.wood, fin.enamel)(rng), lines)
    plan = s.oval(24, 0.4)
    if chance(rng, 0.5):
        parts += [
            s.loft(
                glass,
                [
                    np.c_[plan * (0.33 * beam * k, 0.18 * length * k), np.full(24, z)]
                    for k, z in ((1, 0.8 * depth), (0.85, 1.75 * depth))
                ],
            ),
            s.loft(
                f,
                [
                    np.c_[plan * (0.3 * beam * k, 0.17 * length * k), np.full(24, z)]
                    for k, z in ((1, 1.7 * depth), (0.95, 1.9 * depth))
                ],
            ),
        ]
    else:
        shield = [
            np.c_[plan * (0.34 * beam * k, 0.1 * length * k) + (0, -0.06 * length), np.full(24, z)]
            for k, z in ((1, 0.9 * depth), (0.9, 1.6 * depth))
        ]
        parts.append(s.loft(glass, shield))
        seat = fin.leather(rng)
        parts += [
            m
            for y in (0.12, 0.28)
            for m in s.both(
                s.slab(
                    seat, (0.08 * beam, y * length, 0.9 * depth), (0.3 * beam, (y + 0.09) * length, 1.3 * depth), 0.05
                )
            )
        ]
    dark = fin.dark(rng)
    motor = [
        s.slab(dark, (-0.07 * beam, 0.47 * length, 0.9 * depth), (0.07 * beam, 0.57 * length, 1.5 * depth), 0.04),
        s.slab(dark, (-0.02 * beam, 0.5 * length, 0.12 * depth), (0.02 * beam, 0.54 * length, depth)),
    ]
    rail = [
        (0.0, -0.56 * length, 1.75 * depth),
        (0.25 * beam, -0.4 * length, 1.7 * depth),
        (0.42 * beam, -0.15 * length, 1.45 * depth),
        (0.44 * beam, -0.1 * length, 1.05 * depth),
    ]
    return [*parts, *motor, *s.both(s.bent(fin.steel(rng), rail, 0.006 * length, smooth=2))]


def _tug(rng: Generator) -> Parts:
    """A tug or fishing boat: high bow, wheel house, funnel, tyres as fenders."""
    length = between(rng, 9, 16)
    beam, depth = 0.36 * length, 0.2 * length
    lines, f, glass, dark = Lines(length, beam, depth, 0.45, 0.8), fin.livery(rng), fin.glass(rng), fin.dark(rng)
    parts = two_colour_hull(f, fin.livery(rng), fin.wood(rng), lines)
    white, y, z = fin.enamel(rng), -0.08 * length, 0.95 * depth
    w = 0.26 * beam
    parts += [
        s.slab(white, (-1.1 * w, y - 0.12 * length, z - 0.2), (1.1 * w, y + 0.28 * length, z + 0.6 * depth), 0.05),
        s.slab(white, (-w, y - 0.1 * length, z + 0.5 * depth), (w, y + 0.1 * length, z + 1.45 * depth), 0.05),
        s.slab(
            f, (-1.15 * w, y - 0.12 * length, z + 1.4 * depth), (1.15 * w, y + 0.12 * length, z + 1.5 * depth), 0.03
        ),
    ]
    parts += [
        s.slab(glass, (-1.02 * w, y - 0.08 * length, z + 0.9 * depth), (1.02 * w, y + 0.08 * length, z + 1.25 * depth)),
        s.slab(glass, (-0.85 * w, y - 0.103 * length, z + 0.9 * depth), (0.85 * w, y, z + 1.25 * depth)),
    ]
    parts += [
        s.rod(
            pick(rng, f, dark),
            (0, y + 0.18 * length, z + 0.3 * depth),
            (0, y + 0.19 * length, z + 1.6 * depth),
            0.35 * w,
            sides=20,
        ),
        s.rod(dark, (0, y, z + 1.4 * depth), (0, y, z + 2.6 * depth), 0.008 * length),
    ]
    tyre = s.hoop(fin.rubber(rng), 0.04 * length, 0.015 * length, (0.5 * beam, 0, 0.72 * depth), axis=0, sides=16)
    parts += s.both(s.scattered(tyre, [(0, a, 0) for a in spread(4, -0.02 * length, 0.25 * length)]))
    boom = [
        s.rod(dark, (0, 0.3 * length, z), (0, 0.28 * length, z + 1.7 * depth), 0.012 * length),
        s.rod(dark, (0, 0.29 * length, z + 0.6 * depth), (0, 0.52 * length, z + 1.5 * depth), 0.009 * length),
    ]
    return parts + (boom if chance(rng, 0.5) else [])


def _rowing(rng: Generator) -> Parts:
    """A rowing boat or canoe: open hull with thwarts and oars."""
    length = between(rng, 2.6, 5)
    beam, depth = between(rng, 0.26, 0.4) * length, 0.14 * length
    lines = Lines(length, beam, depth, between(rng, 0.2, 0.6), pick(rng, 0.1, 0.7))
    rings, outside, inside = sections(lines), fin.livery(rng), fin.wood(rng)
    bed = rings * (0.93, 0.97, 1) + (0, 0, 0.1 * depth)
    bed[:, [0, -1], 2] = rings[:, [0, -1], 2]
    outer = s.open_loft(outside, rings)
    inner = s.flipped(s.open_loft(inside, bed))
    rims = [s.bent(inside, rings[:, k] * (0.965, 0.985, 1), 0.012 * length, sides=6) for k in (0, -1)]
    seats = [
        s.slab(inside, (-0.44 * beam, y - 0.04 * length, 0.62 * depth), (0.44 * beam, y + 0.04 * length, 0.7 * depth))
        for y in (-0.12 * length, 0.1 * length, 0.28 * length)
    ]
    oar = [
        s.rod(
            inside,
            (0.2 * beam, 0.05 * length, 1.15 * depth),
            (1.15 * beam, -0.1 * length, 0.75 * depth),
            0.008 * length,
            sides=8,
        ),
        s.ball(
            outside, (0.09 * length, 0.035 * length, 0.008 * length), (1.25 * beam, -0.115 * length, 0.72 * depth), 12
        ),
    ]
    return [outer, inner, *rims, *seats, *([m for p in oar for m in s.both(p)] if chance(rng, 0.7) else [])]
