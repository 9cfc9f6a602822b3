"""Tables, as objects and in rooms; the frame of builders is that of `roles`, the upper side at the size's height."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.desks import any_desk
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.roles import Finishes, Parts, Size
from scenegen.seeding import Generator

_KNEES = 0.6
"""Height from which people may sit at a table, so that nothing is in the way below."""


def table(rng: Generator, of: Finishes) -> Parts:
    """A dining, coffee, side, round, trestle or writing table."""
    return pick(rng, _any_size, _any_size, _any_pedestal, _any_trestle, any_desk, _any_size, _any_drum)(rng, of)


def _any_size(rng: Generator, of: Finishes) -> Parts:
    """A rectangular table for dining, before a sofa, or at its side."""
    w, d, h = pick(rng, (1.6, 0.85, 0.75), (1.1, 0.6, 0.42), (0.5, 0.45, 0.55), (2.0, 0.95, 0.74), (0.9, 0.85, 0.74))
    size = (w * between(rng, 0.85, 1.15), d * between(rng, 0.85, 1.1), h * between(rng, 0.95, 1.06))
    return pick(rng, legged, legged, legged, panelled, hairpin, hairpin)(rng, of, size)


def _any_pedestal(rng: Generator, of: Finishes) -> Parts:
    """A low, a dining or a bar table on a column."""
    d = between(rng, 0.5, 1.3)
    return pedestal(rng, of, (d, d * pick(rng, 1.0, 1.0, 0.7), pick(rng, between(rng, 0.5, 0.6), 0.74, 1.05)))


def _any_trestle(rng: Generator, of: Finishes) -> Parts:
    """A long table on trestles."""
    return trestle(rng, of, (between(rng, 1.4, 2.2), between(rng, 0.7, 0.95), between(rng, 0.72, 0.76)))


def _any_drum(rng: Generator, of: Finishes) -> Parts:
    """A side table of a drum."""
    w = between(rng, 0.36, 0.64)
    return drum(rng, of, (w, w, between(rng, 0.38, 0.55)))


def dining_table(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A rectangular table to sit at."""
    return pick(rng, legged, legged, trestle if size[0] > 1.3 else legged, panelled, hairpin)(rng, of, size)


