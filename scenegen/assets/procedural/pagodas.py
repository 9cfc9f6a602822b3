"""Pagodas."""

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


@dataclass(frozen=True)
class Style:
    """What all storeys of a pagoda share."""

    wall: fin.Finish
    roof: fin.Finish
    trim: fin.Finish
    dark: fin.Finish
    sides: int
    rise: float
    """Height of a storey, metres."""

    @property
    def plan(self) -> Array:
        """(sides, 2) outline of unit half width."""
        return s.oval(self.sides) * (1.4142 if self.sides == 4 else 1.08)


def pagoda(rng: Generator) -> Parts:
    """A pagoda: storeys with sweeping roofs that shrink upwards, and a finial."""
    w, storeys, rise = between(rng, 7, 11), whole(rng, 3, 7), between(rng, 3.2, 4.2)
    wall, roof = fin.livery(rng), fin.Finish(pick(rng, fin.painted, fin.terracotta)(rng).material, 3.0)
    trim, dark = fin.wood(rng), fin.solid("opening", (0.1, 0.08, 0.07))
    style = Style(wall, roof, trim, dark, pick(rng, 4, 8), rise)
    stone, base = fin.Finish(fin.stone(rng).material, 3.0), 0.8
    parts = [s.loft(stone, [np.c_[style.plan * 0.75 * w, np.full(style.sides, z)] for z in (0, 0.9)])]
    for k in range(storeys):
        parts += _storey(style, w / 2 * (1 - 0.62 * k / storeys), base)
        base += rise
    return [*parts, _finial(fin.steel(rng), 0.2 * w * (1 - 0.62 * (storeys - 1) / storeys), base)]


def _storey(style: Style, half: float, base: float) -> Parts:
    """Walls, a roof with swept eaves, and openings of a storey of half width `half` at height `base`."""
    plan, rise = style.plan, style.rise
    walls = [np.c_[plan * half * 0.8, np.full(style.sides, base + z)] for z in (-0.1, 0.75 * rise)]
    steps = [(0.7, 0.62), (1.35, 0.56), (1.37, 0.62), (1.0, 0.74), (0.72, 0.92), (0.5, 1.06)]
    eaves = [np.c_[plan * half * a, np.full(style.sides, base + b * rise)] for a, b in steps]
    return [s.loft(style.wall, walls), s.loft(style.roof, eaves), *_openings(style, half, base)]


def _openings(style: Style, half: float, base: float) -> Parts:
    """Doors on four sides, and corner posts where the plan is a square."""
    door = s.slab(style.dark, (-0.22 * half, -0.83 * half, base), (0.22 * half, 0, base + 0.45 * style.rise))
    if style.sides != 4:
        return s.around(s.scaled(door, (1, 1.02, 1)), 4)
    x = 0.72 * half
    post = s.rod(style.trim, (x, x, base - 0.1), (x, x, base + 0.65 * style.rise), 0.16, sides=8)
    return [*s.around(door, 4), *s.around(post, 4)]


def _finial(f: fin.Finish, r: float, z: float) -> Mesh:
    """A metal tip of foot radius r on the last roof at height z."""
    profile = [(0, z), (r, z), (0.3 * r, z + 0.8), (0.5 * r, z + 1.2), (0.15 * r, z + 1.7), (0, z + 3.2)]
    return s.turned(f, profile, sides=16)
