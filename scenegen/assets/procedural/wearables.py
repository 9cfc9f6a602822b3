"""What is worn on the head, and knives: caps, helmets, knives."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def _dome(f: fin.Finish, inner: fin.Finish, plan: Array, h: float, power: float, z0: float, wall: float) -> Parts:
    """An open dome over a plan (N, 2), outside and inside, standing at z0."""
    t = np.linspace(0, np.pi / 2, 10)
    steps = [(max(float(np.cos(a)), 0.0) ** power, float(np.sin(a))) for a in t]
    steps[-1] = (0.0, 1.0)
    n, thin = len(plan), wall / float(np.abs(plan).max())
    outer = [np.c_[plan * k, np.full(n, z0 + h * z)] for k, z in steps]
    inside = [np.c_[plan * max(k - thin, 0), np.full(n, z0 + (h - wall) * z)] for k, z in steps]
    return [s.loft(f, outer, bottoms=False), s.flipped(s.loft(inner, [outer[0], *inside], bottoms=False))]


def cap(rng: Generator) -> Parts:
    """A baseball cap, bucket hat, sun hat, top hat, beanie or flat cap, standing on its brim."""
    plan = s.oval(40) * (between(rng, 0.075, 0.085), between(rng, 0.09, 0.1))
    f, second = fin.upholstery(rng), fin.upholstery(rng)
    kind = int(rng.integers(5))
    if kind <= 1:
        return _baseball(rng, f, second, plan)
    if kind == 2:
        h = between(rng, 0.1, 0.18)
        roll = s.bent(second, np.c_[np.vstack([plan, plan[:1]]) * 1.0, np.full(41, 0.018)], 0.018, sides=10)
        parts = [*_dome(f, f, plan, h, between(rng, 0.6, 0.9), 0.01, 0.004), roll]
        return [*parts, s.ball(fin.straw(rng), 0.026, (0, 0, h + 0.02))] if chance(rng, 0.6) else parts
    h, out, crown = between(rng, 0.09, 0.13), between(rng, 1.4, 2.0), between(rng, 0.82, 0.95)
    if kind == 4:
        h, crown, f = between(rng, 0.14, 0.2), 1.0, fin.near(rng, "felt", (0.12, 0.12, 0.13), 0.3)
    droop = between(rng, 0.0, 0.03) if kind == 3 else 0.0
    f = fin.straw(rng) if kind == 3 and chance(rng, 0.5) else f
    brim = [
        np.c_[plan * k, np.full(40, z)]
        for k, z in (
            (0.97, droop),
            (out, 0.0),
            (out * 1.01, 0.003),
            (1.0, droop + 0.006),
            (0.97, droop + 0.02),
            (crown * 0.98, h * 0.9),
            (crown * 0.9, h),
            (0.6, h * 0.97),
            (0.0, h * 0.96),
        )
    ]
    band = [
        np.c_[plan * k, np.full(40, z)]
        for k, z in (
            (0.95, droop + 0.008),
            (1.02, droop + 0.009),
            (1.012 * (0.97 + (crown - 0.97) * 0.3), droop + 0.035),
            (0.9, droop + 0.036),
        )
    ]
    hollow = [np.c_[plan * k, np.full(40, z)] for k, z in ((0.97, droop), (0.93, 0.4 * h), (crown * 0.85, 0.9 * h))]
    return [
        s.loft(f, brim, bottoms=False),
        s.open_rings_down(f, hollow),
        s.loft(second, band, bottoms=False, tops=False),
    ]


def _baseball(rng: Generator, f: fin.Finish, second: fin.Finish, plan: Array) -> Parts:
    """A cap of six panels with peak, button, seams and badge."""
    h, reach = between(rng, 0.09, 0.12), between(rng, 0.06, 0.085)
    visor_f = pick(rng, f, second)
    x = np.linspace(-1, 1, 13)
    w, front = float(plan[:, 0].max()), float(-plan[:, 1].min())
    inner = np.c_[x * w * 0.95, -front * np.sqrt(1 - (0.93 * x) ** 2) * 0.93]
    outer = np.c_[x * w * 0.98, -front * np.sqrt(1 - (0.93 * x) ** 2) - reach * (1 - x**2) ** 0.55]
    bend = 0.022 * (1 - x**2)
    upper, lower = 0.012 + bend, 0.008 + bend
    rings = np.stack(
        [
            np.c_[inner, lower + 0.004],
            np.c_[outer, lower - 0.007],
            np.c_[outer, upper - 0.007],
            np.c_[inner, upper + 0.004],
        ],
        1,
    )
    rings[..., 2] -= rings[..., 2].min()
    parts = [
        *_dome(f, second, plan, h, 0.75, 0.0, 0.003),
        s.loft(visor_f, rings),
        s.disc(visor_f, 0.008, 0.008, (0, 0, h), sides=12),
    ]
    t = np.linspace(0.05, np.pi / 2, 9)
    for a in np.arange(3) * np.pi / 3 + np.pi / 6:
        rim = np.array([np.cos(a) * w, np.sin(a) * front])
        half = np.c_[np.cos(t)[:, None] ** 0.75 * rim * 1.004, h * np.sin(t) + 0.0006]
        seam = np.concatenate([half, half[:-1][::-1] * (-1, -1, 1)])
        parts.append(s.bent(second, seam, 0.0014, sides=5))
    return (
        [
            *parts,
            s.moved(s.tilted(s.disc(second, 0.022, 0.01, axis=1, sides=20), 0, -0.35), (0, -0.93 * front, 0.4 * h)),
        ]
        if chance(rng, 0.6)
        else parts
    )


def helmet(rng: Generator) -> Parts:
    """A motorcycle, bicycle, building-site or knight's helmet standing on its rim."""
    f, lining, dark = fin.livery(rng), fin.dark(rng), fin.dark(rng)
    w, d = between(rng, 0.1, 0.12), between(rng, 0.12, 0.14)
    plan, kind = s.oval(40) * (w, d), int(rng.integers(4))
    if kind == 0:
        h = between(rng, 0.24, 0.27)
        wall = [(0.82, 0), (0.92, 0.1), (0.99, 0.3), (1.0, 0.5), (0.93, 0.72), (0.75, 0.88), (0.45, 0.97), (0, 1)]
        shell = s.loft(f, [np.c_[plan * k, np.full(40, z * h)] for k, z in wall], bottoms=False)
        basin = s.open_rings_down(
            lining, [np.c_[plan * k, np.full(40, z * h)] for k, z in ((0.82, 0), (0.7, 0.01), (0.72, 0.5))]
        )
        face = np.linspace(-0.95, 0.95, 15)
        rows = [
            np.c_[w * k * 1.02 * np.sin(face), -d * k * 1.02 * np.cos(face), np.full(15, z * h)]
            for k, z in ((0.985, 0.36), (1.0, 0.46), (0.985, 0.58), (0.94, 0.7))
        ]
        back = [r * (0.9, 0.9, 1) for r in rows]
        visor = s.loft(fin.glass(rng), np.concatenate([rows, np.array(back)[:, ::-1]], axis=1))
        stripe = s.slab(fin.livery(rng), (-0.012, -0.3 * d, 0.9 * h), (0.012, 0.3 * d, 1.008 * h), 0.006)
        return [
            shell,
            basin,
            visor,
            stripe,
            *s.both(s.disc(dark, 0.02, 0.014, (0.99 * w, -0.2 * d, 0.52 * h), axis=0, sides=16)),
            s.slab(dark, (-0.03, -0.96 * d, 0.12 * h), (0.03, -0.8 * d, 0.22 * h), 0.006),
        ]
    if kind == 1:
        h = between(rng, 0.13, 0.16)
        parts = _dome(f, lining, plan, h, 0.8, 0.0, 0.02)
        vents = [
            s.ball(dark, (0.009, 0.05, 0.02), (x, y, h * z), 12)
            for x, y, z in (
                (0, -0.03, 0.97),
                (0.035, -0.03, 0.93),
                (-0.035, -0.03, 0.93),
                (0.066, -0.01, 0.79),
                (-0.066, -0.01, 0.79),
                (0.02, 0.065, 0.84),
                (-0.02, 0.065, 0.84),
            )
        ]
        rim = np.c_[np.vstack([plan, plan[:1]]), np.full(41, 0.008)]
        return [*parts, *vents, s.bent(fin.livery(rng), rim, 0.008, sides=8)]
    h = between(rng, 0.15, 0.19)
    parts = _dome(f if kind == 2 else fin.steel(rng), lining, plan, h, 0.65, 0.0, 0.006)
    if kind == 2:
        brim = [
            np.c_[plan * k + (0, q), np.full(40, z)]
            for k, q, z in ((0.96, 0, 0.0005), (1.14, -0.018, 0.0), (1.15, -0.018, 0.004), (0.98, 0, 0.01))
        ]
        t = np.linspace(0.25, np.pi - 0.25, 13)
        ridges = [
            s.bent(f, np.c_[np.full(13, x), d * np.cos(t) * k, h * np.sin(t) ** 0.7 * k + 0.002], 0.006, sides=8)
            for x, k in ((0.0, 1.0), (0.03, 0.965), (-0.03, 0.965))
        ]
        return [
            *parts,
            s.loft(f, brim, bottoms=False, tops=False),
            *ridges,
            s.moved(s.disc(fin.label(rng), 0.018, 0.012, axis=1, sides=16), (0, -0.975 * d, 0.4 * h)),
        ]
    metal = fin.steel(rng)
    nose = s.slab(metal, (-0.009, -d - 0.006, 0.0), (0.009, -0.9 * d, 0.6 * h), 0.003)
    rim = np.c_[np.vstack([plan, plan[:1]]), np.full(41, 0.009)]
    t = np.linspace(0.12, np.pi - 0.12, 15)
    crest = s.bent(metal, np.c_[0 * t, d * np.cos(t) * 1.01, h * np.sin(t) ** 0.65 * 1.01], 0.007, sides=8)
    horn = s.bent(
        fin.lampshade(rng),
        [(0.9 * w, 0, 0.5 * h), (1.4 * w, 0, 0.55 * h), (1.6 * w, 0, 1.1 * h)],
        [0.022, 0.016, 0.002],
        smooth=2,
    )
    rivets = s.scattered(s.ball(metal, 0.005, sides=8), [(*p, 0.022) for p in plan[::4] * 1.0])
    return [
        *parts,
        s.bent(metal, rim, 0.009, sides=8),
        crest,
        nose,
        rivets,
        *(s.both(horn) if chance(rng, 0.4) else []),
    ]


