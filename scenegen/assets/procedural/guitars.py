"""Guitars and ukuleles on a stand."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]
_WAIST = ((0.0, 0.0), (0.03, 0.7), (0.15, 1.0), (0.35, 0.93), (0.58, 0.6), (0.78, 0.76), (0.94, 0.62), (1.0, 0.0))


def guitar(rng: Generator) -> Parts:
    """An acoustic guitar, electric guitar or ukulele leaning back in a stand."""
    size = pick(rng, 1.0, 1.0, 0.6) * between(rng, 0.95, 1.05)
    upright = _electric(rng, size) if chance(rng, 0.45) else _acoustic(rng, size)
    leaning = [s.moved(s.tilted(m, 0, -0.2), (0, 0, 0.1 * size + 0.02)) for m in upright]
    return leaning + _stand(rng, size)


def _outline(length: float, half: float, count: int = 20, skew: float = 0.0) -> Array:
    """(2 count - 2, 2) closed outline (x, z) of a waisted body, counter-clockwise from its bottom."""
    knots = np.array(_WAIST)
    t = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count))
    width = np.sqrt(np.interp(t, knots[:, 0], knots[:, 1] ** 2)) * half
    right, left = np.c_[width * (1 + skew * t), t * length], np.c_[-width * (1 - skew * t), t * length]
    return np.concatenate([right, left[1:-1][::-1]])


def _plate(f: fin.Finish, outline: Array, y0: float, y1: float, scale: float = 1.0) -> Mesh:
    """A flat body of an outline (x, z) between two planes of y; sides and faces with soft edges."""
    middle = outline.mean(0)
    steps = ((0.97, y0), (1.0, y0 + 0.1 * (y1 - y0)), (1.0, y1 - 0.1 * (y1 - y0)), (0.97, y1))
    rings = [np.insert((outline - middle) * k * scale + middle, 1, y, axis=1) for k, y in steps]
    return s.loft(f, rings)


def _neck(rng: Generator, f: fin.Finish, size: float, z0: float, z1: float, y: float) -> Parts:
    """Neck, finger board with frets, head with pegs, strings down to the bridge at 0.12 size."""
    dark, metal = fin.dark(rng), fin.steel(rng)
    w, head = 0.025 * size, 0.13 * size
    parts = [
        s.slab(f, (-w, y - 0.006 * size, z0), (w, y + 0.016 * size, z1), 0.006),
        s.slab(dark, (-w * 1.02, y - 0.014 * size, z0 - 0.07 * size), (w * 1.02, y - 0.004 * size, z1 - 0.004), 0.002),
    ]
    outline = [
        (-w, z1 - 0.01),
        (w, z1 - 0.01),
        (1.5 * w, z1 + 0.5 * head),
        (1.3 * w, z1 + head),
        (0, z1 + 0.93 * head),
        (-1.3 * w, z1 + head),
        (-1.5 * w, z1 + 0.5 * head),
    ]
    parts.append(s.profile_y(f, outline, y - 0.004, y + 0.012))
    fret = s.slab(metal, (-w, y - 0.0165 * size, -0.0015), (w, y - 0.01 * size, 0.0015))
    parts.append(s.scattered(fret, [(0, 0, z1 - (z1 - z0) * 1.25 * (1 - 0.5 ** (k / 12))) for k in range(1, 15)]))
    peg = s.rod(metal, (1.2 * w, y + 0.004, 0), (2.3 * w, y + 0.004, 0), 0.005, 0.008, sides=8)
    parts += s.both(s.scattered(peg, [(0, 0, z1 + a * head) for a in (0.25, 0.5, 0.75)]))
    parts += [
        s.rod(metal, (x, y - 0.019 * size, 0.12 * size), (0.8 * x, y - 0.019 * size, z1 + 0.3 * head), 0.0011, sides=5)
        for x in spread(pick(rng, 6, 4), -0.8 * w, 0.8 * w)
    ]
    return parts


def _acoustic(rng: Generator, size: float) -> Parts:
    """Hollow body with sound hole, rosette, bridge, pick guard."""
    length, half, deep = 0.48 * size, 0.19 * size, 0.1 * size
    body, top, neck, dark = fin.wood(rng), fin.wood(rng), fin.wood(rng), fin.dark(rng)
    outline = _outline(length, half)
    y = -deep / 2
    parts = [_plate(body, outline, y, deep / 2), _plate(top, outline, y - 0.006, y + 0.02, 0.95)]
    z = 0.62 * length
    parts += [
        s.disc(dark, 0.05 * size, 0.012, (0, y - 0.003, z), axis=1, sides=28),
        s.hoop(fin.lid(rng), 0.054 * size, 0.004 * size, (0, y - 0.006, z), axis=1, sides=28),
    ]
    parts.append(s.slab(dark, (-0.075 * size, y - 0.02 * size, 0.11 * size), (0.075 * size, y, 0.135 * size), 0.004))
    return parts + _neck(rng, neck, size, 0.9 * length, 0.95 * size, y - 0.004 * size)


_ELECTRIC = (
    *((-0.62, 0.58), (-0.95, 0.35), (-0.97, 0.16), (-0.6, 0.02), (0.0, 0.0)),
    *((0.6, 0.02), (0.97, 0.16), (0.93, 0.35), (0.6, 0.58)),
    *((0.56, 0.75), (0.76, 0.95), (0.8, 1.12), (0.55, 1.03), (0.28, 0.86)),
    *((-0.28, 0.88), (-0.62, 1.02), (-0.8, 1.25), (-0.72, 0.95), (-0.6, 0.75)),
)
"""Outline (x, z) of a solid body with two horns, in half widths and lengths: lower part, right horn, left horn."""
_GUARD = ((-0.45, 0.12), (0.5, 0.1), (0.62, 0.35), (0.45, 0.6), (0.35, 0.8), (-0.3, 0.8), (-0.4, 0.5))
"""Outline of its pick guard, in the same units."""


def _electric(rng: Generator, size: float) -> Parts:
    """Solid body with horns, pickups, pick guard, knobs, bridge, arm."""
    length, half, deep = 0.42 * size, 0.165 * size, 0.045 * size
    body, metal, dark = pick(rng, fin.livery, fin.wood)(rng), fin.steel(rng), fin.dark(rng)
    points = np.array(_ELECTRIC) * (half, length)
    closed = s.cut_corners(np.concatenate([points, points[:1]]))[:-1]
    y = -deep / 2
    knobs = [
        s.disc(metal, 0.011 * size, 0.03 * size, (0.4 * half, y, z * length), axis=1, sides=14)
        for z in (0.14, 0.25, 0.36)
    ]
    return [
        s.profile_y(body, closed, y, deep / 2),
        s.profile_y(fin.lid(rng), np.array(_GUARD) * (half, length), y - 0.004, y + 0.004),
        *_pickups(rng, (metal, dark), size, y, length),
        *knobs,
        s.slab(metal, (-0.045 * size, y - 0.016 * size, 0.11 * size), (0.045 * size, y, 0.14 * size), 0.003),
        *_neck(rng, fin.wood(rng), size, 0.86 * length, 0.95 * size, y - 0.002 * size),
    ]


def _pickups(rng: Generator, finishes: tuple[fin.Finish, fin.Finish], size: float, y: float, length: float) -> Parts:
    """Two or three pickups below the strings, each in one of two finishes, on a front at y."""
    w, deep, tall = 0.042 * size, 0.012 * size, 0.018 * size
    return [
        s.slab(pick(rng, *finishes), (-w, y - deep, z * length), (w, y, z * length + tall), 0.003)
        for z in spread(whole(rng, 2, 3), 0.4, 0.8)
    ]


def _stand(rng: Generator, size: float) -> Parts:
    """An A-frame stand with two padded hooks."""
    f, pad = fin.dark(rng), fin.rubber(rng)
    rear = s.rod(f, (0, 0.11 * size, 0.42 * size), (0, 0.34 * size, 0.0), 0.011)
    bar = s.rod(pad, (-0.1 * size, 0.045 * size, 0.16 * size), (0.1 * size, 0.045 * size, 0.16 * size), 0.014)
    return [*(s.clipped_below(m, 0.002) for m in (*_stand_legs(f, size), rear)), *_hooks(f, size), bar]


def _stand_legs(f: fin.Finish, size: float) -> Parts:
    """The two front legs of a stand."""
    foot, knee = (0.16 * size, -0.16 * size, 0.004), (0.1 * size, 0.03 * size, 0.14 * size)
    return s.both(s.bent(f, [foot, knee, (0.02, 0.12 * size, 0.42 * size)], 0.011, smooth=1))


def _hooks(f: fin.Finish, size: float) -> Parts:
    """The two hooks in which the body rests."""
    root, bow = (0.095 * size, 0.04 * size, 0.15 * size), (0.09 * size, -0.08 * size, 0.075 * size)
    return s.both(s.bent(f, [root, bow, (0.09 * size, -0.12 * size, 0.13 * size)], 0.011, smooth=1))
