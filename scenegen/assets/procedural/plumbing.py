"""Bath tubs and taps."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.seeding import Generator

Parts = list[Mesh]


def bathtub(rng: Generator) -> Parts:
    """A bath tub: free-standing on feet or a plinth, slipper-shaped, or boxed in; with taps, some with water."""
    length, w, h = between(rng, 1.45, 1.8), between(rng, 0.68, 0.85), between(rng, 0.52, 0.62)
    square, boxed = between(rng, 0.3, 0.9), chance(rng, 0.35)
    slip = 0.0 if boxed else pick(rng, 0.0, between(rng, 0.08, 0.18))
    white, outer = fin.near(rng, "enamel", (0.92, 0.92, 0.90), 0.03), pick(rng, fin.enamel, fin.painted, fin.stone)(rng)
    plan = s.oval(40, square)
    foot = 0.0 if boxed else between(rng, 0.02, 0.14)

    def level(k: float, z: float) -> np.ndarray:
        """Ring of the tub at share z of its height, scaled by k."""
        rise = slip * np.clip(plan[:, 0], 0, 1) ** 2 * z
        return np.c_[plan * (length / 2 * k, w / 2 * (k**1.5)), foot + (h - foot) * z + rise]

    wall = [level(0.94 - 0.16 * (1 - z) ** 2, z) for z in (0.0, 0.2, 0.45, 0.7, 0.95)]
    rim = [level(1.0, 0.955), level(1.0, 0.985), level(0.97, 1.0), level(0.93, 0.99)]
    inner = [level(k, z) for k, z in ((0.9, 0.9), (0.85, 0.5), (0.78, 0.2), (0.68, 0.13))]
    if boxed:
        frame = s.oval(40, 0.06) * (length / 2 + 0.05, w / 2 + 0.05)
        top = [np.c_[frame, np.full(40, z)] for z in (0.94 * h, h)]
        tub = s.open_rings(white, [*top, rim[2] * (1, 1, 0) + (0, 0, h), *inner])
        parts = [*_box_walls(fin.carcass(rng), length, w, h), tub]
    else:
        parts = [s.loft(outer, [*wall, rim[0]], tops=False), s.open_rings(white, [*rim, *inner])]
        parts += (
            _feet(rng, length, w, foot)
            if foot > 0.06
            else [s.loft(outer, [level(0.75, 0) * (1, 1, 0), level(0.78, 0.06)])]
        )
    if chance(rng, 0.5):
        parts.append(s.loft(fin.near(rng, "water", (0.62, 0.76, 0.80)), [level(0.83, 0.6), level(0.845, 0.62)]))
    if boxed:
        parts.append(s.slab(fin.dark(rng), (-length / 2, -w / 2, 0.01), (length / 2, w / 2, 0.03)))
    return [*parts, *_bath_tap(fin.steel(rng), -length / 2 + 0.06, h)]


def _box_walls(f: fin.Finish, length: float, w: float, h: float) -> Parts:
    """Four panels around a built-in tub, so that its basin stays open."""
    x, y, z = length / 2 + 0.03, w / 2 + 0.03, 0.95 * h
    return [
        *s.both(s.slab(f, (x - 0.02, -y, 0), (x, y, z))),
        s.slab(f, (-x + 0.01, -y + 0.002, 0.0), (x - 0.01, -y + 0.02, z - 0.001)),
        s.slab(f, (-x + 0.01, y - 0.02, 0.0), (x - 0.01, y - 0.002, z - 0.001)),
    ]


def _feet(rng: Generator, length: float, w: float, z: float) -> Parts:
    """Four claw feet."""
    f = fin.steel(rng)
    foot = [
        s.ball(f, (0.045, 0.045, 0.03), (0.27 * length, 0.24 * w, 0.028), 12),
        s.bent(
            f,
            [(0.27 * length, 0.24 * w, 0.03), (0.27 * length, 0.26 * w, z), (0.25 * length, 0.2 * w, z + 0.06)],
            [0.02, 0.035],
            smooth=1,
        ),
    ]
    return [m for p in foot for half in s.both(s.clipped_below(p, 0.0)) for m in (half, s.scaled(half, (1, -1, 1)))]


def _bath_tap(f: fin.Finish, x: float, z: float) -> Parts:
    """A pillar tap at one end of a tub."""
    spout = s.bent(
        f, [(x, 0, z - 0.03), (x, 0, z + 0.18), (x + 0.14, 0, z + 0.19), (x + 0.15, 0, z + 0.12)], 0.014, smooth=2
    )
    return [
        spout,
        *[s.disc(f, 0.022, 0.06, (x + 0.01, y, z + 0.02), sides=14) for y in (-0.1, 0.1)],
        s.rod(f, (x + 0.005, -0.1, z + 0.02), (x + 0.005, 0.1, z + 0.02), 0.01),
    ]


def faucet(rng: Generator) -> Parts:
    """A tap for basin or kitchen: arched, straight, or column; lever, cross handles, or a pull-out spray."""
    f, h, reach = fin.steel(rng), between(rng, 0.12, 0.36), between(rng, 0.1, 0.22)
    r = between(rng, 0.009, 0.014)
    shapes = {
        "arch": [
            (0, 0, 0.02),
            (0, 0, 0.8 * h),
            (0, -0.1 * reach, 1.15 * h),
            (0, -0.9 * reach, 1.15 * h),
            (0, -reach, 0.7 * h),
        ],
        "square": [(0, 0, 0.02), (0, 0, h), (0, -reach, h), (0, -reach, 0.85 * h)],
        "beak": [(0, 0, 0.02), (0, 0, 0.5 * h), (0, -0.5 * reach, 0.75 * h), (0, -reach, 0.6 * h)],
    }
    path = np.array(shapes[pick(rng, "arch", "square", "beak")])
    tip = path[-1]
    parts = [
        s.bent(f, path, r, sides=14, smooth=pick(rng, 1, 3)),
        s.disc(f, 2.4 * r, 0.012, (0, 0, 0.006)),
        s.disc(f, 1.6 * r, 0.07, (0, 0, 0.035)),
        s.rod(fin.dark(rng), tip + (0, 0, 0.01), tip - (0, 0, 0.006), 1.2 * r),
    ]
    worktop = s.block(fin.stone(rng), (0.28, 0.14 + reach, 0.02), (0, 0.02 - 0.5 * reach, -0.006), 0.004)
    parts.append(worktop)
    kind = int(rng.integers(3))
    if kind == 0:
        return [
            *parts,
            s.bent(f, [(0, 0, 0.05), (2.5 * r, 0, 0.055), (0.07, -0.01, 0.1)], [0.8 * r, 0.8 * r, 0.4 * r], smooth=1),
            s.disc(f, 1.2 * r, 3 * r, (2 * r, 0, 0.05), axis=0),
        ]
    x = between(rng, 0.07, 0.11)
    base = [
        s.disc(f, 0.022, 0.012, (x, 0, 0.006)),
        s.rod(f, (x, 0, 0), (x, 0, 0.05), 0.012),
        s.rod(f, (x, 0, 0.025), (0, 0, 0.025), 0.009),
    ]
    handle = (
        [
            s.rod(f, (x - 0.03, 0, 0.06), (x + 0.03, 0, 0.06), 0.006),
            s.rod(f, (x, -0.03, 0.06), (x, 0.03, 0.06), 0.006),
            s.ball(pick(rng, f, fin.lid(rng)), 0.011, (x, 0, 0.063), 12),
        ]
        if kind == 1
        else [
            s.turned(
                pick(rng, f, fin.glazed_plain(rng)),
                [(0, 0.04), (0.018, 0.04), (0.024, 0.055), (0.018, 0.078), (0, 0.08)],
                (x, 0, 0),
                sides=8,
            )
        ]
    )
    return [*parts, *[m for p in (*base, *handle) for m in s.both(p)]]
