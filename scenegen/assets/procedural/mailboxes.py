"""Small houses on posts: mailboxes and bird houses."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.seeding import Generator

Parts = list[Mesh]


_PILLAR = ((0, 0.0), (1, 0.0), (1, 0.86), (1.1, 0.88), (1.12, 0.92), (0.95, 0.96), (0.4, 1), (0, 1))
"""Profile of a pillar box as shares of its radius and height; its first two points stand on the foot."""


def mailbox(rng: Generator) -> Parts:
    """A letter box: tunnel on a post with a flag, a pillar box, or a box with a slot on a stand."""
    f, metal = pick(rng, fin.livery, fin.painted, fin.steel)(rng), fin.steel(rng)
    return pick(rng, _tunnel, _pillar, _slotted)(rng, f, metal)


def _tunnel(rng: Generator, f: fin.Finish, metal: fin.Finish) -> Parts:
    """A tunnel-shaped box on a post, with door, knob and flag."""
    w, d, z = between(rng, 0.16, 0.24), between(rng, 0.42, 0.55), between(rng, 0.95, 1.15)
    t = np.linspace(0, np.pi, 13)
    arch = [(-w / 2, z), (w / 2, z), *zip(w / 2 * np.cos(t), z + 0.5 * w + 0.5 * w * np.sin(t), strict=True)]
    lid = [(a * 1.04, z - 0.004 + (b - z) * 1.04) for a, b in arch]
    return [
        s.profile_y(f, arch, -d / 2, d / 2),
        s.profile_y(metal, lid, -d / 2 - 0.012, -d / 2 + 0.02),
        s.ball(metal, 0.016, (0, -d / 2 - 0.02, z + 0.8 * w), 12),
        s.block(pick(rng, fin.wood, fin.painted)(rng), (0.1, 0.1, z + 0.02), (0, 0, (z + 0.02) / 2), 0.004),
        *_flag(w / 2, z),
        s.block(fin.stone(rng), (0.3, 0.3, 0.05), (0, 0, 0.025), 0.006),
        s.slab(metal, (-0.04, -0.4 * d, z - 0.03), (0.04, 0.4 * d, z + 0.01)),
    ]


def _flag(x: float, z: float) -> Parts:
    """A raised flag on its pole, at the side of a box whose floor lies at z."""
    pole, cloth = fin.solid("flag", (0.8, 0.1, 0.1)), fin.solid("flag", (0.8, 0.1, 0.1))
    return [
        s.slab(pole, (x - 0.01, -0.1, z + 0.1), (x + 0.01, -0.07, z + 0.42)),
        s.slab(cloth, (x - 0.008, -0.09, z + 0.33), (x + 0.008, 0.05, z + 0.43)),
    ]


def _pillar(rng: Generator, f: fin.Finish, _: fin.Finish) -> Parts:
    """A round pillar box with a slot, a plate and a dark foot."""
    r, h, dark = between(rng, 0.2, 0.26), between(rng, 1.2, 1.6), fin.dark(rng)
    profile = np.array(_PILLAR) * (r, h)
    profile[:2, 1] = 0.08
    plate = s.slab(fin.label(rng), (-0.4 * r, -1.02 * r, 0.52 * h), (0.4 * r, 0, 0.68 * h))
    return [
        s.turned(f, profile, sides=36),
        s.turned(dark, [(0, 0), (1.1 * r, 0), (1.1 * r, 0.1), (r, 0.13), (0, 0.13)], sides=36),
        s.slab(dark, (-0.6 * r, -1.03 * r, 0.76 * h), (0.6 * r, 0, 0.79 * h), 0.004),
        s.pictured(plate),
        s.hoop(f, r, 0.014, (0, 0, 0.72 * h), sides=36),
    ]


def _slotted(rng: Generator, f: fin.Finish, metal: fin.Finish) -> Parts:
    """A box with a sloping roof, a flap over its slot and a door, on two legs."""
    w, d, h, z = between(rng, 0.32, 0.5), between(rng, 0.14, 0.36), between(rng, 0.35, 0.55), between(rng, 0.75, 1.0)
    return [
        s.slab(f, (-w / 2, -d / 2, z), (w / 2, d / 2, z + h), 0.006),
        _slope(pick(rng, f, metal), w, d, z + h),
        s.slab(metal, (-0.4 * w, -d / 2 - 0.012, z + 0.7 * h), (0.4 * w, 0, z + 0.84 * h), 0.004),
        s.slab(f, (-0.44 * w, -d / 2 - 0.008, z + 0.08 * h), (0.44 * w, 0, z + 0.6 * h), 0.003),
        *s.both(s.slab(metal, (0.3 * w, -0.02, 0), (0.3 * w + 0.04, 0.02, z + 0.03))),
        *s.both(s.slab(metal, (0.3 * w - 0.03, -0.15, 0), (0.3 * w + 0.07, 0.15, 0.012))),
        s.disc(metal, 0.012, 0.02, (0.36 * w, -d / 2 - 0.01, z + 0.35 * h), axis=1, sides=12),
    ]


def _slope(f: fin.Finish, w: float, d: float, z: float) -> Mesh:
    """A roof that falls to the front, over walls of height z."""
    front, back = -d / 2 - 0.03, d / 2 + 0.01
    outline = [(front, z - 0.02), (back, z - 0.02), (back, z + 0.07), (front, z + 0.01)]
    return s.profile_x(f, outline, -w / 2 - 0.02, w / 2 + 0.02)


def birdhouse(rng: Generator) -> Parts:
    """A nesting box: gabled, lean-to, or A-frame, with hole and perch, on the ground or on a post."""
    w, d, h = between(rng, 0.13, 0.2), between(rng, 0.13, 0.2), between(rng, 0.18, 0.3)
    f, top = pick(rng, fin.wood, fin.lacquer, fin.painted)(rng), pick(rng, fin.wood, fin.painted, fin.straw)(rng)
    over, a_frame = between(rng, 0.02, 0.05), int(rng.integers(3)) == 1
    peak = h + w * between(rng, 0.35, 0.6)
    foot_x, base_z = (0.75 * w, 0.0) if a_frame else (w / 2, h)
    board = _roof_board(top, peak, (foot_x, base_z), -0.01 if a_frame else over, d / 2 + over)
    walls = [(-foot_x, 0), (foot_x, 0), (0, peak)]
    if not a_frame:
        walls = [(-w / 2, 0), (w / 2, 0), (w / 2, h), (0, peak), (-w / 2, h)]
    return [
        s.profile_y(f, walls, -d / 2, d / 2),
        *s.both(board),
        *_hole_and_perch(rng, top, -d / 2, h),
        s.slab(top, (-foot_x - 0.02, -d / 2 - 0.035, -0.014), (foot_x + 0.02, d / 2 + 0.02, 0.004)),
        *(_post(rng, f) if chance(rng, 0.4) else []),
    ]


def _roof_board(f: fin.Finish, peak: float, low: tuple[float, float], over: float, half: float) -> Mesh:
    """One side of a pitched roof from (0, peak) to (x, z) `low` and `over` beyond, `half` deep to both sides."""
    foot_x, base_z = low
    run = np.hypot(foot_x, base_z - peak)
    slope = np.array([foot_x, base_z - peak]) / run
    n = np.array([-slope[1], slope[0]]) * 0.016
    apex = np.array([0, peak + 0.004])
    eave = apex + slope * (run + over)
    return s.profile_y(f, [apex - n * 0.4, eave - n * 0.4, eave + n, apex + n + (0, 0.004)], -half, half)


def _hole_and_perch(rng: Generator, f: fin.Finish, y: float, h: float) -> Parts:
    """The way in and the stick below it, on a front at y."""
    dark, z = fin.solid("hole", (0.07, 0.06, 0.05)), between(rng, 0.45, 0.65) * h
    return [
        s.disc(dark, between(rng, 0.018, 0.03), 0.02, (0, y + 0.007, z), axis=1, sides=20),
        s.rod(f, (0, y + 0.01, z - 0.055), (0, y - 0.06, z - 0.055), 0.006),
    ]


def _post(rng: Generator, f: fin.Finish) -> Parts:
    """A post under a bird house, on a foot plate."""
    tall = between(rng, 0.6, 1.3)
    return [
        s.block(f, (0.05, 0.05, tall), (0, 0, -tall / 2), 0.003),
        s.block(pick(rng, fin.stone, fin.wood)(rng), (0.26, 0.26, 0.03), (0, 0, -tall + 0.005), 0.004),
    ]
