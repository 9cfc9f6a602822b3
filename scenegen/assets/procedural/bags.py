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
    w, d, h = between(rng, 0.22, 0.42), between(rng, 0.1, 0.18), between(rng, 0.2, 0.4)
    f = pick(rng, fin.leather, fin.leather, fin.upholstery, fin.straw, fin.label)(rng)
    body = _pouch(f, w, d, h, between(rng, -0.15, 0.12))
    tall, trim = between(rng, 0.1, 0.22), pick(rng, fin.leather, fin.dark)(rng)
    return [
        s.pictured(body) if f.material.name == "label" else body,
        *[_loop(trim, 0.25 * w, y, h, tall) for y in (-0.13 * d, 0.13 * d)],
        *(_flap_and_clasp(rng, trim, w, d, h) if chance(rng, 0.5) else []),
        *s.both(s.disc(fin.steel(rng), 0.01, 0.012, (0.25 * w, -0.23 * d, 0.91 * h), axis=1, sides=12)),
    ]


def _pouch(f: fin.Finish, w: float, d: float, h: float, flare: float) -> Mesh:
    """A soft body whose sides spread by `flare` towards its mouth."""
    plan = s.oval(36, 0.3) * (w / 2, d / 2)
    rings = [
        np.c_[plan * (1 + flare * a, (1 - 0.65 * a**2) * (1 + 0.12 * np.sin(np.pi * a))), np.full(36, a * h)]
        for a in np.linspace(0, 1, 7)
    ]
    return s.loft(f, rings)


def _loop(f: fin.Finish, x: float, y: float, h: float, tall: float) -> Mesh:
    """A carrying loop from -x to x, `tall` above a mouth at height h."""
    left = [(-x, y, 0.9 * h), (-x, y * 1.3, h + 0.6 * tall)]
    right = [(x, y * 1.3, h + 0.6 * tall), (x, y, 0.9 * h)]
    return s.bent(f, [*left, (0, y * 1.4, h + tall), *right], 0.006, sides=7, smooth=2)


def _flap_and_clasp(rng: Generator, f: fin.Finish, w: float, d: float, h: float) -> Parts:
    """A flap over the mouth and the front, held by a clasp."""
    right = [(0.44 * w, 0.99 * h), (0.4 * w, 0.62 * h), (0.1 * w, 0.5 * h)]
    outline = [(-0.44 * w, 0.99 * h), *right, (-0.1 * w, 0.5 * h), (-0.4 * w, 0.62 * h)]
    return [
        s.profile_y(f, outline, -0.53 * d, -0.49 * d),
        s.slab(f, (-0.44 * w, -0.53 * d, 0.97 * h), (0.44 * w, 0.2 * d, 1.015 * h), 0.004),
        s.disc(fin.steel(rng), 0.018, 0.02, (0, -0.54 * d, 0.54 * h), axis=1),
    ]


def _suitcase(rng: Generator) -> Parts:
    """A trolley case with ribs and telescopic handle, or an old case with corners and clasps."""
    w, d, h = between(rng, 0.36, 0.5), between(rng, 0.2, 0.28), between(rng, 0.5, 0.7)
    metal, dark = fin.steel(rng), fin.dark(rng)
    return _trolley(rng, metal, dark, w, d, h) if chance(rng, 0.5) else _old_case(rng, metal, 1.4 * w, d, 0.75 * w)


def _trolley(rng: Generator, metal: fin.Finish, dark: fin.Finish, w: float, d: float, h: float) -> Parts:
    """An upright case on four wheels."""
    f = pick(rng, fin.plastic, fin.painted)(rng)
    rib = s.slab(f, (-0.012, -d / 2 - 0.008, 0.12), (0.012, d / 2 + 0.008, h - 0.02), 0.006)
    wheel = s.disc(dark, 0.025, 0.03, (w / 2 - 0.06, d / 2 - 0.05, 0.025), axis=0, sides=14)
    return [
        s.slab(f, (-w / 2, -d / 2, 0.05), (w / 2, d / 2, h + 0.05), 0.05),
        s.slab(dark, (-w / 2 - 0.004, -0.008, 0.045), (w / 2 + 0.004, 0.008, h + 0.055)),
        s.scattered(rib, [(x, 0, 0) for x in spread(whole(rng, 4, 7), -0.4 * w, 0.4 * w)]),
        *s.in_four(wheel),
        s.slab(dark, (-w / 2 + 0.04, -d / 2 + 0.03, 0.03), (w / 2 - 0.04, d / 2 - 0.03, 0.07)),
        *_pull_handle(metal, dark, 0.3 * d, h, h + between(rng, 0.1, 0.45)),
    ]


