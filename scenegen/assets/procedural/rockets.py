"""Rockets."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def rocket(rng: Generator) -> Parts:
    """A rocket standing on its fins or engines: one or more stages, boosters, or a cartoon shape."""
    f, trim, dark = fin.livery(rng), fin.livery(rng), fin.dark(rng)
    h = between(rng, 12, 40)
    r = h * between(rng, 0.05, 0.13)
    belly = between(rng, 0.0, 0.35) if r > 0.09 * h else 0.0
    z = np.linspace(0, 1, 24)
    wall = r * np.where(z < 0.7, 0.85 + 0.15 * np.sin(np.pi * z / 1.4) + belly * np.sin(np.pi * z) * 0.5, 0)
    peak = float(0.85 + 0.15 * np.sin(np.pi / 2) + belly * np.sin(0.7 * np.pi) * 0.5) * r
    wall = np.where(z < 0.7, wall, peak * np.clip(1 - np.clip((z - 0.7) / 0.3, 0, 1) ** between(rng, 1.3, 2.2), 0, 1))
    base = 0.07 * h
    body = [(float(a), base + float(b) * (h - base)) for a, b in zip(wall, z, strict=True)]
    cut = 17 if chance(rng, 0.7) else 20
    parts = [s.turned(f, [(0, base), *body[:cut]], sides=28), s.turned(trim, body[cut - 1 :], sides=28)]
    count = pick(rng, 3, 4)
    foot, tall = r * between(rng, 1.7, 2.4), between(rng, 0.15, 0.28) * h
    outline = [
        (0.6 * r, base + 0.02 * h),
        (foot, 0),
        (1.12 * foot, 0),
        (1.1 * foot, 0.35 * tall),
        (0.7 * r, base + tall),
    ]
    blade = s.profile_y(trim, outline, -0.04 * r, 0.04 * r)
    parts += s.around(blade, count, 0.4)
    bell = [
        (0, 0.1 * h),
        (0.25 * r, 0.1 * h),
        (0.3 * r, 0.05 * h),
        (0.55 * r, 0.012 * h),
        (0.5 * r, 0.012 * h),
        (0, 0.07 * h),
    ]
    parts.append(
        s.turned(dark, [(0, 0.03 * h), (0.5 * r, 0.012 * h), (0.55 * r, 0.012 * h), *bell[2:0:-1], (0, 0.1 * h)])
    )
    parts += [
        s.hoop(
            trim,
            float(np.interp(k * h, [p[1] for p in body], [p[0] for p in body])),
            0.025 * r + 0.02,
            (0, 0, k * h),
            sides=28,
        )
        for k in spread(whole(rng, 1, 4), 0.15, 0.7)
    ]
    if chance(rng, 0.4):
        one = [
            s.disc(pick(rng, f, trim), 0.42 * r, 0.45 * h, (1.3 * r, 0, base + 0.235 * h)),
            s.turned(trim, [(0.42 * r, 0), (0.3 * r, 0.06 * h), (0, 0.1 * h)], (1.3 * r, 0, base + 0.455 * h)),
            s.rod(dark, (1.3 * r, 0, base + 0.02 * h), (1.3 * r, 0, 0.015 * h), 0.2 * r, 0.33 * r),
        ]
        parts += [m for p in one for m in s.around(p, pick(rng, 2, 2), 0.0)]
    port = float(np.interp(0.55 * h, [p[1] for p in body], [p[0] for p in body]))
    parts += [
        s.disc(fin.steel(rng), 0.3 * r, 0.25 * r, (0, -port, 0.55 * h), axis=1, sides=20),
        s.disc(fin.glass(rng), 0.22 * r, 0.28 * r, (0, -port - 0.01 * r, 0.55 * h), axis=1, sides=20),
    ]
    return parts
