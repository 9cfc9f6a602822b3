"""Vessels of the water: sailing boats, ships, motor boats, rowing boats, submarines."""

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def boat(rng: Generator) -> Parts:
    """A sailing boat, motor boat, tug or rowing boat; flat bottom."""
    return pick(rng, _sailing, _sailing, _motor, _tug, _rowing)(rng)


def ship(rng: Generator) -> Parts:
    """A tall ship, freighter, tanker, liner, yacht or submarine; flat bottom or on blocks."""
    return pick(rng, _tall_ship, _tall_ship, _freighter, _freighter, _sailing, _submarine)(rng)


@dataclass(frozen=True)
class Lines:
    """The shape of a hull: metres, rise of the deck forward, width of the stern as a share of the beam."""

    length: float
    beam: float
    depth: float
    sheer: float
    stern: float


def _sections(lines: Lines, share: float = 1.0) -> Array:
    """(17, 12, 3) open sections from bow to stern, from edge to edge, up to a share of the height."""
    t = np.linspace(0, 1, 17)
    grow = np.sin(np.clip(t / 0.55, 0.004, 1) * np.pi / 2) ** 0.75
    half = lines.beam / 2 * np.where(t < 0.55, grow, 1 - (1 - lines.stern) * np.clip((t - 0.55) / 0.45, 0, 1) ** 2)
    top = lines.depth * (1 + lines.sheer * (1 - t) ** 2.2 + 0.25 * lines.sheer * t**3)
    p = np.linspace(1, 0, 6) * share**1.25
    side, level = np.concatenate([0.42 + 0.58 * p, -(0.42 + 0.58 * p[::-1])]), np.concatenate([p, p[::-1]]) ** 0.8
    x, z = half[:, None] * side, top[:, None] * level
    y = (t[:, None] - 0.5) * lines.length - 0.1 * lines.length * (1 - t[:, None]) ** 3 * z / lines.depth
    return np.stack([x, y, z], -1)


def _hull(f: fin.Finish, boot: fin.Finish, deck: fin.Finish, lines: Lines, share: float = 0.35) -> Parts:
    """A closed hull in two colours with a deck of its own."""
    rings = _sections(lines)
    low = _sections(lines, share) * (1.012, 1.004, 1) - (0, 0, 0.02 * lines.depth)
    low[..., 0] += np.sign(low[..., 0]) * 0.004 * lines.length
    left, right = rings[1:-1, 0] * (0.92, 0.985, 1), rings[1:-1, -1] * (0.92, 0.985, 1)
    drop = np.array([0, 0, 0.3]) * left
    plank = np.stack([left, left - drop, right - drop, right], 1) + (0, 0, 0.015 * lines.depth)
    return [s.loft(f, rings), s.loft(boot, low), s.loft(deck, plank)]


def _mast(rng: Generator, f: fin.Finish, y: float, z: float, h: float, r: float) -> Mesh:
    """A tapering mast."""
    return s.rod(f, (0, y, z), (0, y + 0.02 * h, h), r, 0.5 * r, sides=10)


def _sail(f: fin.Finish, corners: Array, belly: float, thick: float) -> Mesh:
    """A three- or four-cornered sail between corners (A, B at the foot, C, D at the head), bulging sideways in x."""
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9))
    a, b, c, d = np.asarray(corners, np.float64)
    p = (1 - v)[..., None] * ((1 - u)[..., None] * a + u[..., None] * b) + v[..., None] * (
        (1 - u)[..., None] * d + u[..., None] * c
    )
    normal = np.cross(b - a, (c + d) / 2 - a)
    normal /= np.linalg.norm(normal)
    p = p + (belly * np.sin(np.pi * u) * np.sin(np.pi * np.clip(0.15 + 0.85 * v, 0, 1)))[..., None] * normal
    return s.loft(f, np.concatenate([p + thick * normal, p[:, ::-1] - thick * normal], axis=1))


