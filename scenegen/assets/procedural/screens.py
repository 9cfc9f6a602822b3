"""Small things with screens or keys: laptops, telephones, remotes, keyboards; and the screen itself."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def panel(
    rng: Generator, body: fin.Finish, w: float, h: float, d: float, rim: float, z0: float, y: float = 0.0
) -> Parts:
    """An upright screen: casing with rounded edges and a lit or dark face set a little proud."""
    case = s.slab(body, (-w / 2, y, z0), (w / 2, y + d, z0 + h), 0.35 * min(d, 0.03))
    lit = fin.screen(rng) if chance(rng, 0.75) else pick(rng, fin.picture, fin.glass)(rng)
    face = s.slab(lit, (-w / 2 + rim, y - 0.002 - 0.001 * w, z0 + rim), (w / 2 - rim, y + 0.5 * d, z0 + h - rim))
    return [case, s.pictured(face)]


def keyboard(rng: Generator) -> Parts:
    """A computer keyboard: full, compact or split rows of caps on a wedge."""
    pitch = between(rng, 0.0185, 0.0195)
    columns, rows = pick(rng, 22, 18, 15), 5
    body, caps = fin.casing(rng), fin.casing(rng)
    w, d = columns * pitch + 0.02, rows * pitch + 0.025
    tail = between(rng, 0.018, 0.03)
    front = [(-d / 2, 0), (d / 2, 0), (d / 2, tail), (-d / 2, 0.012)]
    slope = (tail - 0.012) / d
    parts = [s.profile_x(body, front, -w / 2, w / 2)]
    accent, tall = fin.plastic(rng), between(rng, 0.006, 0.012)
    plain: dict[float, list[tuple[float, float, float]]] = {}
    for k, y in enumerate(spread(rows, -d / 2 + 0.012, d / 2 - 0.012)):
        edges = np.array(_key_edges(rng, columns, k))
        z = 0.012 + slope * (y + d / 2)
        for mid, wide in zip((edges[1:] + edges[:-1]) / 2, np.round(np.diff(edges), 3), strict=True):
            at = (-w / 2 + 0.01 + float(mid) * pitch, float(y), z)
            if (k in (0, 4) and mid < 1) or chance(rng, 0.02):
                parts.append(_cap(accent, float(wide) * pitch, pitch, tall, at))
            else:
                plain.setdefault(float(wide), []).append(at)
    return parts + [s.scattered(_cap(caps, wide * pitch, pitch, tall, (0, 0, 0)), at) for wide, at in plain.items()]


def _cap(f: fin.Finish, wide: float, pitch: float, tall: float, at: tuple[float, float, float]) -> Mesh:
    """A key cap `wide` metres wide, standing at `at`."""
    return s.moved(_key(f, 0.0012 - wide / 2, wide / 2 - 0.0012, 0, 0.43 * pitch, 0, tall), at)


def _key(f: fin.Finish, x0: float, x1: float, y: float, half: float, z: float, tall: float) -> Mesh:
    """A key cap: a frustum of rectangles, sunk into the casing."""
    base = np.array([(x0, y - half), (x1, y - half), (x1, y + half), (x0, y + half)])
    top = base + np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) * 0.18 * half
    return s.loft(f, [np.c_[base, np.full(4, z - 0.003)], np.c_[top, np.full(4, z + tall)]], bottoms=False)


def _key_edges(rng: Generator, columns: int, row: int) -> list[float]:
    """Edges of the keys of a row in key widths; the first row has a space bar."""
    if row == 0:
        return [0, 1.25, 2.5, 3.75, 10, *np.arange(11.25, columns + 0.01, 1.25)]
    first = pick(rng, 1.0, 1.5, 1.75) if row < 4 else 1.0
    return [0, *np.arange(first, columns + 0.01, 1.0)]


def laptop(rng: Generator) -> Parts:
    """A notebook computer, opened to any angle, with keys, a touch pad and a lit screen."""
    w = between(rng, 0.28, 0.38)
    d, thick, body = w / between(rng, 1.38, 1.55), between(rng, 0.012, 0.022), fin.casing(rng)
    angle = np.radians(between(rng, 95, 130))
    base = s.slab(body, (-w / 2, -d / 2, 0), (w / 2, d / 2, thick), 0.35 * thick)
    bed = s.slab(fin.dark(rng), (-0.44 * w, -0.02 * d, 0.5 * thick), (0.44 * w, 0.4 * d, thick + 0.0006))
    pad = s.slab(fin.casing(rng), (-0.15 * w, -0.44 * d, 0.5 * thick), (0.15 * w, -0.08 * d, thick + 0.0006))
    key, pitch = pick(rng, fin.dark, fin.casing)(rng), 0.88 * w / 14
    spots = [(x, y, thick) for y in spread(5, -0.01 * d, 0.39 * d) for x in spread(14, -0.43 * w, 0.43 * w)]
    keys = s.scattered(_key(key, -0.43 * pitch, 0.43 * pitch, 0, 0.37 * pitch, 0, 0.0022), spots)
    lid = panel(rng, body, w, d, 0.6 * thick, 0.02 * w + 0.004, 0.0)
    hinge = (0, 0.5 * d - 0.004, thick)
    opened = [s.moved(s.tilted(m, 0, -(angle - np.pi / 2)), hinge) for m in lid]
    return [
        base,
        bed,
        pad,
        keys,
        *opened,
        s.rod(fin.dark(rng), (-0.4 * w, hinge[1], thick), (0.4 * w, hinge[1], thick), 0.45 * thick),
    ]


def cellphone(rng: Generator) -> Parts:
    """A mobile phone lying on its back: slab with a screen, candy bar with keys, or flip phone."""
    w, body = between(rng, 0.06, 0.08), fin.casing(rng)
    if chance(rng, 0.35):
        return _candy_bar(rng, body)
    h, t = w * between(rng, 1.95, 2.2), between(rng, 0.007, 0.0095)
    plan = s.oval(40, between(rng, 0.15, 0.3)) * (w / 2, h / 2)
    case = s.loft(
        body, [np.c_[plan * k, np.full(40, z)] for k, z in ((0.97, 0), (1, 0.25 * t), (1, 0.75 * t), (0.97, t))]
    )
    face = s.loft(fin.screen(rng), [np.c_[plan * (0.93, 0.95), np.full(40, z)] for z in (0.5 * t, t + 0.0006)])
    parts = [
        case,
        s.flat_picture(face),
        *[
            s.slab(body, (w / 2 - 0.003, y, 0.3 * t), (w / 2 + 0.0012, y + 0.1 * h, 0.7 * t))
            for y in (0.15 * h, 0.28 * h)
        ],
    ]
    return parts + [s.disc(fin.glass(rng), 0.05 * w, 0.001, (0, 0.44 * h, t + 0.0004), sides=14)]


def _candy_bar(rng: Generator, body: fin.Finish) -> Parts:
    """An older phone with a key pad, a small screen and perhaps an aerial stub."""
    w, h, t = between(rng, 0.045, 0.055), between(rng, 0.1, 0.13), between(rng, 0.015, 0.022)
    plan = s.oval(32, between(rng, 0.3, 0.6)) * (w / 2, h / 2)
    case = s.loft(body, [np.c_[plan * k, np.full(32, z)] for k, z in ((0.9, 0), (1, 0.35 * t), (1, 0.7 * t), (0.9, t))])
    face = s.slab(fin.screen(rng), (-0.34 * w, 0.08 * h, 0.5 * t), (0.34 * w, 0.38 * h, t + 0.0008))
    keys = [
        s.slab(fin.lid(rng), (x - 0.1 * w, y - 0.028 * h, 0.5 * t), (x + 0.1 * w, y + 0.028 * h, t + 0.0016))
        for x in (-0.25 * w, 0, 0.25 * w)
        for y in spread(4, -0.4 * h, 0.02 * h)
    ]
    stub = (
        [s.rod(fin.dark(rng), (0.3 * w, 0.4 * h, 0.5 * t), (0.3 * w, 0.66 * h, 0.5 * t), 0.25 * t)]
        if chance(rng, 0.5)
        else []
    )
    return [case, s.flat_picture(face), *keys, *stub]


def telephone(rng: Generator) -> Parts:
    """A desk telephone: sloping base, handset on its cradle, dial or keys, curled cord."""
    w, d, h, f = between(rng, 0.16, 0.22), between(rng, 0.18, 0.24), between(rng, 0.07, 0.11), fin.plastic(rng)
    slope = [(-d / 2, 0), (d / 2, 0), (d / 2, h), (0.1 * d, h), (-d / 2, 0.3 * h)]
    parts = [s.profile_x(f, slope, -w / 2, w / 2)]
    n = np.array([0.0, -0.7 * h, 0.6 * d]) / np.hypot(0.7 * h, 0.6 * d)
    middle = np.array([0.12 * w, -0.2 * d, 0.65 * h])
    plate = pick(rng, fin.steel, fin.dark)(rng)
    if chance(rng, 0.5):
        dial = [
            s.disc(plate, 0.3 * w, 0.02, sides=28),
            s.disc(fin.lid(rng), 0.12 * w, 0.03, sides=20),
            *s.around(s.disc(fin.lid(rng), 0.035 * w, 0.024, (0.21 * w, 0, 0), sides=10), 10),
        ]
        parts += [s.moved(s.tilted(m, 0, np.arctan2(-n[1], n[2])), middle - (0.12 * w, 0, 0)) for m in dial]
    else:
        cap = fin.lid(rng)
        keys = [
            s.block(cap, (0.1 * w, 0.1 * d, 0.02), (x, y, 0), 0.003)
            for x in spread(3, -0.22 * w, 0.22 * w)
            for y in spread(4, -0.28 * d, 0.28 * d)
        ]
        parts += [s.moved(s.tilted(m, 0, np.arctan2(-n[1], n[2])), middle) for m in keys]
    return parts + _handset(rng, f if chance(rng, 0.6) else fin.dark(rng), w, d, h)


def _handset(rng: Generator, f: fin.Finish, w: float, d: float, h: float) -> Parts:
    """A handset across the top, on two rests, and the cord at its left."""
    z, y, r = h + 0.035, 0.3 * d, 0.022
    grip = s.bent(
        f, [(-0.55 * w, y, z), (-0.25 * w, y, z + 0.02), (0.25 * w, y, z + 0.02), (0.55 * w, y, z)], 0.014, smooth=2
    )
    cups = s.both(s.rod(f, (0.55 * w, y, z - 0.024), (0.53 * w, y, z + 0.016), 1.2 * r, 0.9 * r, sides=16))
    rests = s.both(s.slab(f, (0.25 * w, y - 0.02, h - 0.01), (0.36 * w, y + 0.02, h + 0.042), 0.004))
    t = np.linspace(0, 1, 140)
    coil = np.stack(
        [
            -0.55 * w - 0.02 * np.sin(np.pi * t) - 0.004 * np.cos(48 * np.pi * t),
            y - t * 0.5 * d,
            (z - 0.02) * (1 - t) + 0.012 + 0.004 * np.sin(48 * np.pi * t),
        ],
        -1,
    )
    return [grip, *cups, *rests, s.bent(fin.dark(rng), coil, 0.0022, sides=5)]


def remote(rng: Generator) -> Parts:
    """A remote control lying on its back, rows of buttons, a ring pad."""
    w, h, t, f = between(rng, 0.038, 0.055), between(rng, 0.13, 0.21), between(rng, 0.014, 0.022), fin.casing(rng)
    plan = s.oval(36, between(rng, 0.2, 0.5)) * (w / 2, h / 2) * np.array([1, 1])
    waist = 1 - between(rng, 0, 0.14) * np.cos(np.pi * plan[:, 1] / h) ** 2
    plan = plan * np.c_[waist, np.ones(36)]
    parts = [
        s.loft(f, [np.c_[plan * k, np.full(36, z)] for k, z in ((0.88, 0), (1, 0.4 * t), (1, 0.75 * t), (0.92, t))])
    ]
    rows, columns, key = whole(rng, 3, 6), pick(rng, 3, 3, 2), fin.lid(rng)
    low, high = -0.42 * h, 0.12 * h
    buttons = [(x, y) for y in spread(rows, low, high) for x in spread(columns, -0.36 * w, 0.36 * w)]
    size = min(0.3 * w / columns, 0.3 * (high - low) / rows)
    parts += [
        s.disc(key, size, 0.5 * t, (x, y, 0.85 * t), sides=12)
        if rows % 2
        else s.block(key, (1.9 * size, 1.4 * size, 0.5 * t), (x, y, 0.85 * t))
        for x, y in buttons
    ]
    parts += [
        s.hoop(fin.steel(rng), 0.2 * w, 0.05 * w, (0, 0.26 * h, t)),
        s.disc(key, 0.1 * w, 0.4 * t, (0, 0.26 * h, 0.92 * t), sides=14),
    ]
    power = fin.solid("power", (0.75, 0.12, 0.1))
    return [*parts, s.disc(power, 0.08 * w, 0.4 * t, (-0.2 * w, 0.4 * h, 0.92 * t), sides=12)]
