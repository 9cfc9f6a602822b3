"""Ships: tall ships, freighters, tankers, liners, submarines."""

import itertools

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick, spread, whole
from scenegen.assets.procedural.hulls import Lines, cloth_sail, sailing_yacht, two_color_hull
from scenegen.seeding import Generator

Parts = list[Mesh]


def ship(rng: Generator) -> Parts:
    """A tall ship, freighter, tanker, liner, yacht or submarine; flat bottom or on blocks."""
    return pick(rng, _tall_ship, _tall_ship, _freighter, _freighter, sailing_yacht, _submarine)(rng)


def _tall_ship(rng: Generator) -> Parts:
    """A square-rigged ship with two or three masts, yards, stern castle, gun ports."""
    length = between(rng, 22, 35)
    beam, depth = 0.24 * length, 0.16 * length
    lines = Lines(length, beam, depth, 0.35, 0.75)
    wood, cloth, dark = fin.wood(rng), fin.Finish(fin.bedding(rng).material, 3.0), fin.dark(rng)
    parts = [
        *two_color_hull(wood, pick(rng, dark, fin.livery(rng)), wood, lines, 0.45),
        s.slab(wood, (-0.33 * beam, 0.28 * length, 0.9 * depth), (0.33 * beam, 0.49 * length, 1.55 * depth), 0.1),
        s.rod(wood, (0, -0.4 * length, 1.1 * depth), (0, -0.72 * length, 1.75 * depth), 0.012 * length),
    ]
    for k, y in enumerate(spread(whole(rng, 2, 3), -0.42 * length, 0.36 * length)):
        h = length * between(rng, 0.75, 0.9) * (1.0 if k == 1 else 0.9)
        parts += _rigged_mast(wood, cloth, lines, y, h)
    port = s.slab(dark, (0.3 * beam, -0.3, 0.62 * depth), (0.505 * beam, 0.3, 0.62 * depth + 0.6))
    return parts + s.both(s.scattered(port, [(0, y, 0) for y in spread(6, -0.08 * length, 0.3 * length)]))


def _rigged_mast(wood: fin.Finish, cloth: fin.Finish, lines: Lines, y: float, h: float) -> Parts:
    """A mast of height h at y with three yards and their sails."""
    length, depth = lines.length, lines.depth
    parts = [s.rod(wood, (0, y, 0.5 * depth), (0, y, h), 0.009 * length, 0.005 * length)]
    levels = np.linspace(1.8 * depth, 0.95 * h, 4)
    for i, (a, b) in enumerate(itertools.pairwise(levels)):
        wide, front = (0.22 - 0.045 * i) * length, y - 0.008 * length
        parts.append(s.rod(wood, (-wide, front, b), (wide, front, b), 0.005 * length, sides=8))
        foot, head = (y - 0.016 * length, a + 0.15 * (b - a)), (y - 0.012 * length, b)
        corners = np.array([(-wide, *foot), (wide, *foot), (0.88 * wide, *head), (-0.88 * wide, *head)])
        parts.append(cloth_sail(cloth, corners, 0.05 * length, 0.0016 * length))
    return parts


def _freighter(rng: Generator) -> Parts:
    """A ship with a deck house, funnel and masts: containers, tanker pipes, or a liner's decks."""
    length = between(rng, 40, 90)
    lines = Lines(length, 0.16 * length, 0.1 * length, 0.25, 0.8)
    depth, white, f, dark = lines.depth, fin.enamel(rng), fin.livery(rng), fin.dark(rng)
    hull = two_color_hull(f, fin.near(rng, "boot", (0.45, 0.12, 0.1)), fin.livery(rng), lines, 0.45)
    kind = pick(rng, "boxes", "liner", "tanker")
    floors = whole(rng, 2, 4)
    ys = spread(pick(rng, 2, 3), -0.1 * length, 0.3 * length) if kind == "liner" else [0.35 * length]
    parts = [
        *hull,
        *_deck_house(white, lines, floors, -0.28 * length if kind == "liner" else 0.28 * length),
        *[_funnel(pick(rng, f, dark), lines, y, 0.95 * depth + floors * (0.032 * length)) for y in ys],
        s.rod(dark, (0, -0.4 * length, depth), (0, -0.4 * length, 2.3 * depth), 0.004 * length, sides=8),
    ]
    if kind == "boxes":
        parts += _containers(rng, lines)
    return [*parts, *_pipes_and_tanks(dark, white, lines)] if kind == "tanker" else parts


def _deck_house(f: fin.Finish, lines: Lines, floors: int, y0: float) -> Parts:
    """Storeys with windows, each shorter than the one below, from y0 to the stern."""
    length, storey = lines.length, 0.032 * lines.length
    parts: Parts = []
    for k in range(floors):
        a, b = y0 + (0.03 if y0 < 0 else 0.01) * k * length, 0.4 * length - 0.015 * k * length
        half, z = (0.42 - 0.03 * k) * lines.beam, 0.95 * lines.depth + k * storey
        low = (-half - 0.004 * length, a + 0.02 * length, z + 0.45 * storey)
        high = (half + 0.004 * length, b - 0.02 * length, z + 0.75 * storey)
        parts += [
            s.slab(f, (-half, a, z - 0.2), (half, b, z + storey), 0.01 * lines.beam),
            s.slab(fin.solid("panes", (0.13, 0.17, 0.22)), low, high),
        ]
    return parts


