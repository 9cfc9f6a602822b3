"""Light planes and biplanes."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class _Measures:
    """Measures that the parts of a light plane share, metres."""

    length: float
    r: float
    """Radius of the fuselage."""
    z: float
    """Height of its axis."""
    span: float
    """Length of one wing."""
    wing_z: float
    """Height of the (lower) wing."""


def propeller_plane(rng: Generator) -> Parts:
    """A light propeller plane: high or low wing, one or two engines, glazed cabin, fixed gear."""
    length, f, trim, glass = between(rng, 7, 10), fin.livery(rng), fin.livery(rng), fin.glass(rng)
    r, high, twin = 0.085 * length, chance(rng, 0.5), chance(rng, 0.3)
    z = 0.6 + r + (0.2 if not high else 0)
    low = z - 0.6 * r
    a = _Measures(length, r, z, between(rng, 0.5, 0.64) * length, z + 1.3 * r if high else low)
    parts = [
        fuselage(f, length, r, z, 0.2, 0.55, 0.5),
        *_light_wings(f, a, high),
        *_cabin(f, glass, a),
        *_light_tail(f, trim, a),
        *(_wing_engines(rng, trim, a) if twin else _nose_engine(rng, a)),
    ]
    metal = fin.steel(rng)
    return [*parts, *(_wing_braces(metal, a) if high else []), *_light_gear(metal, a, low)]


def _light_wings(f: fin.Finish, a: _Measures, high: bool) -> Parts:
    """Both wings of a light plane, above or below the cabin."""
    chord, length = 0.17 * a.length, a.length
    root = (0.0 if high else 0.2 * a.r, -0.24 * length, a.wing_z)
    tip = (a.span, -0.22 * length, a.wing_z + (0.02 if high else 0.07) * length)
    return s.both(wing(f, root, tip, (chord, 0.7 * chord), 1.3))


def _cabin(f: fin.Finish, glass: fin.Finish, a: _Measures) -> Parts:
    """A glazed cabin and its roof."""
    plan, top = s.oval(24, 0.4), a.z + 0.95 * a.r

    def level(k: float, b: float, z: float) -> np.ndarray:
        """Ring of the cabin at height z, scaled across by k and along by b."""
        return np.c_[plan * (0.85 * a.r * k, 0.13 * a.length * b) + (0, -0.14 * a.length), np.full(24, z)]

    panes = [level(1, 1.1, a.z), level(1, 1.1, a.z + 0.6 * a.r), level(0.85, 0.75, top + 0.4 * a.r)]
    roof = [level(0.88, 0.78, top + 0.33 * a.r), level(0.75, 0.65, top + 0.48 * a.r)]
    return [s.loft(glass, panes), s.loft(f, roof)]


def _light_tail(f: fin.Finish, trim: fin.Finish, a: _Measures) -> Parts:
    """Tail planes and fin of a light plane."""
    length, z = a.length, a.z + 0.25 * a.r
    root, tip = (0, 0.39 * length, z), (0.18 * length, 0.41 * length, z)
    planes = s.both(wing(f, root, tip, (0.1 * length, 0.07 * length)))
    return [*planes, tail_fin(trim, 0.35 * length, z, 0.14 * length, 0.16 * length, 0.07 * length)]


def _wing_engines(rng: Generator, f: fin.Finish, a: _Measures) -> Parts:
    """An engine with a propeller on each wing."""
    parts: Parts = []
    z = a.wing_z + 0.05 * a.r
    for x in (-0.3 * a.span, 0.3 * a.span):
        parts += [
            s.ball(f, (0.4 * a.r, 1.5 * a.r, 0.4 * a.r), (x, -0.24 * a.length, z)),
            *propeller(rng, 1.1 * a.r, (x, -0.24 * a.length - 1.5 * a.r, z)),
        ]
    return parts


def _nose_engine(rng: Generator, a: _Measures) -> Parts:
    """A propeller at the nose."""
    return propeller(rng, between(rng, 1.1, 1.4) * a.r, (0, -0.505 * a.length, a.z - 0.15 * a.r))


def _wing_braces(f: fin.Finish, a: _Measures) -> Parts:
    """Struts from the fuselage to high wings."""
    foot, head = (0.6 * a.r, -0.16 * a.length, a.z - 0.5 * a.r), (0.45 * a.span, -0.17 * a.length, a.wing_z)
    return s.both(s.rod(f, foot, head, 0.03, sides=6))


def _light_gear(f: fin.Finish, a: _Measures, low: float) -> Parts:
    """Main wheels with their legs, and a nose wheel, below a fuselage whose belly lies at `low`."""
    r, y = a.r, 0.02 * a.length
    return [
        *[m for p in landing_gear(f, 1.2 * r, y, low, 0.24, 0.1) for m in s.both(p)],
        *s.both(s.rod(f, (0.4 * r, y, low), (1.2 * r, y, 0.3), 0.05, sides=8)),
        *landing_gear(f, 0, -0.4 * a.length, low, 0.2, 0.1),
    ]


def biplane(rng: Generator) -> Parts:
    """A biplane: two wings with struts and wires, open cockpit, radial engine."""
    length, f, trim, metal = between(rng, 6.5, 8.5), fin.livery(rng), fin.livery(rng), fin.steel(rng)
    r, z = 0.085 * length, 0.17 * length
    a = _Measures(length, r, z, between(rng, 0.55, 0.65) * length, z - 0.6 * r)
    y = -0.33 * length
    return [
        fuselage(f, length, r, z, 0.12, 0.62, 0.3),
        s.disc(trim, 1.02 * r, 0.07 * length, (0, -0.43 * length, z), axis=1),
        *propeller(rng, 1.4 * r, (0, -0.51 * length, z - 0.1 * r)),
        *_double_wings(f, trim, a, y),
        *_struts(metal, a, y),
        *_biplane_tail(f, trim, a),
        *_cockpit(rng, a),
        *_biplane_gear(rng, trim, metal, a, y + 0.3),
    ]


def _double_wings(f: fin.Finish, trim: fin.Finish, a: _Measures, y: float) -> Parts:
    """Lower wings and, further back, upper wings; the leading edge of the lower ones at y."""
    parts: Parts = []
    low, chord, gap = a.wing_z, 0.19 * a.length, 0.2 * a.length
    for base, skin in ((low, f), (low + gap, trim)):
        front = y + 0.3 * (base - low)
        root, tip = (0.0, front, base), (a.span, front, base + 0.02 * a.span)
        parts += s.both(wing(skin, root, tip, (chord, 0.85 * chord)))
    return parts


def _struts(f: fin.Finish, a: _Measures, y: float) -> Parts:
    """Struts between the wings of a biplane and a crossing wire."""
    low, chord, gap = a.wing_z, 0.19 * a.length, 0.2 * a.length

    def leaning(x0: float, x1: float, b: float, radius: float, sides: int) -> Parts:
        """Bars of both sides from the lower to the upper wing at share b of their chord."""
        foot, head = (x0, y + b * chord, low), (x1, y + b * chord + 0.3 * gap, low + gap)
        return s.both(s.rod(f, foot, head, radius, sides=sides))

    spots = [(x, b) for x in (0.45 * a.r, 0.7 * a.span) for b in (0.15, 0.7)]
    bars = [m for x, b in spots for m in leaning(x, x, b, 0.03, 6)]
    return bars + leaning(0.5 * a.r, 0.7 * a.span, 0.4, 0.012, 5)


def _biplane_tail(f: fin.Finish, trim: fin.Finish, a: _Measures) -> Parts:
    """Tail planes and fin."""
    length, z = a.length, a.z + 0.1 * a.r
    root, tip = (0, 0.38 * length, z), (0.2 * length, 0.41 * length, z)
    planes = s.both(wing(f, root, tip, (0.13 * length, 0.07 * length)))
    return [*planes, tail_fin(trim, 0.37 * length, a.z, 0.14 * length, 0.15 * length, 0.06 * length)]


def _cockpit(rng: Generator, a: _Measures) -> Parts:
    """A padded edge around the pilot's seat and a small wind screen."""
    length, r, z = a.length, a.r, a.z
    pad = s.cushion(fin.leather(rng), (0.9 * r, 1.5 * r, 0.5 * r), (0, -0.02 * length, z + 0.85 * r), square=0.7)
    low, high = (-0.4 * r, -0.13 * length, z + 0.8 * r), (0.4 * r, -0.12 * length, z + 1.4 * r)
    return [pad, s.slab(fin.glass(rng), low, high, 0.01)]


def _biplane_gear(rng: Generator, trim: fin.Finish, metal: fin.Finish, a: _Measures, y: float) -> Parts:
    """Two wheels on an axle at y, their struts, and a skid at the tail."""
    r, length = a.r, a.length
    hub = (1.1 * r, y, 0.3)
    skid = s.rod(metal, (0, 0.42 * length, a.z), (0, 0.46 * length, -0.02), 0.06, 0.1, sides=8)
    return [
        *s.both(s.disc(fin.rubber(rng), 0.3, 0.1, hub, axis=0)),
        *s.both(s.disc(trim, 0.17, 0.12, hub, axis=0)),
        *s.both(s.rod(metal, (0.6 * r, y, a.z - 0.7 * r), hub, 0.035, sides=8)),
        s.rod(metal, (-1.1 * r, y, 0.3), hub, 0.03, sides=8),
        s.clipped_below(skid, 0.0),
    ]
