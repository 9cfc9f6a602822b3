"""What boats and ships share: hull lines, hulls, sails, and the sailing yacht."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.solids import Array
from scenegen.geometry import cross
from scenegen.seeding import Generator

Parts = list[Mesh]


@dataclass(frozen=True)
class Lines:
    """The shape of a hull: metres, rise of the deck forward, width of the stern as a share of the beam."""

    length: float
    beam: float
    depth: float
    sheer: float
    stern: float


def sections(lines: Lines, share: float = 1.0) -> Array:
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


def two_color_hull(f: fin.Finish, boot: fin.Finish, deck: fin.Finish, lines: Lines, share: float = 0.35) -> Parts:
    """A closed hull in two colours with a deck of its own."""
    rings = sections(lines)
    low = sections(lines, share) * (1.012, 1.004, 1) - (0, 0, 0.02 * lines.depth)
    low[..., 0] += np.sign(low[..., 0]) * 0.004 * lines.length
    left, right = rings[1:-1, 0] * (0.92, 0.985, 1), rings[1:-1, -1] * (0.92, 0.985, 1)
    drop = np.array([0, 0, 0.3]) * left
    plank = np.stack([left, left - drop, right - drop, right], 1) + (0, 0, 0.015 * lines.depth)
    return [s.loft(f, rings), s.loft(boot, low), s.loft(deck, plank)]


def sailing_yacht(rng: Generator) -> Parts:
    """A yacht with main sail and jib, cabin, boom and stays."""
    length = between(rng, 6, 13)
    beam, depth = 0.3 * length, 0.13 * length
    lines = Lines(length, beam, depth, between(rng, 0.15, 0.4), between(rng, 0.55, 0.85))
    wood, metal, white = fin.wood(rng), fin.steel(rng), pick(rng, fin.bedding, fin.lampshade)(rng)
    hull = two_color_hull(fin.livery(rng), fin.livery(rng), wood, lines)
    h, y = between(rng, 1.05, 1.35) * length, -0.08 * length
    cabin = _cabin(fin.enamel(rng), lines)
    sails = _sails(rng, fin.Finish(white.material, 1.5), lines, h, y)
    return [
        *hull,
        s.rod(metal, (0, y, 0.5 * depth), (0, y + 0.02 * h, h), 0.011 * length, 0.5 * (0.011 * length), sides=10),
        s.rod(metal, (0, y, depth * 1.7), (0, 0.42 * length, depth * 1.6), 0.007 * length, sides=8),
        cabin,
        *(sails if chance(rng, 0.85) else []),
        *_stays(metal, lines, h, y),
    ]


def _cabin(f: fin.Finish, lines: Lines) -> Mesh:
    """A low cabin that narrows upwards."""
    plan, length, depth = s.oval(24, 0.4), lines.length, lines.depth
    rings = [
        np.c_[plan * (0.3 * lines.beam * k, 0.17 * length * k) + (0, 0.04 * length), np.full(24, z)]
        for k, z in ((1, 0.8 * depth), (0.95, 1.35 * depth), (0.8, 1.42 * depth))
    ]
    return s.loft(f, rings)


def _sails(rng: Generator, white: fin.Finish, lines: Lines, h: float, y: float) -> Parts:
    """Main sail and jib of a mast of height h at y, the jib perhaps in a colour."""
    length, depth = lines.length, lines.depth
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
    return [cloth_sail(white, main, lean, thick), cloth_sail(pick(rng, white, fin.livery(rng)), jib, lean, thick)]


def _stays(f: fin.Finish, lines: Lines, h: float, y: float) -> Parts:
    """Ropes from the mast top to bow, stern and both sides."""
    length, beam, depth = lines.length, lines.beam, lines.depth
    feet = (
        (0, -0.5 * length, 1.3 * depth),
        (0.45 * beam, y, depth),
        (-0.45 * beam, y, depth),
        (0, 0.49 * length, depth),
    )
    return [s.rod(f, a, (0, y, 0.96 * h), 0.0018 * length, sides=5) for a in feet]


def cloth_sail(f: fin.Finish, corners: Array, belly: float, thick: float) -> Mesh:
    """A three- or four-cornered sail between corners (A, B at the foot, C, D at the head), bulging sideways in x."""
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9))
    a, b, c, d = np.asarray(corners, np.float64)
    p = (1 - v)[..., None] * ((1 - u)[..., None] * a + u[..., None] * b) + v[..., None] * (
        (1 - u)[..., None] * d + u[..., None] * c
    )
    normal = cross(b - a, (c + d) / 2 - a)
    normal /= np.linalg.norm(normal)
    p = p + (belly * np.sin(np.pi * u) * np.sin(np.pi * np.clip(0.15 + 0.85 * v, 0, 1)))[..., None] * normal
    return s.loft(f, np.concatenate([p + thick * normal, p[:, ::-1] - thick * normal], axis=1))
