"""Kitchen and laundry appliances."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]
Span = tuple[float, float]
Triple = tuple[fin.Finish, fin.Finish, fin.Finish]
"""Finishes of body, dark parts and steel."""


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
    edge = w / 2 - split
    return [
        s.slab(f, (-w / 2, y, 0.012), (w / 2, d / 2, h), 0.008),
        *_rubber_feet(rng, w / 2 - 0.05, d / 2 - 0.05),
        *_microwave_door(rng, f, (-w / 2, edge), y, h),
        *_clock(rng, (edge, w / 2), y, h),
        *(_keys if chance(rng, 0.5) else _two_knobs)(rng, (edge + w / 2) / 2, y, h),
    ]


def _rubber_feet(rng: Generator, x: float, y: float) -> Parts:
    """Four low feet at (+-x, +-y)."""
    return [m for a in (-1, 1) for m in s.both(s.disc(fin.dark(rng), 0.018, 0.016, (x, a * y, 0.008), sides=12))]


def _microwave_door(rng: Generator, f: fin.Finish, span: Span, y: float, h: float) -> Parts:
    """A door with window and upright handle, on a front at y from x0 to x1."""
    x0, x1 = span
    x = x1 - 0.02
    grip = [(x, y, 0.06), (x, y - 0.055, 0.06), (x, y - 0.055, h - 0.05), (x, y, h - 0.05)]
    return [
        s.slab(pick(rng, f, fin.dark(rng)), (x0 + 0.008, y - 0.022, 0.022), (x1, y + 0.02, h - 0.01), 0.006),
        s.slab(fin.glass(rng), (x0 + 0.05, y - 0.025, 0.07), (x1 - 0.05, y, h - 0.06)),
        s.bent(fin.steel(rng), grip, 0.008, smooth=1),
    ]


def _clock(rng: Generator, span: Span, y: float, h: float) -> Parts:
    """A lit clock in a dark field at the top of a panel from x0 to x1."""
    (x0, x1), lit = span, fin.solid("clock", (0.25, 0.85, 0.6), 0.6)
    x = (x0 + x1) / 2
    return [
        s.slab(fin.dark(rng), (x0 + 0.012, y - 0.008, h - 0.075), (x1 - 0.012, y + 0.02, h - 0.02)),
        s.slab(lit, (x - 0.03, y - 0.01, h - 0.06), (x + 0.03, y, h - 0.035)),
    ]


def _keys(rng: Generator, x: float, y: float, h: float) -> Parts:
    """Three columns of keys about x."""
    key = s.slab(fin.lid(rng), (-0.012, y - 0.006, -0.009), (0.012, y + 0.01, 0.009))
    return [s.scattered(key, [(x + a, 0, b) for a in (-0.032, 0, 0.032) for b in spread(5, 0.04, h - 0.09)])]


def _two_knobs(rng: Generator, x: float, y: float, h: float) -> Parts:
    """Two knobs one above the other at x."""
    return [_knob(fin.steel(rng), x, y, z, 0.026) for z in spread(2, 0.04, h - 0.09)]


def stove(rng: Generator) -> Parts:
    """A cooker: hob with plates, rings or grates, knobs, oven door with window, drawer; some with a pot."""
    w, d, h, f = between(rng, 0.5, 0.9), between(rng, 0.58, 0.65), between(rng, 0.85, 0.92), fin.enamel(rng)
    dark, steel, y = fin.dark(rng), fin.steel(rng), -d / 2
    body = _body(rng, f, w, d, h - 0.02, 0.07)
    top = (w / 2 + 0.004, d / 2 + 0.002, h)
    hob = s.slab(pick(rng, dark, steel, f), (-w / 2 - 0.004, y - 0.01, h - 0.03), top, 0.006)
    x, r, kind = 0.25 * w, between(rng, 0.075, 0.1), int(rng.integers(3))
    places = [(a, b, r * k) for a in (-x, x) for b, k in ((-0.22 * d, 1.0), (0.2 * d, 0.8))]
    parts = [
        *body,
        hob,
        *[m for a, b, q in places for m in _burner(kind, dark, steel, a, b, h, q)],
        *[_knob(steel, a, y, h - 0.085, 0.022) for a in spread(whole(rng, 4, 6), -0.44 * w, 0.44 * w)],
        *_oven_front(rng, f, steel, w, y, h),
    ]
    if chance(rng, 0.3):
        parts.append(s.slab(f, (-w / 2, d / 2 - 0.05, h - 0.02), (w / 2, d / 2, h + 0.2), 0.008))
    lift = 0.03 if kind == 2 else 0.012
    return parts + (_pot(rng, -x, -0.22 * d, h + lift, r * 1.2) if chance(rng, 0.4) else [])


def _oven_front(rng: Generator, f: fin.Finish, steel: fin.Finish, w: float, y: float, h: float) -> Parts:
    """An oven door with window and bar, over a drawer."""
    return [
        s.slab(f, (-w / 2 + 0.008, y - 0.028, 0.25), (w / 2 - 0.008, y + 0.01, h - 0.15), 0.006),
        s.slab(fin.glass(rng), (-0.34 * w, y - 0.032, 0.36), (0.34 * w, y, h - 0.27)),
        _bar(steel, -0.4 * w, 0.4 * w, y - 0.025, h - 0.2),
        s.slab(f, (-w / 2 + 0.008, y - 0.024, 0.085), (w / 2 - 0.008, y + 0.01, 0.235), 0.006),
    ]


def washer(rng: Generator) -> Parts:
    """A washing machine or dryer: porthole door, drawer, knob, display; or a top loader."""
    w, d, h, f = between(rng, 0.55, 0.65), between(rng, 0.5, 0.62), between(rng, 0.82, 0.9), fin.enamel(rng)
    body, y, dark, steel = _body(rng, f, w, d, h, 0.04), -d / 2, fin.dark(rng), fin.steel(rng)
    if chance(rng, 0.2):
        return [*body, *_top_loader(rng, (f, dark, steel), w, d, h)]
    return [*body, *_porthole(rng, (f, dark, steel), y, h), *_washer_panel(rng, (f, dark, steel), w, y, h)]


def _top_loader(rng: Generator, finishes: Triple, w: float, d: float, h: float) -> Parts:
    """A panel with knobs at the back and a lid on top; body, dark and steel finishes."""
    f, dark, steel = finishes
    outline = [(d / 2 - 0.16, h - 0.01), (d / 2, h - 0.01), (d / 2, h + 0.14), (d / 2 - 0.06, h + 0.14)]
    panel = s.profile_x(pick(rng, f, dark), outline, -w / 2 + 0.002, w / 2 - 0.002)
    lid_f, high = pick(rng, fin.glass, fin.enamel)(rng), (0.4 * w, d / 2 - 0.18, h + 0.015)
    lid = s.slab(lid_f, (-0.4 * w, -d / 2 + 0.05, h - 0.01), high, 0.006)
    knobs = [s.disc(steel, 0.028, 0.09, (x, d / 2 - 0.11, h + 0.065), axis=1) for x in spread(3, -0.4 * w, 0.4 * w)]
    return [panel, lid, *knobs]


def _porthole(rng: Generator, finishes: Triple, y: float, h: float) -> Parts:
    """A round door with ring, glass and grip."""
    f, dark, steel = finishes
    r, z = between(rng, 0.15, 0.2), 0.42 * h
    ring = pick(rng, steel, dark, f)
    return [
        s.disc(ring, 1.16 * r, 0.05, (0, y - 0.01, z), axis=1, sides=36),
        s.hoop(pick(rng, steel, dark), 0.98 * r, 0.022, (0, y - 0.034, z), axis=1, sides=36),
        s.ball(fin.glass(rng), (r, 0.06, r), (0, y - 0.02, z), 24),
        s.slab(ring, (1.0 * r, y - 0.05, z - 0.05), (1.2 * r, y, z + 0.05), 0.01),
    ]


def _washer_panel(rng: Generator, finishes: Triple, w: float, y: float, h: float) -> Parts:
    """A strip at the top of a front at y: drawer, knob and display."""
    f, dark, steel = finishes
    lit, high = fin.solid("display", (0.2, 0.5, 0.65), 0.5), (w / 2 - 0.006, y + 0.02, h - 0.02)
    return [
        s.slab(pick(rng, f, dark), (-w / 2 + 0.006, y - 0.012, h - 0.15), high, 0.004),
        s.slab(f, (-0.46 * w, y - 0.02, h - 0.14), (-0.18 * w, y, h - 0.03), 0.006),
        _knob(steel, between(rng, -0.05, 0.1) * w, y - 0.008, h - 0.085, 0.033),
        s.slab(lit, (0.22 * w, y - 0.015, h - 0.11), (0.4 * w, y, h - 0.06)),
    ]


def dishwasher(rng: Generator) -> Parts:
    """A dishwasher: one tall door with bar handle, control strip, sometimes open with racks of plates."""
    w, d, h, f = between(rng, 0.45, 0.6), between(rng, 0.55, 0.6), between(rng, 0.82, 0.87), fin.enamel(rng)
    y, dark, steel = -d / 2, fin.dark(rng), fin.steel(rng)
    door = _dish_door(rng, (f, dark, steel), w, h)
    plinth = s.slab(dark, (-w / 2 + 0.02, y + 0.05, 0), (w / 2 - 0.02, d / 2 - 0.03, 0.11))
    if chance(rng, 0.65):
        green = fin.solid("lamp", (0.3, 0.8, 0.5), 0.6)
        return [
            s.slab(f, (-w / 2, y, 0.1), (w / 2, d / 2, h), 0.006),
            plinth,
            s.slab(green, (-0.42 * w, y - 0.033, h - 0.075), (-0.37 * w, y, h - 0.06)),
            *[s.moved(m, (0, y, 0.1)) for m in door],
        ]
    opened = [s.moved(s.tilted(m, 0, 1.5), (0, y - 0.002, 0.13)) for m in door]
    return [*_dish_shell(f, steel, w, d, h), plinth, *_plates(w, d), *_racks(steel, w, d), *opened]


def _dish_door(rng: Generator, finishes: Triple, w: float, h: float) -> Parts:
    """A door that stands on the origin: panel, bar, control strip, keys; body, dark and steel finishes."""
    f, dark, steel = finishes
    key = s.slab(steel, (-0.012, -0.034, -0.006), (0.012, 0, 0.006))
    return [
        s.slab(f, (-w / 2 + 0.005, -0.025, 0.0), (w / 2 - 0.005, 0.02, h - 0.11), 0.006),
        _bar(steel, -0.38 * w, 0.38 * w, -0.022, h - 0.24),
        s.slab(dark, (-w / 2 + 0.008, -0.03, h - 0.21), (w / 2 - 0.008, 0.0, h - 0.125), 0.004),
        s.scattered(key, [(x, 0, h - 0.165) for x in spread(whole(rng, 5, 8), -0.3 * w, 0.42 * w)]),
    ]


def _dish_shell(f: fin.Finish, steel: fin.Finish, w: float, d: float, h: float) -> Parts:
    """The casing of an open dishwasher: sides, top, steel floor and back."""
    x, y = w / 2 - 0.01, -d / 2
    return [
        *s.both(s.slab(f, (w / 2 - 0.03, y, 0.1), (w / 2, d / 2, h))),
        s.slab(f, (-w / 2 + 0.01, y + 0.003, h - 0.03), (x, d / 2 - 0.003, h - 0.002)),
        s.slab(steel, (-w / 2 + 0.01, y + 0.003, 0.102), (x, d / 2 - 0.003, 0.14)),
        s.slab(steel, (-w / 2 + 0.01, d / 2 - 0.04, 0.12), (x, d / 2 - 0.002, h - 0.01)),
    ]


def _plates(w: float, d: float) -> Parts:
    """Large plates in the lower rack, small ones in the upper."""
    spots = [(a, b) for a in spread(2, -0.42 * w, 0.42 * w) for b in spread(6, -d / 2 + 0.06, d / 2 - 0.06)]
    china = fin.solid("plate", (0.9, 0.89, 0.86)), fin.solid("plate", (0.9, 0.89, 0.86))
    return [
        s.scattered(s.disc(f, r, 0.012, axis=1), [(a, b, z) for a, b in spots])
        for f, r, z in zip(china, (0.11, 0.09), (0.29, 0.62), strict=True)
    ]


def _racks(f: fin.Finish, w: float, d: float) -> Parts:
    """Two racks of wires."""
    ys = spread(8, -d / 2 + 0.03, d / 2 - 0.05)
    return [
        s.scattered(s.rod(f, (-0.45 * w, 0, z), (0.45 * w, 0, z), 0.004, sides=6), [(0, b, 0) for b in ys])
        for z in (0.18, 0.53)
    ]


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
