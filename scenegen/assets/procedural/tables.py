"""Tables and desks."""

import itertools

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def table(rng: Generator) -> Parts:
    """A dining, coffee, round, trestle or writing table, or a nest of a glass top on a frame."""
    return pick(rng, _legged, _legged, _pedestal, _trestle, _desk, _hairpin, _drum)(rng)


def _size(rng: Generator) -> tuple[float, float, float]:
    """Width, depth and height of a dining, coffee or side table."""
    w, d, h = pick(rng, (1.6, 0.85, 0.75), (1.1, 0.6, 0.42), (0.5, 0.45, 0.55), (2.0, 0.95, 0.74), (0.9, 0.85, 0.74))
    return w * between(rng, 0.85, 1.15), d * between(rng, 0.85, 1.1), h * between(rng, 0.95, 1.06)


def _top(rng: Generator, f: fin.Finish, w: float, d: float, h: float, round_share: float = 0.25) -> Mesh:
    """A table top whose upper side is at h: rectangular, with round corners, or oval."""
    thick = between(rng, 0.02, 0.05)
    if chance(rng, round_share):
        plan = s.oval(40, pick(rng, 0.3, 0.5, 1.0)) * (w / 2, d / 2)
        steps = [(0.985, h - thick), (1.0, h - 0.8 * thick), (1.0, h - 0.15 * thick), (0.995, h)]
        return s.loft(f, [np.c_[plan * k, np.full(40, z)] for k, z in steps])
    return s.block(f, (w, d, thick), (0, 0, h - thick / 2), pick(rng, 0.0, 0.004, 0.01))


def _surface(rng: Generator) -> fin.Finish:
    """What table tops are made of."""
    return pick(rng, fin.wood, fin.wood, fin.wood, fin.lacquer, fin.stone, fin.glass)(rng)


def _legged(rng: Generator) -> Parts:
    """Four legs under an apron; perhaps a shelf, drawers or stretchers."""
    w, d, h = _size(rng)
    top = _surface(rng)
    f = top if chance(rng, 0.4) else fin.frame(rng)
    inset, leg = between(rng, 0.0, 0.08), between(rng, 0.02, 0.04)
    x, y = w / 2 - inset - leg - 0.01, d / 2 - inset - leg - 0.01
    apron = between(rng, 0.05, 0.11)
    parts = [_top(rng, top, w, d, h, 0.1), s.block(f, (2 * x, 2 * y, apron), (0, 0, h - 0.018 - apron / 2))]
    plan = s.oval(4) * 1.4 if chance(rng, 0.6) else s.oval(14)
    taper, splay = between(rng, 0.5, 1.0), pick(rng, 0.0, between(rng, 0.0, 0.06))
    steps = _leg_steps(rng, len(plan) == 14, leg, h - 0.02, taper)
    rings = [
        np.c_[plan * r + (x + splay * (1 - z / h), y + splay * (1 - z / h)), np.full(len(plan), z)] for r, z in steps
    ]
    one = s.loft(f, rings)
    parts += [m for half in s.both(one) for m in (half, s.scaled(half, (1, -1, 1)))]
    if chance(rng, 0.35):
        parts.append(s.block(f, (2 * x, 2 * y, 0.02), (0, 0, between(rng, 0.15, 0.35) * h)))
    return parts + (_drawers(f, x, y, h, apron, whole(rng, 1, 3)) if apron > 0.08 else [])


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


def _drawers(f: fin.Finish, x: float, y: float, h: float, apron: float, count: int) -> Parts:
    """Drawer fronts with knobs in the front apron."""
    w = 2 * x / count
    fronts = [
        s.block(f, (0.86 * w, 0.03, 0.7 * apron), (c, -y, h - 0.02 - apron / 2), 0.004) for c in spread(count, -x, x)
    ]
    return fronts + [
        s.ball(fin.solid("knob", (0.6, 0.55, 0.42)), 0.012, (c, -y - 0.02, h - 0.02 - apron / 2), 10)
        for c in spread(count, -x, x)
    ]