def _sailing(rng: Generator) -> Parts:
    """A yacht with main sail and jib, cabin, boom and stays."""
    length = between(rng, 6, 13)
    beam, depth = 0.3 * length, 0.13 * length
    lines = Lines(length, beam, depth, between(rng, 0.15, 0.4), between(rng, 0.55, 0.85))
    wood, metal, white = fin.wood(rng), fin.steel(rng), pick(rng, fin.bedding, fin.lampshade)(rng)
    white = fin.Finish(white.material, 1.5)
    parts = _hull(fin.livery(rng), fin.livery(rng), wood, lines)
    h, y = between(rng, 1.05, 1.35) * length, -0.08 * length
    parts += [
        _mast(rng, metal, y, 0.5 * depth, h, 0.011 * length),
        s.rod(metal, (0, y, depth * 1.7), (0, 0.42 * length, depth * 1.6), 0.007 * length, sides=8),
    ]
    cabin = s.oval(24, 0.4)
    parts.append(
        s.loft(
            fin.enamel(rng),
            [
                np.c_[cabin * (0.3 * beam * k, 0.17 * length * k) + (0, 0.04 * length), np.full(24, z)]
                for k, z in ((1, 0.8 * depth), (0.95, 1.35 * depth), (0.8, 1.42 * depth))
            ],
        )
    )
    lean, thick = between(rng, 0.04, 0.12) * length, 0.003 * length
    main = np.array(
        [
            (0.02, y + 0.02 * length, 1.85 * depth),
            (0.02, 0.4 * length, 1.75 * depth),
            (0, y + 0.05 * length, 0.97 * h),
            (0, y + 0.03 * length, 0.97 * h),
        ]
    )
    jib = np.array(
        [
            (0.0, -0.48 * length, 1.5 * depth),
            (0.02 * length, -0.03 * length, 1.7 * depth),
            (0, y - 0.012 * length, 0.85 * h),
            (0, y - 0.02 * length, 0.86 * h),
        ]
    )
    sails = [_sail(white, main, lean, thick), _sail(pick(rng, white, fin.livery(rng)), jib, lean, thick)]
    stays = [
        s.rod(metal, a, (0, y, 0.96 * h), 0.0018 * length, sides=5)
        for a in (
            (0, -0.5 * length, 1.3 * depth),
            (0.45 * beam, y, depth),
            (-0.45 * beam, y, depth),
            (0, 0.49 * length, depth),
        )
    ]
    return [*parts, *(sails if chance(rng, 0.85) else []), *stays]


def _tall_ship(rng: Generator) -> Parts:
    """A square-rigged ship with two or three masts, yards, stern castle, gun ports."""
    length = between(rng, 22, 35)
    beam, depth = 0.24 * length, 0.16 * length
    lines = Lines(length, beam, depth, 0.35, 0.75)
    wood, cloth, dark = fin.wood(rng), fin.Finish(fin.bedding(rng).material, 3.0), fin.dark(rng)
    parts = _hull(wood, pick(rng, dark, fin.livery(rng)), wood, lines, 0.45)
    parts += [
        s.slab(wood, (-0.33 * beam, 0.28 * length, 0.9 * depth), (0.33 * beam, 0.49 * length, 1.55 * depth), 0.1),
        s.rod(wood, (0, -0.4 * length, 1.1 * depth), (0, -0.72 * length, 1.75 * depth), 0.012 * length),
    ]
    count = whole(rng, 2, 3)
    for k, y in enumerate(spread(count, -0.42 * length, 0.36 * length)):
        h = length * between(rng, 0.75, 0.9) * (1.0 if k == 1 else 0.9)
        parts.append(s.rod(wood, (0, y, 0.5 * depth), (0, y, h), 0.009 * length, 0.005 * length))
        levels = np.linspace(1.8 * depth, 0.95 * h, 4)
        for i, (a, b) in enumerate(zip(levels[:-1], levels[1:], strict=True)):
            wide = (0.22 - 0.045 * i) * length
            parts.append(
                s.rod(wood, (-wide, y - 0.008 * length, b), (wide, y - 0.008 * length, b), 0.005 * length, sides=8)
            )
            corners = np.array(
                [
                    (-wide, y - 0.016 * length, a + 0.15 * (b - a)),
                    (wide, y - 0.016 * length, a + 0.15 * (b - a)),
                    (0.88 * wide, y - 0.012 * length, b),
                    (-0.88 * wide, y - 0.012 * length, b),
                ]
            )
            parts.append(_sail(cloth, corners, 0.05 * length, 0.0016 * length))
    port = s.slab(dark, (0.3 * beam, -0.3, 0.62 * depth), (0.505 * beam, 0.3, 0.62 * depth + 0.6))
    return parts + s.both(s.scattered(port, [(0, y, 0) for y in spread(6, -0.08 * length, 0.3 * length)]))


