"""Knives."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]
_LIFT = 0.006
"""Height of the middle of the handle above the table."""


def knife(rng: Generator) -> Parts:
    """A kitchen knife, cleaver, bread knife, dagger or table knife lying on its side; blade towards -y."""
    length, width = between(rng, 0.09, 0.24), between(rng, 0.018, 0.045)
    kind = pick(rng, "chef", "cleaver", "bread", "dagger", "table")
    if kind == "cleaver":
        width *= 1.9
    edge, spine = _blade_lines(rng, kind, width)
    steel = fin.steel(rng)
    centre = 0.0 if kind in ("dagger", "table") else 0.25 * width
    handle = between(rng, 0.09, 0.13)
    f, half = pick(rng, fin.wood, fin.wood, fin.dark, fin.plastic, fin.steel)(rng), between(rng, 0.009, 0.013)
    parts = [
        _blade(steel, edge, spine, width, length),
        _grip(rng, f, handle, half, centre),
        s.slab(steel, (centre - 1.15 * half, -0.012, 0.0), (centre + 1.15 * half, 0.001, 2 * _LIFT), 0.002),
        _rivets(rng, steel, handle, centre),
    ]
    return [*parts, _guard(steel, 0.8 * width + half)] if kind == "dagger" else parts


def _blade_lines(rng: Generator, kind: str, width: float) -> tuple[Array, Array]:
    """Where edge and spine run across the blade, (15,) each, from the handle to the tip."""
    t = np.linspace(0, 1, 15)
    if kind == "cleaver":
        return np.full(15, 0.0), np.full(15, width)
    if kind == "dagger":
        return 0.5 * width * t**2.5, width * (1 - 0.5 * t**2.5)
    if kind == "bread":
        return 0.0015 * np.cos(np.pi * np.arange(15)) + 0.002, width * 0.8 * (1 - 0.5 * t**6)
    return width * 0.75 * t ** between(rng, 2.5, 5), np.full(15, width) * (1 - 0.12 * t**3)


def _blade(f: fin.Finish, edge: Array, spine: Array, width: float, length: float) -> Mesh:
    """A thin blade along -y between edge and spine, which is `width` across at the handle."""
    thick, y = 0.0016, -length * np.linspace(0, 1, 15)
    steps = np.array((0.4, 1.0, 0.7, -0.7, -1.0, -0.4))
    middle = (edge + spine) / 2
    across = np.stack([edge, middle, spine, spine, middle, edge], 1) - width / 2
    along, up = np.broadcast_to(y[:, None], across.shape), np.broadcast_to(thick + thick * steps, across.shape)
    return s.loft(f, np.stack([across, along, up], -1))


def _grip(rng: Generator, f: fin.Finish, length: float, half: float, centre: float) -> Mesh:
    """A handle along +y that swells and tapers about `half`, its middle at x = `centre`."""
    k, plan = np.linspace(0, 1, 12), s.oval(20, 0.6)
    bulge = half * (1 + 0.18 * np.sin(2 * np.pi * k * between(rng, 0.8, 1.6)) + 0.15 * k**3)
    up = _LIFT + plan[:, 1] * min(0.005, 0.55 * half)
    rings = [
        np.stack([plan[:, 0] * a + centre, np.full(20, -0.004 + b * length), up], -1)
        for a, b in zip(bulge, k, strict=True)
    ]
    return s.loft(f, rings)


def _rivets(rng: Generator, f: fin.Finish, length: float, centre: float) -> Mesh:
    """Two or three rivets along a handle."""
    rivet = s.disc(f, 0.0032, 0.0114, (centre, 0, _LIFT), sides=10)
    return s.scattered(rivet, [(0, b * length, 0) for b in spread(whole(rng, 2, 3), 0.1, 0.9)])


def _guard(f: fin.Finish, half: float) -> Mesh:
    """The cross bar of a dagger."""
    return s.slab(f, (-half, -0.014, 0.0006), (half, -0.004, 2 * _LIFT - 0.0006), 0.003)
