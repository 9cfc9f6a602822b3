"""Helmets."""

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.head_shapes import closed, dome, levels
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]
_VENTS = (
    (0, -0.03, 0.97),
    (0.035, -0.03, 0.93),
    (-0.035, -0.03, 0.93),
    (0.066, -0.01, 0.79),
    (-0.066, -0.01, 0.79),
    (0.02, 0.065, 0.84),
    (-0.02, 0.065, 0.84),
)
"""Vents of a bicycle helmet: x and y in metres, z as a share of its height."""


@dataclass(frozen=True)
class Shell:
    """What all helmets share: finishes of the outside, the lining and dark parts; half width and half depth."""

    outside: fin.Finish
    lining: fin.Finish
    dark: fin.Finish
    w: float
    d: float

    @property
    def plan(self) -> Array:
        """(40, 2) outline seen from above, metres."""
        return s.oval(40) * (self.w, self.d)


def helmet(rng: Generator) -> Parts:
    """A motorcycle, bicycle, building-site or knight's helmet standing on its rim."""
    shell = Shell(fin.livery(rng), fin.dark(rng), fin.dark(rng), between(rng, 0.1, 0.12), between(rng, 0.12, 0.14))
    return pick(rng, _motorcycle_helmet, _bicycle_helmet, _site_helmet, _knights_helmet)(rng, shell)


def _motorcycle_helmet(rng: Generator, shell: Shell) -> Parts:
    """A full-face helmet with visor, stripe, hinges and air vent."""
    h, w, d, dark = between(rng, 0.24, 0.27), shell.w, shell.d, shell.dark
    wall = [(0.82, 0), (0.92, 0.1), (0.99, 0.3), (1.0, 0.5), (0.93, 0.72), (0.75, 0.88), (0.45, 0.97), (0, 1)]
    basin = [(0.82, 0), (0.7, 0.01), (0.72, 0.5)]
    return [
        s.loft(shell.outside, levels(shell.plan, [(k, z * h) for k, z in wall]), bottoms=False),
        s.open_rings_down(shell.lining, levels(shell.plan, [(k, z * h) for k, z in basin])),
        _visor(fin.glass(rng), w, d, h),
        s.slab(fin.livery(rng), (-0.012, -0.3 * d, 0.9 * h), (0.012, 0.3 * d, 1.008 * h), 0.006),
        *s.both(s.disc(dark, 0.02, 0.014, (0.99 * w, -0.2 * d, 0.52 * h), axis=0, sides=16)),
        s.slab(dark, (-0.03, -0.96 * d, 0.12 * h), (0.03, -0.8 * d, 0.22 * h), 0.006),
    ]


def _visor(f: fin.Finish, w: float, d: float, h: float) -> Mesh:
    """The curved pane of a full-face helmet."""
    face = np.linspace(-0.95, 0.95, 15)
    rows = [
        np.c_[w * k * 1.02 * np.sin(face), -d * k * 1.02 * np.cos(face), np.full(15, z * h)]
        for k, z in ((0.985, 0.36), (1.0, 0.46), (0.985, 0.58), (0.94, 0.7))
    ]
    back = [r * (0.9, 0.9, 1) for r in rows]
    return s.loft(f, np.concatenate([rows, np.array(back)[:, ::-1]], axis=1))


def _bicycle_helmet(rng: Generator, shell: Shell) -> Parts:
    """A bicycle helmet with vents and a coloured rim."""
    h = between(rng, 0.13, 0.16)
    return [
        *dome(shell.outside, shell.lining, shell.plan, h, 0.8, 0.0, 0.02),
        *[s.ball(shell.dark, (0.009, 0.05, 0.02), (x, y, h * z), 12) for x, y, z in _VENTS],
        s.bent(fin.livery(rng), closed(shell.plan, 0.008), 0.008, sides=8),
    ]


def _site_helmet(rng: Generator, shell: Shell) -> Parts:
    """A builder's helmet with a peak, three ridges and a badge."""
    h, d, f = between(rng, 0.15, 0.19), shell.d, shell.outside
    brim = [
        np.c_[shell.plan * k + (0, q), np.full(40, z)]
        for k, q, z in ((0.96, 0, 0.0005), (1.14, -0.018, 0.0), (1.15, -0.018, 0.004), (0.98, 0, 0.01))
    ]
    t = np.linspace(0.25, np.pi - 0.25, 13)
    ridges = [
        s.bent(f, np.c_[np.full(13, x), d * np.cos(t) * k, h * np.sin(t) ** 0.7 * k + 0.002], 0.006, sides=8)
        for x, k in ((0.0, 1.0), (0.03, 0.965), (-0.03, 0.965))
    ]
    return [
        *dome(f, shell.lining, shell.plan, h, 0.65, 0.0, 0.006),
        s.loft(f, brim, bottoms=False, tops=False),
        *ridges,
        s.moved(s.disc(fin.label(rng), 0.018, 0.012, axis=1, sides=16), (0, -0.975 * d, 0.4 * h)),
    ]


def _knights_helmet(rng: Generator, shell: Shell) -> Parts:
    """A steel helmet with nose guard, crest and rivets; some with horns."""
    h, w, d = between(rng, 0.15, 0.19), shell.w, shell.d
    skull = dome(fin.steel(rng), shell.lining, shell.plan, h, 0.65, 0.0, 0.006)
    metal, bone = fin.steel(rng), fin.lampshade(rng)
    t = np.linspace(0.12, np.pi - 0.12, 15)
    horn = [(0.9 * w, 0, 0.5 * h), (1.4 * w, 0, 0.55 * h), (1.6 * w, 0, 1.1 * h)]
    return [
        *skull,
        s.bent(metal, closed(shell.plan, 0.009), 0.009, sides=8),
        s.bent(metal, np.c_[0 * t, d * np.cos(t) * 1.01, h * np.sin(t) ** 0.65 * 1.01], 0.007, sides=8),
        s.slab(metal, (-0.009, -d - 0.006, 0.0), (0.009, -0.9 * d, 0.6 * h), 0.003),
        s.scattered(s.ball(metal, 0.005, sides=8), [(*p, 0.022) for p in shell.plan[::4] * 1.0]),
        *(s.both(s.bent(bone, horn, [0.022, 0.016, 0.002], smooth=2)) if chance(rng, 0.4) else []),
    ]
