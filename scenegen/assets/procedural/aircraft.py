"""Airplanes: airliners, fighters, and the choice among all kinds."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.airframes import fuselage, landing_gear, tail_fin, wing
from scenegen.assets.procedural.draws import between, chance, pick, spread
from scenegen.assets.procedural.propeller_planes import biplane, propeller_plane
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]
Point = tuple[float, float, float]
Triple = tuple[fin.Finish, fin.Finish, fin.Finish]
"""White paint, livery, and paint of the wings."""


def airplane(rng: Generator) -> Parts:
    """An airliner, propeller plane, fighter, biplane, turboprop or glider, standing on its wheels."""
    return pick(rng, _airliner, _airliner, _airliner, propeller_plane, propeller_plane, _fighter, biplane)(rng)


def _jet(rng: Generator, f: fin.Finish, r: float, length: float, at: Array) -> Parts:
    """An engine nacelle, open at the front with a fan and a spinner, a cone behind."""
    skin = [
        (0.8 * r, -0.46 * length),
        (0.9 * r, -0.5 * length),
        (1.0 * r, -0.4 * length),
        (1.02 * r, 0),
        (0.75 * r, 0.5 * length),
        (0.7 * r, 0.48 * length),
    ]
    flipped = [(a, -b) for a, b in skin[::-1]]
    nacelle = s.lying(s.turned(f, flipped, sides=24), 1)
    dark, cone = fin.dark(rng), [(0, 0), (0.5 * r, 0.001), (0, 0.75 * length)]
    parts = [
        s.scaled(nacelle, (1, -1, 1)),
        s.disc(dark, 0.84 * r, 0.84 * length, axis=1, sides=24),
        s.lying(s.turned(fin.steel(rng), cone, sides=16), 1),
        s.ball(fin.steel(rng), (0.25 * r, 0.4 * r, 0.25 * r), (0, -0.42 * length, 0), 12),
    ]
    return [s.moved(m, at) for m in parts]


def _airliner(rng: Generator) -> Parts:
    """A jet airliner: two or four engines under the wings or at the tail, rows of windows, livery on the tail."""
    length, r = between(rng, 18, 30), between(rng, 1.15, 1.6)
    white = pick(rng, fin.solid("white", (0.90, 0.90, 0.89)), fin.solid("grey", (0.75, 0.77, 0.79)), fin.livery(rng))
    livery, metal, glass = fin.livery(rng), fin.steel(rng), fin.solid("glass", (0.12, 0.14, 0.18))
    z, panel = 1.3 + 1.1 * r, fin.solid("wing", (0.72, 0.73, 0.75))
    span, sweep = between(rng, 0.44, 0.52) * length, between(rng, 0.2, 0.4)
    return [
        fuselage(white, length, r, z, 0.14, 0.32, 0.65),
        *_main_wings(panel, length, r, z, span, sweep),
        *_tail_planes(panel, length, r, z),
        tail_fin(livery, 0.31 * length, z + 0.55 * r, 0.15 * length, 0.17 * length, 0.1 * length),
        *_engines(rng, (white, livery, panel), length, r, z, span, sweep),
        *_windows(glass, length, r, z),
        *([_cheat_line(livery, length, r, z)] if chance(rng, 0.7) else []),
        *landing_gear(metal, 0, -0.38 * length, z - 0.6 * r, 0.34, 0.2),
        *[m for p in landing_gear(metal, 1.4 * r, 0.05 * length, z - 0.5 * r, 0.48, 0.3) for m in s.both(p)],
    ]


def _main_wings(f: fin.Finish, length: float, r: float, z: float, span: float, sweep: float) -> Parts:
    """Both wings of an airliner, low and rising to the tips."""
    chord, y = 0.2 * length, -0.12 * length
    tip = (span, y + sweep * span + 0.4 * chord * 0.2, z - 0.5 * r + 0.09 * span)
    return s.both(wing(f, (0.3 * r, y, z - 0.55 * r), tip, (chord, 0.3 * chord)))


def _tail_planes(f: fin.Finish, length: float, r: float, z: float) -> Parts:
    """Both halves of the horizontal tail."""
    root, tip = (0.05 * r, 0.36 * length, z + 0.35 * r), (0.18 * length, 0.42 * length, z + 0.5 * r)
    return s.both(wing(f, root, tip, (0.1 * length, 0.05 * length)))


def _engines(rng: Generator, finishes: Triple, length: float, r: float, z: float, span: float, sweep: float) -> Parts:
    """One pair of jets at the tail, or one or two pairs below the wings, on pylons; white, livery and wing paint."""
    white, livery, panel = finishes
    rear, y = chance(rng, 0.2), -0.12 * length
    spots = [(1.55 * r, 0.22 * length, z + 0.45 * r)]
    if not rear:
        spots = [
            (a * span, y + sweep * a * span - 0.02 * length, z - 0.5 * r + 0.09 * a * span - 0.62 * r)
            for a in pick(rng, (0.33,), (0.33,), (0.3, 0.58))
        ]
    parts: Parts = []
    for p in spots:
        jet = _jet(rng, pick(rng, white, livery), 0.42 * r, 1.9 * r, np.array(p))
        pylon = _tail_pylon(panel, r, p) if rear else _wing_pylon(panel, r, p)
        parts += [m for q in (*jet, pylon) for m in s.both(q)]
    return parts


def _tail_pylon(f: fin.Finish, r: float, p: Point) -> Mesh:
    """What holds a jet at p to the side of the fuselage."""
    return s.slab(f, (0.85 * r, p[1] - 0.4 * r, p[2] - 0.08 * r), (p[0] - 0.1, p[1] + 0.4 * r, p[2] + 0.08 * r))


def _wing_pylon(f: fin.Finish, r: float, p: Point) -> Mesh:
    """What holds a jet at p below the wing."""
    low = (p[0] - 0.05 * r, p[1] - 0.2 * r, p[2] + 0.2 * r)
    return s.slab(f, low, (p[0] + 0.05 * r, p[1] + 1.3 * r, p[2] + 0.66 * r))


_HULL = (
    (0, 1e-9, 1e-9),
    (0.03, 0.2, 0.2),
    (0.12, 0.55, 0.55),
    (0.25, 0.85, 0.8),
    (0.4, 1.5, 1.0),
    (0.75, 1.6, 1.0),
    (0.96, 1.1, 0.75),
    (1.0, 1.05, 0.7),
)
"""Sections of a fighter: position from the nose, half width and half height as shares of its radius."""


def _fighter(rng: Generator) -> Parts:
    """A jet fighter: pointed nose, canopy, swept or delta wings, one or two fins, intakes, nozzles, missiles."""
    length, f, dark = between(rng, 12, 17), fin.livery(rng), fin.dark(rng)
    r, z = 0.055 * length, 0.13 * length
    delta, span = chance(rng, 0.5), between(rng, 0.26, 0.36) * length
    parts = [
        _fighter_hull(f, length, r, z),
        *_fighter_wings(f, length, r, z, span, delta),
        s.ball(fin.glass(rng), (0.5 * r, 1.9 * r, 0.62 * r), (0, -0.24 * length, z + 0.75 * r)),
    ]
    if not delta or chance(rng, 0.3):
        root, tip = (r, 0.33 * length, z), (0.19 * length, 0.43 * length, z)
        parts += s.both(wing(f, root, tip, (0.14 * length, 0.06 * length), 0.5))
    parts += [
        *_fighter_fins(rng, f, length, r, z),
        *_intakes(f, dark, length, r, z),
        *_nozzles(rng, dark, length, r, z),
    ]
    metal = fin.steel(rng)
    return [
        *parts,
        *(_missiles(dark, length, z, 0.6 * span) if chance(rng, 0.6) else []),
        *landing_gear(metal, 0, -0.26 * length, z - 0.3 * r, 0.3, 0.16),
        *[m for p in landing_gear(metal, 1.3 * r, 0.16 * length, z - 0.3 * r, 0.38, 0.2) for m in s.both(p)],
    ]


def _fighter_hull(f: fin.Finish, length: float, r: float, z: float) -> Mesh:
    """The body of a fighter: pointed in front, wide from the intakes on."""
    plan = s.oval(24, 0.75)
    rings = [
        np.stack([plan[:, 0] * a * r, np.full(24, y * length - length / 2), z + plan[:, 1] * b * r], -1)
        for y, a, b in _HULL
    ]
    return s.loft(f, rings)


def _fighter_wings(f: fin.Finish, length: float, r: float, z: float, span: float, delta: bool) -> Parts:
    """Both wings of a fighter, swept or triangular."""
    root, chord = -0.12 * length, (0.45 if delta else 0.3) * length
    tip = (span, root + (0.9 if delta else 0.62) * span + 0.1, z - 0.02 * length)
    return s.both(wing(f, (0.8 * r, root, z), tip, (chord, 0.22 * chord), 0.5))


def _fighter_fins(rng: Generator, f: fin.Finish, length: float, r: float, z: float) -> Parts:
    """One upright fin or two that lean outwards."""
    one = tail_fin(f, 0.26 * length, z + 0.6 * r, 0.18 * length, 0.16 * length, 0.12 * length)
    return [one] if chance(rng, 0.5) else s.both(s.moved(s.tilted(one, 1, 0.25, (0, 0, z)), (0.9 * r, 0, 0)))


def _intakes(f: fin.Finish, dark: fin.Finish, length: float, r: float, z: float) -> Parts:
    """Air intakes on both sides and their dark mouths."""
    duct = s.slab(f, (0.9 * r, -0.14 * length, z - 0.7 * r), (1.75 * r, 0.1 * length, z + 0.5 * r), 0.2)
    mouth = s.slab(dark, (1.05 * r, -0.145 * length, z - 0.55 * r), (1.62 * r, -0.1 * length, z + 0.35 * r), 0.1)
    return s.both(duct) + s.both(mouth)


def _nozzles(rng: Generator, f: fin.Finish, length: float, r: float, z: float) -> Parts:
    """Two nozzles side by side or a large one."""
    if chance(rng, 0.5):
        return s.both(s.rod(f, (0.5 * r, 0.44 * length, z), (0.5 * r, 0.52 * length, z), 0.5 * r, 0.4 * r, sides=20))
    return [s.rod(f, (0, 0.44 * length, z), (0, 0.53 * length, z), 0.62 * r, 0.5 * r, sides=20)]


def _missiles(dark: fin.Finish, length: float, z: float, x: float) -> Parts:
    """A missile below each wing at +-x, with what it hangs from."""
    low, y0, y1 = z - 0.04 * length, -0.02 * length, 0.2 * length
    body = s.rod(fin.solid("missile", (0.85, 0.85, 0.83)), (x, y0, low), (x, y1, low), 0.13)
    rail = s.slab(dark, (x - 0.04, 0.06 * length, low), (x + 0.04, 0.14 * length, z + 0.02))
    return s.both(body) + s.both(rail)


def _windows(glass: fin.Finish, length: float, r: float, z: float) -> Parts:
    """Cabin windows on both sides and the cockpit."""
    ys = spread(round(0.5 * length / 0.55), -0.33 * length, 0.16 * length)
    pane = s.slab(glass, (0.85 * r, -0.12, z + 0.16 * r), (0.992 * r, 0.12, z + 0.16 * r + 0.34))
    cockpit = s.slab(
        glass,
        (-0.55 * r, -0.5 * length + 0.035 * length, z + 0.3 * r),
        (0.55 * r, -0.5 * length + 0.07 * length, z + 0.52 * r),
        0.05,
    )
    return [*s.both(s.scattered(pane, [(0, y, 0) for y in ys])), cockpit]


def _cheat_line(f: fin.Finish, length: float, r: float, z: float) -> Mesh:
    """A stripe along both sides of the fuselage: a band of a slightly larger tube cut flat."""
    ring = s.oval(28) * (1.02 * r, 1.02 * r)
    band = np.clip(ring[:, 1], -0.28 * r, 0.05 * r)
    plan = np.c_[ring[:, 0] * np.where(np.abs(ring[:, 1]) < 0.4 * r, 1.0, 0.9), band]
    return s.loft(
        f, [np.stack([plan[:, 0], np.full(28, y), z + plan[:, 1]], -1) for y in (-0.36 * length, 0.18 * length)]
    )
