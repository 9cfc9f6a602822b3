"""Bicycles, and the parts of two-wheelers."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def spoked(tyre: fin.Finish, rim: fin.Finish, r: float, thick: float, y: float, count: int) -> Parts:
    """A wheel across the x axis with thin spokes, standing on z = 0 at y."""
    at = (0, y, r)
    a = np.arange(count) * np.pi / count
    ends = np.stack([0 * a, np.cos(a), np.sin(a)], -1) * (r - 1.5 * thick)
    spokes = [s.rod(rim, e, -e, 0.08 * thick + 0.0015, sides=5) for e in ends]
    parts = [
        s.hoop(tyre, r - thick, thick, axis=0, sides=36),
        s.hoop(rim, r - 2 * thick, 0.6 * thick, axis=0, sides=36),
        *spokes,
    ]
    return [s.moved(p, at) for p in [*parts, s.rod(rim, (-0.04, 0, 0), (0.04, 0, 0), 0.025)]]


def bicycle(rng: Generator) -> Parts:
    """A bicycle on a two-legged stand: diamond or step-through frame, dropped or flat handlebar, basket, mudguards."""
    r, base = between(rng, 0.3, 0.35), between(rng, 0.98, 1.08)
    f, metal, dark = fin.livery(rng), fin.steel(rng), fin.dark(rng)
    front, rear = np.array([0, -base / 2, r]), np.array([0, base / 2, r])
    crank, saddle = np.array([0, 0.1 * base, 0.28]), np.array([0, 0.24 * base, 0.82])
    head, fork = np.array([0, -0.3 * base, 0.86]), np.array([0, -0.36 * base, 0.66])
    joint = crank + (0.45 if chance(rng, 0.35) else 0.85) * (saddle - crank)
    tubes = [(fork, crank), (crank, saddle), (fork + 0.35 * (head - fork), joint), (fork, head)]
    parts = [
        *[s.rod(f, a, b, 0.017, sides=10) for a, b in tubes],
        *_stays_and_fork(f, metal, (crank, joint, rear, fork, front)),
        *_two_wheels(rng, metal, r, base),
        *_drive(dark, metal, crank, rear),
        *_handlebar(rng, metal, dark, head),
        *_saddle(rng, metal, joint, saddle),
    ]
    if chance(rng, 0.5):
        parts += [guard(pick(rng, f, dark), r, y) for y in (-base / 2, base / 2)]
    if chance(rng, 0.4):
        parts.append(s.slab(fin.straw(rng), (-0.17, -0.62 * base, 0.72), (0.17, -0.37 * base, 0.98), 0.02))
    return [*parts, *_stand(metal, crank[1])]


def _stays_and_fork(f: fin.Finish, metal: fin.Finish, points: tuple[Array, Array, Array, Array, Array]) -> Parts:
    """Thin tubes to both ends of the hubs; `points` are crank, seat joint, rear hub, fork crown and front hub."""
    crank, joint, rear, fork, front = points
    parts: Parts = []
    for x in (-0.035, 0.035):
        parts += [
            s.bent(f, [crank, rear + (x, -0.1, 0), rear + (x, 0, 0)], 0.009),
            s.bent(f, [joint, joint + (x, 0.06, -0.02), rear + (x, 0, 0)], 0.009),
            s.bent(metal, [fork, fork + (x, -0.01, -0.06), front + (x, 0, 0)], 0.011, smooth=1),
        ]
    return parts


def _two_wheels(rng: Generator, metal: fin.Finish, r: float, base: float) -> Parts:
    """Front and rear wheel, `base` apart."""
    tyre, count = fin.rubber(rng), whole(rng, 7, 12)
    return [m for y in (-base / 2, base / 2) for m in spoked(tyre, metal, r, 0.018, y, count)]


def _saddle(rng: Generator, metal: fin.Finish, joint: Array, top: Array) -> Parts:
    """A saddle over `top` and its post."""
    return [
        s.rod(metal, joint, top + (0, 0.02, 0.06), 0.012),
        s.cushion(pick(rng, fin.leather, fin.dark)(rng), (0.15, 0.27, 0.07), top + (0, 0.03, 0.09), square=0.8),
    ]


def _stand(f: fin.Finish, y: float) -> Parts:
    """Two legs below the crank at y."""
    return s.both(s.clipped_below(s.rod(f, (0.03, y + 0.03, 0.28), (0.16, y + 0.05, 0.0), 0.009), 0.0))


def _drive(dark: fin.Finish, metal: fin.Finish, crank: Array, rear: Array) -> Parts:
    """Chain wheel, chain, cranks and pedals."""
    side = np.array([0.05, 0, 0])
    chain = [
        s.rod(dark, crank + side + (0, 0, z), rear + side + (0, 0, 0.4 * z), 0.006, sides=6) for z in (0.085, -0.085)
    ]
    arms = [s.rod(metal, crank + (0.06 * k, 0, 0), crank + (0.075 * k, -0.12 * k, -0.12 * k), 0.011) for k in (1, -1)]
    pedals = [s.block(dark, (0.1, 0.08, 0.025), crank + (0.13 * k, -0.12 * k, -0.12 * k), 0.005) for k in (1, -1)]
    return [
        s.disc(metal, 0.09, 0.008, crank + side, axis=0),
        s.disc(dark, 0.04, 0.012, rear + side, axis=0),
        s.rod(metal, crank - (0.07, 0, 0), crank + (0.07, 0, 0), 0.022),
        *chain,
        *arms,
        *pedals,
    ]


def _handlebar(rng: Generator, metal: fin.Finish, dark: fin.Finish, head: Array) -> Parts:
    """A stem with a flat, swept or dropped bar and grips."""
    top, half = head + (0, -0.02, 0.1), between(rng, 0.22, 0.3)
    shapes = {
        "flat": [(0, 0, 0), (0.6 * half, 0, 0.0), (half, 0.03, 0.01)],
        "swept": [(0, 0, 0), (0.5 * half, -0.04, 0.05), (0.9 * half, 0.05, 0.08), (half, 0.2, 0.07)],
        "drop": [
            (0, 0, 0),
            (0.75 * half, 0, 0),
            (0.75 * half, -0.13, 0.0),
            (0.75 * half, -0.1, -0.13),
            (0.75 * half, 0.04, -0.14),
        ],
    }
    path = np.array(shapes[pick(rng, "flat", "swept", "drop")])
    grip = s.rod(dark, top + path[-1], top + path[-2] * 0.35 + path[-1] * 0.65, 0.018)
    lamp = s.disc(metal, 0.035, 0.06, head + (0, -0.07, -0.02), axis=1, sides=16)
    return [s.rod(metal, head, top, 0.014), lamp, *s.both(s.bent(metal, top + path, 0.011, smooth=2)), *s.both(grip)]


def guard(f: fin.Finish, r: float, y: float) -> Mesh:
    """A mudguard over a wheel: an arc of a flat strip."""
    a = np.radians(np.linspace(25, 165, 17))
    inner, outer = r + 0.012, r + 0.017
    rings = [
        np.array(
            [
                (x, y + q * np.cos(t), r + q * np.sin(t))
                for x, q in ((-0.03, inner), (0.03, inner), (0.03, outer), (-0.03, outer))
            ]
        )
        for t in a
    ]
    return s.loft(f, rings)