def _motor(rng: Generator) -> Parts:
    """A motor boat: wind screen, seats, outboard engine, perhaps a cabin."""
    length = between(rng, 4.5, 9)
    beam, depth = 0.36 * length, 0.16 * length
    lines, f, glass = Lines(length, beam, depth, 0.3, 0.9), fin.livery(rng), fin.glass(rng)
    parts = _hull(f, fin.livery(rng), pick(rng, fin.wood, fin.enamel)(rng), lines)
    plan = s.oval(24, 0.4)
    if chance(rng, 0.5):
        parts += [
            s.loft(
                glass,
                [
                    np.c_[plan * (0.33 * beam * k, 0.18 * length * k), np.full(24, z)]
                    for k, z in ((1, 0.8 * depth), (0.85, 1.75 * depth))
                ],
            ),
            s.loft(
                f,
                [
                    np.c_[plan * (0.3 * beam * k, 0.17 * length * k), np.full(24, z)]
                    for k, z in ((1, 1.7 * depth), (0.95, 1.9 * depth))
                ],
            ),
        ]
    else:
        shield = [
            np.c_[plan * (0.34 * beam * k, 0.1 * length * k) + (0, -0.06 * length), np.full(24, z)]
            for k, z in ((1, 0.9 * depth), (0.9, 1.6 * depth))
        ]
        parts.append(s.loft(glass, shield))
        seat = fin.leather(rng)
        parts += [
            m
            for y in (0.12, 0.28)
            for m in s.both(
                s.slab(
                    seat, (0.08 * beam, y * length, 0.9 * depth), (0.3 * beam, (y + 0.09) * length, 1.3 * depth), 0.05
                )
            )
        ]
    dark = fin.dark(rng)
    motor = [
        s.slab(dark, (-0.07 * beam, 0.47 * length, 0.9 * depth), (0.07 * beam, 0.57 * length, 1.5 * depth), 0.04),
        s.slab(dark, (-0.02 * beam, 0.5 * length, 0.12 * depth), (0.02 * beam, 0.54 * length, depth)),
    ]
    rail = [
        (0.0, -0.56 * length, 1.75 * depth),
        (0.25 * beam, -0.4 * length, 1.7 * depth),
        (0.42 * beam, -0.15 * length, 1.45 * depth),
        (0.44 * beam, -0.1 * length, 1.05 * depth),
    ]
    return [*parts, *motor, *s.both(s.bent(fin.steel(rng), rail, 0.006 * length, smooth=2))]


def _freighter(rng: Generator) -> Parts:
    """A ship with a deck house, funnel and masts: containers, tanker pipes, or a liner's decks."""
    length = between(rng, 40, 90)
    beam, depth = 0.16 * length, 0.1 * length
    lines = Lines(length, beam, depth, 0.25, 0.8)
    white, f, dark = fin.enamel(rng), fin.livery(rng), fin.dark(rng)
    parts = _hull(f, fin.near(rng, "boot", (0.45, 0.12, 0.1)), fin.livery(rng), lines, 0.45)
    kind = pick(rng, "boxes", "liner", "tanker")
    y0 = -0.28 * length if kind == "liner" else 0.28 * length
    floors = whole(rng, 2, 4)
    storey = 0.032 * length
    for k in range(floors):
        a, b = y0 + (0.03 if y0 < 0 else 0.01) * k * length, 0.4 * length - 0.015 * k * length
        half, z = (0.42 - 0.03 * k) * beam, 0.95 * depth + k * storey
        parts += [
            s.slab(white, (-half, a, z - 0.2), (half, b, z + storey), 0.01 * beam),
            s.slab(
                fin.solid("panes", (0.13, 0.17, 0.22)),
                (-half - 0.004 * length, a + 0.02 * length, z + 0.45 * storey),
                (half + 0.004 * length, b - 0.02 * length, z + 0.75 * storey),
            ),
        ]
    top = 0.95 * depth + floors * storey
    parts += [
        s.rod(
            pick(rng, f, dark),
            (0, y, top - 0.5),
            (0, y + 0.01 * length, top + 0.09 * length),
            0.09 * beam,
            0.085 * beam,
            sides=20,
        )
        for y in (spread(pick(rng, 2, 3), -0.1 * length, 0.3 * length) if kind == "liner" else [0.35 * length])
    ]
    parts.append(s.rod(dark, (0, -0.4 * length, depth), (0, -0.4 * length, 2.3 * depth), 0.004 * length, sides=8))
    if kind == "boxes":
        parts += _containers(rng, length, beam, depth)
    if kind == "tanker":
        parts += [
            s.rod(
                dark,
                (x * beam, -0.35 * length, 1.12 * depth),
                (x * beam, 0.28 * length, 1.12 * depth),
                0.012 * length,
                sides=8,
            )
            for x in (-0.06, 0.06)
        ] + [
            s.disc(white, 0.1 * beam, 0.25 * depth, (0, y, 1.1 * depth), sides=16)
            for y in spread(4, -0.32 * length, 0.26 * length)
        ]
    return parts


