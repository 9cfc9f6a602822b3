"""Things that fly: airplanes and rockets."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]
_FOIL = np.array(
    [
        (0.0, 0.0),
        (0.06, 0.055),
        (0.25, 0.085),
        (0.6, 0.05),
        (1.0, 0.004),
        (1.0, -0.004),
        (0.6, -0.025),
        (0.25, -0.04),
        (0.06, -0.03),
    ]
)


def airplane(rng: Generator) -> Parts:
    """An airliner, propeller plane, fighter, biplane, turboprop or glider, standing on its wheels."""
    return pick(rng, _airliner, _airliner, _airliner, _light, _light, _fighter, _biplane)(rng)


def _wing(
    f: fin.Finish,
    root: tuple[float, float, float],
    tip: tuple[float, float, float],
    chords: tuple[float, float],
    thick: float = 1.0,
) -> Mesh:
    """A right wing between the leading edges of root and tip; chords along +y."""
    rings = []
    for k in (0.0, 0.33, 0.67, 0.97, 1.0):
        p, c = np.array(root) + k * (np.array(tip) - root), chords[0] + k * (chords[1] - chords[0])
        flat = thick * (0.3 if k == 1.0 else 1.0)
        rings.append(np.stack([np.full(9, p[0]), p[1] + c * _FOIL[:, 0], p[2] + c * flat * _FOIL[:, 1]], -1))
    return s.loft(f, rings)


def _fin(f: fin.Finish, y: float, z: float, chord: float, height: float, sweep: float) -> Mesh:
    """An upright tail fin whose root starts at y on height z."""
    mesh = _wing(f, (0, y, 0), (height, y + sweep, 0), (chord, 0.5 * chord))
    return s.moved(s.tilted(mesh, 1, -np.pi / 2), (0, 0, z))


def _hull(
    f: fin.Finish, length: float, r: float, z: float, nose: float, tail: float, rise: float, squeeze: float = 1.0
) -> Mesh:
    """A fuselage of round sections: blunt nose, straight middle, tail that rises."""
    t = np.concatenate([nose * (1 - np.cos(np.linspace(0, np.pi / 2, 9))), np.linspace(1 - tail, 1, 9)])
    k = np.where(
        t < nose,
        np.sqrt(np.clip(1 - (1 - t / nose) ** 2, 0, 1)),
        1 - 0.86 * np.clip((t - 1 + tail) / tail, 0, 1) ** 1.5,
    )
    lift = rise * r * np.clip((t - 1 + tail) / tail, 0, 1) ** 1.5 - 0.15 * r * np.clip(1 - t / nose, 0, 1) ** 2
    ring = s.oval(28)
    rings = [
        np.stack(
            [
                ring[:, 0] * r * squeeze * max(a, 1e-9),
                np.full(28, b * length - length / 2),
                z + c + ring[:, 1] * r * max(a, 1e-9),
            ],
            -1,
        )
        for a, b, c in zip(k, t, lift, strict=True)
    ]
    return s.loft(f, rings)


def _gear(f: fin.Finish, x: float, y: float, top: float, r: float, wide: float) -> Parts:
    """A strut with two wheels."""
    tyre = fin.solid("tyre", (0.09, 0.09, 0.1))
    wheels = [s.disc(tyre, r, wide, (x + a, y, r), axis=0, sides=18) for a in (-0.75 * wide, 0.75 * wide)]
    return [
        s.rod(f, (x, y, r), (x, y, top), 0.25 * r, sides=8),
        s.rod(f, (x - wide, y, r), (x + wide, y, r), 0.2 * r, sides=8),
        *wheels,
    ]


def _jet(rng: Generator, f: fin.Finish, r: float, length: float, at: Array) -> Parts:
    """An engine nacelle, open at the front with a fan and a spinner, a cone behind."""
    skin = [
        (0.8 * r, -0.46 * length),
        (0.9 * r, -0.5 * length),
        (1.0 * r, -0.4 * length),
        (1.02 * r, 0),
        (0.75 * r, 0.5 * length),
        (0.7 * r, 0.48 * length),
    ]
    flipped = [(a, -b) for a, b in skin[::-1]]
    nacelle = s.lying(s.turned(f, flipped, sides=24), 1)
    dark, cone = fin.dark(rng), [(0, 0), (0.5 * r, 0.001), (0, 0.75 * length)]
    parts = [
        s.scaled(nacelle, (1, -1, 1)),
        s.disc(dark, 0.84 * r, 0.84 * length, axis=1, sides=24),
        s.lying(s.turned(fin.steel(rng), cone, sides=16), 1),
        s.ball(fin.steel(rng), (0.25 * r, 0.4 * r, 0.25 * r), (0, -0.42 * length, 0), 12),
    ]
    return [s.moved(m, at) for m in parts]


def _airliner(rng: Generator) -> Parts:
    """A jet airliner: two or four engines under the wings or at the tail, rows of windows, livery on the tail."""
    length, r = between(rng, 18, 30), between(rng, 1.15, 1.6)
    white = pick(rng, fin.solid("white", (0.90, 0.90, 0.89)), fin.solid("grey", (0.75, 0.77, 0.79)), fin.livery(rng))
    livery, metal, glass = fin.livery(rng), fin.steel(rng), fin.solid("glass", (0.12, 0.14, 0.18))
    z, wing = 1.3 + 1.1 * r, fin.solid("wing", (0.72, 0.73, 0.75))
    span, sweep = between(rng, 0.44, 0.52) * length, between(rng, 0.2, 0.4)
    chord, y = 0.2 * length, -0.12 * length
    tip = (span, y + sweep * span + 0.4 * chord * 0.2, z - 0.5 * r + 0.09 * span)
    parts = [
        _hull(white, length, r, z, 0.14, 0.32, 0.65),
        *s.both(_wing(wing, (0.3 * r, y, z - 0.55 * r), tip, (chord, 0.3 * chord))),
    ]
    parts += s.both(
        _wing(
            wing,
            (0.05 * r, 0.36 * length, z + 0.35 * r),
            (0.18 * length, 0.42 * length, z + 0.5 * r),
            (0.1 * length, 0.05 * length),
        )
    )
    parts.append(_fin(livery, 0.31 * length, z + 0.55 * r, 0.15 * length, 0.17 * length, 0.1 * length))
    rear = chance(rng, 0.2)
    spots = (
        [(1.55 * r, 0.22 * length, z + 0.45 * r)]
        if rear
        else [
            (a * span, y + sweep * a * span - 0.02 * length, z - 0.5 * r + 0.09 * a * span - 0.62 * r)
            for a in pick(rng, (0.33,), (0.33,), (0.3, 0.58))
        ]
    )
    for p in spots:
        parts += [m for q in _jet(rng, pick(rng, white, livery), 0.42 * r, 1.9 * r, np.array(p)) for m in s.both(q)]
        pylon = (
            s.slab(wing, (0.85 * r, p[1] - 0.4 * r, p[2] - 0.08 * r), (p[0] - 0.1, p[1] + 0.4 * r, p[2] + 0.08 * r))
            if rear
            else s.slab(
                wing,
                (p[0] - 0.05 * r, p[1] - 0.2 * r, p[2] + 0.2 * r),
                (p[0] + 0.05 * r, p[1] + 1.3 * r, p[2] + 0.66 * r),
            )
        )
        parts += s.both(pylon)
    parts += _windows(glass, length, r, z) + ([_cheat_line(livery, length, r, z)] if chance(rng, 0.7) else [])
    return [
        *parts,
        *_gear(metal, 0, -0.38 * length, z - 0.6 * r, 0.34, 0.2),
        *[m for p in _gear(metal, 1.4 * r, 0.02 * length, z - 0.5 * r, 0.48, 0.3) for m in s.both(p)],
    ]


def _windows(glass: fin.Finish, length: float, r: float, z: float) -> Parts:
    """Cabin windows on both sides and the cockpit."""
    ys = spread(round(0.5 * length / 0.55), -0.33 * length, 0.16 * length)
    pane = s.slab(glass, (0.85 * r, -0.12, z + 0.16 * r), (0.992 * r, 0.12, z + 0.16 * r + 0.34))
    cockpit = s.slab(
        glass,
        (-0.55 * r, -0.5 * length + 0.035 * length, z + 0.3 * r),
        (0.55 * r, -0.5 * length + 0.07 * length, z + 0.52 * r),
        0.05,
    )
    return [*s.both(s.scattered(pane, [(0, y, 0) for y in ys])), cockpit]


def _cheat_line(f: fin.Finish, length: float, r: float, z: float) -> Mesh:
    """A stripe along both sides of the fuselage: a band of a slightly larger tube cut flat."""
    ring = s.oval(28) * (1.02 * r, 1.02 * r)
    band = np.clip(ring[:, 1], -0.28 * r, 0.05 * r)
    plan = np.c_[ring[:, 0] * np.where(np.abs(ring[:, 1]) < 0.4 * r, 1.0, 0.9), band]
    return s.loft(
        f, [np.stack([plan[:, 0], np.full(28, y), z + plan[:, 1]], -1) for y in (-0.36 * length, 0.18 * length)]
    )


def _propeller(rng: Generator, r: float, at: tuple[float, float, float]) -> Parts:
    """A spinner with 2 to 4 blades turning about y."""
    blade = s.block(fin.dark(rng), (r, 0.02 * r, 0.11 * r), (0.52 * r, 0, 0), 0.008 * r)
    blade = s.tilted(blade, 0, 0.4)
    start = between(rng, 0, 3)
    count = whole(rng, 2, 4)
    blades = [s.tilted(blade, 1, start + 2 * np.pi * k / count) for k in range(count)]
    return [s.moved(m, at) for m in [*blades, s.ball(fin.steel(rng), (0.13 * r, 0.22 * r, 0.13 * r), sides=14)]]


def _light(rng: Generator) -> Parts:
    """A light propeller plane: high or low wing, one or two engines, glazed cabin, fixed gear."""
    length, f, trim, glass = between(rng, 7, 10), fin.livery(rng), fin.livery(rng), fin.glass(rng)
    r, high, twin = 0.085 * length, chance(rng, 0.5), chance(rng, 0.3)
    z = 0.6 + r + (0.2 if not high else 0)
    top, low = z + 0.95 * r, z - 0.6 * r
    span, chord, wz = between(rng, 0.5, 0.64) * length, 0.17 * length, (z + 1.3 * r if high else low)
    parts = [
        _hull(f, length, r, z, 0.2, 0.55, 0.5),
        *s.both(
            _wing(
                f,
                (0.0 if high else 0.2 * r, -0.24 * length, wz),
                (span, -0.22 * length, wz + (0.02 if high else 0.07) * length),
                (chord, 0.7 * chord),
                1.3,
            )
        ),
    ]
    cabin = s.oval(24, 0.4)
    rings = [
        np.c_[cabin * (0.85 * r * a, 0.13 * length * b) + (0, -0.14 * length), np.full(24, c)]
        for a, b, c in ((1, 1.1, z), (1, 1.1, z + 0.6 * r), (0.85, 0.75, top + 0.4 * r))
    ]
    parts += [
        s.loft(glass, rings),
        s.loft(
            f,
            [
                np.c_[cabin * (0.85 * r * a, 0.13 * length * b) + (0, -0.14 * length), np.full(24, c)]
                for a, b, c in ((0.88, 0.78, top + 0.33 * r), (0.75, 0.65, top + 0.48 * r))
            ],
        ),
    ]
    parts += s.both(
        _wing(
            f,
            (0, 0.39 * length, z + 0.25 * r),
            (0.18 * length, 0.41 * length, z + 0.25 * r),
            (0.1 * length, 0.07 * length),
        )
    )
    parts.append(_fin(trim, 0.35 * length, z + 0.25 * r, 0.14 * length, 0.16 * length, 0.07 * length))
    if twin:
        for x in (-0.3 * span, 0.3 * span):
            parts += [
                s.ball(trim, (0.4 * r, 1.5 * r, 0.4 * r), (x, -0.24 * length, wz + 0.05 * r)),
                *_propeller(rng, 1.1 * r, (x, -0.24 * length - 1.5 * r, wz + 0.05 * r)),
            ]
    else:
        parts += _propeller(rng, between(rng, 1.1, 1.4) * r, (0, -0.505 * length, z - 0.15 * r))
    metal = fin.steel(rng)
    if high:
        parts += s.both(
            s.rod(metal, (0.6 * r, -0.16 * length, z - 0.5 * r), (0.45 * span, -0.17 * length, wz), 0.03, sides=6)
        )
    legs = [m for p in _gear(metal, 1.2 * r, -0.12 * length, low, 0.24, 0.1) for m in s.both(p)] + s.both(
        s.rod(metal, (0.4 * r, -0.12 * length, low), (1.2 * r, -0.12 * length, 0.3), 0.05, sides=8)
    )
    return [*parts, *legs, *_gear(metal, 0, -0.4 * length, low, 0.2, 0.1)]


def _biplane(rng: Generator) -> Parts:
    """A biplane: two wings with struts and wires, open cockpit, radial engine."""
    length, f, trim, metal = between(rng, 6.5, 8.5), fin.livery(rng), fin.livery(rng), fin.steel(rng)
    r, z = 0.085 * length, 0.17 * length
    span, chord, gap = between(rng, 0.55, 0.65) * length, 0.19 * length, 0.2 * length
    y, low = -0.33 * length, z - 0.6 * r
    parts = [
        _hull(f, length, r, z, 0.12, 0.62, 0.3),
        s.disc(trim, 1.02 * r, 0.07 * length, (0, -0.43 * length, z), axis=1),
        *_propeller(rng, 1.4 * r, (0, -0.51 * length, z - 0.1 * r)),
    ]
    for base, wing in ((low, f), (low + gap, trim)):
        parts += s.both(
            _wing(
                wing,
                (0.0, y + 0.3 * (base - low), base),
                (span, y + 0.3 * (base - low), base + 0.02 * span),
                (chord, 0.85 * chord),
            )
        )
    for x in (0.45 * r, 0.7 * span):
        for b in (0.15, 0.7):
            parts += s.both(
                s.rod(metal, (x, y + b * chord, low), (x, y + b * chord + 0.3 * gap, low + gap), 0.03, sides=6)
            )
    parts += s.both(
        s.rod(
            metal, (0.5 * r, y + 0.4 * chord, low), (0.7 * span, y + 0.4 * chord + 0.3 * gap, low + gap), 0.012, sides=5
        )
    )
    parts += s.both(
        _wing(
            f,
            (0, 0.38 * length, z + 0.1 * r),
            (0.2 * length, 0.41 * length, z + 0.1 * r),
            (0.13 * length, 0.07 * length),
        )
    )
    parts += [
        _fin(trim, 0.37 * length, z, 0.14 * length, 0.15 * length, 0.06 * length),
        s.cushion(fin.leather(rng), (0.9 * r, 1.5 * r, 0.5 * r), (0, -0.02 * length, z + 0.85 * r), square=0.7),
    ]
    parts.append(
        s.slab(fin.glass(rng), (-0.4 * r, -0.13 * length, z + 0.8 * r), (0.4 * r, -0.12 * length, z + 1.4 * r), 0.01)
    )
    wheel = s.disc(fin.rubber(rng), 0.3, 0.1, (1.1 * r, y + 0.3, 0.3), axis=0)
    struts = s.both(s.rod(metal, (0.6 * r, y + 0.3, z - 0.7 * r), (1.1 * r, y + 0.3, 0.3), 0.035, sides=8))
    skid = s.clipped_below(s.rod(metal, (0, 0.42 * length, z), (0, 0.46 * length, -0.02), 0.06, 0.1, sides=8), 0.0)
    return [
        *parts,
        *s.both(wheel),
        *s.both(s.disc(trim, 0.17, 0.12, (1.1 * r, y + 0.3, 0.3), axis=0)),
        *struts,
        s.rod(metal, (-1.1 * r, y + 0.3, 0.3), (1.1 * r, y + 0.3, 0.3), 0.03, sides=8),
        skid,
    ]


def _fighter(rng: Generator) -> Parts:
    """A jet fighter: pointed nose, canopy, swept or delta wings, one or two fins, intakes, nozzles, missiles."""
    length, f, dark = between(rng, 12, 17), fin.livery(rng), fin.dark(rng)
    r, z = 0.055 * length, 0.13 * length
    ys = np.array([0, 0.03, 0.12, 0.25, 0.4, 0.75, 0.96, 1.0])
    wide, tall = (
        np.array([1e-9, 0.2, 0.55, 0.85, 1.5, 1.6, 1.1, 1.05]),
        np.array([1e-9, 0.2, 0.55, 0.8, 1.0, 1.0, 0.75, 0.7]),
    )
    plan = s.oval(24, 0.75)
    hull = s.loft(
        f,
        [
            np.stack([plan[:, 0] * a * r, np.full(24, y * length - length / 2), z + plan[:, 1] * b * r], -1)
            for a, b, y in zip(wide, tall, ys, strict=True)
        ],
    )
    delta, span = chance(rng, 0.5), between(rng, 0.26, 0.36) * length
    root, chord = -0.12 * length, (0.45 if delta else 0.3) * length
    parts = [
        hull,
        *s.both(
            _wing(
                f,
                (0.8 * r, root, z),
                (span, root + (0.9 if delta else 0.62) * span + 0.1, z - 0.02 * length),
                (chord, 0.22 * chord),
                0.5,
            )
        ),
    ]
    parts.append(s.ball(fin.glass(rng), (0.5 * r, 1.9 * r, 0.62 * r), (0, -0.24 * length, z + 0.75 * r)))
    parts += (
        s.both(_wing(f, (r, 0.33 * length, z), (0.19 * length, 0.43 * length, z), (0.14 * length, 0.06 * length), 0.5))
        if not delta or chance(rng, 0.3)
        else []
    )
    one = _fin(f, 0.26 * length, z + 0.6 * r, 0.18 * length, 0.16 * length, 0.12 * length)
    parts += [one] if chance(rng, 0.5) else s.both(s.moved(s.tilted(one, 1, 0.25, (0, 0, z)), (0.9 * r, 0, 0)))
    parts += s.both(
        s.slab(f, (0.9 * r, -0.14 * length, z - 0.7 * r), (1.75 * r, 0.1 * length, z + 0.5 * r), 0.2)
    ) + s.both(s.slab(dark, (1.05 * r, -0.145 * length, z - 0.55 * r), (1.62 * r, -0.1 * length, z + 0.35 * r), 0.1))
    nozzles = (
        s.both(s.rod(dark, (0.5 * r, 0.44 * length, z), (0.5 * r, 0.52 * length, z), 0.5 * r, 0.4 * r, sides=20))
        if chance(rng, 0.5)
        else [s.rod(dark, (0, 0.44 * length, z), (0, 0.53 * length, z), 0.62 * r, 0.5 * r, sides=20)]
    )
    missile = [
        s.rod(
            fin.solid("missile", (0.85, 0.85, 0.83)),
            (0.6 * span, -0.02 * length, z - 0.04 * length),
            (0.6 * span, 0.2 * length, z - 0.04 * length),
            0.13,
        ),
        s.slab(
            dark, (0.6 * span - 0.04, 0.06 * length, z - 0.04 * length), (0.6 * span + 0.04, 0.14 * length, z + 0.02)
        ),
    ]
    metal = fin.steel(rng)
    gear = _gear(metal, 0, -0.26 * length, z - 0.3 * r, 0.3, 0.16) + [
        m for p in _gear(metal, 1.3 * r, 0.1 * length, z - 0.3 * r, 0.38, 0.2) for m in s.both(p)
    ]
    return [*parts, *nozzles, *([m for p in missile for m in s.both(p)] if chance(rng, 0.6) else []), *gear]


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
