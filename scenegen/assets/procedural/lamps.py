"""Lamps that stand, as objects and in rooms: on tables and floors, lanterns, arcs. Frame of builders as in `roles`."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.roles import Finishes, Parts
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator


def lamp(rng: Generator, of: Finishes) -> Parts:
    """One of six kinds of lamp."""
    kinds = (_any_table_lamp, _any_table_lamp, desk_lamp, floor_lamp, arc_lamp, _globe_lamp, _lantern)
    return pick(rng, *kinds)(rng, of)


def _shade(rng: Generator, of: Finishes, r: float, h: float, z: float) -> Parts:
    """A lampshade of two skins from height z upwards, with a bulb inside."""
    f, top = of("lampshade"), pick(rng, 0.45, 0.7, 0.97) * r
    if chance(rng, 0.2):
        plan, small = s.oval(40, 0.3), top / r
        outer = [np.c_[plan * r, np.full(40, z)], np.c_[plan * r * small, np.full(40, z + h)]]
        skins = [s.loft(f, outer, bottoms=False, tops=False)]
    else:
        k = np.linspace(0, 1, 7)
        belly = 1 + between(rng, -0.08, 0.12) * np.sin(np.pi * k)
        wall = [(float(a), float(z + h * b)) for a, b in zip((r + (top - r) * k) * belly, k, strict=True)]
        inner = [(a - 0.004, b) for a, b in wall[::-1]]
        skins = [s.turned(f, [inner[-1], *wall, *inner], sides=32)]
    bulb = s.ball(of("glow"), min(0.035, 0.35 * top), (0, 0, z + 0.4 * h), 12)
    return [*skins, bulb]


def _ring_spider(f: Finish, r: float, z: float) -> Parts:
    """Thin spokes that hold a shade."""
    return [s.rod(f, (-r, 0, z), (r, 0, z), 0.002, sides=5), s.rod(f, (0, -r, z), (0, r, z), 0.002, sides=5)]


def _any_table_lamp(rng: Generator, of: Finishes) -> Parts:
    """A table lamp of any size."""
    return table_lamp(rng, of, between(rng, 0.11, 0.19))


def table_lamp(rng: Generator, of: Finishes, shade_r: float) -> Parts:
    """A shade of radius `shade_r` on a ceramic, wooden or metal body turned in many shapes."""
    body_h, r = between(rng, 0.16, 0.34), between(rng, 0.05, 0.1)
    f, z = of("lamp"), np.linspace(0, 1, 20)
    wall = r * _body_form(rng, z)
    middle = [(float(a), 0.012 + float(b) * body_h) for a, b in zip(wall, z, strict=True)]
    foot_r, metal = max(1.05 * float(wall[0]), 0.75 * r, 0.06), of("steel")
    shade_h, low = between(rng, 0.14, 0.22), body_h + between(rng, 0.02, 0.06)
    return [
        s.turned(f, [(0, 0.012), *middle, (0, body_h + 0.012)], sides=32, wraps=2),
        s.turned(metal, [(0, 0), (foot_r, 0), (foot_r, 0.012), (0.85 * foot_r, 0.02), (0, 0.024)]),
        s.rod(metal, (0, 0, body_h), (0, 0, low + 0.4 * shade_h), 0.008, sides=8),
        *_ring_spider(metal, 0.8 * shade_r * 0.7, low + 0.35 * shade_h),
        *_shade(rng, of, shade_r, shade_h, low),
    ]


def _body_form(rng: Generator, z: Array) -> Array:
    """Relative radius of a lamp's body over its height z (0 to 1): belly, rings, cone or rod."""
    kind = int(rng.integers(4))
    if kind == 0:
        return 0.25 + 0.95 * np.sin(np.pi * np.clip(0.12 + 0.8 * z ** between(rng, 0.5, 1.3), 0, 1))
    if kind == 1:
        return 0.4 + 0.35 * np.abs(np.cos(np.pi * z * whole(rng, 2, 4))) + 0.2 * (1 - z)
    if kind == 2:
        return 0.18 + 0.7 * (1 - z) ** between(rng, 1, 3)
    return np.full(len(z), 0.16)


def desk_lamp(rng: Generator, of: Finishes) -> Parts:
    """An architect's lamp: weighted foot, two arms with joints, a conical head that looks down forwards."""
    f, joint = of("metal"), of("steel")
    a, b = between(rng, 0.25, 0.38), between(rng, 0.22, 0.34)
    t1, t2 = between(rng, 1.75, 2.1), between(rng, 0.35, 0.8)
    foot = np.array([0, 0.1, 0.03])
    elbow = foot + a * np.array([0, -np.cos(t1), np.sin(t1)])
    wrist = elbow + b * np.array([0, -np.cos(t2), np.sin(t2)])
    base_r = between(rng, 0.075, 0.11)
    look = between(rng, 0.2, 0.4)
    return [
        s.disc(f, base_r, 0.03, (0, 0.08, 0.015)),
        *[s.disc(joint, 0.018, 0.034, p, axis=0, sides=14) for p in (foot + (0, 0, 0.012), elbow, wrist)],
        *_arms(f, foot, elbow, wrist, twin=chance(rng, 0.5)),
        *[s.moved(s.tilted(m, 0, -look), wrist) for m in _desk_head(rng, of, f)],
    ]


