"""Small houses on posts: mailboxes and bird houses."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.seeding import Generator

Parts = list[Mesh]


def mailbox(rng: Generator) -> Parts:
    """A letter box: tunnel on a post with a flag, a pillar box, or a box with a slot on a stand."""
    f, metal, kind = pick(rng, fin.livery, fin.painted, fin.steel)(rng), fin.steel(rng), int(rng.integers(3))
    if kind == 0:
        w, d, z = between(rng, 0.16, 0.24), between(rng, 0.42, 0.55), between(rng, 0.95, 1.15)
        t = np.linspace(0, np.pi, 13)
        arch = [(-w / 2, z), (w / 2, z), *zip(w / 2 * np.cos(t), z + 0.5 * w + 0.5 * w * np.sin(t), strict=True)]
        door = s.profile_y(
            metal, [(a * 1.04, z - 0.004 + (b - z) * 1.04) for a, b in arch], -d / 2 - 0.012, -d / 2 + 0.02
        )
        post = s.block(pick(rng, fin.wood, fin.painted)(rng), (0.1, 0.1, z + 0.02), (0, 0, (z + 0.02) / 2), 0.004)
        flag = [
            s.slab(fin.solid("flag", (0.8, 0.1, 0.1)), (w / 2 - 0.01, -0.1, z + 0.1), (w / 2 + 0.01, -0.07, z + 0.42)),
            s.slab(
                fin.solid("flag", (0.8, 0.1, 0.1)), (w / 2 - 0.008, -0.09, z + 0.33), (w / 2 + 0.008, 0.05, z + 0.43)
            ),
        ]
        foot = s.block(fin.stone(rng), (0.3, 0.3, 0.05), (0, 0, 0.025), 0.006)
        brace = s.slab(metal, (-0.04, -0.4 * d, z - 0.03), (0.04, 0.4 * d, z + 0.01))
        return [
            s.profile_y(f, arch, -d / 2, d / 2),
            door,
            s.ball(metal, 0.016, (0, -d / 2 - 0.02, z + 0.8 * w), 12),
            post,
            *flag,
            foot,
            brace,
        ]
    if kind == 1:
        r, h, dark = between(rng, 0.2, 0.26), between(rng, 1.2, 1.6), fin.dark(rng)
        body = s.turned(
            f,
            [
                (0, 0.08),
                (r, 0.08),
                (r, 0.86 * h),
                (1.1 * r, 0.88 * h),
                (1.12 * r, 0.92 * h),
                (0.95 * r, 0.96 * h),
                (0.4 * r, h),
                (0, h),
            ],
            sides=36,
        )
        slot = s.slab(dark, (-0.6 * r, -1.03 * r, 0.76 * h), (0.6 * r, 0, 0.79 * h), 0.004)
        plate = s.slab(fin.label(rng), (-0.4 * r, -1.02 * r, 0.52 * h), (0.4 * r, 0, 0.68 * h))
        return [
            body,
            s.turned(dark, [(0, 0), (1.1 * r, 0), (1.1 * r, 0.1), (r, 0.13), (0, 0.13)], sides=36),
            slot,
            s.pictured(plate),
            s.hoop(f, r, 0.014, (0, 0, 0.72 * h), sides=36),
        ]
    w, d, h, z = between(rng, 0.32, 0.5), between(rng, 0.14, 0.36), between(rng, 0.35, 0.55), between(rng, 0.75, 1.0)
    legs = s.both(s.slab(metal, (0.3 * w, -0.02, 0), (0.3 * w + 0.04, 0.02, z + 0.03)))
    roof = s.profile_x(
        pick(rng, f, metal),
        [
            (-d / 2 - 0.03, z + h - 0.02),
            (d / 2 + 0.01, z + h - 0.02),
            (d / 2 + 0.01, z + h + 0.07),
            (-d / 2 - 0.03, z + h + 0.01),
        ],
        -w / 2 - 0.02,
        w / 2 + 0.02,
    )
    flap = s.slab(metal, (-0.4 * w, -d / 2 - 0.012, z + 0.7 * h), (0.4 * w, 0, z + 0.84 * h), 0.004)
    door = s.slab(f, (-0.44 * w, -d / 2 - 0.008, z + 0.08 * h), (0.44 * w, 0, z + 0.6 * h), 0.003)
    base = s.both(s.slab(metal, (0.3 * w - 0.03, -0.15, 0), (0.3 * w + 0.07, 0.15, 0.012)))
    return [
        s.slab(f, (-w / 2, -d / 2, z), (w / 2, d / 2, z + h), 0.006),
        roof,
        flap,
        door,
        *legs,
        *base,
        s.disc(metal, 0.012, 0.02, (0.36 * w, -d / 2 - 0.01, z + 0.35 * h), axis=1, sides=12),
    ]


def birdhouse(rng: Generator) -> Parts:
    """A nesting box: gabled, lean-to, or A-frame, with hole and perch, on the ground or on a post."""
    w, d, h = between(rng, 0.13, 0.2), between(rng, 0.13, 0.2), between(rng, 0.18, 0.3)
    f, top, dark = (
        pick(rng, fin.wood, fin.lacquer, fin.painted)(rng),
        pick(rng, fin.wood, fin.painted, fin.straw)(rng),
        fin.solid("hole", (0.07, 0.06, 0.05)),
    )
    over, kind = between(rng, 0.02, 0.05), int(rng.integers(3))
    peak = h + w * between(rng, 0.35, 0.6)
    walls = [(-w / 2, 0), (w / 2, 0), (w / 2, h), (0, peak), (-w / 2, h)]
    if kind == 1:
        walls = [(-0.75 * w, 0), (0.75 * w, 0), (0, peak)]
    foot_x = 0.75 * w if kind == 1 else w / 2
    base_z = 0.0 if kind == 1 else h
    slope = np.array([foot_x, base_z - peak]) / np.hypot(foot_x, base_z - peak)
    n = np.array([-slope[1], slope[0]]) * 0.016
    apex, eave = (
        np.array([0, peak + 0.004]),
        np.array([0, peak + 0.004]) + slope * (np.hypot(foot_x, base_z - peak) + (over if kind != 1 else -0.01)),
    )
    board = s.profile_y(
        top, [apex - n * 0.4, eave - n * 0.4, eave + n, apex + n + (0, 0.004)], -d / 2 - over, d / 2 + over
    )
    parts = [s.profile_y(f, walls, -d / 2, d / 2), *s.both(board)]
    z = between(rng, 0.45, 0.65) * h
    parts += [
        s.disc(dark, between(rng, 0.018, 0.03), 0.02, (0, -d / 2 + 0.007, z), axis=1, sides=20),
        s.rod(top, (0, -d / 2 + 0.01, z - 0.055), (0, -d / 2 - 0.06, z - 0.055), 0.006),
    ]
    parts.append(s.slab(top, (-foot_x - 0.02, -d / 2 - 0.035, -0.014), (foot_x + 0.02, d / 2 + 0.02, 0.004)))
    if chance(rng, 0.4):
        tall = between(rng, 0.6, 1.3)
        parts += [
            s.block(f, (0.05, 0.05, tall), (0, 0, -tall / 2), 0.003),
            s.block(pick(rng, fin.stone, fin.wood)(rng), (0.26, 0.26, 0.03), (0, 0, -tall + 0.005), 0.004),
        ]
    return parts
