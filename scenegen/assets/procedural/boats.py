"""Boats: sailing, motor and rowing boats, tugs."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread
from scenegen.assets.procedural.hulls import Lines, sailing_yacht, sections, two_color_hull
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def boat(rng: Generator) -> Parts:
    """A sailing boat, motor boat, tug or rowing boat; flat bottom."""
    return pick(rng, sailing_yacht, sailing_yacht, _motor, _tug, _rowing)(rng)


def _motor(rng: Generator) -> Parts:
    """A motor boat: wind screen, seats, outboard engine, perhaps a cabin."""
    length = between(rng, 4.5, 9)
    lines = Lines(length, 0.36 * length, 0.16 * length, 0.3, 0.9)
    f, glass = fin.livery(rng), fin.glass(rng)
    return [
        *two_color_hull(f, fin.livery(rng), pick(rng, fin.wood, fin.enamel)(rng), lines),
        *(_cabin(f, glass, lines) if chance(rng, 0.5) else _open_deck(rng, glass, lines)),
        *_outboard(fin.dark(rng), lines),
        *_bow_rail(fin.steel(rng), lines),
    ]


def _rounded(lines: Lines, size: tuple[float, float], y: float, steps: tuple[tuple[float, float], ...]) -> list[Array]:
    """Rings of a rounded rectangle about y; `size` in shares of beam and length, steps (scale, share of depth)."""
    plan, (across, along) = s.oval(24, 0.4), size
    return [
        np.c_[plan * (across * lines.beam * k, along * lines.length * k) + (0, y), np.full(24, z * lines.depth)]
        for k, z in steps
    ]


def _cabin(f: fin.Finish, glass: fin.Finish, lines: Lines) -> Parts:
    """A glazed cabin and its roof."""
    panes = _rounded(lines, (0.33, 0.18), 0.0, ((1, 0.8), (0.85, 1.75)))
    roof = _rounded(lines, (0.3, 0.17), 0.0, ((1, 1.7), (0.95, 1.9)))
    return [s.loft(glass, panes), s.loft(f, roof)]


def _open_deck(rng: Generator, glass: fin.Finish, lines: Lines) -> Parts:
    """A wind shield and four seats."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    shield = s.loft(glass, _rounded(lines, (0.34, 0.1), -0.06 * length, ((1, 0.9), (0.9, 1.6))))
    leather = fin.leather(rng)
    seats = [
        s.slab(leather, (0.08 * beam, y * length, 0.9 * depth), (0.3 * beam, (y + 0.09) * length, 1.3 * depth), 0.05)
        for y in (0.12, 0.28)
    ]
    return [shield, *[m for seat in seats for m in s.both(seat)]]


def _outboard(f: fin.Finish, lines: Lines) -> Parts:
    """An outboard engine at the stern."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    return [
        s.slab(f, (-0.07 * beam, 0.47 * length, 0.9 * depth), (0.07 * beam, 0.57 * length, 1.5 * depth), 0.04),
        s.slab(f, (-0.02 * beam, 0.5 * length, 0.12 * depth), (0.02 * beam, 0.54 * length, depth)),
    ]


def _bow_rail(f: fin.Finish, lines: Lines) -> Parts:
    """A railing around the bow."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    rail = [
        (0.0, -0.56 * length, 1.75 * depth),
        (0.25 * beam, -0.4 * length, 1.7 * depth),
        (0.42 * beam, -0.15 * length, 1.45 * depth),
        (0.44 * beam, -0.1 * length, 1.05 * depth),
    ]
    return s.both(s.bent(f, rail, 0.006 * length, smooth=2))


def _tug(rng: Generator) -> Parts:
    """A tug or fishing boat: high bow, wheel house, funnel, tyres as fenders."""
    length = between(rng, 9, 16)
    lines = Lines(length, 0.36 * length, 0.2 * length, 0.45, 0.8)
    f, glass, dark = fin.livery(rng), fin.glass(rng), fin.dark(rng)
    hull = two_color_hull(f, fin.livery(rng), fin.wood(rng), lines)
    return [
        *hull,
        *_wheel_house(f, fin.enamel(rng), glass, lines),
        *_funnel_and_mast(pick(rng, f, dark), dark, lines),
        *_fenders(fin.rubber(rng), lines),
        *(_derrick(dark, lines) if chance(rng, 0.5) else []),
    ]


