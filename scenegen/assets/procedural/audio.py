"""Sound: loudspeakers, headphones, microphones."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def loudspeaker(rng: Generator) -> Parts:
    """A loudspeaker: shelf box, tower, round wireless one, or guitar amplifier."""
    kind = int(rng.integers(5))
    if kind == 0:
        r, h, f = between(rng, 0.035, 0.06), between(rng, 0.08, 0.2), fin.upholstery(rng)
        body = s.turned(f, [(0, 0.004), (0.9 * r, 0.004), (r, 0.015), (r, h - 0.012), (0.95 * r, h), (0, h)], sides=32)
        cap = s.turned(
            fin.casing(rng),
            [(0, h - 0.004), (0.9 * r, h - 0.004), (0.9 * r, h + 0.003), (0.7 * r, h - 0.001), (0, h - 0.001)],
            sides=32,
        )
        return [
            body,
            cap,
            s.disc(fin.rubber(rng), 0.92 * r, 0.01, (0, 0, 0.005)),
            s.hoop(fin.glow(rng, (0.3, 0.6, 0.95)), 0.8 * r, 0.002, (0, 0, h + 0.001), sides=28),
        ]
    tower = kind == 1
    w, d = between(rng, 0.15, 0.24), between(rng, 0.17, 0.3)
    h = between(rng, 0.8, 1.15) if tower else w * between(rng, 1.4, 1.8)
    if kind == 2:
        w, h, d = between(rng, 0.45, 0.65), between(rng, 0.4, 0.55), between(rng, 0.22, 0.28)
    f, ring, cone = (
        pick(rng, fin.wood, fin.casing, fin.lacquer)(rng),
        pick(rng, fin.steel, fin.dark)(rng),
        fin.dark(rng),
    )
    y, foot = -d / 2, 0.012
    parts = [
        s.slab(f, (-w / 2, y, foot), (w / 2, d / 2, h), pick(rng, 0.002, 0.012)),
        s.slab(fin.rubber(rng), (-w / 2 + 0.01, y + 0.01, 0), (w / 2 - 0.01, d / 2 - 0.01, foot + 0.004)),
    ]
    if kind == 2:
        cloth = s.slab(fin.upholstery(rng), (-0.46 * w, y - 0.008, 0.05), (0.46 * w, y + 0.02, 0.74 * h), 0.004)
        knobs = [
            s.disc(fin.lid(rng), 0.014, 0.05, (x, y - 0.006, 0.88 * h), axis=1, sides=14)
            for x in spread(whole(rng, 4, 7), -0.4 * w, 0.25 * w)
        ]
        panel = s.slab(ring, (-0.46 * w, y - 0.006, 0.8 * h), (0.46 * w, y + 0.02, 0.96 * h))
        return [
            *parts,
            cloth,
            panel,
            *knobs,
            s.bent(cone, [(-0.12, 0, h - 0.005), (-0.1, 0, h + 0.03), (0.1, 0, h + 0.03), (0.12, 0, h - 0.005)], 0.01),
        ]
    big, r = whole(rng, 2, 3) if tower else 1, 0.4 * w
    z0 = h - 0.3 * w
    tweeter = _driver(ring, cone, 0.3 * r, (0, y, z0))
    woofers = [m for k in range(big) for m in _driver(ring, cone, r, (0, y, z0 - 0.38 * r - 1.1 * r - 2.15 * r * k))]
    if chance(rng, 0.3) and not tower:
        return [
            *parts,
            s.slab(fin.upholstery(rng), (-0.46 * w, y - 0.014, 0.04 * h + foot), (0.46 * w, y + 0.01, 0.97 * h), 0.006),
        ]
    return [*parts, *tweeter, *woofers]


def _driver(ring: fin.Finish, cone: fin.Finish, r: float, at: tuple[float, float, float]) -> Parts:
    """A loudspeaker's cone with its ring and dust cap, on a front that faces -y."""
    mesh = s.tilted(
        s.turned(
            cone,
            [(0, -0.01), (r, -0.01), (r, 0.012), (0.95 * r, 0.016), (0.86 * r, 0.012), (0.3 * r, 0.004), (0, 0.004)],
            sides=28,
        ),
        0,
        np.pi / 2,
    )
    parts = [
        mesh,
        s.hoop(ring, 0.98 * r, 0.035 * r + 0.002, (0, -0.006, 0), axis=1, sides=28),
        s.ball(ring, (0.28 * r, 0.012, 0.28 * r), (0, -0.003, 0), 14),
    ]
    return [s.moved(m, at) for m in parts]


