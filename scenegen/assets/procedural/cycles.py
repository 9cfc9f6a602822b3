"""Two-wheelers and boards: bicycles, motorcycles, skateboards."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def _spoked(tyre: fin.Finish, rim: fin.Finish, r: float, thick: float, y: float, count: int) -> Parts:
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
    low_top = chance(rng, 0.35)
    joint = crank + 0.45 * (saddle - crank) if low_top else crank + 0.85 * (saddle - crank)
    tubes = [(fork, crank), (crank, saddle), (fork + 0.35 * (head - fork), joint), (fork, head)]
    parts = [s.rod(f, a, b, 0.017, sides=10) for a, b in tubes]
    for x in (-0.035, 0.035):
        parts += [
            s.bent(f, [crank, rear + (x, -0.1, 0), rear + (x, 0, 0)], 0.009),
            s.bent(f, [joint, joint + (x, 0.06, -0.02), rear + (x, 0, 0)], 0.009),
        ]
        parts.append(s.bent(metal, [fork, fork + (x, -0.01, -0.06), front + (x, 0, 0)], 0.011, smooth=1))
    tyre, count = fin.rubber(rng), whole(rng, 7, 12)
    parts += _spoked(tyre, metal, r, 0.018, -base / 2, count) + _spoked(tyre, metal, r, 0.018, base / 2, count)
    parts += _drive(dark, metal, crank, rear) + _handlebar(rng, metal, dark, head)
    parts += [
        s.rod(metal, joint, saddle + (0, 0.02, 0.06), 0.012),
        s.cushion(pick(rng, fin.leather, fin.dark)(rng), (0.15, 0.27, 0.07), saddle + (0, 0.03, 0.09), square=0.8),
    ]
    if chance(rng, 0.5):
        parts += [_guard(pick(rng, f, dark), r, y) for y in (-base / 2, base / 2)]
    if chance(rng, 0.4):
        parts.append(s.slab(fin.straw(rng), (-0.17, -0.62 * base, 0.72), (0.17, -0.37 * base, 0.98), 0.02))
    stand = s.rod(metal, (0.03, crank[1] + 0.03, 0.28), (0.16, crank[1] + 0.05, 0.0), 0.009)
    return parts + s.both(s.clipped_below(stand, 0.0))


def _drive(dark: fin.Finish, metal: fin.Finish, crank: np.ndarray, rear: np.ndarray) -> Parts:
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


def _handlebar(rng: Generator, metal: fin.Finish, dark: fin.Finish, head: np.ndarray) -> Parts:
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


def _guard(f: fin.Finish, r: float, y: float) -> Mesh:
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


def motorcycle(rng: Generator) -> Parts:
    """A motorcycle or scooter on its stand: tank, seat, engine with fins, exhausts, fork, lamps."""
    r, base = between(rng, 0.28, 0.33), between(rng, 1.3, 1.5)
    f, metal, dark, tyre = fin.livery(rng), fin.steel(rng), fin.dark(rng), fin.rubber(rng)
    parts: Parts = []
    for y, wide in ((-base / 2, 0.05), (base / 2, 0.065)):
        if chance(rng, 0.5):
            parts += _spoked(tyre, metal, r, wide, y, 9)
        else:
            parts += [
                s.hoop(tyre, r - wide, wide, (0, y, r), axis=0, sides=32),
                s.disc(metal, r - 1.6 * wide, 0.05, (0, y, r), axis=0),
                s.disc(dark, 0.35 * r, 0.09, (0, y, r), axis=0),
            ]
    head = np.array([0, -base / 2 + 0.34, 0.86])
    parts += _fork(rng, metal, dark, f, head, -base / 2, r) + _engine(rng, metal, dark, base, r)
    tank = [(0.05, 0.78, 0.05), (0.16, 0.8, 0.1), (0.19, 0.82, 0.11), (0.15, 0.8, 0.08), (0.08, 0.77, 0.04)]
    ys = np.linspace(head[1] + 0.05, 0.12, 5)
    plan = s.oval(20, 0.7)
    parts.append(
        s.loft(
            f,
            [
                np.stack([plan[:, 0] * a, np.full(20, y), z + plan[:, 1] * c], -1)
                for (a, z, c), y in zip(tank, ys, strict=True)
            ],
        )
    )
    seat = pick(rng, fin.leather, fin.dark)(rng)
    parts += [
        s.cushion(seat, (0.27, 0.42, 0.14), (0, 0.26, 0.78), square=0.6),
        s.cushion(seat, (0.23, 0.34, 0.13), (0, 0.5, 0.83 + between(rng, -0.03, 0.05)), square=0.6),
    ]
    parts += [s.slab(f, (-0.08, 0.15, 0.55), (0.08, 0.68, 0.76), 0.03), _wide_guard(f, r, base / 2, 0.1)]
    parts += [s.ball(fin.solid("tail lamp", (0.7, 0.07, 0.06), 0.2), (0.06, 0.04, 0.04), (0, 0.7, 0.72), 12)]
    parts += [
        s.bent(dark, p, 0.02, sides=8)
        for p in (
            [head, (0, 0.1, 0.68), (0, 0.6, 0.72)],
            [head, (0, head[1] + 0.08, 0.35), (0, 0.15, 0.24), (0, 0.2, 0.6)],
        )
    ]
    parts += s.both(s.clipped_below(s.rod(dark, (0.06, 0.05, 0.25), (0.26, 0.0, 0.0), 0.014, sides=8), 0.0))
    return parts


def _wide_guard(f: fin.Finish, r: float, y: float, half: float) -> Mesh:
    """A motorcycle's mudguard."""
    return s.moved(s.scaled(s.moved(_guard(f, r + 0.02, 0.0), (0, 0, -r)), (half / 0.03, 1, 1)), (0, y, r))


