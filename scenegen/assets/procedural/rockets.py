"""Rockets."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]
Livery = tuple[fin.Finish, fin.Finish, fin.Finish]
"""Paint, trim and dark parts."""
Profile = list[tuple[float, float]]
"""(radius, height) of a body from its foot to its tip."""


def rocket(rng: Generator) -> Parts:
    """A rocket standing on its fins or engines: one or more stages, boosters, or a cartoon shape."""
    f, trim, dark = fin.livery(rng), fin.livery(rng), fin.dark(rng)
    h = between(rng, 12, 40)
    r = h * between(rng, 0.05, 0.13)
    base = 0.07 * h
    body = _profile(rng, r, h, base)
    cut = 17 if chance(rng, 0.7) else 20
    return [
        s.turned(f, [(0, base), *body[:cut]], sides=28),
        s.turned(trim, body[cut - 1 :], sides=28),
        *_fins(rng, trim, r, h, base),
        _nozzle(dark, r, h),
        *_bands(rng, trim, body, r, h),
        *(_boosters(rng, (f, trim, dark), r, h, base) if chance(rng, 0.4) else []),
        *_port_hole(rng, r, h, _radius_at(body, 0.55 * h)),
    ]


def _profile(rng: Generator, r: float, h: float, base: float) -> Profile:
    """Radius and height of the body from `base` to the tip: a slight or fat belly, then a nose."""
    belly = between(rng, 0.0, 0.35) if r > 0.09 * h else 0.0
    z = np.linspace(0, 1, 24)
    wall = r * np.where(z < 0.7, 0.85 + 0.15 * np.sin(np.pi * z / 1.4) + belly * np.sin(np.pi * z) * 0.5, 0)
    peak = float(0.85 + 0.15 * np.sin(np.pi / 2) + belly * np.sin(0.7 * np.pi) * 0.5) * r
    wall = np.where(z < 0.7, wall, peak * np.clip(1 - np.clip((z - 0.7) / 0.3, 0, 1) ** between(rng, 1.3, 2.2), 0, 1))
    return [(float(a), base + float(b) * (h - base)) for a, b in zip(wall, z, strict=True)]


def _radius_at(body: Profile, z: float) -> float:
    """Radius of a body at height z."""
    return float(np.interp(z, [p[1] for p in body], [p[0] for p in body]))


def _fins(rng: Generator, f: fin.Finish, r: float, h: float, base: float) -> Parts:
    """Three or four fins that reach down to the ground."""
    count = pick(rng, 3, 4)
    foot, tall = r * between(rng, 1.7, 2.4), between(rng, 0.15, 0.28) * h
    outline = [
        (0.6 * r, base + 0.02 * h),
        (foot, 0),
        (1.12 * foot, 0),
        (1.1 * foot, 0.35 * tall),
        (0.7 * r, base + tall),
    ]
    return s.around(s.profile_y(f, outline, -0.04 * r, 0.04 * r), count, 0.4)


def _nozzle(f: fin.Finish, r: float, h: float) -> Mesh:
    """The bell of the engine."""
    flare = [(0.3 * r, 0.05 * h), (0.25 * r, 0.1 * h)]
    return s.turned(f, [(0, 0.03 * h), (0.5 * r, 0.012 * h), (0.55 * r, 0.012 * h), *flare, (0, 0.1 * h)])


def _bands(rng: Generator, f: fin.Finish, body: Profile, r: float, h: float) -> Parts:
    """Rings around the body."""
    return [
        s.hoop(f, _radius_at(body, k * h), 0.025 * r + 0.02, (0, 0, k * h), sides=28)
        for k in spread(whole(rng, 1, 4), 0.15, 0.7)
    ]


def _boosters(rng: Generator, finishes: Livery, r: float, h: float, base: float) -> Parts:
    """Two slim rockets on the sides of the large one."""
    f, trim, dark = finishes
    one = [
        s.disc(pick(rng, f, trim), 0.42 * r, 0.45 * h, (1.3 * r, 0, base + 0.235 * h)),
        s.turned(trim, [(0.42 * r, 0), (0.3 * r, 0.06 * h), (0, 0.1 * h)], (1.3 * r, 0, base + 0.455 * h)),
        s.rod(dark, (1.3 * r, 0, base + 0.02 * h), (1.3 * r, 0, 0.015 * h), 0.2 * r, 0.33 * r),
    ]
    return [m for p in one for m in s.around(p, pick(rng, 2, 2), 0.0)]


def _port_hole(rng: Generator, r: float, h: float, y: float) -> Parts:
    """A round window in front, where the body has radius y."""
    return [
        s.disc(fin.steel(rng), 0.3 * r, 0.25 * r, (0, -y, 0.55 * h), axis=1, sides=20),
        s.disc(fin.glass(rng), 0.22 * r, 0.28 * r, (0, -y - 0.01 * r, 0.55 * h), axis=1, sides=20),
    ]
