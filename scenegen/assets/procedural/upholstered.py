"""Soft furniture: sofas, beds and pillows."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def sofa(rng: Generator) -> Parts:
    """An armchair, love seat, three-seater, corner sofa or chaise: blocks, cushions, arms and feet."""
    seats = whole(rng, 1, 3)
    cover = pick(rng, fin.upholstery, fin.upholstery, fin.leather)(rng)
    seat_w, d = between(rng, 0.58, 0.75), between(rng, 0.8, 0.98)
    h, top = between(rng, 0.4, 0.45), between(rng, 0.72, 0.92)
    arm_w, arm_h, foot = between(rng, 0.1, 0.24), between(rng, 0.55, 0.66), pick(rng, 0.03, between(rng, 0.08, 0.16))
    inner = seats * seat_w
    w, soft = inner + 2 * arm_w, between(rng, 0.03, 0.07)
    half = inner / 2 + 0.02
    parts = [
        s.slab(cover, (-w / 2 + 0.01, -d / 2 + 0.02, foot), (w / 2 - 0.01, d / 2 - 0.02, h - 0.12), 0.02),
        *_arms(rng, cover, w, d, arm_w, arm_h, foot, soft),
    ]
    lean = between(rng, 0.08, 0.2)
    parts.append(s.slab(cover, (-half, d / 2 - 0.24, h - 0.15), (half, d / 2 - 0.02, top - 0.04), soft))
    count = seats if chance(rng, 0.8) else 1
    xs, each = spread(count, -inner / 2, inner / 2), inner / count
    parts += _seat_cushions(cover, xs, each, d, h, soft) + _back_cushions(rng, cover, xs, each, d, h, top, lean)
    if seats > 1 and chance(rng, 0.25):
        parts += _chaise(cover, pick(rng, -1, 1), inner, seat_w, d, h, foot, soft)
    return parts + _feet(rng, w, d, foot) + _throw_pillows(rng, inner, d, h)


def _seat_cushions(f: fin.Finish, xs: Array, each: float, d: float, h: float, soft: float) -> Parts:
    """Cushions of width `each` about xs."""
    y0, y1, gap = -d / 2, d / 2 - 0.2, each / 2
    return [s.slab(f, (x - gap + 0.002, y0, h - 0.14), (x + gap - 0.002, y1, h + 0.02), soft) for x in xs]


def _headboard(rng: Generator, f: fin.Finish, w: float, y: float, h: float, top: float) -> Parts:
    """A panel, padded panels, bars, or an arch."""
    kind = pick(rng, "panel", "pads", "bars", "arch")
    if kind == "bars":
        return _bar_headboard(rng, f, w, y, h, top)
    if kind == "arch":
        t = np.linspace(0, np.pi, 17)
        arch = [(-w / 2, 0), (w / 2, 0), *zip(np.cos(t) * w / 2, h + 0.15 + (top - h - 0.15) * np.sin(t), strict=True)]
        return [s.profile_y(f, arch, y - 0.01, y + 0.05)]
    parts = [s.slab(f, (-w / 2 - 0.02, y - 0.01, 0), (w / 2 + 0.02, y + 0.05, top), 0.012)]
    if kind == "pads":
        cloth, count = fin.upholstery(rng), max(2, round(w / 0.4))
        parts += [
            s.block(cloth, (w / count, 0.08, top - h - 0.04), (x, y - 0.02, (top + h) / 2), 0.03)
            for x in spread(count, -w / 2, w / 2)
        ]
    return parts


def _bar_headboard(rng: Generator, f: fin.Finish, w: float, y: float, h: float, top: float) -> Parts:
    """Upright bars between two rails and two posts."""
    rails = [s.slab(f, (-w / 2, y - 0.02, z - 0.03), (w / 2, y + 0.03, z + 0.03), 0.008) for z in (top - 0.03, h + 0.1)]
    bars = [
        s.rod(f, (x, y + 0.005, h), (x, y + 0.005, top - 0.03), 0.012, sides=8)
        for x in spread(whole(rng, 5, 11), -w / 2, w / 2)
    ]
    posts = s.both(s.slab(f, (w / 2 - 0.03, y - 0.03, 0), (w / 2 + 0.03, y + 0.04, top + 0.04), 0.008))
    return [*rails, *bars, *posts]


def _arms(
    rng: Generator, f: fin.Finish, w: float, d: float, arm_w: float, arm_h: float, foot: float, soft: float
) -> Parts:
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


def _back_cushions(
    rng: Generator, f: fin.Finish, xs: np.ndarray, each: float, d: float, h: float, top: float, lean: float
) -> Parts:
    """Loose back cushions, or a tufted back with buttons."""
    if chance(rng, 0.25):
        z = spread(2, h + 0.08, top - 0.06)
        return [
            s.ball(f, (0.018, 0.014, 0.018), (x + a * each / 4, d / 2 - 0.242, b), 8)
            for x in xs
            for a in (-1, 1)
            for b in z
        ]
    tall = top - h + between(rng, -0.04, 0.06)
    one = s.block(f, (each - 0.015, 0.17, tall), (0, 0, 0), 0.06)
    return [s.moved(s.tilted(one, 0, -lean), (x, d / 2 - 0.29, h + tall / 2)) for x in xs]


def _chaise(
    f: fin.Finish, side: int, inner: float, seat_w: float, d: float, h: float, foot: float, soft: float
) -> Parts:
    """A seat that reaches forward on one side."""
    x = side * (inner / 2 - seat_w / 2)
    low = s.slab(
        f, (x - seat_w / 2 + 0.004, -d / 2 - 0.62, foot), (x + seat_w / 2 - 0.004, -d / 2 + 0.1, h - 0.1), 0.02
    )
    pad = s.slab(f, (x - seat_w / 2, -d / 2 - 0.64, h - 0.13), (x + seat_w / 2, -d / 2 + 0.06, h + 0.03), soft)
    legs = [s.rod(f, (x + a, -d / 2 - 0.56, 0), (x + a, -d / 2 - 0.56, foot + 0.03), 0.02) for a in (-0.22, 0.22)]
    return [low, pad, *legs]


def _feet(rng: Generator, w: float, d: float, z: float) -> Parts:
    """Four feet."""
    f, r = pick(rng, fin.wood, fin.dark, fin.steel)(rng), between(rng, 0.018, 0.03)
    foot = s.rod(f, (w / 2 - 0.08, d / 2 - 0.08, 0), (w / 2 - 0.08, d / 2 - 0.08, z + 0.03), 0.7 * r, r)
    return [m for half in s.both(foot) for m in (half, s.scaled(half, (1, -1, 1)))]


def _throw_pillows(rng: Generator, inner: float, d: float, h: float) -> Parts:
    """Up to two scatter cushions leaning in the corners."""
    out = []
    for side in (-1, 1):
        if chance(rng, 0.3):
            soft = s.cushion(fin.upholstery(rng), (0.42, 0.42, 0.15), flat=1.0)
            upright = s.tilted(s.tilted(soft, 0, 1.25), 2, between(rng, -0.3, 0.3))
            out.append(s.moved(upright, (side * (inner / 2 - 0.22), d / 2 - 0.42, h + 0.2)))
    return out


def bed(rng: Generator) -> Parts:
    """A single or double bed with a headboard, mattress, blanket and pillows; some with posts, drawers or bunks."""
    w, length, h = pick(rng, 0.95, 1.5, 1.85), between(rng, 1.98, 2.12), between(rng, 0.3, 0.45)
    f, head = pick(rng, fin.wood, fin.wood, fin.lacquer, fin.dark, fin.upholstery)(rng), between(rng, 0.75, 1.2)
    foot = pick(rng, 0.0, h + 0.12, 0.6)
    y0, y1 = -length / 2, length / 2
    parts = [s.slab(f, (-w / 2, y0, h - 0.2), (w / 2, y1, h), 0.01)]
    parts += _headboard(rng, f, w, y1, h, head)
    if foot > 0:
        parts.append(s.slab(f, (-w / 2 - 0.01, y0 - 0.05, 0), (w / 2 + 0.01, y0 + 0.02, foot), 0.012))
    leg = s.block(f, (0.08, 0.08, h), (w / 2 - 0.05, y0 + 0.05, h / 2), 0.006)
    parts += s.both(leg) + s.both(s.moved(leg, (0, length - 0.14, 0)))
    parts += _bedding(rng, w, y0, y1, h)
    return parts + (_posts(f, w, y0, y1, between(rng, 1.5, 2.0)) if chance(rng, 0.15) else [])


def _bedding(rng: Generator, w: float, y0: float, y1: float, h: float) -> Parts:
    """Mattress, blanket turned back, pillows, perhaps a throw."""
    sheet, cover = fin.solid("sheet", (0.90, 0.89, 0.86)), fin.bedding(rng)
    thick, turn = between(rng, 0.14, 0.24), y1 - between(rng, 0.5, 0.8)
    z = h + thick
    parts = [s.slab(sheet, (-w / 2 + 0.03, y0 + 0.03, h - 0.03), (w / 2 - 0.03, y1 - 0.02, z), 0.05)]
    parts.append(
        s.slab(cover, (-w / 2 - 0.012, y0 + 0.012, h - between(rng, 0.02, 0.1)), (w / 2 + 0.012, turn, z + 0.05), 0.05)
    )
    parts.append(s.slab(sheet, (-w / 2 - 0.018, turn - 0.2, h + 0.02), (w / 2 + 0.018, turn + 0.02, z + 0.065), 0.05))
    if chance(rng, 0.4):
        parts.append(
            s.slab(
                fin.upholstery(rng), (-w / 2 - 0.024, y0 + 0.2, h - 0.05), (w / 2 + 0.024, y0 + 0.75, z + 0.068), 0.05
            )
        )
    case, count = pick(rng, sheet, cover), 1 if w < 1.2 else 2
    return parts + [
        s.cushion(case, (0.66, 0.42, 0.18), (x, y1 - 0.27, z + 0.05))
        for x in spread(count, -w / 2 + 0.04, w / 2 - 0.04)
    ]


def _posts(f: fin.Finish, w: float, y0: float, y1: float, top: float) -> Parts:
    """Four posts with rails."""
    x = w / 2 - 0.02
    posts = [m for y in (y0, y1) for m in s.both(s.slab(f, (x - 0.035, y - 0.035, 0), (x + 0.035, y + 0.035, top)))]
    rails = [s.slab(f, (-x, y - 0.02, top - 0.06), (x, y + 0.02, top - 0.015)) for y in (y0, y1)]
    return [*posts, *rails, *s.both(s.slab(f, (x - 0.02, y0, top - 0.065), (x + 0.02, y1, top - 0.02)))]


def pillow(rng: Generator) -> Parts:
    """A scatter cushion, bed pillow, bolster or round floor cushion; piping and buttons on some."""
    kind, cloth = int(rng.integers(4)), fin.upholstery(rng)
    if kind == 0:
        r, w = between(rng, 0.08, 0.13), between(rng, 0.4, 0.7)
        ends = s.both(s.disc(fin.upholstery(rng), 0.7 * r, 0.03, (w / 2, 0, 0.9 * r), axis=0))
        return [s.clipped_below(s.disc(cloth, r, w, (0, 0, 0.9 * r), axis=0), 0.0), *ends]
    if kind == 1:
        r, h = between(rng, 0.18, 0.35), between(rng, 0.08, 0.22)
        seam = s.hoop(fin.upholstery(rng), r * 0.99, 0.008, (0, 0, 0.0), sides=32)
        return [
            s.cushion(cloth, (2 * r, 2 * r, h), square=1.0),
            seam,
            s.ball(fin.upholstery(rng), (0.02, 0.02, 0.01), (0, 0, h / 2), 12),
        ]
    size = (between(rng, 0.38, 0.55),) * 2 if kind == 2 else (between(rng, 0.5, 0.8), between(rng, 0.35, 0.5))
    f = cloth if kind == 2 else fin.bedding(rng)
    square = between(rng, 0.3, 0.5)
    body = s.cushion(f, (*size, between(rng, 0.12, 0.2)), square=square)
    edge = np.c_[s.oval(40, square) * (np.array(size) / 2), np.zeros(40)]
    piping = s.bent(fin.upholstery(rng), np.concatenate([edge, edge[:1]]), between(rng, 0.004, 0.009), sides=6)
    return [body, piping] if chance(rng, 0.6) else [body]