def _fork(
    rng: Generator, metal: fin.Finish, dark: fin.Finish, f: fin.Finish, head: np.ndarray, y: float, r: float
) -> Parts:
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


def skateboard(rng: Generator) -> Parts:
    """A skateboard or longboard: a deck with raised ends, trucks and wheels; the print is on top."""
    length, w, t = between(rng, 0.7, 1.05), between(rng, 0.18, 0.25), 0.012
    nose, tail = between(rng, 0.0, 0.07), between(rng, 0.02, 0.07)
    y = np.linspace(-1, 1, 25)
    half = w / 2 * (1 - np.abs(y) ** between(rng, 4, 10)) ** pick(rng, 0.4, 0.6)
    half[[0, -1]] = 0.12 * w
    z = 0.11 + np.where(y < 0, nose, tail) * np.clip((np.abs(y) - 0.62) / 0.38, 0, 1) ** 1.3
    x = np.linspace(-1, 1, 7)
    dish = 0.012 * x**2
    rings = [
        np.r_[
            np.c_[x * a, np.full(7, b * length / 2), c + dish],
            np.c_[x[::-1] * a, np.full(7, b * length / 2), c + t + dish[::-1]],
        ]
        for a, b, c in zip(half, y, z, strict=True)
    ]
    deck = s.loft(pick(rng, fin.wood, fin.plastic)(rng), rings)
    top = [r + (0, 0, 0.0022) if k < 0 else r * (0.97, 0.98, 1) + (0, 0, 0.003) for k, r in enumerate(rings)]
    grip = s.flat_picture(
        s.loft(
            pick(rng, fin.picture, fin.picture, fin.label, fin.dark)(rng),
            [np.r_[a[:7] + (0, 0, 0.006), a[7:]] for a in top],
        )
    )
    metal, wheel, r = fin.steel(rng), fin.plastic(rng), between(rng, 0.026, 0.036)
    spots = [-0.3 * length, 0.3 * length]
    truck = [
        s.block(metal, (0.05, 0.08, 0.02), (0, 0, 0.105)),
        s.loft(
            metal,
            [
                [(-0.025, -0.03, 0.105), (0.025, -0.03, 0.105), (0.025, 0.03, 0.105), (-0.025, 0.03, 0.105)],
                [(-0.02, -0.012, r), (0.02, -0.012, r), (0.02, 0.012, r), (-0.02, 0.012, r)],
            ],
        ),
    ]
    truck += [
        s.rod(metal, (-0.5 * w, 0, r), (0.5 * w, 0, r), 0.009),
        *s.both(s.disc(wheel, r, 0.034, (0.42 * w, 0, r), axis=0, sides=18)),
        *s.both(s.disc(metal, 0.4 * r, 0.038, (0.42 * w, 0, r), axis=0, sides=12)),
    ]
    return [deck, grip, *[s.scattered(m, [(0, a, 0) for a in spots]) for m in truck]]