def low_table(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A rectangular table before a sofa."""
    return pick(rng, legged, legged, hairpin)(rng, of, size)


def _top(rng: Generator, f: Finish, size: Size, round_share: float = 0.25) -> Mesh:
    """A table top whose upper side is at the height: rectangular, or with this chance with round corners or oval."""
    (w, d, h), thick = size, between(rng, 0.02, 0.05)
    if chance(rng, round_share):
        plan = s.oval(40, pick(rng, 0.3, 0.5, 1.0))
        plan *= (w / 2, d / 2) / np.abs(plan).max(0)
        steps = [(0.985, h - thick), (1.0, h - 0.8 * thick), (1.0, h - 0.15 * thick), (0.995, h)]
        return s.loft(f, [np.c_[plan * k, np.full(40, z)] for k, z in steps])
    return s.block(f, (w, d, thick), (0, 0, h - thick / 2), pick(rng, 0.0, 0.004, 0.01))


def legged(rng: Generator, of: Finishes, size: Size) -> Parts:
    """Four legs under an apron; perhaps with drawers, and low ones with a shelf."""
    (w, d, h), top = size, of("top")
    f = top if chance(rng, 0.4) else of("frame")
    inset, leg, splay = between(rng, 0.03, 0.08), between(rng, 0.02, 0.04), pick(rng, 0.0, between(rng, 0.0, 0.03))
    x, y, apron = w / 2 - inset - leg - 0.01, d / 2 - inset - leg - 0.01, between(rng, 0.05, 0.11)
    parts = [_top(rng, top, size, 0.1), s.block(f, (2 * x, 2 * y, apron), (0, 0, h - 0.018 - apron / 2))]
    plan = s.oval(4) * 1.4 if chance(rng, 0.6) else s.oval(14)
    steps = _leg_steps(rng, len(plan) == 14, leg, h - 0.02, between(rng, 0.5, 1.0))
    out = [splay * (1 - z / h) for _, z in steps]
    rings = [np.c_[plan * r + (x + a, y + a), np.full(len(plan), z)] for (r, z), a in zip(steps, out, strict=True)]
    parts += s.in_four(s.loft(f, rings))
    if h < _KNEES and chance(rng, 0.45):
        parts.append(s.block(f, (2 * x + 0.01, 2 * y + 0.01, 0.02), (0, 0, between(rng, 0.15, 0.35) * h)))
    return parts + (_drawers(of, f, x, y, h, apron, whole(rng, 1, 3)) if apron > 0.08 else [])


def _leg_steps(rng: Generator, turned: bool, r: float, h: float, taper: float) -> list[tuple[float, float]]:
    """(radius, height) of a leg from the foot up: straight taper, or turned with beads."""
    if not turned or chance(rng, 0.4):
        return [(taper * r, 0.0), (r, h)]
    z = np.linspace(0, 0.82, 22)
    beads = 0.72 + 0.22 * np.cos(2 * np.pi * z * whole(rng, 2, 5)) * np.sin(np.pi * z / 0.82)
    return [
        (0.7 * r, 0.0),
        *[(float(r * b), float(h * a)) for a, b in zip(z[1:], beads[1:], strict=True)],
        (1.1 * r, 0.84 * h),
        (1.1 * r, h),
    ]


def _drawers(of: Finishes, f: Finish, x: float, y: float, h: float, apron: float, count: int) -> Parts:
    """Drawer fronts with knobs in the front apron."""
    w, z, knob = 2 * x / count, h - 0.02 - apron / 2, of("knob")
    return [
        m
        for c in spread(count, -x, x)
        for m in (
            s.block(f, (0.86 * w, 0.03, 0.7 * apron), (c, -y, z), 0.004),
            s.ball(knob, 0.012, (c, -y - 0.02, z), 10),
        )
    ]


def panelled(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A board on two end panels, with a stretcher at the back."""
    (w, d, h), top = size, of("top")
    f, inset, thick = pick(rng, top, of("wood")), between(rng, 0.0, 0.08), between(rng, 0.025, 0.04)
    panel = s.slab(f, (w / 2 - inset - thick, -d / 2 + 0.04, 0), (w / 2 - inset, d / 2 - 0.04, h - 0.015), 0.004)
    low, high = (-w / 2 + inset + 0.01, d / 2 - 0.14, 0.5 * h), (w / 2 - inset - 0.01, d / 2 - 0.12, h - 0.05)
    return [_top(rng, top, size, 0.0), *s.both(panel), s.slab(f, low, high)]


def pedestal(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A round or oval top on a column: trumpet, turned with curved feet, or on three legs."""
    (w, d, h), top = size, of("top")
    f = pick(rng, top, of("frame"))
    under = pick(rng, _trumpet, _turned_column, _turned_column, _three_legs)(rng, f, min(w, d), h)
    return [_top(rng, top, size, 0.85), *under]


def _trumpet(rng: Generator, f: Finish, d: float, h: float) -> Parts:
    """A foot that narrows to a stem and widens again below the top."""
    r, z = between(rng, 0.3, 0.34) * d, np.linspace(0, 1, 14)
    flare = 0.1 * r + 0.9 * r * np.exp(-7 * z) + 0.35 * r * z**6
    wall = [(float(a), 0.012 + float(b) * (h - 0.03)) for a, b in zip(flare, z, strict=True)]
    return [s.turned(f, [(0, 0), (1.0 * r, 0), *wall, (0, h - 0.018)], sides=32)]


def _turned_column(rng: Generator, f: Finish, d: float, h: float) -> Parts:
    """A column with rings on three or four curved feet."""
    z = np.linspace(0.1, 0.96, 18)
    wave = 0.035 + 0.015 * np.cos(z * between(rng, 8, 25))
    wall = [(float(a), float(b * h)) for a, b in zip(wave, z, strict=True)]
    foot = s.bent(f, [(0.0, 0, 0.22 * h), (0.2 * d, 0, 0.16 * h), (0.38 * d, 0, 0.03)], [0.035, 0.028, 0.022], smooth=2)
    tip = s.disc(f, 0.03, 0.02, (0.38 * d, 0, 0.01), sides=12)
    count = pick(rng, 3, 4)
    return [
        s.turned(f, [(0, 0.08 * h), *wall, (0, 0.97 * h)]),
        *s.around(foot, count, 0.5),
        *s.around(tip, count, 0.5),
        s.disc(f, 0.2 * d, 0.03, (0, 0, h - 0.03)),
    ]


def _three_legs(rng: Generator, f: Finish, d: float, h: float) -> Parts:
    """Three splayed legs."""
    plan, r = s.oval(14), between(rng, 0.018, 0.026)
    leg = s.loft(
        f, [np.c_[plan * k + (x, 0), np.full(14, z)] for k, x, z in ((0.6 * r, 0.4 * d, 0), (r, 0.26 * d, h - 0.015))]
    )
    return s.around(leg, 3, 0.5)


def trestle(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A plank top on two trestles or A-frames with a beam."""
    (w, d, h), top = size, of("top")
    f = top if chance(rng, 0.5) else of("frame")
    foot, x = between(rng, 0.3, 0.48) * d, between(rng, 0.3, 0.38) * w
    lean = [(-foot, 0), (-foot + 0.09, 0), (0.2 * d, h - 0.03), (0.2 * d - 0.09, h - 0.03)]
    lean = pick(rng, lean, [(-foot, 0), (-foot + 0.07, 0), (-0.05, h - 0.03), (-0.12, h - 0.03)])
    one = s.profile_x(f, lean, x - 0.022, x + 0.022)
    other = s.moved(s.scaled(one, (1, -1, 1)), (0.01, 0, 0))
    beam = s.block(f, (2 * x, 0.045, 0.1), (0, 0, 0.45 * h), 0.003)
    bars = s.both(s.block(f, (0.06, 0.7 * d, 0.05), (x, 0, h - 0.04)))
    struts = s.both(s.block(f, (0.036, 1.2 * foot, 0.06), (x, 0, 0.45 * h)))
    return [_top(rng, top, size, 0.15), *s.both(one), *s.both(other), beam, *bars, *struts]


def hairpin(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A slab on four bent wire legs."""
    (w, d, h), wire, thick = size, of("metal"), between(rng, 0.025, 0.05)
    x, y, r = w / 2 - 0.08, d / 2 - 0.08, between(rng, 0.004, 0.0065)
    under = h - thick + 0.004
    path = [(x - 0.09, y, under), (x + 0.005, y + 0.04, 0.8 * r), (x + 0.04, y + 0.005, 0.8 * r), (x, y - 0.09, under)]
    leg = s.clipped_below(s.bent(wire, path, r, sides=8, smooth=2), 0.0)
    plate = s.block(wire, (0.13, 0.13, 0.012), (x - 0.02, y - 0.02, under - 0.006))
    top = s.block(of("top"), (w, d, thick), (0, 0, h - thick / 2), 0.004)
    return [top, *s.in_four(leg), *s.in_four(plate)]


def drum(rng: Generator, of: Finishes, size: Size) -> Parts:
    """A side table: a drum, a barrel, an hourglass or a cube under a board."""
    w, d, h = size
    f, top = of("drum"), of("top")
    if chance(rng, 0.3):
        board = s.slab(top, (-w / 2, -d / 2, h - 0.03), (w / 2, d / 2, h), 0.006)
        return [s.slab(f, (-0.47 * w, -0.47 * d, 0), (0.47 * w, 0.47 * d, h - 0.02), 0.01), board]
    r, waist, z = min(w, d) / 2, between(rng, -0.3, 0.12), np.linspace(0, 1, 12)
    wall = [(float(r * (0.86 + waist * np.sin(np.pi * a))), float(a * (h - 0.02))) for a in z]
    return [
        s.turned(f, [(0, 0), *wall, (0, h - 0.02)], sides=32),
        s.disc(top, r, 0.035, (0, 0, h - 0.0175), sides=32),
    ]
