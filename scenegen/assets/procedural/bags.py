"""Bags: hand bags, suitcases, rucksacks."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def bag(rng: Generator) -> Parts:
    """A hand bag, shopping bag, suitcase or rucksack, standing."""
    return pick(rng, _hand_bag, _hand_bag, _suitcase, _rucksack)(rng)


def _hand_bag(rng: Generator) -> Parts:
    """A bag of rectangular foot that narrows to its mouth, with loops; a flap and clasp, or open."""
    w, d, h, f = (
        between(rng, 0.22, 0.42),
        between(rng, 0.1, 0.18),
        between(rng, 0.2, 0.4),
        pick(rng, fin.leather, fin.leather, fin.upholstery, fin.straw, fin.label)(rng),
    )
    plan, flare = s.oval(36, 0.3) * (w / 2, d / 2), between(rng, -0.15, 0.12)
    z = np.linspace(0, 1, 7)
    rings = [
        np.c_[plan * (1 + flare * a, (1 - 0.65 * a**2) * (1 + 0.12 * np.sin(np.pi * a))), np.full(36, a * h)] for a in z
    ]
    body = s.loft(f, rings)
    parts = [s.pictured(body) if f.material.name == "label" else body]
    x, tall, trim = 0.25 * w, between(rng, 0.1, 0.22), pick(rng, fin.leather, fin.dark)(rng)
    for y in (-0.13 * d, 0.13 * d):
        loop = [
            (-x, y, 0.9 * h),
            (-x, y * 1.3, h + 0.6 * tall),
            (0, y * 1.4, h + tall),
            (x, y * 1.3, h + 0.6 * tall),
            (x, y, 0.9 * h),
        ]
        parts.append(s.bent(trim, loop, 0.006, sides=7, smooth=2))
    if chance(rng, 0.5):
        flap = s.profile_y(
            trim,
            [
                (-0.44 * w, 0.99 * h),
                (0.44 * w, 0.99 * h),
                (0.4 * w, 0.62 * h),
                (0.1 * w, 0.5 * h),
                (-0.1 * w, 0.5 * h),
                (-0.4 * w, 0.62 * h),
            ],
            -0.53 * d,
            -0.49 * d,
        )
        parts += [
            flap,
            s.slab(trim, (-0.44 * w, -0.53 * d, 0.97 * h), (0.44 * w, 0.2 * d, 1.015 * h), 0.004),
            s.disc(fin.steel(rng), 0.018, 0.02, (0, -0.54 * d, 0.54 * h), axis=1),
        ]
    return [*parts, *s.both(s.disc(fin.steel(rng), 0.01, 0.012, (x, -0.23 * d, 0.91 * h), axis=1, sides=12))]


def _suitcase(rng: Generator) -> Parts:
    """A trolley case with ribs and telescopic handle, or an old case with corners and clasps."""
    w, d, h = between(rng, 0.36, 0.5), between(rng, 0.2, 0.28), between(rng, 0.5, 0.7)
    metal, dark = fin.steel(rng), fin.dark(rng)
    if chance(rng, 0.5):
        f = pick(rng, fin.plastic, fin.painted)(rng)
        parts = [
            s.slab(f, (-w / 2, -d / 2, 0.05), (w / 2, d / 2, h + 0.05), 0.05),
            s.slab(dark, (-w / 2 - 0.004, -0.008, 0.045), (w / 2 + 0.004, 0.008, h + 0.055)),
        ]
        rib = s.slab(f, (-0.012, -d / 2 - 0.008, 0.12), (0.012, d / 2 + 0.008, h - 0.02), 0.006)
        parts += [s.scattered(rib, [(x, 0, 0) for x in spread(whole(rng, 4, 7), -0.4 * w, 0.4 * w)])]
        wheel = s.disc(dark, 0.025, 0.03, (w / 2 - 0.06, d / 2 - 0.05, 0.025), axis=0, sides=14)
        parts += [m for half in s.both(wheel) for m in (half, s.scaled(half, (1, -1, 1)))] + [
            s.slab(dark, (-w / 2 + 0.04, -d / 2 + 0.03, 0.03), (w / 2 - 0.04, d / 2 - 0.03, 0.07))
        ]
        tall = h + between(rng, 0.1, 0.45)
        return [
            *parts,
            s.bent(
                metal, [(-0.09, 0.3 * d, h), (-0.09, 0.3 * d, tall), (0.09, 0.3 * d, tall), (0.09, 0.3 * d, h)], 0.008
            ),
            s.rod(dark, (-0.1, 0.3 * d, tall), (0.1, 0.3 * d, tall), 0.014),
        ]
    f, trim, h = fin.leather(rng), fin.leather(rng), 0.75 * w
    w *= 1.4
    parts = [
        s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, h), 0.015),
        s.slab(metal, (-w / 2 - 0.003, -0.006, 0.002), (w / 2 + 0.003, 0.006, h + 0.003)),
    ]
    parts += [
        m
        for z in (0.035, h - 0.035)
        for y in (-d / 2 + 0.03, d / 2 - 0.03)
        for m in s.both(s.block(trim, (0.076, 0.068, 0.076), (w / 2 - 0.034, y, z), 0.016))
    ]
    parts += s.both(
        s.slab(trim, (0.22 * w, -d / 2 - 0.005, 0.003), (0.28 * w, d / 2 + 0.005, h + 0.005), 0.002)
    ) + s.both(s.slab(metal, (0.23 * w, -d / 2 - 0.012, 0.72 * h), (0.27 * w, -d / 2, 0.82 * h), 0.003))
    return [
        *parts,
        s.bent(
            trim,
            [(-0.09, 0, h - 0.01), (-0.08, 0, h + 0.05), (0.08, 0, h + 0.05), (0.09, 0, h - 0.01)],
            0.011,
            smooth=1,
        ),
    ]


def _rucksack(rng: Generator) -> Parts:
    """A rucksack with front pocket, flap, straps and a loop."""
    w, d, h, f = between(rng, 0.28, 0.34), between(rng, 0.15, 0.2), between(rng, 0.4, 0.52), fin.upholstery(rng)
    plan, trim = s.oval(36, 0.4) * (w / 2, d / 2), pick(rng, fin.leather, fin.dark)(rng)
    body = s.loft(
        f,
        [
            np.c_[plan * k, np.full(36, z * h)]
            for k, z in ((0.94, 0), (1, 0.06), (1, 0.6), (0.9, 0.85), (0.7, 0.97), (0.4, 1))
        ],
    )
    flap = s.loft(
        trim,
        [
            np.c_[plan * k + (0, -0.01), np.full(36, z * h)]
            for k, z in ((1.03, 0.7), (0.96, 0.86), (0.75, 0.99), (0.4, 1.02))
        ],
    )
    pocket = s.slab(f, (-0.38 * w, -0.5 * d - 0.06, 0.05 * h), (0.38 * w, -0.2 * d, 0.46 * h), 0.03)
    straps = s.both(
        s.bent(
            trim,
            [
                (0.25 * w, 0.45 * d, 0.88 * h),
                (0.3 * w, 0.5 * d + 0.09, 0.7 * h),
                (0.33 * w, 0.5 * d + 0.07, 0.25 * h),
                (0.36 * w, 0.44 * d, 0.08 * h),
            ],
            0.014,
            sides=8,
            smooth=2,
        )
    )
    buckles = s.both(
        s.slab(fin.steel(rng), (0.12 * w, -0.5 * d - 0.07, 0.38 * h), (0.2 * w, -0.4 * d, 0.44 * h), 0.004)
    )
    return [body, flap, pocket, *straps, *buckles, s.hoop(trim, 0.03, 0.006, (0, 0.3 * d, 1.02 * h), axis=1, sides=16)]
