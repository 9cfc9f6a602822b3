"""Motorcycles and scooters."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.cycles import guard, spoked
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


_TANK = ((0.05, 0.78, 0.05), (0.16, 0.8, 0.1), (0.19, 0.82, 0.11), (0.15, 0.8, 0.08), (0.08, 0.77, 0.04))
"""Half width, height of the middle and half height of a tank from front to back, metres."""


def motorcycle(rng: Generator) -> Parts:
    """A motorcycle or scooter on its stand: tank, seat, engine with fins, exhausts, fork, lamps."""
    r, base = between(rng, 0.28, 0.33), between(rng, 1.3, 1.5)
    f, metal, dark, tyre = fin.livery(rng), fin.steel(rng), fin.dark(rng), fin.rubber(rng)
    head = np.array([0, -base / 2 + 0.34, 0.86])
    stand = s.clipped_below(s.rod(dark, (0.06, 0.05, 0.25), (0.26, 0.0, 0.0), 0.014, sides=8), 0.0)
    return [
        *[
            m
            for y, wide in ((-base / 2, 0.05), (base / 2, 0.065))
            for m in _wheel(rng, (tyre, metal, dark), r, wide, y)
        ],
        *_fork(rng, metal, dark, f, head, -base / 2, r),
        *_engine(rng, metal, dark, base, r),
        _tank(f, head[1] + 0.05, 0.12),
        *_seats(rng),
        s.slab(f, (-0.08, 0.15, 0.55), (0.08, 0.68, 0.76), 0.03),
        _wide_guard(f, r, base / 2, 0.1),
        s.ball(fin.solid("tail lamp", (0.7, 0.07, 0.06), 0.2), (0.06, 0.04, 0.04), (0, 0.7, 0.72), 12),
        s.bent(dark, [head, (0, 0.1, 0.68), (0, 0.6, 0.72)], 0.02, sides=8),
        s.bent(dark, [head, (0, head[1] + 0.08, 0.35), (0, 0.15, 0.24), (0, 0.2, 0.6)], 0.02, sides=8),
        *s.both(stand),
    ]


def _wheel(
    rng: Generator, finishes: tuple[fin.Finish, fin.Finish, fin.Finish], r: float, wide: float, y: float
) -> Parts:
    """A wheel with spokes or a cast one; finishes of tyre, rim and hub."""
    tyre, metal, dark = finishes
    if chance(rng, 0.5):
        return spoked(tyre, metal, r, wide, y, 9)
    return [
        s.hoop(tyre, r - wide, wide, (0, y, r), axis=0, sides=32),
        s.disc(metal, r - 1.6 * wide, 0.05, (0, y, r), axis=0),
        s.disc(dark, 0.35 * r, 0.09, (0, y, r), axis=0),
    ]


def _tank(f: fin.Finish, y0: float, y1: float) -> Mesh:
    """A fuel tank from y0 to y1."""
    plan = s.oval(20, 0.7)
    rings = [
        np.stack([plan[:, 0] * a, np.full(20, y), z + plan[:, 1] * c], -1)
        for (a, z, c), y in zip(_TANK, np.linspace(y0, y1, 5), strict=True)
    ]
    return s.loft(f, rings)


def _seats(rng: Generator) -> Parts:
    """The rider's seat and the one behind it."""
    f = pick(rng, fin.leather, fin.dark)(rng)
    return [
        s.cushion(f, (0.27, 0.42, 0.14), (0, 0.26, 0.78), square=0.6),
        s.cushion(f, (0.23, 0.34, 0.13), (0, 0.5, 0.83 + between(rng, -0.03, 0.05)), square=0.6),
    ]


def _wide_guard(f: fin.Finish, r: float, y: float, half: float) -> Mesh:
    """A motorcycle's mudguard."""
    return s.moved(s.scaled(s.moved(guard(f, r + 0.02, 0.0), (0, 0, -r)), (half / 0.03, 1, 1)), (0, y, r))


def _fork(rng: Generator, metal: fin.Finish, dark: fin.Finish, f: fin.Finish, head: Array, y: float, r: float) -> Parts:
    """Front fork, handlebar, head lamp, mudguard, perhaps a wind screen."""
    legs = s.both(s.rod(metal, head + (0.09, -0.02, 0.05), (0.09, y, r), 0.022))
    half, rise = between(rng, 0.3, 0.4), between(rng, 0.03, 0.25)
    bar = np.array([(0, 0, 0.06), (0.1, 0, 0.06 + rise), (0.7 * half, 0.04, 0.07 + rise), (half, 0.16, 0.05 + rise)])
    parts = [
        *legs,
        s.block(dark, (0.24, 0.06, 0.04), head + (0, -0.02, 0.04), 0.01),
        *s.both(s.bent(metal, head + bar, 0.013, smooth=1)),
        *s.both(s.rod(dark, head + bar[-1], head + bar[-2] * 0.4 + bar[-1] * 0.6, 0.019)),
    ]
    lens = fin.solid("lens", (0.95, 0.94, 0.86), 0.3)
    parts += [
        s.ball(metal, (0.1, 0.1, 0.1), head + (0, -0.1, -0.03)),
        s.disc(lens, 0.085, 0.08, head + (0, -0.17, -0.03), axis=1),
        _wide_guard(f, r, y, 0.07),
    ]
    if chance(rng, 0.3):
        plan = np.array([(-0.2, -0.1), (0.2, -0.1), (0.16, 0.2), (0.08, 0.3), (-0.08, 0.3), (-0.16, 0.2)]) + (
            0,
            head[2] + 0.1,
        )
        parts.append(
            s.sheared_y(s.moved(s.profile_y(fin.glass(rng), plan, head[1] - 0.6, head[1] - 0.585), (0, 0, 0)), 0.4)
        )
    return parts


def _engine(rng: Generator, metal: fin.Finish, dark: fin.Finish, base: float, r: float) -> Parts:
    """Crank case, finned cylinders, exhaust pipes, swing arm."""
    parts = [
        s.slab(metal, (-0.15, -0.2, 0.22), (0.15, 0.22, 0.45), 0.05),
        *s.both(s.disc(metal, 0.1, 0.06, (0.15, 0.05, 0.34), axis=0)),
    ]
    twins = pick(rng, (0.0,), (-0.35, 0.45))
    for lean in twins:
        barrel = [
            s.disc(metal, 0.07, 0.26, (0, 0, 0.14)),
            *[s.disc(dark, 0.1, 0.014, (0, 0, z)) for z in np.linspace(0.06, 0.22, 5)],
        ]
        parts += [s.moved(s.tilted(m, 0, -lean), (0, -0.02, 0.42)) for m in barrel]
    pipe = [
        (0.08, -0.12, 0.5),
        (0.16, -0.3, 0.4),
        (0.18, -0.1, 0.2),
        (0.19, 0.3, 0.24),
        (0.19, 0.75, between(rng, 0.28, 0.45)),
    ]
    pipes = s.both(s.bent(metal, pipe, [0.022, 0.022, 0.025, 0.04, 0.045], smooth=1))
    arm = s.both(s.rod(dark, (0.1, 0.15, 0.33), (0.1, base / 2, r), 0.022))
    shock = s.both(s.rod(metal, (0.11, 0.45, 0.68), (0.11, base / 2 - 0.06, r + 0.02), 0.025))
    return [*parts, *(pipes if chance(rng, 0.6) else pipes[:1]), *arm, *shock]