def _funnel(f: fin.Finish, lines: Lines, y: float, z: float) -> Mesh:
    """A funnel on the roof of the deck house at height z."""
    length, beam = lines.length, lines.beam
    return s.rod(f, (0, y, z - 0.5), (0, y + 0.01 * length, z + 0.09 * length), 0.09 * beam, 0.085 * beam, sides=20)


def _pipes_and_tanks(dark: fin.Finish, white: fin.Finish, lines: Lines) -> Parts:
    """The deck of a tanker: two pipes along it and four tank heads."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    z = 1.12 * depth
    pipes = [
        s.rod(dark, (x * beam, -0.35 * length, z), (x * beam, 0.28 * length, z), 0.012 * length, sides=8)
        for x in (-0.06, 0.06)
    ]
    heads = [
        s.disc(white, 0.1 * beam, 0.25 * depth, (0, y, 1.1 * depth), sides=16)
        for y in spread(4, -0.32 * length, 0.26 * length)
    ]
    return pipes + heads


def _submarine(rng: Generator) -> Parts:
    """A submarine on keel blocks: round hull, tower, fins, propeller, periscope."""
    length, f, dark = between(rng, 20, 60), fin.livery(rng), fin.dark(rng)
    r = length * between(rng, 0.06, 0.1)
    z = 1.15 * r
    return [
        _pressure_hull(f, length, r, z),
        *_conning_tower(pick(rng, f, fin.livery(rng)), dark, length, r, z),
        *_hydroplanes(f, length, r, z),
        s.disc(dark, 0.5 * r, 0.015 * length, (0, 0.5 * length, z), axis=1),
        s.slab(dark, (-0.5 * r, -0.3 * length, 0), (0.5 * r, -0.2 * length, 0.5 * r)),
        s.slab(dark, (-0.5 * r, 0.1 * length, 0), (0.5 * r, 0.2 * length, 0.5 * r)),
    ]


def _pressure_hull(f: fin.Finish, length: float, r: float, z: float) -> Mesh:
    """A round hull about height z, blunt in front and pointed behind."""
    t, ring = np.linspace(0, 1, 21), s.oval(28)
    nose = np.sqrt(np.clip(1 - (1 - np.clip(t / 0.15, 0, 1)) ** 2, 0, 1))
    k = nose * (1 - 0.9 * np.clip((t - 0.6) / 0.4, 0, 1) ** 1.7)
    rings = [
        np.stack(
            [ring[:, 0] * r * max(a, 1e-9), np.full(28, (b - 0.5) * length), z + ring[:, 1] * r * max(a, 1e-9)], -1
        )
        for a, b in zip(k, t, strict=True)
    ]
    return s.loft(f, rings)


def _conning_tower(f: fin.Finish, dark: fin.Finish, length: float, r: float, z: float) -> Parts:
    """The tower with two periscopes."""
    plan = s.oval(24) * (0.28 * r, 0.09 * length) + (0, -0.12 * length)
    return [
        s.loft(f, [np.c_[plan, np.full(24, h)] for h in (z + 0.5 * r, z + 1.7 * r)]),
        s.rod(dark, (0, -0.13 * length, z + r), (0, -0.13 * length, z + 2.4 * r), 0.05 * r),
        s.rod(dark, (0.1 * r, -0.1 * length, z + r), (0.1 * r, -0.1 * length, z + 2.1 * r), 0.06 * r),
    ]


def _hydroplanes(f: fin.Finish, length: float, r: float, z: float) -> Parts:
    """Four fins at the tail and two small ones at the tower."""
    outline = [(0, -0.05 * length), (0.95 * r, 0.0), (0.95 * r, 0.04 * length), (0, 0.05 * length)]
    plane = s.tilted(s.profile_y(f, outline, -0.04 * r, 0.04 * r), 0, -np.pi / 2)
    rear = [s.moved(s.tilted(plane, 1, a), (0, 0.4 * length, z)) for a in (0, np.pi / 2, np.pi, -np.pi / 2)]
    return rear + s.both(s.moved(s.scaled(plane, 0.7), (0.05 * r, -0.12 * length, z + 1.25 * r)))


def _containers(rng: Generator, lines: Lines) -> Parts:
    """Stacks of containers in three colours."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    colors = [fin.livery(rng) for _ in range(3)]
    spots: list[list[tuple[float, float, float]]] = [[], [], []]
    for y in spread(6, -0.3 * length, 0.26 * length):
        for x in spread(4, -0.4 * beam, 0.4 * beam):
            for k in range(whole(rng, 1, 3)):
                spots[int(rng.integers(3))].append((x, y, depth + (k + 0.45) * 0.17 * beam))
    size = (0.192 * beam, 0.088 * length, 0.16 * beam)
    return [s.scattered(s.block(f, size), at) for f, at in zip(colors, spots, strict=True) if at]
