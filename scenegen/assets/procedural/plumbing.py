"""Bath tubs and taps."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


@dataclass(frozen=True)
class Tub:
    """The form of a bath tub."""

    size: tuple[float, float, float]
    """Length, width and height, metres."""
    plan: Array
    """(40, 2) unit outline."""
    foot: float
    """Height of its underside."""
    slip: float
    """How much higher its head end is."""

    def level(self, k: float, z: float) -> Array:
        """(40, 3) ring of the tub at share z of its height, scaled by k."""
        length, w, h = self.size
        rise = self.slip * np.clip(self.plan[:, 0], 0, 1) ** 2 * z
        return np.c_[self.plan * (length / 2 * k, w / 2 * (k**1.5)), self.foot + (h - self.foot) * z + rise]

    def inside(self) -> list[Array]:
        """Rings of the basin below the rim."""
        return [self.level(k, z) for k, z in ((0.9, 0.9), (0.85, 0.5), (0.78, 0.2), (0.68, 0.13))]


def bathtub(rng: Generator) -> Parts:
    """A bath tub: free-standing on feet or a plinth, slipper-shaped, or boxed in; with taps, some with water."""
    size = length, w, h = between(rng, 1.45, 1.8), between(rng, 0.68, 0.85), between(rng, 0.52, 0.62)
    square, boxed = between(rng, 0.3, 0.9), chance(rng, 0.35)
    slip = 0.0 if boxed else pick(rng, 0.0, between(rng, 0.08, 0.18))
    white, outer = fin.near(rng, "enamel", (0.92, 0.92, 0.90), 0.03), pick(rng, fin.enamel, fin.painted, fin.stone)(rng)
    tub = Tub(size, s.oval(40, square), 0.0 if boxed else between(rng, 0.02, 0.14), slip)
    parts = _boxed_tub(rng, white, tub) if boxed else _free_tub(rng, white, outer, tub)
    if chance(rng, 0.5):
        water = fin.near(rng, "water", (0.62, 0.76, 0.80))
        parts.append(s.loft(water, [tub.level(0.83, 0.6), tub.level(0.845, 0.62)]))
    if boxed:
        parts.append(s.slab(fin.dark(rng), (-length / 2, -w / 2, 0.01), (length / 2, w / 2, 0.03)))
    return [*parts, *_bath_tap(fin.steel(rng), -length / 2 + 0.06, h)]


def _boxed_tub(rng: Generator, white: fin.Finish, tub: Tub) -> Parts:
    """A basin let into a rectangular box."""
    length, w, h = tub.size
    frame = s.oval(40, 0.06) * (length / 2 + 0.05, w / 2 + 0.05)
    top = [np.c_[frame, np.full(40, z)] for z in (0.94 * h, h)]
    basin = s.open_rings(white, [*top, tub.level(0.97, 1.0) * (1, 1, 0) + (0, 0, h), *tub.inside()])
    return [*_box_walls(fin.carcass(rng), length, w, h), basin]


def _free_tub(rng: Generator, white: fin.Finish, outer: fin.Finish, tub: Tub) -> Parts:
    """A free-standing tub on claw feet or, where it is low, on a plinth."""
    wall = [tub.level(0.94 - 0.16 * (1 - z) ** 2, z) for z in (0.0, 0.2, 0.45, 0.7, 0.95)]
    rim = [tub.level(1.0, 0.955), tub.level(1.0, 0.985), tub.level(0.97, 1.0), tub.level(0.93, 0.99)]
    shells = [s.loft(outer, [*wall, rim[0]], tops=False), s.open_rings(white, [*rim, *tub.inside()])]
    if tub.foot > 0.06:
        return [*shells, *_feet(rng, *tub.size[:2], tub.foot)]
    return [*shells, s.loft(outer, [tub.level(0.75, 0) * (1, 1, 0), tub.level(0.78, 0.06)])]


def faucet(rng: Generator) -> Parts:
    """A tap for basin or kitchen: arched, straight, or column; lever, cross handles, or a pull-out spray."""
    f, h, reach = fin.steel(rng), between(rng, 0.12, 0.36), between(rng, 0.1, 0.22)
    r = between(rng, 0.009, 0.014)
    parts = [
        *_spout(rng, f, r, _spout_path(rng, h, reach)),
        s.block(fin.stone(rng), (0.28, 0.14 + reach, 0.02), (0, 0.02 - 0.5 * reach, -0.006), 0.004),
    ]
    kind = int(rng.integers(3))
    if kind == 0:
        return [*parts, *_lever(f, r)]
    x = between(rng, 0.07, 0.11)
    handle = _cross(rng, f, x) if kind == 1 else _round_handle(rng, f, x)
    return [*parts, *[m for p in (*_valve(f, x), *handle) for m in s.both(p)]]


def _spout_path(rng: Generator, h: float, reach: float) -> Array:
    """(K, 3) path of an arched, square or beak-shaped spout."""
    arch = [(0, 0, 0.8 * h), (0, -0.1 * reach, 1.15 * h), (0, -0.9 * reach, 1.15 * h), (0, -reach, 0.7 * h)]
    shapes = {
        "arch": [(0, 0, 0.02), *arch],
        "square": [(0, 0, 0.02), (0, 0, h), (0, -reach, h), (0, -reach, 0.85 * h)],
        "beak": [(0, 0, 0.02), (0, 0, 0.5 * h), (0, -0.5 * reach, 0.75 * h), (0, -reach, 0.6 * h)],
    }
    return np.array(shapes[pick(rng, "arch", "square", "beak")])


def _spout(rng: Generator, f: fin.Finish, r: float, path: Array) -> Parts:
    """A pipe along a path on a round base, its mouth dark."""
    tip = path[-1]
    return [
        s.bent(f, path, r, sides=14, smooth=pick(rng, 1, 3)),
        s.disc(f, 2.4 * r, 0.012, (0, 0, 0.006)),
        s.disc(f, 1.6 * r, 0.07, (0, 0, 0.035)),
        s.rod(fin.dark(rng), tip + (0, 0, 0.01), tip - (0, 0, 0.006), 1.2 * r),
    ]


def _lever(f: fin.Finish, r: float) -> Parts:
    """A lever at the side of the base."""
    return [
        s.bent(f, [(0, 0, 0.05), (2.5 * r, 0, 0.055), (0.07, -0.01, 0.1)], [0.8 * r, 0.8 * r, 0.4 * r], smooth=1),
        s.disc(f, 1.2 * r, 3 * r, (2 * r, 0, 0.05), axis=0),
    ]


def _valve(f: fin.Finish, x: float) -> Parts:
    """The right valve below its handle, joined to the spout."""
    return [
        s.disc(f, 0.022, 0.012, (x, 0, 0.006)),
        s.rod(f, (x, 0, 0), (x, 0, 0.05), 0.012),
        s.rod(f, (x, 0, 0.025), (0, 0, 0.025), 0.009),
    ]


def _cross(rng: Generator, f: fin.Finish, x: float) -> Parts:
    """A cross handle with a button on top."""
    return [
        s.rod(f, (x - 0.03, 0, 0.06), (x + 0.03, 0, 0.06), 0.006),
        s.rod(f, (x, -0.03, 0.06), (x, 0.03, 0.06), 0.006),
        s.ball(pick(rng, f, fin.lid(rng)), 0.011, (x, 0, 0.063), 12),
    ]


def _round_handle(rng: Generator, f: fin.Finish, x: float) -> Parts:
    """A turned handle of metal or china."""
    profile = [(0, 0.04), (0.018, 0.04), (0.024, 0.055), (0.018, 0.078), (0, 0.08)]
    return [s.turned(pick(rng, f, fin.glazed_plain(rng)), profile, (x, 0, 0), sides=8)]


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
    return [m for p in foot for m in s.in_four(s.clipped_below(p, 0.0))]


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