def _containers(rng: Generator, length: float, beam: float, depth: float) -> Parts:
    """Stacks of containers in four colours."""
    colors = [fin.livery(rng) for _ in range(3)]
    spots: list[list[tuple[float, float, float]]] = [[], [], []]
    for y in spread(6, -0.3 * length, 0.26 * length):
        for x in spread(4, -0.4 * beam, 0.4 * beam):
            for k in range(whole(rng, 1, 3)):
                spots[int(rng.integers(3))].append((x, y, depth + (k + 0.45) * 0.17 * beam))
    size = (0.192 * beam, 0.088 * length, 0.16 * beam)
    return [s.scattered(s.block(f, size), at) for f, at in zip(colors, spots, strict=True) if at]


def _tug(rng: Generator) -> Parts:
    """A tug or fishing boat: high bow, wheel house, funnel, tyres as fenders."""
    length = between(rng, 9, 16)
    beam, depth = 0.36 * length, 0.2 * length
    lines, f, glass, dark = Lines(length, beam, depth, 0.45, 0.8), fin.livery(rng), fin.glass(rng), fin.dark(rng)
    parts = _hull(f, fin.livery(rng), fin.wood(rng), lines)
    white, y, z = fin.enamel(rng), -0.08 * length, 0.95 * depth
    w = 0.26 * beam
    parts += [
        s.slab(white, (-1.1 * w, y - 0.12 * length, z - 0.2), (1.1 * w, y + 0.28 * length, z + 0.6 * depth), 0.05),
        s.slab(white, (-w, y - 0.1 * length, z + 0.5 * depth), (w, y + 0.1 * length, z + 1.45 * depth), 0.05),
        s.slab(
            f, (-1.15 * w, y - 0.12 * length, z + 1.4 * depth), (1.15 * w, y + 0.12 * length, z + 1.5 * depth), 0.03
        ),
    ]
    parts += [
        s.slab(glass, (-1.02 * w, y - 0.08 * length, z + 0.9 * depth), (1.02 * w, y + 0.08 * length, z + 1.25 * depth)),
        s.slab(glass, (-0.85 * w, y - 0.103 * length, z + 0.9 * depth), (0.85 * w, y, z + 1.25 * depth)),
    ]
    parts += [
        s.rod(
            pick(rng, f, dark),
            (0, y + 0.18 * length, z + 0.3 * depth),
            (0, y + 0.19 * length, z + 1.6 * depth),
            0.35 * w,
            sides=20,
        ),
        s.rod(dark, (0, y, z + 1.4 * depth), (0, y, z + 2.6 * depth), 0.008 * length),
    ]
    tyre = s.hoop(fin.rubber(rng), 0.04 * length, 0.015 * length, (0.5 * beam, 0, 0.72 * depth), axis=0, sides=16)
    parts += s.both(s.scattered(tyre, [(0, a, 0) for a in spread(4, -0.02 * length, 0.25 * length)]))
    boom = [
        s.rod(dark, (0, 0.3 * length, z), (0, 0.28 * length, z + 1.7 * depth), 0.012 * length),
        s.rod(dark, (0, 0.29 * length, z + 0.6 * depth), (0, 0.52 * length, z + 1.5 * depth), 0.009 * length),
    ]
    return parts + (boom if chance(rng, 0.5) else [])


