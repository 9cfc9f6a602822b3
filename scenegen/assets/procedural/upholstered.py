"""Sofas, armchairs and cushions, as objects and in rooms; the frame of builders is that of `roles`."""

import numpy as np

from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.roles import Finishes, Parts
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator


def sofa(rng: Generator, of: Finishes) -> Parts:
    """An armchair, love seat or three-seater, some with a chaise."""
    return couch(rng, of, whole(rng, 1, 3), 0.25)


def couch(rng: Generator, of: Finishes, seats: int, chaise: float = 0.0) -> Parts:
    """A sofa, or an armchair of one seat: blocks, cushions, arms, feet, pillows; `chaise` is how likely one is."""
    cover, seat_w, d = of("cover"), between(rng, 0.58, 0.75), between(rng, 0.8, 0.98)
    h, top = between(rng, 0.4, 0.45), between(rng, 0.72, 0.92)
    arm_w, arm_h, foot = between(rng, 0.1, 0.24), between(rng, 0.55, 0.66), pick(rng, 0.03, between(rng, 0.08, 0.16))
    inner = seats * seat_w
    w, soft = inner + 2 * arm_w, between(rng, 0.03, 0.07)
    half = inner / 2 + 0.02
    parts = [
        s.slab(cover, (-w / 2 + 0.01, -d / 2 + 0.02, foot), (w / 2 - 0.01, d / 2 - 0.02, h - 0.12), 0.02),
        s.slab(cover, (-half, d / 2 - 0.24, h - 0.15), (half, d / 2 - 0.02, top - 0.04), soft),
        *_arms(rng, cover, w, d, arm_w, arm_h, foot, soft),
    ]
    count = seats if chance(rng, 0.8) else 1
    xs, each = spread(count, -inner / 2, inner / 2), inner / count
    parts += _seat_cushions(cover, xs, each, d, h) + _back_cushions(rng, cover, xs, each, d, h, top)
    if seats > 1 and chance(rng, chaise):
        parts += _chaise(cover, pick(rng, -1, 1), inner, seat_w, d, h, foot)
    return parts + _feet(rng, of, w, d, foot) + _throw_pillows(rng, of, inner, d, h)


def _seat_cushions(f: Finish, xs: Array, each: float, d: float, h: float) -> Parts:
    """Cushions of width `each` about xs."""
    y0, y1, gap = -d / 2, d / 2 - 0.2, each / 2 - 0.003
    return [s.padded(f, (x - gap, y0, h - 0.14), (x + gap, y1, h), 0.045, 0.12) for x in xs]


def _arms(rng: Generator, f: Finish, w: float, d: float, arm_w: float, arm_h: float, foot: float, soft: float) -> Parts:
    """Two arms: blocks, rolled tops, sloping, or none."""
    kind = pick(rng, "block", "block", "roll", "slope")
    x0, x1 = w / 2 - arm_w, w / 2
    if kind == "slope":
        outline = [
            (-d / 2 + 0.03, foot + 0.02),
            (d / 2 - 0.03, foot + 0.02),
            (d / 2 - 0.03, arm_h + 0.12),
            (d / 2 - 0.15, arm_h + 0.1),
            (-d / 2 + 0.03, arm_h - 0.08),
        ]
        return s.both(s.profile_x(f, outline, x0, x1 - 0.005))
    body = s.slab(f, (x0, -d / 2 + 0.012, foot - 0.005), (x1, d / 2 - 0.01, arm_h), min(soft, 0.4 * arm_w))
    if kind == "block":
        return s.both(body)
    roll = s.disc(f, 0.62 * arm_w, d - 0.01, ((x0 + x1) / 2 + 0.1 * arm_w, 0, arm_h - 0.02), axis=1)
    return s.both(body) + s.both(roll)


def _back_cushions(rng: Generator, f: Finish, xs: Array, each: float, d: float, h: float, top: float) -> Parts:
    """Loose back cushions, or a tufted back with buttons."""
    if chance(rng, 0.25):
        z = spread(2, h + 0.08, top - 0.06)
        return [
            s.ball(f, (0.018, 0.014, 0.018), (x + a * each / 4, d / 2 - 0.242, b), 8)
            for x in xs
            for a in (-1, 1)
            for b in z
        ]
    half, tall, lean = each / 2 - 0.006, top - h + between(rng, -0.04, 0.06), between(rng, 0.08, 0.2)
    one = s.padded(f, (-half, -0.08, -tall / 2), (half, 0.08, tall / 2), 0.06, 0.25)
    return [s.moved(s.tilted(one, 0, -lean), (x, d / 2 - 0.29, h + tall / 2 - 0.01)) for x in xs]