def knife(rng: Generator) -> Parts:
    """A kitchen knife, cleaver, bread knife, dagger or table knife lying on its side; blade towards -y."""
    blade, width, kind = (
        between(rng, 0.09, 0.24),
        between(rng, 0.018, 0.045),
        pick(rng, "chef", "cleaver", "bread", "dagger", "table"),
    )
    t = np.linspace(0, 1, 15)
    if kind == "cleaver":
        width *= 1.9
        edge, spine = np.full(15, 0.0), np.full(15, width)
    elif kind == "dagger":
        edge, spine = 0.5 * width * t**2.5, width * (1 - 0.5 * t**2.5)
    elif kind == "bread":
        edge, spine = 0.0015 * np.cos(np.pi * np.arange(15)) + 0.002, width * 0.8 * (1 - 0.5 * t**6)
    else:
        edge, spine = width * 0.75 * t ** between(rng, 2.5, 5), np.full(15, width) * (1 - 0.12 * t**3)
    steel, y = fin.steel(rng), -blade * t
    thick, lift = 0.0016, 0.006
    low = thick
    steps = (0.4, 1.0, 0.7, -0.7, -1.0, -0.4)
    across = np.stack([edge, (edge + spine) / 2, spine, spine, (edge + spine) / 2, edge], 1) - width / 2
    along, up = np.broadcast_to(y[:, None], across.shape), np.broadcast_to(low + thick * np.array(steps), across.shape)
    rings = np.stack([across, along, up], -1)
    handle = between(rng, 0.09, 0.13)
    f, half = pick(rng, fin.wood, fin.wood, fin.dark, fin.plastic, fin.steel)(rng), between(rng, 0.009, 0.013)
    k = np.linspace(0, 1, 12)
    bulge = half * (1 + 0.18 * np.sin(2 * np.pi * k * between(rng, 0.8, 1.6)) + 0.15 * k**3)
    plan = s.oval(20, 0.6)
    centre = 0.0 if kind in ("dagger", "table") else 0.25 * width
    grip = [
        np.stack(
            [plan[:, 0] * a + centre, np.full(20, -0.004 + b * handle), lift + plan[:, 1] * min(0.005, 0.55 * half)], -1
        )
        for a, b in zip(bulge, k, strict=True)
    ]
    rivet = s.disc(steel, 0.0032, 0.0114, (centre, 0, lift), sides=10)
    parts = [
        s.loft(steel, rings),
        s.loft(f, grip),
        s.slab(steel, (centre - 1.15 * half, -0.012, 0.0), (centre + 1.15 * half, 0.001, 2 * lift), 0.002),
    ]
    parts += [s.scattered(rivet, [(0, b * handle, 0) for b in spread(whole(rng, 2, 3), 0.1, 0.9)])]
    return (
        [
            *parts,
            s.slab(
                steel, (-0.8 * width - half, -0.014, 0.0006), (0.8 * width + half, -0.004, 2 * lift - 0.0006), 0.003
            ),
        ]
        if kind == "dagger"
        else parts
    )
