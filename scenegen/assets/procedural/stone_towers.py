"""Towers of stone or brick: castle keeps and clock towers."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread
from scenegen.seeding import Generator

Parts = list[Mesh]


def _masonry(rng: Generator) -> fin.Finish:
    """Stone or brick at the scale of a building."""
    f = pick(rng, fin.brick, fin.stone, fin.terracotta)(rng)
    return fin.Finish(f.material, 4.0)


def keep(rng: Generator) -> Parts:
    """A round or square castle tower with battlements, slits, a gate, perhaps a pointed roof and flag."""
    r, h, f, dark = between(rng, 3, 5), between(rng, 14, 24), _masonry(rng), fin.solid("opening", (0.08, 0.07, 0.07))
    return [
        *(_round_keep if chance(rng, 0.55) else _square_keep)(f, r, 1.18 * r, h),
        *_slits(dark, r, h),
        s.slab(fin.wood(rng), (-1.0, -1.16 * r, 0), (1.0, -0.6 * r, 3.2)),
        *(_pointed_roof(rng, f, dark, r, h) if chance(rng, 0.5) else []),
    ]


def _round_keep(f: fin.Finish, r: float, top: float, h: float) -> Parts:
    """Round walls of radius r, a parapet of radius `top`, and its teeth."""
    foot, parapet = [(0, 0), (1.15 * r, 0), (r, 0.2 * h), (r, 0.85 * h)], [(top, 0.9 * h), (top, h), (0.95 * r, h)]
    walls = s.turned(f, [*foot, *parapet, (0.95 * r, 0.94 * h), (0, 0.94 * h)], sides=32, wraps=6)
    return [walls, *s.around(s.slab(f, (top - 0.45, -0.55, h - 0.1), (top - 0.02, 0.55, h + 1.2)), 12)]


def _square_keep(f: fin.Finish, r: float, top: float, h: float) -> Parts:
    """Square walls of half width r, a foot, a parapet of half width `top`, and its teeth."""
    tooth = s.slab(f, (-0.55, -top + 0.01, h - 0.1), (0.55, -top + 0.5, h + 1.2))
    return [
        s.slab(f, (-r, -r, 0), (r, r, 0.88 * h)),
        s.slab(f, (-top, -top, 0.86 * h), (top, top, h)),
        s.slab(f, (-1.12 * r, -1.12 * r, 0), (1.12 * r, 1.12 * r, 0.08 * h)),
        *s.around(s.scattered(tooth, [(x, 0, 0) for x in spread(4, -top, top)]), 4),
    ]


def _slits(f: fin.Finish, r: float, h: float) -> Parts:
    """Three rows of slits, one on each side."""
    slit = s.slab(f, (-0.15, -1.03 * r, -0.9), (0.15, -0.7 * r, 0.9))
    return [m for z in spread(3, 0.3 * h, 0.85 * h) for m in s.around(s.moved(slit, (0, 0, z)), 4)]


def _pointed_roof(rng: Generator, f: fin.Finish, dark: fin.Finish, r: float, h: float) -> Parts:
    """A cone on a drum, with a flag."""
    roof = fin.Finish(pick(rng, fin.terracotta, fin.painted)(rng).material, 3.0)
    return [
        s.turned(roof, [(0, h + 0.3), (0.9 * r, h + 0.3), (0, h + 1.9 * r)], sides=24),
        s.disc(f, 0.8 * r, 1.6, (0, 0, h - 0.4)),
        s.rod(dark, (0, 0, h + 1.7 * r), (0, 0, h + 2.5 * r), 0.08),
        s.slab(fin.livery(rng), (0, -0.03, h + 2.1 * r), (1.6, 0.03, h + 2.45 * r)),
    ]


def clock_tower(rng: Generator) -> Parts:
    """A square clock tower with cornices, belfry and a spire."""
    w, h, f = between(rng, 5, 8), between(rng, 26, 45), _masonry(rng)
    trim, roof = fin.Finish(fin.stone(rng).material, 3.0), fin.Finish(fin.painted(rng).material, 4.0)
    dark, x = fin.solid("opening", (0.09, 0.09, 0.11)), w / 2
    dial = _tower_dial(rng, trim, dark, w, 0.7 * h)
    return [
        s.slab(f, (-x, -x, 0), (x, x, 0.82 * h)),
        *_cornices(trim, x, h),
        _spire(roof, x, h, h + 0.8 * w),
        *_windows(dark, w, h),
        *[m for p in dial for m in s.around(p, 4)],
        s.rod(fin.steel(rng), (0, 0, h + 0.75 * w), (0, 0, h + 1.1 * w), 0.15, 0.03),
    ]


def _cornices(f: fin.Finish, x: float, h: float) -> Parts:
    """Four ledges around walls of half width x."""
    return [
        s.slab(f, (-k * x, -k * x, z * h), (k * x, k * x, z * h + 0.8))
        for k, z in ((1.12, -1e-9), (1.08, 0.3), (1.08, 0.58), (1.15, 0.815))
    ]


def _spire(f: fin.Finish, x: float, h: float, tip: float) -> Mesh:
    """A square roof that is bent inwards and ends at height `tip`."""
    plan = s.oval(4) * 1.4142
    steps = ((1.1, 0.82 * h + 0.5), (0.75, 0.9 * h), (0.05, tip))
    return s.loft(f, [np.c_[plan * k * x, np.full(4, z)] for k, z in steps])


def _windows(f: fin.Finish, w: float, h: float) -> Parts:
    """Two rows of paired windows on each side."""
    window = s.slab(f, (-0.1 * w, -1.01 * (w / 2), 0), (0.1 * w, -0.5 * (w / 2), 0.12 * h))
    pairs = [s.scattered(window, [(-0.22 * w, 0, z * h), (0.22 * w, 0, z * h)]) for z in (0.12, 0.38)]
    return [m for pair in pairs for m in s.around(pair, 4)]


def _tower_dial(rng: Generator, trim: fin.Finish, dark: fin.Finish, w: float, z: float) -> Parts:
    """One clock face at height z: disc, rim and two hands."""
    x = w / 2
    hands = [
        s.tilted(
            s.slab(dark, (-0.014 * w, -x - 0.45, z), (0.014 * w, -x, z + k * w)), 1, between(rng, 0, 6.28), (0, 0, z)
        )
        for k in (0.2, 0.29)
    ]
    return [
        s.disc(fin.solid("dial", (0.93, 0.92, 0.86)), 0.34 * w, 0.5, (0, -x, z), axis=1, sides=32),
        s.hoop(trim, 0.35 * w, 0.04 * w, (0, -x - 0.2, z), axis=1, sides=32),
        *hands,
    ]
