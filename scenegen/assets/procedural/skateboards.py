"""Skateboards and longboards."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, pick
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


_THICK = 0.012
"""Thickness of a deck, metres."""


def skateboard(rng: Generator) -> Parts:
    """A skateboard or longboard: a deck with raised ends, trucks and wheels; the print is on top."""
    length, w = between(rng, 0.7, 1.05), between(rng, 0.18, 0.25)
    rings = _deck_rings(rng, length, w)
    deck = s.loft(pick(rng, fin.wood, fin.plastic)(rng), rings)
    grip = _print(pick(rng, fin.picture, fin.picture, fin.label, fin.dark)(rng), rings)
    truck = _truck(fin.steel(rng), fin.plastic(rng), w, between(rng, 0.026, 0.036))
    spots = [(0, -0.3 * length, 0), (0, 0.3 * length, 0)]
    return [deck, grip, *[s.scattered(m, spots) for m in truck]]


def _deck_rings(rng: Generator, length: float, w: float) -> list[Array]:
    """25 sections (14, 3) of a deck from nose to tail: seven points below, seven above."""
    nose, tail = between(rng, 0.0, 0.07), between(rng, 0.02, 0.07)
    y, x = np.linspace(-1, 1, 25), np.linspace(-1, 1, 7)
    half = w / 2 * (1 - np.abs(y) ** between(rng, 4, 10)) ** pick(rng, 0.4, 0.6)
    half[[0, -1]] = 0.12 * w
    z = 0.11 + np.where(y < 0, nose, tail) * np.clip((np.abs(y) - 0.62) / 0.38, 0, 1) ** 1.3
    dish = 0.012 * x**2
    return [
        np.r_[
            np.c_[x * a, np.full(7, b * length / 2), c + dish],
            np.c_[x[::-1] * a, np.full(7, b * length / 2), c + _THICK + dish[::-1]],
        ]
        for a, b, c in zip(half, y, z, strict=True)
    ]


def _print(f: fin.Finish, rings: list[Array]) -> Mesh:
    """A thin sheet with one picture on top of a deck."""
    lifted = [r * (0.97, 0.98, 1) + (0, 0, 0.003) for r in rings]
    return s.flat_picture(s.loft(f, [np.r_[a[:7] + (0, 0, 0.006), a[7:]] for a in lifted]))


def _truck(metal: fin.Finish, wheel: fin.Finish, w: float, r: float) -> Parts:
    """An axle with its mount and two wheels of radius r, at y = 0."""
    upper = [(-0.025, -0.03, 0.105), (0.025, -0.03, 0.105), (0.025, 0.03, 0.105), (-0.025, 0.03, 0.105)]
    lower = [(-0.02, -0.012, r), (0.02, -0.012, r), (0.02, 0.012, r), (-0.02, 0.012, r)]
    return [
        s.block(metal, (0.05, 0.08, 0.02), (0, 0, 0.105)),
        s.loft(metal, [upper, lower]),
        s.rod(metal, (-0.5 * w, 0, r), (0.5 * w, 0, r), 0.009),
        *s.both(s.disc(wheel, r, 0.034, (0.42 * w, 0, r), axis=0, sides=18)),
        *s.both(s.disc(metal, 0.4 * r, 0.038, (0.42 * w, 0, r), axis=0, sides=12)),
    ]