def _rowing(rng: Generator) -> Parts:
    """A rowing boat or canoe: open hull with thwarts and oars."""
    length = between(rng, 2.6, 5)
    beam, depth = between(rng, 0.26, 0.4) * length, 0.14 * length
    lines = Lines(length, beam, depth, between(rng, 0.2, 0.6), pick(rng, 0.1, 0.7))
    rings, outside, inside = _sections(lines), fin.livery(rng), fin.wood(rng)
    bed = rings * (0.93, 0.97, 1) + (0, 0, 0.1 * depth)
    bed[:, [0, -1], 2] = rings[:, [0, -1], 2]
    outer = s.open_loft(outside, rings)
    inner = s.flipped(s.open_loft(inside, bed))
    rims = [s.bent(inside, rings[:, k] * (0.965, 0.985, 1), 0.012 * length, sides=6) for k in (0, -1)]
    seats = [
        s.slab(inside, (-0.44 * beam, y - 0.04 * length, 0.62 * depth), (0.44 * beam, y + 0.04 * length, 0.7 * depth))
        for y in (-0.12 * length, 0.1 * length, 0.28 * length)
    ]
    oar = [
        s.rod(
            inside,
            (0.2 * beam, 0.05 * length, 1.15 * depth),
            (1.15 * beam, -0.1 * length, 0.75 * depth),
            0.008 * length,
            sides=8,
        ),
        s.ball(
            outside, (0.09 * length, 0.035 * length, 0.008 * length), (1.25 * beam, -0.115 * length, 0.72 * depth), 12
        ),
    ]
    return [outer, inner, *rims, *seats, *([m for p in oar for m in s.both(p)] if chance(rng, 0.7) else [])]


def _submarine(rng: Generator) -> Parts:
    """A submarine on keel blocks: round hull, tower, fins, propeller, periscope."""
    length, f, dark = between(rng, 20, 60), fin.livery(rng), fin.dark(rng)
    r, t = length * between(rng, 0.06, 0.1), np.linspace(0, 1, 21)
    k = np.sqrt(np.clip(1 - (1 - np.clip(t / 0.15, 0, 1)) ** 2, 0, 1)) * (
        1 - 0.9 * np.clip((t - 0.6) / 0.4, 0, 1) ** 1.7
    )
    ring, z = s.oval(28), 1.15 * r
    parts = [
        s.loft(
            f,
            [
                np.stack(
                    [ring[:, 0] * r * max(a, 1e-9), np.full(28, (b - 0.5) * length), z + ring[:, 1] * r * max(a, 1e-9)],
                    -1,
                )
                for a, b in zip(k, t, strict=True)
            ],
        )
    ]
    tower = s.oval(24) * (0.28 * r, 0.09 * length) + (0, -0.12 * length)
    parts += [
        s.loft(pick(rng, f, fin.livery(rng)), [np.c_[tower, np.full(24, h)] for h in (z + 0.5 * r, z + 1.7 * r)]),
        s.rod(dark, (0, -0.13 * length, z + r), (0, -0.13 * length, z + 2.4 * r), 0.05 * r),
        s.rod(dark, (0.1 * r, -0.1 * length, z + r), (0.1 * r, -0.1 * length, z + 2.1 * r), 0.06 * r),
    ]
    blade = s.profile_y(
        f, [(0, -0.05 * length), (0.95 * r, 0.0), (0.95 * r, 0.04 * length), (0, 0.05 * length)], -0.04 * r, 0.04 * r
    )
    tail = s.tilted(blade, 0, -np.pi / 2)
    parts += [s.moved(s.tilted(tail, 1, a), (0, 0.4 * length, z)) for a in (0, np.pi / 2, np.pi, -np.pi / 2)]
    parts += s.both(s.moved(s.scaled(tail, 0.7), (0.05 * r, -0.12 * length, z + 1.25 * r)))
    parts += [
        s.disc(dark, 0.5 * r, 0.015 * length, (0, 0.5 * length, z), axis=1),
        s.slab(dark, (-0.5 * r, -0.3 * length, 0), (0.5 * r, -0.2 * length, 0.5 * r)),
        s.slab(dark, (-0.5 * r, 0.1 * length, 0), (0.5 * r, 0.2 * length, 0.5 * r)),
    ]
    return parts