def headphones(rng: Generator) -> Parts:
    """Headphones that stand on their cups: band, padded ears, hinges; over or on the ear."""
    r, f, pad, metal = (
        between(rng, 0.032, 0.045),
        fin.casing(rng),
        pick(rng, fin.leather, fin.dark)(rng),
        pick(rng, fin.steel, fin.dark)(rng),
    )
    x, h, deep = between(rng, 0.075, 0.09), between(rng, 0.17, 0.2), between(rng, 0.02, 0.035)
    t = np.linspace(0, np.pi, 21)
    arch = np.stack([x * np.cos(t), 0 * t, r * 1.2 + (h - 1.2 * r) * np.sin(t) ** 0.8], -1)
    strip = s.scaled(s.bent(metal, arch, 0.005, sides=8), (1, 2.6, 1))
    cover = s.scaled(s.bent(pad, arch[6:15], [0.007, 0.009, 0.007], sides=10), (1, 2.2, 1))
    plan = s.oval(28, between(rng, 0.6, 1.0)) * (r * 0.85, r)
    shell = [
        np.stack([np.full(28, a), plan[:, 0] * k, plan[:, 1] * k + r], -1)
        for a, k in ((x - 0.004, 0.9), (x, 1.0), (x + 0.6 * deep, 1.0), (x + deep, 0.8), (x + deep + 0.002, 0.4))
    ]
    cushion = [
        np.stack([np.full(28, a), plan[:, 0] * k, plan[:, 1] * k + r], -1)
        for a, k in (
            (x + 0.002, 0.85),
            (x - 0.004, 0.985),
            (x - 0.014, 0.98),
            (x - 0.02, 0.85),
            (x - 0.017, 0.55),
            (x - 0.008, 0.5),
        )
    ]
    badge = s.disc(pick(rng, metal, fin.lid(rng)), 0.35 * r, 0.004, (x + deep + 0.002, 0, r), axis=0, sides=20)
    parts = [strip, cover, *[m for p in (s.loft(f, shell), s.loft(pad, cushion), badge) for m in s.both(p)]]
    if chance(rng, 0.4):
        lead = [
            (x, 0, 0.006),
            (x + 0.02, -0.05, 0.002),
            (x - 0.03, -0.12, 0.002),
            (-0.03, -0.09, 0.002),
            (-0.06, -0.14, 0.002),
        ]
        parts.append(s.bent(fin.dark(rng), lead, 0.002, sides=6, smooth=3))
    elif chance(rng, 0.4):
        parts += [
            s.bent(metal, [(x, -0.01, r), (x, -0.06, 0.8 * r), (0.35 * x, -0.1, 0.6 * r)], 0.003, smooth=2),
            s.ball(fin.dark(rng), 0.009, (0.33 * x, -0.1, 0.6 * r), 12),
        ]
    return parts


def microphone(rng: Generator) -> Parts:
    """A microphone on a desk foot, a tripod, or a floor stand with boom."""
    f, mesh_f, dark = pick(rng, fin.casing, fin.steel)(rng), fin.steel(rng), fin.dark(rng)
    r = between(rng, 0.02, 0.03)
    if chance(rng, 0.5):
        head = [
            s.ball(mesh_f, (r, r, 1.1 * r), (0, 0, 0.075), 20),
            s.turned(f, [(0, -0.1), (0.5 * r, -0.1), (0.55 * r, -0.02), (0.9 * r, 0.055), (0, 0.055)]),
            s.hoop(f, 0.93 * r, 0.003, (0, 0, 0.066)),
        ]
    else:
        wide = 1.25 * r
        head = [
            s.turned(f, [(0, -0.09), (wide, -0.09), (wide, 0.005), (0, 0.005)]),
            s.turned(mesh_f, [(0, 0), (wide, 0.0), (wide, 0.05), (0.8 * wide, 0.075), (0, 0.085)]),
            s.hoop(dark, wide, 0.003, (0, 0, 0.003)),
            s.disc(fin.lid(rng), 0.006, 0.01, (0, -wide, -0.04), axis=1, sides=12),
        ]
    kind = int(rng.integers(3))
    if kind == 0:
        h, lean = between(rng, 0.2, 0.3), between(rng, 0.2, 0.7)
        base = s.turned(dark, [(0, 0), (0.075, 0), (0.075, 0.008), (0.06, 0.016), (0.02, 0.022), (0, 0.025)], sides=28)
        return [
            base,
            s.rod(f, (0, 0, 0.015), (0, 0, h), 0.007),
            s.disc(dark, 0.016, 0.036, (0, 0, h), axis=0),
            *[s.moved(s.tilted(m, 0, lean), (0, 0, h + 0.03)) for m in head],
        ]
    h = 0.14 if kind == 1 else between(rng, 1.1, 1.5)
    reach = 0.1 if kind == 1 else 0.3
    leg = s.clipped_below(
        s.rod(dark, (0, 0, 0.35 * reach + 0.02), (reach, 0, 0.0), 0.008 if kind == 2 else 0.006, sides=8), 0.0
    )
    parts = [
        *s.around(leg, 3, 0.5),
        s.rod(dark, (0, 0, 0.3 * reach), (0, 0, h), 0.009),
        s.disc(dark, 0.02, 0.04, (0, 0, 0.35 * reach + 0.02)),
    ]
    if kind == 2 and chance(rng, 0.6):
        tip = np.array([0, -0.5, h + 0.2])
        return [
            *parts,
            s.rod(dark, (0, 0.25, h - 0.1), tip, 0.008),
            s.disc(dark, 0.022, 0.05, (0, 0, h), axis=0),
            *[s.moved(s.tilted(m, 0, 1.1), tip - (0, 0.03, 0)) for m in head],
        ]
    return [*parts, *[s.moved(s.tilted(m, 0, 0.4), (0, 0, h + 0.07)) for m in head]]