def _pedestal(rng: Generator) -> Parts:
    """A round or oval top on a column: trumpet, turned with three feet, or a cross foot."""
    d, h = between(rng, 0.5, 1.3), pick(rng, between(rng, 0.5, 0.6), between(rng, 0.7, 0.78), 1.05)
    top = _surface(rng)
    f = pick(rng, top, fin.frame(rng))
    plate = _top(rng, top, d, d * pick(rng, 1.0, 1.0, 0.7), h, 0.85)
    return [plate, *([_trumpet(f, d, h)] if chance(rng, 0.45) else _turned_column(rng, f, d, h))]


def _trumpet(f: fin.Finish, d: float, h: float) -> Mesh:
    """A foot that narrows to a stem and widens again below the top."""
    r, z = 0.32 * d, np.linspace(0, 1, 14)
    flare = 0.1 * r + 0.9 * r * np.exp(-7 * z) + 0.35 * r * z**6
    wall = [(float(a), 0.012 + float(b) * (h - 0.03)) for a, b in zip(flare, z, strict=True)]
    return s.turned(f, [(0, 0), (1.0 * r, 0), *wall, (0, h - 0.018)], sides=32)


def _turned_column(rng: Generator, f: fin.Finish, d: float, h: float) -> Parts:
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
        s.disc(f, 0.2 * d, 0.03, (0, 0, h - 0.045)),
    ]


def _desk(rng: Generator) -> Parts:
    """A writing desk: drawers on one or both sides, legs on the other, a modesty panel."""
    w, d, h = between(rng, 1.1, 1.7), between(rng, 0.55, 0.75), between(rng, 0.72, 0.76)
    f = fin.carcass(rng)
    fronts, grip = (f if chance(rng, 0.5) else fin.lacquer(rng)), fin.steel(rng)
    box_w, count = between(rng, 0.34, 0.44), whole(rng, 2, 4)
    x = w / 2 - box_w / 2 - 0.02
    pedestal = [
        *_desk_box(rng, f, x, box_w, d, h),
        *_desk_drawers(fronts, grip, x, box_w, -d / 2, np.linspace(0.05, h - 0.04, count + 1)),
    ]
    parts = [
        s.block(f, (w, d, 0.03), (0, 0, h - 0.015), 0.004),
        s.block(f, (w - 0.1, 0.02, 0.35), (0, d / 2 - 0.06, h - 0.19)),
    ]
    if chance(rng, 0.4):
        return parts + [m for p in pedestal for m in s.both(p)]
    side = s.slab(f, (-w / 2 + 0.02, -d / 2 + 0.03, 0), (-w / 2 + 0.05, d / 2 - 0.03, h - 0.02))
    return parts + pedestal + pick(rng, [side], _desk_legs(grip, -w / 2 + 0.05, d / 2 - 0.06, h - 0.02))


def _desk_box(rng: Generator, f: fin.Finish, x: float, w: float, d: float, h: float) -> Parts:
    """The case of the drawers, w wide about x, on a dark foot."""
    return [
        s.slab(f, (x - w / 2, -d / 2 + 0.03, 0.04), (x + w / 2, d / 2 - 0.03, h - 0.02)),
        s.slab(fin.dark(rng), (x - w / 2 + 0.02, -d / 2 + 0.06, 0), (x + w / 2 - 0.02, d / 2 - 0.06, 0.05)),
    ]


def _desk_drawers(fronts: fin.Finish, grip: fin.Finish, x: float, w: float, y: float, edges: Array) -> Parts:
    """Drawer fronts with grips between heights `edges` (N + 1,)."""
    left, right = x - w / 2 + 0.008, x + w / 2 - 0.008
    parts: Parts = []
    for a, b in itertools.pairwise(edges):
        mid = (a + b) / 2
        parts += [
            s.slab(fronts, (left, y + 0.015, a + 0.006), (right, y + 0.05, b - 0.006), 0.003),
            s.slab(grip, (x - 0.06, y, mid - 0.008), (x + 0.06, y + 0.03, mid + 0.008), 0.004),
        ]
    return parts


