"""Displays: monitors, televisions and tubes."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.screens import panel
from scenegen.seeding import Generator

Parts = list[Mesh]


def display(rng: Generator) -> Parts:
    """A monitor or television on a foot, or an old tube."""
    if chance(rng, 0.15):
        return _tube_monitor(rng)
    w = pick(rng, between(rng, 0.45, 0.7), between(rng, 0.8, 1.45))
    h, d, body = w / pick(rng, 1.78, 1.78, 1.6, 2.35, 1.33), between(rng, 0.02, 0.05), fin.casing(rng)
    z0, rim = between(rng, 0.05, 0.12) if w > 0.75 else between(rng, 0.1, 0.2), between(rng, 0.008, 0.025)
    front = panel(rng, body, w, h, d, rim, z0)
    foot = pick(rng, body, fin.steel(rng), fin.dark(rng))
    back = s.block(body, (0.5 * w, 0.03, 0.5 * h), (0, d + 0.004, z0 + 0.45 * h), 0.01)
    kind = int(rng.integers(3))
    if kind == 0 or (kind == 1 and w <= 0.75):
        return [*front, back, *_plate_foot(rng, foot, w, d, z0 + 0.4 * h)]
    return [*front, back, *(_two_feet if kind == 1 else _wire_legs)(foot, w, d, z0)]


def _plate_foot(rng: Generator, f: fin.Finish, w: float, d: float, top: float) -> Parts:
    """A neck on a rounded plate."""
    neck = s.slab(f, (-0.05 * w, d - 0.005, 0.006), (0.05 * w, d + 0.025, top), 0.005)
    plan = s.oval(28, between(rng, 0.25, 1.0)) * (0.2 * w + 0.02, 0.11 * w + 0.03) + (0, d)
    return [neck, s.loft(f, [np.c_[plan, np.full(28, z)] for z in (0, 0.012)])]


def _two_feet(f: fin.Finish, w: float, d: float, z: float) -> Parts:
    """A pair of angled feet below a screen whose lower edge is at z."""
    front = [(-0.12, 0), (-0.09, 0), (0.5 * d, z)]
    back = [(0.5 * d + 0.12, 0), (0.5 * d + 0.15, 0), (0.8 * d, z + 0.05), (0.2 * d, z + 0.05)]
    return s.both(s.profile_x(f, [*front, *back], 0.32 * w, 0.32 * w + 0.02))


def _wire_legs(f: fin.Finish, w: float, d: float, z: float) -> Parts:
    """Two bent wires in front and a strut behind."""
    legs = s.bent(f, [(0.03 * w, d, z + 0.02), (0.06 * w, d, 0.01), (0.22 * w, -0.12, 0.01)], 0.01, smooth=1)
    return [
        *s.both(legs),
        s.clipped_below(s.rod(f, (0, d, z + 0.05), (0, d + 0.18, 0.0), 0.01), 0.0),
        s.block(f, (0.1 * w, 0.03, 0.08), (0, d, z + 0.03)),
    ]


def _tube_monitor(rng: Generator) -> Parts:
    """A cathode-ray television or monitor: deep casing, dials, sometimes an aerial."""
    w, body = between(rng, 0.4, 0.65), pick(rng, fin.casing, fin.wood, fin.plastic)(rng)
    h, d = 0.78 * w, 0.75 * w
    foot, y = 0.05 * w, -d / 2
    dials = chance(rng, 0.5)
    right = 0.25 * w if dials else 0.4 * w
    bulge = s.slab(fin.screen(rng), (-0.4 * w, y - 0.012, foot + 0.14 * h), (right, -0.3 * d, foot + 0.86 * h), 0.012)
    return [
        _tube_case(body, w, h, d, foot),
        s.pictured(bulge),
        s.slab(fin.dark(rng), (-0.3 * w, -0.3 * d, 0), (0.3 * w, 0.15 * d, foot + 0.14 * h)),
        *([*_dials(rng, w, h, y, foot), *_aerial(rng, w, h, foot)] if dials else []),
    ]


def _tube_case(f: fin.Finish, w: float, h: float, d: float, foot: float) -> Mesh:
    """A casing that narrows backwards."""
    plan, y = s.oval(28, 0.28), -d / 2
    steps = ((0.5, y), (0.52, y + 0.02), (0.5, -0.1 * d), (0.34, 0.35 * d), (0.3, d / 2))
    middle = foot + h / 2
    return s.loft(
        f, [np.stack([plan[:, 0] * k * w, np.full(28, a), middle + plan[:, 1] * k * h], -1) for k, a in steps]
    )


def _dials(rng: Generator, w: float, h: float, y: float, foot: float) -> Parts:
    """Two knobs beside the screen, on a front at y."""
    return [
        s.disc(fin.dark(rng), 0.045 * w, 0.03, (0.345 * w, y - 0.005, foot + z * h), axis=1, sides=16)
        for z in (0.72, 0.52)
    ]


def _aerial(rng: Generator, w: float, h: float, foot: float) -> Parts:
    """Two rods that spread from the top."""
    path = [(0, 0, foot + 0.9 * h), (0.02, 0, foot + 1.05 * h), (0.3 * w, 0, foot + 1.5 * h)]
    return s.both(s.bent(fin.steel(rng), path, 0.004, sides=6))
