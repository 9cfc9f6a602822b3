"""Light planes and biplanes."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.airframes import fuselage, landing_gear, tail_fin, wing
from scenegen.assets.procedural.draws import between, chance, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def propeller(rng: Generator, r: float, at: tuple[float, float, float]) -> Parts:
    """A spinner with 2 to 4 blades turning about y."""
    blade = s.block(fin.dark(rng), (r, 0.02 * r, 0.11 * r), (0.52 * r, 0, 0), 0.008 * r)
    blade = s.tilted(blade, 0, 0.4)
    start = between(rng, 0, 3)
    count = whole(rng, 2, 4)
    blades = [s.tilted(blade, 1, start + 2 * np.pi * k / count) for k in range(count)]
    return [s.moved(m, at) for m in [*blades, s.ball(fin.steel(rng), (0.13 * r, 0.22 * r, 0.13 * r), sides=14)]]


def propeller_plane(rng: Generator) -> Parts:
    """A light propeller plane: high or low wing, one or two engines, glazed cabin, fixed gear."""
    length, f, trim, glass = between(rng, 7, 10), fin.livery(rng), fin.livery(rng), fin.glass(rng)
    r, high, twin = 0.085 * length, chance(rng, 0.5), chance(rng, 0.3)
    z = 0.6 + r + (0.2 if not high else 0)
    top, low = z + 0.95 * r, z - 0.6 * r
    span, chord, wz = between(rng, 0.5, 0.64) * length, 0.17 * length, (z + 1.3 * r if high else low)
    parts = [
        fuselage(f, length, r, z, 0.2, 0.55, 0.5),
        *s.both(
            wing(
                f,
                (0.0 if high else 0.2 * r, -0.24 * length, wz),
                (span, -0.22 * length, wz + (0.02 if high else 0.07) * length),
                (chord, 0.7 * chord),
                1.3,
            )
        ),
    ]
    cabin = s.oval(24, 0.4)
    rings = [
        np.c_[cabin * (0.85 * r * a, 0.13 * length * b) + (0, -0.14 * length), np.full(24, c)]
        for a, b, c in ((1, 1.1, z), (1, 1.1, z + 0.6 * r), (0.85, 0.75, top + 0.4 * r))
    ]
    parts += [
        s.loft(glass, rings),
        s.loft(
            f,
            [
                np.c_[cabin * (0.85 * r * a, 0.13 * length * b) + (0, -0.14 * length), np.full(24, c)]
                for a, b, c in ((0.88, 0.78, top + 0.33 * r), (0.75, 0.65, top + 0.48 * r))
            ],
        ),
    ]
    parts += s.both(
        wing(
            f,
            (0, 0.39 * length, z + 0.25 * r),
            (0.18 * length, 0.41 * length, z + 0.25 * r),
            (0.1 * length, 0.07 * length),
        )
    )
    parts.append(tail_fin(trim, 0.35 * length, z + 0.25 * r, 0.14 * length, 0.16 * length, 0.07 * length))
    if twin:
        for x in (-0.3 * span, 0.3 * span):
            parts += [
                s.ball(trim, (0.4 * r, 1.5 * r, 0.4 * r), (x, -0.24 * length, wz + 0.05 * r)),
                *propeller(rng, 1.1 * r, (x, -0.24 * length - 1.5 * r, wz + 0.05 * r)),
            ]
    else:
        parts += propeller(rng, between(rng, 1.1, 1.4) * r, (0, -0.505 * length, z - 0.15 * r))
    metal = fin.steel(rng)
    if high:
        parts += s.both(
            s.rod(metal, (0.6 * r, -0.16 * length, z - 0.5 * r), (0.45 * span, -0.17 * length, wz), 0.03, sides=6)
        )
    legs = [m for p in landing_gear(metal, 1.2 * r, 0.02 * length, low, 0.24, 0.1) for m in s.both(p)] + s.both(
        s.rod(metal, (0.4 * r, 0.02 * length, low), (1.2 * r, 0.02 * length, 0.3), 0.05, sides=8)
    )
    return [*parts, *legs, *landing_gear(metal, 0, -0.4 * length, low, 0.2, 0.1)]


def biplane(rng: Generator) -> Parts:
    """A biplane: two wings with struts and wires, open cockpit, radial engine."""
    length, f, trim, metal = between(rng, 6.5, 8.5), fin.livery(rng), fin.livery(rng), fin.steel(rng)
    r, z = 0.085 * length, 0.17 * length
    span, chord, gap = between(rng, 0.55, 0.65) * length, 0.19 * length, 0.2 * length
    y, low = -0.33 * length, z - 0.6 * r
    parts = [
        fuselage(f, length, r, z, 0.12, 0.62, 0.3),
        s.disc(trim, 1.02 * r, 0.07 * length, (0, -0.43 * length, z), axis=1),
        *propeller(rng, 1.4 * r, (0, -0.51 * length, z - 0.1 * r)),
    ]
    for base, skin in ((low, f), (low + gap, trim)):
        parts += s.both(
            wing(
                skin,
                (0.0, y + 0.3 * (base - low), base),
                (span, y + 0.3 * (base - low), base + 0.02 * span),
                (chord, 0.85 * chord),
            )
        )
    for x in (0.45 * r, 0.7 * span):
        for b in (0.15, 0.7):
            parts += s.both(
                s.rod(metal, (x, y + b * chord, low), (x, y + b * chord + 0.3 * gap, low + gap), 0.03, sides=6)
            )
    parts += s.both(
        s.rod(
            metal, (0.5 * r, y + 0.4 * chord, low), (0.7 * span, y + 0.4 * chord + 0.3 * gap, low + gap), 0.012, sides=5
        )
    )
    parts += s.both(
        wing(
            f,
            (0, 0.38 * length, z + 0.1 * r),
            (0.2 * length, 0.41 * length, z + 0.1 * r),
            (0.13 * length, 0.07 * length),
        )
    )
    parts += [
        tail_fin(trim, 0.37 * length, z, 0.14 * length, 0.15 * length, 0.06 * length),
        s.cushion(fin.leather(rng), (0.9 * r, 1.5 * r, 0.5 * r), (0, -0.02 * length, z + 0.85 * r), square=0.7),
    ]
    parts.append(
        s.slab(fin.glass(rng), (-0.4 * r, -0.13 * length, z + 0.8 * r), (0.4 * r, -0.12 * length, z + 1.4 * r), 0.01)
    )
    wheel = s.disc(fin.rubber(rng), 0.3, 0.1, (1.1 * r, y + 0.3, 0.3), axis=0)
    struts = s.both(s.rod(metal, (0.6 * r, y + 0.3, z - 0.7 * r), (1.1 * r, y + 0.3, 0.3), 0.035, sides=8))
    skid = s.clipped_below(s.rod(metal, (0, 0.42 * length, z), (0, 0.46 * length, -0.02), 0.06, 0.1, sides=8), 0.0)
    return [
        *parts,
        *s.both(wheel),
        *s.both(s.disc(trim, 0.17, 0.12, (1.1 * r, y + 0.3, 0.3), axis=0)),
        *struts,
        s.rod(metal, (-1.1 * r, y + 0.3, 0.3), (1.1 * r, y + 0.3, 0.3), 0.03, sides=8),
        skid,
    ]