def _pull_handle(metal: fin.Finish, dark: fin.Finish, y: float, low: float, high: float) -> Parts:
    """A telescopic handle between two heights."""
    return [
        s.bent(metal, [(-0.09, y, low), (-0.09, y, high), (0.09, y, high), (0.09, y, low)], 0.008),
        s.rod(dark, (-0.1, y, high), (0.1, y, high), 0.014),
    ]


def _old_case(rng: Generator, metal: fin.Finish, w: float, d: float, h: float) -> Parts:
    """A leather case with corners, straps, clasps and a handle."""
    f, trim = fin.leather(rng), fin.leather(rng)
    corners = [(w / 2 - 0.034, y, z) for z in (0.035, h - 0.035) for y in (-d / 2 + 0.03, d / 2 - 0.03)]
    grip = [(-0.09, 0, h - 0.01), (-0.08, 0, h + 0.05), (0.08, 0, h + 0.05), (0.09, 0, h - 0.01)]
    return [
        s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, h), 0.015),
        s.slab(metal, (-w / 2 - 0.003, -0.006, 0.002), (w / 2 + 0.003, 0.006, h + 0.003)),
        *[m for at in corners for m in s.both(s.block(trim, (0.076, 0.068, 0.076), at, 0.016))],
        *s.both(s.slab(trim, (0.22 * w, -d / 2 - 0.005, 0.003), (0.28 * w, d / 2 + 0.005, h + 0.005), 0.002)),
        *s.both(s.slab(metal, (0.23 * w, -d / 2 - 0.012, 0.72 * h), (0.27 * w, -d / 2, 0.82 * h), 0.003)),
        s.bent(trim, grip, 0.011, smooth=1),
    ]


def _rucksack(rng: Generator) -> Parts:
    """A rucksack with front pocket, flap, straps and a loop."""
    w, d, h, f = between(rng, 0.28, 0.34), between(rng, 0.15, 0.2), between(rng, 0.4, 0.52), fin.upholstery(rng)
    plan, trim = s.oval(36, 0.4) * (w / 2, d / 2), pick(rng, fin.leather, fin.dark)(rng)
    sack = ((0.94, 0), (1, 0.06), (1, 0.6), (0.9, 0.85), (0.7, 0.97), (0.4, 1))
    flap = ((1.03, 0.7), (0.96, 0.86), (0.75, 0.99), (0.4, 1.02))
    buckle = s.slab(fin.steel(rng), (0.12 * w, -0.5 * d - 0.07, 0.38 * h), (0.2 * w, -0.4 * d, 0.44 * h), 0.004)
    return [
        s.loft(f, [np.c_[plan * k, np.full(36, z * h)] for k, z in sack]),
        s.loft(trim, [np.c_[plan * k + (0, -0.01), np.full(36, z * h)] for k, z in flap]),
        s.slab(f, (-0.38 * w, -0.5 * d - 0.06, 0.05 * h), (0.38 * w, -0.2 * d, 0.46 * h), 0.03),
        *_straps(trim, w, d, h),
        *s.both(buckle),
        s.hoop(trim, 0.03, 0.006, (0, 0.3 * d, 1.02 * h), axis=1, sides=16),
    ]


def _straps(f: fin.Finish, w: float, d: float, h: float) -> Parts:
    """Two shoulder straps behind."""
    path = [
        (0.25 * w, 0.45 * d, 0.88 * h),
        (0.3 * w, 0.5 * d + 0.09, 0.7 * h),
        (0.33 * w, 0.5 * d + 0.07, 0.25 * h),
        (0.36 * w, 0.44 * d, 0.08 * h),
    ]
    return s.both(s.bent(f, path, 0.014, sides=8, smooth=2))
