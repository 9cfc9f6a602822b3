"""Small devices: cameras, printers, speakers, headphones, microphones, clocks."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def camera(rng: Generator) -> Parts:
    """A reflex, rangefinder, instant or box camera; some on a small tripod."""
    w, h, d = between(rng, 0.11, 0.15), between(rng, 0.07, 0.1), between(rng, 0.035, 0.06)
    f, skin, metal, dark, glass = (
        fin.casing(rng),
        pick(rng, fin.leather, fin.dark)(rng),
        fin.steel(rng),
        fin.dark(rng),
        fin.glass(rng),
    )
    y, z, x = -d / 2, 0.46 * h, between(rng, -0.08, 0.12) * w
    parts = [
        s.slab(f, (-w / 2, y, 0), (w / 2, d / 2, h), 0.008),
        s.slab(skin, (-w / 2 - 0.0015, y - 0.0015, 0.16 * h), (w / 2 + 0.0015, d / 2 + 0.0015, 0.76 * h), 0.008),
    ]
    r, tube = between(rng, 0.3, 0.42) * h, between(rng, 0.02, 0.1)
    steps = whole(rng, 2, 3)
    for k in range(steps):
        q = r * (1 - 0.07 * k)
        parts.append(
            s.disc(
                dark if k % 2 else metal,
                q,
                0.012 + tube * (k + 1) / steps,
                (x, y - tube * (k + 1) / steps / 2, z),
                axis=1,
                sides=30,
            )
        )
    parts += [
        s.hoop(dark, r * (0.93 - 0.07 * steps + 0.05), 0.07 * r, (x, y - tube - 0.007, z), axis=1, sides=28),
        s.ball(glass, (0.68 * r, 0.012, 0.68 * r), (x, y - tube - 0.004, z), 20),
    ]
    if tube > 0.03:
        parts.append(s.slab(dark, (x - 0.014, y - 0.95 * tube, 0), (x + 0.014, y - 0.3 * tube, z - 0.6 * r), 0.003))
    kind = int(rng.integers(3))
    if kind == 0:
        parts.append(
            s.profile_x(
                f,
                [
                    (y - 0.01, h - 0.01),
                    (d / 2 - 0.004, h - 0.01),
                    (d / 2 - 0.008, h + 0.022),
                    (y + 0.008, h + 0.026),
                    (y - 0.012, h + 0.012),
                ],
                x - 0.026,
                x + 0.026,
            )
        )
        parts.append(s.slab(skin, (-w / 2 - 0.006, y - 0.018, 0.004), (-w / 2 + 0.03, 0, 0.9 * h), 0.01))
    elif kind == 1:
        parts += [
            s.slab(glass, (0.25 * w, y - 0.003, 0.8 * h), (0.38 * w, 0, 0.93 * h)),
            s.slab(glass, (-0.1 * w, y - 0.003, 0.82 * h), (0.0, 0, 0.91 * h)),
        ]
    else:
        parts += [
            s.slab(
                fin.solid("flash", (0.92, 0.92, 0.9), 0.2), (-0.36 * w, y - 0.004, 0.8 * h), (-0.14 * w, 0, 0.96 * h)
            ),
            s.slab(dark, (-0.4 * w, y + 0.004, h - 0.004), (0.4 * w, d / 2 - 0.006, h + 0.006), 0.002),
        ]
    parts += [
        s.disc(metal, q, 0.02, (a * w, 0.004, h + 0.004), sides=18)
        for a, q in ((0.36, 0.011), (-0.38, 0.009), (0.22, 0.006))
    ]
    if chance(rng, 0.3):
        leg = s.rod(dark, (0.01, 0, 0.0), (0.07, 0, -0.13), 0.006, 0.005, sides=8)
        parts += [
            *[s.clipped_below(m, -0.131) for m in s.around(leg, 3, 0.52)],
            s.disc(metal, 0.018, 0.02, (0, 0, -0.003), sides=18),
        ]
    return parts


def printer(rng: Generator) -> Parts:
    """A printer or copier: paper trays in front and behind, control panel, slots, scanner lid."""
    w, d, h, f = between(rng, 0.38, 0.5), between(rng, 0.32, 0.42), between(rng, 0.14, 0.32), fin.casing(rng)
    dark, paper, y = fin.dark(rng), fin.solid("paper", (0.93, 0.93, 0.91)), -d / 2
    g = pick(rng, f, dark)
    parts = [
        s.slab(f, (-w / 2, y, 0.008), (w / 2, d / 2, h), 0.02),
        s.slab(dark, (-w / 2 + 0.02, y + 0.02, 0), (w / 2 - 0.02, d / 2 - 0.02, 0.03)),
    ]
    parts.append(
        s.slab(
            g,
            (-w / 2 + 0.004, y + 0.01, h - 0.01),
            (w / 2 - 0.004, d / 2 - 0.004, h + between(rng, 0.025, 0.045)),
            0.01,
        )
    )
    slot = between(rng, 0.35, 0.5) * h
    parts += [
        s.slab(dark, (-0.36 * w, y - 0.003, slot), (0.36 * w, y + 0.05, slot + 0.035)),
        s.slab(g, (-0.35 * w, y - between(rng, 0.08, 0.16), slot - 0.02), (0.35 * w, y + 0.05, slot - 0.008), 0.004),
        s.slab(paper, (-0.29 * w, y - 0.075, slot - 0.01), (0.29 * w, y + 0.04, slot - 0.002)),
    ]
    if chance(rng, 0.6):
        back = s.slab(g, (-0.34 * w, 0, 0), (0.34 * w, 0.012, between(rng, 0.12, 0.2)), 0.004)
        sheets = s.slab(paper, (-0.28 * w, -0.008, 0), (0.28 * w, 0.005, 0.24))
        parts += [s.moved(s.sheared_y(m, 0.35), (0, d / 2 - 0.06, h + 0.02)) for m in (back, sheets)]
    panel = s.profile_x(
        dark,
        [(y - 0.014, h - 0.075), (y + 0.03, h - 0.085), (y + 0.03, h - 0.004), (y + 0.006, h - 0.004)],
        -0.45 * w,
        0.45 * w,
    )
    lit = s.slab(fin.screen(rng), (-0.1 * w, y - 0.012, h - 0.06), (0.1 * w, y + 0.02, h - 0.018))
    keys = s.scattered(
        s.slab(fin.lid(rng), (-0.008, y - 0.014, -0.006), (0.008, y + 0.02, 0.006)),
        [(a * w, 0, h - b) for a in (0.2, 0.28, 0.36, -0.2, -0.28) for b in (0.03, 0.055)],
    )
    parts += [panel, s.pictured(lit), keys]
    if chance(rng, 0.35):
        parts += [
            s.slab(g, (-w / 2 + 0.003, y - 0.006, 0.03), (w / 2 - 0.003, y + 0.03, min(0.1, slot - 0.03)), 0.004),
            s.slab(dark, (-0.1 * w, y - 0.009, 0.055), (0.1 * w, y, 0.068)),
        ]
    return parts


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


def clock(rng: Generator) -> Parts:
    """A wall-type clock on a foot, alarm clock with bells, mantel clock, long-case clock, or digital clock."""
    kind, dark = int(rng.integers(5)), fin.dark(rng)
    if kind == 0:
        w, h, d, f = between(rng, 0.14, 0.26), between(rng, 0.06, 0.1), between(rng, 0.05, 0.08), fin.casing(rng)
        digits = fin.solid("digits", pick(rng, (0.95, 0.25, 0.15), (0.3, 0.9, 0.5), (0.4, 0.75, 0.95)), 0.8)
        bars = [
            s.slab(digits, (x + a * w, -d / 2 - 0.006, z * h), (x + a * w + u * w, -d / 2, z * h + v * h))
            for x in np.array([-0.36, -0.17, 0.07, 0.26]) * w
            for a, z, u, v in (
                (0, 0.25, 0.016, 0.22),
                (0, 0.52, 0.016, 0.22),
                (0.09, 0.25, 0.016, 0.22),
                (0.09, 0.52, 0.016, 0.22),
                (0.015, 0.72, 0.075, 0.05),
                (0.015, 0.47, 0.075, 0.05),
            )
            if chance(rng, 0.75)
        ]
        return [
            s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, h), 0.01),
            s.slab(fin.glass(rng), (-0.46 * w, -d / 2 - 0.003, 0.12 * h), (0.46 * w, 0, 0.88 * h)),
            *bars,
        ]
    if kind == 1:
        r, f = between(rng, 0.045, 0.06), fin.painted(rng)
        metal = fin.steel(rng)
        z = 1.15 * r
        bells = s.both(
            s.tilted(
                s.turned(
                    metal,
                    [(0, 0), (0.38 * r, 0), (0.34 * r, 0.18 * r), (0.15 * r, 0.3 * r), (0, 0.32 * r)],
                    (0.0, 0, 1.06 * r),
                ),
                1,
                0.55,
            )
        )
        legs = s.both(s.rod(metal, (0.55 * r, 0, z - 0.75 * r), (0.72 * r, 0, 0.0), 0.1 * r, 0.07 * r))
        loop = s.bent(
            metal,
            [
                (-0.35 * r, 0, z + 1.1 * r),
                (-0.3 * r, 0, z + 1.6 * r),
                (0.3 * r, 0, z + 1.6 * r),
                (0.35 * r, 0, z + 1.1 * r),
            ],
            0.05 * r,
            smooth=1,
        )
        return [
            s.disc(f, r, 0.9 * r, (0, 0.05 * r, z), axis=1, sides=32),
            *_dial(rng, 0.92 * r, (0, -0.4 * r, z), dark, metal),
            *[s.moved(b, (0, 0, z)) for b in bells],
            *[s.clipped_below(m, 0.0) for m in legs],
            s.clipped_below(s.rod(metal, (0, 0.4 * r, z - 0.8 * r), (0, 0.75 * r, -0.002), 0.1 * r, 0.08 * r), 0.0),
            loop,
        ]
    if kind == 2:
        w, h, d, f = between(rng, 0.2, 0.34), between(rng, 0.2, 0.32), between(rng, 0.1, 0.14), fin.wood(rng)
        t = np.linspace(0, np.pi, 17)
        arch = [(-w / 2, 0.03), (w / 2, 0.03), *zip(w / 2 * np.cos(t), 0.45 * h + 0.55 * h * np.sin(t), strict=True)]
        return [
            s.profile_y(f, arch, -d / 2, d / 2),
            s.block(f, (1.25 * w, 1.2 * d, 0.035), (0, 0, 0.0175), 0.006),
            *_dial(rng, 0.36 * w, (0, -d / 2 + 0.006, 0.53 * h), dark, fin.steel(rng)),
            *s.both(s.rod(f, (0.54 * w, -0.3 * d, 0.02), (0.54 * w, -0.3 * d, 0.5 * h), 0.012)),
        ]
    if kind == 3:
        w, h, d, f = between(rng, 0.38, 0.5), between(rng, 1.7, 2.2), 0.26, fin.wood(rng)
        parts = [
            s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, 0.24 * h), 0.008),
            s.slab(f, (-0.38 * w, -0.4 * d, 0.23 * h), (0.38 * w, 0.4 * d, 0.76 * h), 0.006),
            s.slab(f, (-w / 2, -d / 2, 0.75 * h), (w / 2, d / 2, 0.96 * h), 0.008),
            s.slab(f, (-0.56 * w, -0.57 * d, 0.95 * h), (0.56 * w, 0.55 * d, 0.98 * h), 0.008),
            s.slab(f, (-0.54 * w, -0.55 * d, 0), (0.54 * w, 0.53 * d, 0.05 * h), 0.008),
        ]
        brass = fin.solid("brass", (0.72, 0.58, 0.3))
        pane = s.slab(fin.glass(rng), (-0.27 * w, -0.4 * d - 0.008, 0.28 * h), (0.27 * w, -0.3 * d, 0.71 * h))
        bob = [
            s.disc(brass, 0.16 * w, 0.02, (0, -0.4 * d - 0.006, 0.36 * h), axis=1),
            s.slab(brass, (-0.008, -0.4 * d - 0.014, 0.36 * h), (0.008, -0.35 * d, 0.7 * h)),
        ]
        return [*parts, pane, *bob, *_dial(rng, 0.38 * w, (0, -d / 2 + 0.008, 0.855 * h), dark, brass)]
    r, f, d = between(rng, 0.12, 0.2), pick(rng, fin.painted, fin.wood, fin.steel, fin.plastic)(rng), 0.05
    foot = s.block(f, (1.3 * r, 0.12, 0.025), (0, 0, 0.0125), 0.006)
    return [
        s.disc(f, r, d, (0, 0, r + 0.012), axis=1, sides=40),
        *_dial(rng, 0.9 * r, (0, -d / 2 + 0.004, r + 0.012), dark, f),
        foot,
    ]


def _dial(rng: Generator, r: float, at: tuple[float, float, float], dark: fin.Finish, rim: fin.Finish) -> Parts:
    """A clock face that looks along -y: plate, rim, marks and hands."""
    face = pick(
        rng, fin.solid("face", (0.93, 0.92, 0.88)), fin.solid("face", (0.93, 0.92, 0.88)), fin.glazed_plain(rng)
    )
    t = 0.03 * r + 0.002
    a = np.arange(12) * np.pi / 6
    marks = [s.tilted(s.slab(dark, (-0.025 * r, -2.2 * t, 0.76 * r), (0.025 * r, 0, 0.92 * r)), 1, b) for b in a]
    hands = [
        s.tilted(s.slab(dark, (-w * r, -k * t, -0.1 * r), (w * r, -0.5 * t, tall * r)), 1, between(rng, 0, 6.28))
        for w, k, tall in ((0.045, 2.8, 0.5), (0.03, 3.4, 0.75))
    ]
    parts = [
        s.disc(face, r, 3 * t, axis=1, sides=36),
        s.hoop(rim, 0.99 * r, 0.06 * r, (0, -t, 0), axis=1, sides=36),
        *marks,
        *hands,
        s.disc(rim, 0.06 * r, 8 * t, axis=1, sides=12),
    ]
    return [s.moved(m, at) for m in parts]
