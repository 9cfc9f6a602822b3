"""Kitchen and laundry appliances."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def _body(rng: Generator, f: fin.Finish, w: float, d: float, h: float, foot: float) -> Parts:
    """A casing on a dark recessed foot; its front lies at -d/2."""
    plinth = s.slab(fin.dark(rng), (-w / 2 + 0.02, -d / 2 + 0.05, 0), (w / 2 - 0.02, d / 2 - 0.03, foot + 0.01))
    return [s.slab(f, (-w / 2, -d / 2, foot), (w / 2, d / 2, h), 0.008), plinth]


def _knob(f: fin.Finish, x: float, y: float, z: float, r: float) -> Mesh:
    """A control knob on a front at y."""
    return s.disc(f, r, 0.05, (x, y - 0.012, z), axis=1, sides=18)


def _bar(f: fin.Finish, x0: float, x1: float, y: float, z: float) -> Mesh:
    """A handle bar in front of a door at y."""
    return s.bent(f, [(x0, y + 0.01, z), (x0, y - 0.05, z), (x1, y - 0.05, z), (x1, y + 0.01, z)], 0.009, smooth=1)


def microwave(rng: Generator) -> Parts:
    """A microwave oven: door with window, handle, keys or knobs, clock."""
    w, d, h, f = between(rng, 0.44, 0.56), between(rng, 0.34, 0.42), between(rng, 0.26, 0.32), fin.enamel(rng)
    split, y = between(rng, 0.2, 0.27) * w, -d / 2
    parts = [s.slab(f, (-w / 2, y, 0.012), (w / 2, d / 2, h), 0.008)]
    parts += [
        m
        for a in (-1, 1)
        for m in s.both(s.disc(fin.dark(rng), 0.018, 0.016, (w / 2 - 0.05, a * (d / 2 - 0.05), 0.008), sides=12))
    ]
    edge = w / 2 - split
    parts += [
        s.slab(pick(rng, f, fin.dark(rng)), (-w / 2 + 0.008, y - 0.022, 0.022), (edge, y + 0.02, h - 0.01), 0.006),
        s.slab(fin.glass(rng), (-w / 2 + 0.05, y - 0.025, 0.07), (edge - 0.05, y, h - 0.06)),
    ]
    parts.append(
        s.bent(
            fin.steel(rng),
            [
                (edge - 0.02, y, 0.06),
                (edge - 0.02, y - 0.055, 0.06),
                (edge - 0.02, y - 0.055, h - 0.05),
                (edge - 0.02, y, h - 0.05),
            ],
            0.008,
            smooth=1,
        )
    )
    x, clock = (edge + w / 2) / 2, fin.solid("clock", (0.25, 0.85, 0.6), 0.6)
    parts += [
        s.slab(fin.dark(rng), (edge + 0.012, y - 0.008, h - 0.075), (w / 2 - 0.012, y + 0.02, h - 0.02)),
        s.slab(clock, (x - 0.03, y - 0.01, h - 0.06), (x + 0.03, y, h - 0.035)),
    ]
    if chance(rng, 0.5):
        key = s.slab(fin.lid(rng), (-0.012, y - 0.006, -0.009), (0.012, y + 0.01, 0.009))
        parts.append(s.scattered(key, [(x + a, 0, b) for a in (-0.032, 0, 0.032) for b in spread(5, 0.04, h - 0.09)]))
    else:
        parts += [_knob(fin.steel(rng), x, y, z, 0.026) for z in spread(2, 0.04, h - 0.09)]
    return parts


def stove(rng: Generator) -> Parts:
    """A cooker: hob with plates, rings or grates, knobs, oven door with window, drawer; some with a pot."""
    w, d, h, f = between(rng, 0.5, 0.9), between(rng, 0.58, 0.65), between(rng, 0.85, 0.92), fin.enamel(rng)
    dark, steel, y = fin.dark(rng), fin.steel(rng), -d / 2
    parts = _body(rng, f, w, d, h - 0.02, 0.07)
    parts.append(
        s.slab(
            pick(rng, dark, steel, f), (-w / 2 - 0.004, y - 0.01, h - 0.03), (w / 2 + 0.004, d / 2 + 0.002, h), 0.006
        )
    )
    xs, r, kind = (-0.25 * w, 0.25 * w), between(rng, 0.075, 0.1), int(rng.integers(3))
    for x in xs:
        for k, b in enumerate((-0.22 * d, 0.2 * d)):
            q = r * (0.8 if k else 1.0)
            parts += _burner(kind, dark, steel, x, b, h, q)
    count = whole(rng, 4, 6)
    parts += [
        _knob(pick(rng, steel, dark) if k < 0 else steel, x, y, h - 0.085, 0.022)
        for k, x in enumerate(spread(count, -0.44 * w, 0.44 * w))
    ]
    parts += [
        s.slab(f, (-w / 2 + 0.008, y - 0.028, 0.25), (w / 2 - 0.008, y + 0.01, h - 0.15), 0.006),
        s.slab(fin.glass(rng), (-0.34 * w, y - 0.032, 0.36), (0.34 * w, y, h - 0.27)),
        _bar(steel, -0.4 * w, 0.4 * w, y - 0.025, h - 0.2),
    ]
    parts += [s.slab(f, (-w / 2 + 0.008, y - 0.024, 0.085), (w / 2 - 0.008, y + 0.01, 0.235), 0.006)]
    if chance(rng, 0.3):
        parts.append(s.slab(f, (-w / 2, d / 2 - 0.05, h - 0.02), (w / 2, d / 2, h + 0.2), 0.008))
    return parts + (
        _pot(rng, xs[0], -0.22 * d, h + (0.03 if kind == 2 else 0.012), r * 1.2) if chance(rng, 0.4) else []
    )


def _burner(kind: int, dark: fin.Finish, steel: fin.Finish, x: float, y: float, h: float, r: float) -> Parts:
    """One place to cook: an iron plate, glowing rings on glass, or a gas grate."""
    if kind == 0:
        return [s.disc(dark, r, 0.03, (x, y, h), sides=20), s.hoop(steel, r, 0.005, (x, y, h + 0.003))]
    if kind == 1:
        return [s.hoop(steel, r * k, 0.0035, (x, y, h + 0.0012), sides=28) for k in (1.0, 0.7, 0.4)]
    bars = [
        s.block(dark, (2.1 * r, 0.012, 0.014), (x, y, h + 0.024)),
        s.block(dark, (0.012, 2.1 * r, 0.014), (x, y, h + 0.021)),
    ]
    feet = [
        s.block(dark, (0.013, 0.013, 0.03), (x + a * r, y + b * r, h + 0.012))
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    return [s.disc(steel, 0.45 * r, 0.03, (x, y, h), sides=16), *bars, *feet]


def _pot(rng: Generator, x: float, y: float, z: float, r: float) -> Parts:
    """A cooking pot with lid and two handles."""
    f, tall = pick(rng, fin.steel, fin.painted)(rng), r * between(rng, 0.9, 1.5)
    wall = s.disc(f, r, tall, (0, 0, tall / 2), sides=28)
    lid = s.turned(
        f,
        [
            (0, tall - 0.01),
            (1.03 * r, tall - 0.01),
            (1.03 * r, tall + 0.006),
            (0.6 * r, tall + 0.02),
            (0, tall + 0.024),
        ],
        sides=28,
    )
    grips = s.both(s.hoop(fin.dark(rng), 0.25 * r, 0.006, (1.05 * r, 0, 0.8 * tall), sides=14))
    return [
        s.moved(m, (x, y, z))
        for m in (wall, lid, *grips, s.disc(fin.dark(rng), 0.15 * r, 0.03, (0, 0, tall + 0.03), sides=14))
    ]


def washer(rng: Generator) -> Parts:
    """A washing machine or dryer: porthole door, drawer, knob, display; or a top loader."""
    w, d, h, f = between(rng, 0.55, 0.65), between(rng, 0.5, 0.62), between(rng, 0.82, 0.9), fin.enamel(rng)
    parts, y, dark, steel = _body(rng, f, w, d, h, 0.04), -d / 2, fin.dark(rng), fin.steel(rng)
    if chance(rng, 0.2):
        panel = s.profile_x(
            pick(rng, f, dark),
            [(d / 2 - 0.16, h - 0.01), (d / 2, h - 0.01), (d / 2, h + 0.14), (d / 2 - 0.06, h + 0.14)],
            -w / 2 + 0.002,
            w / 2 - 0.002,
        )
        lid = s.slab(
            pick(rng, fin.glass, fin.enamel)(rng),
            (-0.4 * w, y + 0.05, h - 0.01),
            (0.4 * w, d / 2 - 0.18, h + 0.015),
            0.006,
        )
        knobs = [s.disc(steel, 0.028, 0.09, (x, d / 2 - 0.11, h + 0.065), axis=1) for x in spread(3, -0.4 * w, 0.4 * w)]
        return [*parts, panel, lid, *knobs]
    r, z = between(rng, 0.15, 0.2), 0.42 * h
    ring = pick(rng, steel, dark, f)
    parts += [
        s.disc(ring, 1.16 * r, 0.05, (0, y - 0.01, z), axis=1, sides=36),
        s.hoop(pick(rng, steel, dark), 0.98 * r, 0.022, (0, y - 0.034, z), axis=1, sides=36),
        s.ball(fin.glass(rng), (r, 0.06, r), (0, y - 0.02, z), 24),
    ]
    parts += [
        s.slab(ring, (1.0 * r, y - 0.05, z - 0.05), (1.2 * r, y, z + 0.05), 0.01),
        s.slab(pick(rng, f, dark), (-w / 2 + 0.006, y - 0.012, h - 0.15), (w / 2 - 0.006, y + 0.02, h - 0.02), 0.004),
    ]
    parts += [
        s.slab(f, (-0.46 * w, y - 0.02, h - 0.14), (-0.18 * w, y, h - 0.03), 0.006),
        _knob(steel, between(rng, -0.05, 0.1) * w, y - 0.008, h - 0.085, 0.033),
        s.slab(fin.solid("display", (0.2, 0.5, 0.65), 0.5), (0.22 * w, y - 0.015, h - 0.11), (0.4 * w, y, h - 0.06)),
    ]
    return parts


def dishwasher(rng: Generator) -> Parts:
    """A dishwasher: one tall door with bar handle, control strip, sometimes open with racks of plates."""
    w, d, h, f = between(rng, 0.45, 0.6), between(rng, 0.55, 0.6), between(rng, 0.82, 0.87), fin.enamel(rng)
    y, dark, steel = -d / 2, fin.dark(rng), fin.steel(rng)
    door = [
        s.slab(f, (-w / 2 + 0.005, -0.025, 0.0), (w / 2 - 0.005, 0.02, h - 0.11), 0.006),
        _bar(steel, -0.38 * w, 0.38 * w, -0.022, h - 0.24),
        s.slab(dark, (-w / 2 + 0.008, -0.03, h - 0.21), (w / 2 - 0.008, 0.0, h - 0.125), 0.004),
    ]
    keys = s.scattered(
        s.slab(steel, (-0.012, -0.034, -0.006), (0.012, 0, 0.006)),
        [(x, 0, h - 0.165) for x in spread(whole(rng, 5, 8), -0.3 * w, 0.42 * w)],
    )
    plinth = s.slab(dark, (-w / 2 + 0.02, y + 0.05, 0), (w / 2 - 0.02, d / 2 - 0.03, 0.11))
    if chance(rng, 0.65):
        lamp = s.slab(
            fin.solid("lamp", (0.3, 0.8, 0.5), 0.6), (-0.42 * w, y - 0.033, h - 0.075), (-0.37 * w, y, h - 0.06)
        )
        return [
            s.slab(f, (-w / 2, y, 0.1), (w / 2, d / 2, h), 0.006),
            plinth,
            lamp,
            *[s.moved(m, (0, y, 0.1)) for m in (*door, keys)],
        ]
    shell = [
        *s.both(s.slab(f, (w / 2 - 0.03, y, 0.1), (w / 2, d / 2, h))),
        s.slab(f, (-w / 2 + 0.01, y + 0.003, h - 0.03), (w / 2 - 0.01, d / 2 - 0.003, h - 0.002)),
        s.slab(steel, (-w / 2 + 0.01, y + 0.003, 0.102), (w / 2 - 0.01, d / 2 - 0.003, 0.14)),
        s.slab(steel, (-w / 2 + 0.01, d / 2 - 0.04, 0.12), (w / 2 - 0.01, d / 2 - 0.002, h - 0.01)),
    ]
    plates = [s.disc(fin.solid("plate", (0.9, 0.89, 0.86)), r, 0.012, axis=1) for r in (0.11, 0.09)]
    stacks = [
        s.scattered(p, [(a, b, z) for a in spread(2, -0.42 * w, 0.42 * w) for b in spread(6, y + 0.06, d / 2 - 0.06)])
        for p, z in zip(plates, (0.29, 0.62), strict=True)
    ]
    racks = [
        s.scattered(
            s.rod(steel, (-0.45 * w, 0, z), (0.45 * w, 0, z), 0.004, sides=6),
            [(0, b, 0) for b in spread(8, y + 0.03, d / 2 - 0.05)],
        )
        for z in (0.18, 0.53)
    ]
    opened = [s.moved(s.tilted(m, 0, 1.5), (0, y - 0.002, 0.13)) for m in (*door, keys)]
    return [*shell, plinth, *stacks, *racks, *opened]