def _desk_legs(f: fin.Finish, x: float, y: float, h: float) -> Parts:
    """Two metal legs at (x, +-y)."""
    return [s.rod(f, (x, a * y, 0), (x, a * y, h), 0.02) for a in (-1, 1)]


def _trestle(rng: Generator) -> Parts:
    """A plank top on two trestles or A-frames with a beam."""
    w, d, h = between(rng, 1.4, 2.2), between(rng, 0.7, 0.95), between(rng, 0.72, 0.76)
    top = _surface(rng)
    f = top if chance(rng, 0.5) else fin.frame(rng)
    spread_foot, x = between(rng, 0.3, 0.48) * d, between(rng, 0.3, 0.38) * w
    lean = [(-spread_foot, 0), (-spread_foot + 0.09, 0), (0.2 * d, h - 0.03), (0.2 * d - 0.09, h - 0.03)]
    lean = pick(rng, lean, [(-spread_foot, 0), (-spread_foot + 0.07, 0), (-0.05, h - 0.03), (-0.12, h - 0.03)])
    one = s.profile_x(f, lean, x - 0.022, x + 0.022)
    other = s.moved(s.scaled(one, (1, -1, 1)), (0.01, 0, 0))
    beam = s.block(f, (2 * x, 0.045, 0.1), (0, 0, 0.45 * h), 0.003)
    bars = s.both(s.block(f, (0.06, 0.7 * d, 0.05), (x, 0, h - 0.05)))
    struts = s.both(s.block(f, (0.036, 1.2 * spread_foot, 0.06), (x, 0, 0.45 * h)))
    return [_top(rng, top, w, d, h, 0.15), *s.both(one), *s.both(other), beam, *bars, *struts]


def _hairpin(rng: Generator) -> Parts:
    """A slab on four bent wire legs."""
    w, d, h = _size(rng)
    wire = pick(rng, fin.dark, fin.steel, fin.painted)(rng)
    x, y, r = w / 2 - 0.08, d / 2 - 0.08, between(rng, 0.005, 0.008)
    path = [
        (x - 0.09, y, h - 0.02),
        (x + 0.03, y + 0.03, 0.03),
        (x + 0.035, y + 0.035, r),
        (x + 0.03, y + 0.03, 0.03),
        (x, y - 0.09, h - 0.02),
    ]
    leg = s.bent(wire, [path[0], path[1], path[2], path[4]], r, sides=7, smooth=1)
    plate = s.block(wire, (0.13, 0.13, 0.006), (x - 0.02, y - 0.02, h - 0.024))
    quarter = [m for p in (leg, plate) for half in s.both(p) for m in (half, s.scaled(half, (1, -1, 1)))]
    return [s.block(_surface(rng), (w, d, between(rng, 0.025, 0.05)), (0, 0, h - 0.0125), 0.004), *quarter]


def _drum(rng: Generator) -> Parts:
    """A side table: a drum, a stack of slabs, a cube or a barrel."""
    r, h = between(rng, 0.18, 0.32), between(rng, 0.38, 0.55)
    f, top = pick(rng, fin.wood, fin.stone, fin.straw, fin.painted)(rng), _surface(rng)
    if chance(rng, 0.3):
        return [
            s.block(f, (1.7 * r, 1.7 * r, h), (0, 0, h / 2), 0.01),
            s.block(top, (1.8 * r, 1.8 * r, 0.03), (0, 0, h + 0.01), 0.006),
        ]
    waist = between(rng, -0.3, 0.2)
    z = np.linspace(0, 1, 12)
    wall = [(float(r * (0.86 + waist * np.sin(np.pi * a))), float(a * h)) for a in z]
    return [s.turned(f, [(0, 0), *wall, (0, h)], sides=32), s.disc(top, r, 0.035, (0, 0, h + 0.005), sides=32)]
