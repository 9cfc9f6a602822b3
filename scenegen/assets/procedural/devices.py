"""Small devices: cameras and printers."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
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