def _arms(f: Finish, foot: Array, elbow: Array, wrist: Array, *, twin: bool) -> Parts:
    """Lower and upper arm, of one bar each or of two."""
    return [
        s.rod(f, p + (x, 0, 0), q + (x, 0, 0), 0.005 if twin else 0.009, sides=8)
        for x in ((-0.008, 0.008) if twin else (0.0,))
        for p, q in ((foot, elbow), (elbow, wrist))
    ]


def _desk_head(rng: Generator, of: Finishes, f: Finish) -> Parts:
    """A conical head that hangs from the origin, with reflector and bulb."""
    r, h = between(rng, 0.06, 0.09), between(rng, 0.1, 0.15)
    cone = [(r, -h), (0.75 * r, -0.6 * h), (0.35 * r, -0.15 * h), (0.3 * r, 0.1 * h), (0, 0.12 * h)]
    inner = [(0, -0.2 * h), (0.33 * r, -0.22 * h), (0.72 * r, -0.62 * h), (r, -h)]
    return [
        s.turned(f, cone),
        s.turned(of("reflector"), inner),
        s.ball(of("glow"), 0.4 * r, (0, 0, -0.55 * h), 12),
    ]


def floor_lamp(rng: Generator, of: Finishes) -> Parts:
    """A tall stand with a shade, an uplighter bowl, or three legs."""
    h, f = between(rng, 1.3, 1.65), of("stand")
    stand = [
        *(_three_legs(f, h) if chance(rng, 0.45) else _pole(rng, f, h)),
        s.rod(f, (0, 0, 0.85 * h), (0, 0, 1.06 * h), 0.009, sides=8),
    ]
    if chance(rng, 0.25):
        return [*stand, _uplighter(of("lampshade"), h)]
    return [
        *stand,
        *_ring_spider(f, 0.12, 1.05 * h),
        *_shade(rng, of, between(rng, 0.16, 0.26), between(rng, 0.2, 0.32), h - 0.06),
    ]


def _three_legs(f: Finish, h: float) -> Parts:
    """Three legs that meet in a disc."""
    leg = s.bent(f, [(0.28, 0, 0.002), (0.02, 0, 0.9 * h)], [0.012, 0.016], sides=10)
    return [*s.around(s.clipped_below(leg, 0.0), 3, 0.5), s.disc(f, 0.05, 0.05, (0, 0, 0.88 * h))]


def _pole(rng: Generator, f: Finish, h: float) -> Parts:
    """A pole on a round foot."""
    r = between(rng, 0.12, 0.17)
    return [
        s.turned(f, [(0, 0), (r, 0), (r, 0.015), (0.9 * r, 0.025), (0, 0.03)]),
        s.rod(f, (0, 0, 0.02), (0, 0, 0.97 * h), between(rng, 0.01, 0.016)),
    ]


def _uplighter(f: Finish, h: float) -> Mesh:
    """A bowl at height h that throws its light to the ceiling."""
    outside = [(0, h), (0.06, h + 0.01), (0.13, h + 0.05), (0.18, h + 0.13)]
    return s.turned(f, [*outside, (0.176, h + 0.13), (0.12, h + 0.06), (0, h + 0.04)], sides=32)


def _globe_lamp(rng: Generator, of: Finishes) -> Parts:
    """Glowing globes: one on a foot, a mushroom, or a row on a bar."""
    r = between(rng, 0.07, 0.14)
    return _globe_row(of("foot"), of("opal"), r, whole(rng, 2, 4)) if chance(rng, 0.25) else globe(rng, of, r)


def globe(rng: Generator, of: Finishes, r: float) -> Parts:
    """A glowing globe of radius r on a foot, or a mushroom half as wide again."""
    f, glow = of("foot"), of("opal")
    return _mushroom(f, glow, r) if chance(rng, 0.45) else _one_globe(f, glow, r, between(rng, 0.02, 0.3))


def _mushroom(f: Finish, glow: Finish, r: float) -> Parts:
    """A glowing cap on a thick stem."""
    dome = ((0, 0.9), (1.4, 1.0), (1.5, 1.15), (1.2, 1.75), (0.6, 2.1), (0, 2.2))
    foot = ((0, 0), (0.8, 0), (0.75, 0.1), (0.4, 0.5), (0.42, 1.1), (0, 1.1))
    return [s.turned(glow, np.array(dome) * r, sides=32), s.turned(f, np.array(foot) * r, sides=28)]


