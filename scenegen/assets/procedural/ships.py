"""Ships: tall ships, freighters, tankers, liners, submarines."""

import itertools

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick, spread, whole
from scenegen.assets.procedural.hulls import Lines, cloth_sail, sailing_yacht, two_colour_hull
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
    parts = two_colour_hull(wood, pick(rng, dark, fin.livery(rng)), wood, lines, 0.45)
    parts += [
        s.slab(wood, (-0.33 * beam, 0.28 * length, 0.9 * depth), (0.33 * beam, 0.49 * length, 1.55 * depth), 0.1),
        s.rod(wood, (0, -0.4 * length, 1.1 * depth), (0, -0.72 * length, 1.75 * depth), 0.012 * length),
    ]
    count = whole(rng, 2, 3)
    for k, y in enumerate(spread(count, -0.42 * length, 0.36 * length)):
        h = length * between(rng, 0.75, 0.9) * (1.0 if k == 1 else 0.9)
        parts.append(s.rod(wood, (0, y, 0.5 * depth), (0, y, h), 0.009 * length, 0.005 * length))
        levels = np.linspace(1.8 * depth, 0.95 * h, 4)
        for i, (a, b) in enumerate(itertools.pairwise(levels)):
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
            parts.append(cloth_sail(cloth, corners, 0.05 * length, 0.0016 * length))
    port = s.slab(dark, (0.3 * beam, -0.3, 0.62 * depth), (0.505 * beam, 0.3, 0.62 * depth + 0.6))
    return parts + s.both(s.scattered(port, [(0, y, 0) for y in spread(6, -0.08 * length, 0.3 * length)]))


def _freighter(rng: Generator) -> Parts:
    """A ship with a deck house, funnel and masts: containers, tanker pipes, or a liner's decks."""
    length = between(rng, 40, 90)
    beam, depth = 0.16 * length, 0.1 * length
    lines = Lines(length, beam, depth, 0.25, 0.8)
    white, f, dark = fin.enamel(rng), fin.livery(rng), fin.dark(rng)
    parts = two_colour_hull(f, fin.near(rng, "boot", (0.45, 0.12, 0.1)), fin.livery(rng), lines, 0.45)
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