def _wheel_house(f: fin.Finish, white: fin.Finish, glass: fin.Finish, lines: Lines) -> Parts:
    """A deck house, the wheel house on it with windows all around, and its roof."""
    length, depth, w, y, z = lines.length, lines.depth, 0.26 * lines.beam, -0.08 * lines.length, 0.95 * lines.depth
    roof = (1.15 * w, y + 0.12 * length, z + 1.5 * depth)
    return [
        s.slab(white, (-1.1 * w, y - 0.12 * length, z - 0.2), (1.1 * w, y + 0.28 * length, z + 0.6 * depth), 0.05),
        s.slab(white, (-w, y - 0.1 * length, z + 0.5 * depth), (w, y + 0.1 * length, z + 1.45 * depth), 0.05),
        s.slab(f, (-1.15 * w, y - 0.12 * length, z + 1.4 * depth), roof, 0.03),
        s.slab(glass, (-1.02 * w, y - 0.08 * length, z + 0.9 * depth), (1.02 * w, y + 0.08 * length, z + 1.25 * depth)),
        s.slab(glass, (-0.85 * w, y - 0.103 * length, z + 0.9 * depth), (0.85 * w, y, z + 1.25 * depth)),
    ]


def _funnel_and_mast(f: fin.Finish, dark: fin.Finish, lines: Lines) -> Parts:
    """A funnel behind the wheel house and a mast on it."""
    length, depth, y, z = lines.length, lines.depth, -0.08 * lines.length, 0.95 * lines.depth
    foot, head = (0, y + 0.18 * length, z + 0.3 * depth), (0, y + 0.19 * length, z + 1.6 * depth)
    return [
        s.rod(f, foot, head, 0.35 * (0.26 * lines.beam), sides=20),
        s.rod(dark, (0, y, z + 1.4 * depth), (0, y, z + 2.6 * depth), 0.008 * length),
    ]


def _fenders(f: fin.Finish, lines: Lines) -> Parts:
    """Tyres hung along both sides."""
    length = lines.length
    tyre = s.hoop(f, 0.04 * length, 0.015 * length, (0.5 * lines.beam, 0, 0.72 * lines.depth), axis=0, sides=16)
    return s.both(s.scattered(tyre, [(0, a, 0) for a in spread(4, -0.02 * length, 0.25 * length)]))


def _derrick(f: fin.Finish, lines: Lines) -> Parts:
    """A post with a boom on the rear deck."""
    length, depth, z = lines.length, lines.depth, 0.95 * lines.depth
    return [
        s.rod(f, (0, 0.3 * length, z), (0, 0.28 * length, z + 1.7 * depth), 0.012 * length),
        s.rod(f, (0, 0.29 * length, z + 0.6 * depth), (0, 0.52 * length, z + 1.5 * depth), 0.009 * length),
    ]


def _rowing(rng: Generator) -> Parts:
    """A rowing boat or canoe: open hull with thwarts and oars."""
    length = between(rng, 2.6, 5)
    beam, depth = between(rng, 0.26, 0.4) * length, 0.14 * length
    lines = Lines(length, beam, depth, between(rng, 0.2, 0.6), pick(rng, 0.1, 0.7))
    rings, outside, inside = sections(lines), fin.livery(rng), fin.wood(rng)
    bed = rings * (0.93, 0.97, 1) + (0, 0, 0.1 * depth)
    bed[:, [0, -1], 2] = rings[:, [0, -1], 2]
    seats = [
        s.slab(inside, (-0.44 * beam, y - 0.04 * length, 0.62 * depth), (0.44 * beam, y + 0.04 * length, 0.7 * depth))
        for y in (-0.12 * length, 0.1 * length, 0.28 * length)
    ]
    return [
        s.open_loft(outside, rings),
        s.flipped(s.open_loft(inside, bed)),
        *[s.bent(inside, rings[:, k] * (0.965, 0.985, 1), 0.012 * length, sides=6) for k in (0, -1)],
        *seats,
        *(_oars(inside, outside, lines) if chance(rng, 0.7) else []),
    ]


def _oars(f: fin.Finish, blade: fin.Finish, lines: Lines) -> Parts:
    """An oar over each side."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    inner, outer = (0.2 * beam, 0.05 * length, 1.15 * depth), (1.15 * beam, -0.1 * length, 0.75 * depth)
    tip = (1.25 * beam, -0.115 * length, 0.72 * depth)
    oar = [
        s.rod(f, inner, outer, 0.008 * length, sides=8),
        s.ball(blade, (0.09 * length, 0.035 * length, 0.008 * length), tip, 12),
    ]
    return [m for p in oar for m in s.both(p)]