def _globe_row(f: Finish, glow: Finish, r: float, count: int) -> Parts:
    """Globes side by side on a bar."""
    xs = (np.arange(count) - (count - 1) / 2) * 2.6 * r
    return [
        s.block(f, (2.6 * r * count, 0.9 * r, 0.35 * r), (0, 0, 0.175 * r), 0.01),
        *[s.ball(glow, r, (x, 0, 1.9 * r), 20) for x in xs],
        *[s.rod(f, (x, 0, 0.2 * r), (x, 0, 1.1 * r), 0.2 * r) for x in xs],
    ]


def _one_globe(f: Finish, glow: Finish, r: float, h: float) -> Parts:
    """A globe on a foot with a neck of length h."""
    base = [(0, 0), (0.8 * r, 0), (0.8 * r, 0.15 * r), (0.25 * r, 0.25 * r)]
    neck = [(0.2 * r, 0.2 * r + h), (0.5 * r, 0.35 * r + h), (0, 0.3 * r + h)]
    return [s.turned(f, [*base, *neck]), s.ball(glow, r, (0, 0, 1.15 * r + h), 24)]


def _lantern(rng: Generator, of: Finishes) -> Parts:
    """A candle lantern: a frame with four panes, a roof, a ring, and a candle or globe inside."""
    w, h = between(rng, 0.12, 0.2), between(rng, 0.22, 0.38)
    f = of("lantern")
    bar, x, plan = 0.06 * w, 0.44 * w, s.oval(4) * 1.4142
    hood = ((0.5, h), (0.16, h + 0.35 * w), (0.16, h + 0.45 * w))
    return [
        *[m for y in (-x, x) for m in s.both(s.slab(f, (x - bar, y - bar, 0.02), (x + bar, y + bar, h)))],
        s.block(f, (1.08 * w, 1.08 * w, 0.03), (0, 0, 0.015), 0.004),
        s.block(f, (1.1 * w, 1.1 * w, 0.025), (0, 0, h), 0.004),
        s.loft(f, [np.c_[plan * k * w, np.full(4, z)] for k, z in hood]),
        *_candle(rng, of, w, h),
        *[s.rod(f, (-x, y, 0.55 * h), (x, y, 0.55 * h), 0.4 * bar, sides=6) for y in (-x, x)],
        s.hoop(f, 0.16 * w, 0.025 * w, (0, 0, h + 0.58 * w), axis=1),
    ]


def _candle(rng: Generator, of: Finishes, w: float, h: float) -> Parts:
    """A candle and its flame."""
    return [
        s.rod(of("wax"), (0, 0, 0.02), (0, 0, between(rng, 0.3, 0.6) * h), 0.2 * w),
        s.ball(of("flame"), (0.06 * w, 0.06 * w, 0.16 * w), (0, 0, 0.68 * h), 10),
    ]


def arc_lamp(rng: Generator, of: Finishes) -> Parts:
    """A bow from a heavy foot with a dome hanging at its end: the pendant that stands."""
    h, reach, f = between(rng, 1.5, 1.9), between(rng, 0.7, 1.1), of("steel")
    t = np.linspace(0, 1, 15)
    x = reach * (1 - np.cos(np.pi * 0.62 * t)) / (1 - np.cos(np.pi * 0.62)) - reach / 2
    path = np.stack([x, 0 * t, 0.08 + (h - 0.08) * np.sin(np.pi * 0.58 * t)], -1)
    end = path[-1]
    block = s.block(of("stone"), (0.3, 0.3, 0.1), (path[0][0], 0, 0.05), 0.01)
    r = between(rng, 0.14, 0.22)
    a = np.linspace(0, np.pi / 2, 8)
    dome = [(float(r * np.cos(b)), float(0.75 * r * np.sin(b))) for b in a]
    skins = [*dome[:-1], (0, 0.75 * r), (0, 0.7 * r), *[(0.96 * p, 0.93 * q) for p, q in dome[-2::-1]]]
    head = s.turned(of("head"), [(0.96 * r, 0), *skins], sides=32)
    drop = (end[0], 0, end[2] - 0.75 * r - 0.12)
    cord = s.rod(of("dark"), end, (end[0], 0, drop[2] + 0.7 * r), 0.005, sides=6)
    return [
        block,
        s.bent(f, path, 0.014, sides=10),
        cord,
        s.moved(head, drop),
        s.ball(of("glow"), 0.05, (drop[0], 0, drop[2] + 0.06), 12),
    ]