def _chaise(f: Finish, side: int, inner: float, seat_w: float, d: float, h: float, foot: float) -> Parts:
    """A seat that reaches forward on one side."""
    x, half = side * (inner / 2 - seat_w / 2), seat_w / 2
    low = s.slab(f, (x - half + 0.004, -d / 2 - 0.62, foot), (x + half - 0.004, -d / 2 + 0.1, h - 0.1), 0.02)
    pad = s.padded(f, (x - half, -d / 2 - 0.64, h - 0.13), (x + half, -d / 2 + 0.06, h + 0.014), 0.045, 0.12)
    legs = [s.rod(f, (x + a, -d / 2 - 0.56, 0), (x + a, -d / 2 - 0.56, foot + 0.03), 0.02) for a in (-0.22, 0.22)]
    return [low, pad, *legs]


def _feet(rng: Generator, of: Finishes, w: float, d: float, z: float) -> Parts:
    """Four feet."""
    r = between(rng, 0.018, 0.03)
    foot = s.rod(of("foot"), (w / 2 - 0.08, d / 2 - 0.08, 0), (w / 2 - 0.08, d / 2 - 0.08, z + 0.03), 0.7 * r, r)
    return s.in_four(foot)


def _throw_pillows(rng: Generator, of: Finishes, inner: float, d: float, h: float) -> Parts:
    """Up to two loose cushions leaning in the corners."""
    out = []
    for side in (-1, 1):
        if chance(rng, 0.4):
            size = between(rng, 0.36, 0.46)
            soft = s.padded(of("cloth"), (-size / 2, -0.05, 0), (size / 2, 0.05, size), 0.04, 0.6)
            leaning = s.turned_z(s.tilted(soft, 0, -0.45), -side * between(rng, 0.1, 0.4))
            out.append(s.moved(leaning, (side * (inner / 2 - 0.55 * size), d / 2 - 0.54, h - 0.005)))
    return tag("pillow", out)


def pillow(rng: Generator, of: Finishes) -> Parts:
    """A scatter cushion, bed pillow, bolster or round floor cushion; piping and buttons on some."""
    kind = int(rng.integers(4))
    if kind == 0:
        r, w = between(rng, 0.08, 0.13), between(rng, 0.4, 0.7)
        ends = s.both(s.disc(of("seam"), 0.7 * r, 0.03, (w / 2, 0, 0.9 * r), axis=0))
        return [s.clipped_below(s.disc(of("cloth"), r, w, (0, 0, 0.9 * r), axis=0), 0.0), *ends]
    if kind == 1:
        return pouf(rng, of, between(rng, 0.18, 0.35), between(rng, 0.08, 0.22))
    size = (between(rng, 0.38, 0.55),) * 2 if kind == 2 else (between(rng, 0.5, 0.8), between(rng, 0.35, 0.5))
    f = of("cloth" if kind == 2 else "bedding")
    square = between(rng, 0.3, 0.5)
    body = s.cushion(f, (*size, between(rng, 0.12, 0.2)), square=square)
    edge = np.c_[s.oval(40, square) * (np.array(size) / 2), np.zeros(40)]
    piping = s.loop(of("seam"), edge, between(rng, 0.004, 0.009), sides=6)
    return [body, piping] if chance(rng, 0.6) else [body]


def pouf(rng: Generator, of: Finishes, r: float, h: float) -> Parts:
    """A round cushion to sit on, with a seam and a button."""
    middle, second = 0.45 * h, of("seam")
    return [
        s.cushion(of("cloth"), (2 * r, 2 * r, 1.1 * h), (0, 0, middle), square=1.0, flat=0.8182),
        s.hoop(second, r * 0.99, 0.008, (0, 0, middle), sides=32),
        s.ball(second, (0.02, 0.02, 0.01), (0, 0, h), 12),
    ]
