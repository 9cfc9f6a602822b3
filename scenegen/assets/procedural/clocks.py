"""Clocks: digital, alarm, mantel, long-case and round ones."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.seeding import Generator

Parts = list[Mesh]


_SEGMENTS = (
    (0, 0.25, 0.016, 0.22),
    (0, 0.52, 0.016, 0.22),
    (0.09, 0.25, 0.016, 0.22),
    (0.09, 0.52, 0.016, 0.22),
    (0.015, 0.72, 0.075, 0.05),
    (0.015, 0.47, 0.075, 0.05),
)
"""Left, foot, width and height of the strokes of a digit, as shares of the width and height of the clock."""
_BELL = ((0, 0), (0.38, 0), (0.34, 0.18), (0.15, 0.3), (0, 0.32))
"""Profile (radius, z) of a bell, as shares of the radius of the clock."""


def clock(rng: Generator) -> Parts:
    """A wall-type clock on a foot, alarm clock with bells, mantel clock, long-case clock, or digital clock."""
    kind = pick(rng, _digital, _alarm, _mantel, _long_case, _round)
    return kind(rng, fin.dark(rng))


def _digital(rng: Generator, _: fin.Finish) -> Parts:
    """A clock with glowing digits behind glass; it has no dark hands."""
    w, h, d, f = between(rng, 0.14, 0.26), between(rng, 0.06, 0.1), between(rng, 0.05, 0.08), fin.casing(rng)
    digits = _digits(rng, w, h, -d / 2)
    return [
        s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, h), 0.01),
        s.slab(fin.glass(rng), (-0.46 * w, -d / 2 - 0.003, 0.12 * h), (0.46 * w, 0, 0.88 * h)),
        *digits,
    ]


def _digits(rng: Generator, w: float, h: float, y: float) -> Parts:
    """Four digits of which some strokes are lit, on a front at y."""
    lit = fin.solid("digits", pick(rng, (0.95, 0.25, 0.15), (0.3, 0.9, 0.5), (0.4, 0.75, 0.95)), 0.8)
    return [
        s.slab(lit, (x + a * w, y - 0.006, z * h), (x + a * w + u * w, y, z * h + v * h))
        for x in np.array([-0.36, -0.17, 0.07, 0.26]) * w
        for a, z, u, v in _SEGMENTS
        if chance(rng, 0.75)
    ]


def _alarm(rng: Generator, dark: fin.Finish) -> Parts:
    """An alarm clock on three legs with two bells and a carrying loop."""
    r, f = between(rng, 0.045, 0.06), fin.painted(rng)
    metal = fin.steel(rng)
    z = 1.15 * r
    return [
        s.disc(f, r, 0.9 * r, (0, 0.05 * r, z), axis=1, sides=32),
        *_dial(rng, 0.92 * r, (0, -0.4 * r, z), dark, metal),
        *_bells(metal, r, z),
        *_legs(metal, r, z),
        _loop(metal, r, z),
    ]


def _bells(metal: fin.Finish, r: float, z: float) -> Parts:
    """Two bells that lean outwards on top of an alarm clock centred at z."""
    bell = s.turned(metal, np.array(_BELL) * r, (0.0, 0, 1.06 * r))
    return [s.moved(b, (0, 0, z)) for b in s.both(s.tilted(bell, 1, 0.55))]


def _legs(metal: fin.Finish, r: float, z: float) -> Parts:
    """Two legs in front and one behind, cut level on the ground."""
    front = s.both(s.rod(metal, (0.55 * r, -0.2 * r, z - 0.75 * r), (0.72 * r, -0.4 * r, 0.0), 0.1 * r, 0.07 * r))
    rear = s.rod(metal, (0, 0.4 * r, z - 0.8 * r), (0, 0.75 * r, -0.002), 0.1 * r, 0.08 * r)
    return [s.clipped_below(m, 0.0) for m in (*front, rear)]


def _loop(metal: fin.Finish, r: float, z: float) -> Mesh:
    """The carrying loop over the bells."""
    low, high = z + 1.1 * r, z + 1.6 * r
    path = [(-0.35 * r, 0, low), (-0.3 * r, 0, high), (0.3 * r, 0, high), (0.35 * r, 0, low)]
    return s.bent(metal, path, 0.05 * r, smooth=1)


def _mantel(rng: Generator, dark: fin.Finish) -> Parts:
    """A wooden clock with an arched top between two posts on a base."""
    w, h, d, f = between(rng, 0.2, 0.34), between(rng, 0.2, 0.32), between(rng, 0.1, 0.14), fin.wood(rng)
    t = np.linspace(0, np.pi, 17)
    arch = [(-w / 2, 0.03), (w / 2, 0.03), *zip(w / 2 * np.cos(t), 0.45 * h + 0.55 * h * np.sin(t), strict=True)]
    return [
        s.profile_y(f, arch, -d / 2, d / 2),
        s.block(f, (1.25 * w, 1.2 * d, 0.035), (0, 0, 0.0175), 0.006),
        *_dial(rng, 0.36 * w, (0, -d / 2 + 0.006, 0.53 * h), dark, fin.steel(rng)),
        *s.both(s.rod(f, (0.54 * w, -0.3 * d, 0.02), (0.54 * w, -0.3 * d, 0.5 * h), 0.012)),
    ]


def _long_case(rng: Generator, dark: fin.Finish) -> Parts:
    """A long-case clock with a brass pendulum behind glass."""
    w, h, d, f = between(rng, 0.38, 0.5), between(rng, 1.7, 2.2), 0.26, fin.wood(rng)
    brass = fin.solid("brass", (0.72, 0.58, 0.3))
    pane = s.slab(fin.glass(rng), (-0.27 * w, -0.4 * d - 0.008, 0.28 * h), (0.27 * w, -0.3 * d, 0.71 * h))
    bob = [
        s.disc(brass, 0.16 * w, 0.02, (0, -0.4 * d - 0.006, 0.36 * h), axis=1),
        s.slab(brass, (-0.008, -0.4 * d - 0.014, 0.36 * h), (0.008, -0.35 * d, 0.7 * h)),
    ]
    dial = _dial(rng, 0.38 * w, (0, -d / 2 + 0.008, 0.855 * h), dark, brass)
    return [*_tall_case(f, w, d, h), pane, *bob, *dial]


def _tall_case(f: fin.Finish, w: float, d: float, h: float) -> Parts:
    """Foot, waist and hood of a long-case clock, with cornice and plinth."""
    return [
        s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, 0.24 * h), 0.008),
        s.slab(f, (-0.38 * w, -0.4 * d, 0.23 * h), (0.38 * w, 0.4 * d, 0.76 * h), 0.006),
        s.slab(f, (-w / 2, -d / 2, 0.75 * h), (w / 2, d / 2, 0.96 * h), 0.008),
        s.slab(f, (-0.56 * w, -0.57 * d, 0.95 * h), (0.56 * w, 0.55 * d, 0.98 * h), 0.008),
        s.slab(f, (-0.54 * w, -0.55 * d, 0), (0.54 * w, 0.53 * d, 0.05 * h), 0.008),
    ]


def _round(rng: Generator, dark: fin.Finish) -> Parts:
    """A round clock of the kind that hangs on walls, on a small foot."""
    r, f, d = between(rng, 0.12, 0.2), pick(rng, fin.painted, fin.wood, fin.steel, fin.plastic)(rng), 0.05
    return [
        s.disc(f, r, d, (0, 0, r + 0.012), axis=1, sides=40),
        *_dial(rng, 0.9 * r, (0, -d / 2 + 0.004, r + 0.012), dark, f),
        s.block(f, (1.3 * r, 0.12, 0.025), (0, 0, 0.0125), 0.006),
    ]


def _dial(rng: Generator, r: float, at: tuple[float, float, float], dark: fin.Finish, rim: fin.Finish) -> Parts:
    """A clock face that looks along -y: plate, rim, marks and hands."""
    white = (0.93, 0.92, 0.88)
    face = pick(rng, fin.solid("face", white), fin.solid("face", white), fin.glazed_plain(rng))
    t = 0.03 * r + 0.002
    parts = [
        s.disc(face, r, 3 * t, axis=1, sides=36),
        s.hoop(rim, 0.99 * r, 0.06 * r, (0, -t, 0), axis=1, sides=36),
        *_marks(dark, r, t),
        *_hands(rng, dark, r, t),
        s.disc(rim, 0.06 * r, 8 * t, axis=1, sides=12),
    ]
    return [s.moved(m, at) for m in parts]


def _marks(f: fin.Finish, r: float, t: float) -> Parts:
    """Twelve strokes around a dial of radius r and thickness t."""
    stroke = s.slab(f, (-0.025 * r, -2.2 * t, 0.76 * r), (0.025 * r, 0, 0.92 * r))
    return [s.tilted(stroke, 1, a) for a in np.arange(12) * np.pi / 6]


def _hands(rng: Generator, f: fin.Finish, r: float, t: float) -> Parts:
    """The hour hand and the minute hand, at any time of the day."""
    return [
        s.tilted(s.slab(f, (-w * r, -k * t, -0.1 * r), (w * r, -0.5 * t, tall * r)), 1, between(rng, 0, 6.28))
        for w, k, tall in ((0.045, 2.8, 0.5), (0.03, 3.4, 0.75))
    ]
