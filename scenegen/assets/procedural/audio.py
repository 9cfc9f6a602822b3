"""Sound: loudspeakers, headphones, microphones."""

from collections.abc import Sequence

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]
Point = tuple[float, float, float]
_FOOT = 0.012
"""Height of the foot under a loudspeaker."""


def loudspeaker(rng: Generator) -> Parts:
    """A loudspeaker: shelf box, tower, round wireless one, or guitar amplifier."""
    kind = int(rng.integers(5))
    if kind == 0:
        return _wireless(rng)
    w, d = between(rng, 0.15, 0.24), between(rng, 0.17, 0.3)
    h = between(rng, 0.8, 1.15) if kind == 1 else w * between(rng, 1.4, 1.8)
    if kind == 2:
        w, h, d = between(rng, 0.45, 0.65), between(rng, 0.4, 0.55), between(rng, 0.22, 0.28)
    f, ring = pick(rng, fin.wood, fin.casing, fin.lacquer)(rng), pick(rng, fin.steel, fin.dark)(rng)
    cone = fin.dark(rng)
    box = _speaker_box(rng, f, w, d, h)
    if kind == 2:
        return [*box, *_amplifier_front(rng, ring, w, -d / 2, h), _carrying_handle(cone, h)]
    return [*box, *_drivers(rng, ring, cone, (w, -d / 2, h), kind == 1)]


def _wireless(rng: Generator) -> Parts:
    """A small round loudspeaker in cloth, with a lit ring on top."""
    r, h, f = between(rng, 0.035, 0.06), between(rng, 0.08, 0.2), fin.upholstery(rng)
    body = [(0, 0.004), (0.9 * r, 0.004), (r, 0.015), (r, h - 0.012), (0.95 * r, h), (0, h)]
    cap = [(0, h - 0.004), (0.9 * r, h - 0.004), (0.9 * r, h + 0.003), (0.7 * r, h - 0.001), (0, h - 0.001)]
    return [
        s.turned(f, body, sides=32),
        s.turned(fin.casing(rng), cap, sides=32),
        s.disc(fin.rubber(rng), 0.92 * r, 0.01, (0, 0, 0.005)),
        s.hoop(fin.glow(rng, (0.3, 0.6, 0.95)), 0.8 * r, 0.002, (0, 0, h + 0.001), sides=28),
    ]


def _speaker_box(rng: Generator, f: fin.Finish, w: float, d: float, h: float) -> Parts:
    """A box, sharp-edged or rounded, on a rubber foot."""
    y = -d / 2
    return [
        s.slab(f, (-w / 2, y, _FOOT), (w / 2, d / 2, h), pick(rng, 0.002, 0.012)),
        s.slab(fin.rubber(rng), (-w / 2 + 0.01, y + 0.01, 0), (w / 2 - 0.01, d / 2 - 0.01, _FOOT + 0.004)),
    ]


def _amplifier_front(rng: Generator, metal: fin.Finish, w: float, y: float, h: float) -> Parts:
    """Cloth below, a panel with knobs above, on a front at y."""
    cloth = s.slab(fin.upholstery(rng), (-0.46 * w, y - 0.008, 0.05), (0.46 * w, y + 0.02, 0.74 * h), 0.004)
    knobs = [
        s.disc(fin.lid(rng), 0.014, 0.05, (x, y - 0.006, 0.88 * h), axis=1, sides=14)
        for x in spread(whole(rng, 4, 7), -0.4 * w, 0.25 * w)
    ]
    return [cloth, s.slab(metal, (-0.46 * w, y - 0.006, 0.8 * h), (0.46 * w, y + 0.02, 0.96 * h)), *knobs]


def _carrying_handle(f: fin.Finish, z: float) -> Mesh:
    """A handle on top of a box of height z."""
    return s.bent(f, [(-0.12, 0, z - 0.005), (-0.1, 0, z + 0.03), (0.1, 0, z + 0.03), (0.12, 0, z - 0.005)], 0.01)


def _drivers(rng: Generator, ring: fin.Finish, cone: fin.Finish, front: Point, tower: bool) -> Parts:
    """A tweeter over one woofer, or several in a tower, or a cloth over all; `front` is width, y and height."""
    w, y, h = front
    count, r = whole(rng, 2, 3) if tower else 1, 0.4 * w
    if chance(rng, 0.3) and not tower:
        low, high = (-0.46 * w, y - 0.014, 0.04 * h + _FOOT), (0.46 * w, y + 0.01, 0.97 * h)
        return [s.slab(fin.upholstery(rng), low, high, 0.006)]
    z = h - 0.3 * w
    woofers = [_driver(ring, cone, r, (0, y, z - 0.38 * r - 1.1 * r - 2.15 * r * k)) for k in range(count)]
    return [*_driver(ring, cone, 0.3 * r, (0, y, z)), *[m for parts in woofers for m in parts]]


def _driver(ring: fin.Finish, cone: fin.Finish, r: float, at: Point) -> Parts:
    """A loudspeaker's cone with its ring and dust cap, on a front that faces -y."""
    profile = [(0, -0.01), (r, -0.01), (r, 0.012), (0.95 * r, 0.016), (0.86 * r, 0.012), (0.3 * r, 0.004), (0, 0.004)]
    parts = [
        s.tilted(s.turned(cone, profile, sides=28), 0, np.pi / 2),
        s.hoop(ring, 0.98 * r, 0.035 * r + 0.002, (0, -0.006, 0), axis=1, sides=28),
        s.ball(ring, (0.28 * r, 0.012, 0.28 * r), (0, -0.003, 0), 14),
    ]
    return [s.moved(m, at) for m in parts]


def headphones(rng: Generator) -> Parts:
    """Headphones that stand on their cups: band, padded ears, hinges; over or on the ear."""
    r, f, pad = between(rng, 0.032, 0.045), fin.casing(rng), pick(rng, fin.leather, fin.dark)(rng)
    metal = pick(rng, fin.steel, fin.dark)(rng)
    x, h, deep = between(rng, 0.075, 0.09), between(rng, 0.17, 0.2), between(rng, 0.02, 0.035)
    plan = s.oval(28, between(rng, 0.6, 1.0)) * (r * 0.85, r)
    badge = s.disc(pick(rng, metal, fin.lid(rng)), 0.35 * r, 0.004, (x + deep + 0.002, 0, r), axis=0, sides=20)
    ear = [_shell(f, plan, (x, r), deep), _ear_cushion(pad, plan, (x, r)), badge]
    parts = [*_head_band(metal, pad, x, r, h), *[m for p in ear for m in s.both(p)]]
    if chance(rng, 0.4):
        parts.append(_lead(rng, x))
    elif chance(rng, 0.4):
        parts += _mouth_piece(rng, metal, x, r)
    return parts


def _head_band(metal: fin.Finish, pad: fin.Finish, x: float, r: float, h: float) -> Parts:
    """A flat arch of height h between the ears at +-x, padded at the top."""
    t = np.linspace(0, np.pi, 21)
    arch = np.stack([x * np.cos(t), 0 * t, r * 1.2 + (h - 1.2 * r) * np.sin(t) ** 0.8], -1)
    return [
        s.scaled(s.bent(metal, arch, 0.005, sides=8), (1, 2.6, 1)),
        s.scaled(s.bent(pad, arch[6:15], [0.007, 0.009, 0.007], sides=10), (1, 2.2, 1)),
    ]


def _upright_rings(plan: Array, r: float, steps: Sequence[tuple[float, float]]) -> list[Array]:
    """Rings (N, 3) across the x axis about height r, one for each (x, scale)."""
    return [np.stack([np.full(len(plan), a), plan[:, 0] * k, plan[:, 1] * k + r], -1) for a, k in steps]


def _shell(f: fin.Finish, plan: Array, at: tuple[float, float], deep: float) -> Mesh:
    """The outside of the right ear, whose inner side is centred at (x, z) `at`."""
    x, r = at
    steps = ((x - 0.004, 0.9), (x, 1.0), (x + 0.6 * deep, 1.0), (x + deep, 0.8), (x + deep + 0.002, 0.4))
    return s.loft(f, _upright_rings(plan, r, steps))


def _ear_cushion(f: fin.Finish, plan: Array, at: tuple[float, float]) -> Mesh:
    """The pad of the right ear, which is centred at (x, z) `at`."""
    x, r = at
    outer = ((x + 0.002, 0.85), (x - 0.004, 0.985), (x - 0.014, 0.98))
    inner = ((x - 0.02, 0.85), (x - 0.017, 0.55), (x - 0.008, 0.5))
    return s.loft(f, _upright_rings(plan, r, (*outer, *inner)))


def _lead(rng: Generator, x: float) -> Mesh:
    """A cable that lies on the ground."""
    near, far = [(x, 0, 0.006), (x + 0.02, -0.05, 0.002), (x - 0.03, -0.12, 0.002)], (-0.06, -0.14, 0.002)
    return s.bent(fin.dark(rng), [*near, (-0.03, -0.09, 0.002), far], 0.002, sides=6, smooth=3)


def _mouth_piece(rng: Generator, f: fin.Finish, x: float, r: float) -> Parts:
    """A microphone on an arm from the right ear."""
    return [
        s.bent(f, [(x, -0.01, r), (x, -0.06, 0.8 * r), (0.35 * x, -0.1, 0.6 * r)], 0.003, smooth=2),
        s.ball(fin.dark(rng), 0.009, (0.33 * x, -0.1, 0.6 * r), 12),
    ]


def microphone(rng: Generator) -> Parts:
    """A microphone on a desk foot, a tripod, or a floor stand with boom."""
    f, mesh_f, dark = pick(rng, fin.casing, fin.steel)(rng), fin.steel(rng), fin.dark(rng)
    r = between(rng, 0.02, 0.03)
    head = _stage_head(f, mesh_f, r) if chance(rng, 0.5) else _studio_head(rng, (f, mesh_f, dark), 1.25 * r)
    kind = int(rng.integers(3))
    if kind == 0:
        return _on_desk(rng, f, dark, head)
    h = 0.14 if kind == 1 else between(rng, 1.1, 1.5)
    stand = _three_legs(dark, h, 0.1 if kind == 1 else 0.3, 0.008 if kind == 2 else 0.006)
    if kind == 2 and chance(rng, 0.6):
        return [*stand, *_on_boom(dark, head, h)]
    return [*stand, *[s.moved(s.tilted(m, 0, 0.4), (0, 0, h + 0.07)) for m in head]]


def _stage_head(f: fin.Finish, grid: fin.Finish, r: float) -> Parts:
    """A hand microphone: a ball on a tapering grip."""
    return [
        s.ball(grid, (r, r, 1.1 * r), (0, 0, 0.075), 20),
        s.turned(f, [(0, -0.1), (0.5 * r, -0.1), (0.55 * r, -0.02), (0.9 * r, 0.055), (0, 0.055)]),
        s.hoop(f, 0.93 * r, 0.003, (0, 0, 0.066)),
    ]


def _studio_head(rng: Generator, finishes: tuple[fin.Finish, fin.Finish, fin.Finish], r: float) -> Parts:
    """A studio microphone: a wide tube with a grid on top and a button."""
    f, grid, dark = finishes
    return [
        s.turned(f, [(0, -0.09), (r, -0.09), (r, 0.005), (0, 0.005)]),
        s.turned(grid, [(0, 0), (r, 0.0), (r, 0.05), (0.8 * r, 0.075), (0, 0.085)]),
        s.hoop(dark, r, 0.003, (0, 0, 0.003)),
        s.disc(fin.lid(rng), 0.006, 0.01, (0, -r, -0.04), axis=1, sides=12),
    ]


def _on_desk(rng: Generator, f: fin.Finish, dark: fin.Finish, head: Parts) -> Parts:
    """A head that leans back on a short rod with a round foot."""
    h, lean = between(rng, 0.2, 0.3), between(rng, 0.2, 0.7)
    foot = [(0, 0), (0.075, 0), (0.075, 0.008), (0.06, 0.016), (0.02, 0.022), (0, 0.025)]
    return [
        s.turned(dark, foot, sides=28),
        s.rod(f, (0, 0, 0.015), (0, 0, h), 0.007),
        s.disc(dark, 0.016, 0.036, (0, 0, h), axis=0),
        *[s.moved(s.tilted(m, 0, lean), (0, 0, h + 0.03)) for m in head],
    ]


def _three_legs(f: fin.Finish, h: float, reach: float, thick: float) -> Parts:
    """A pole of height h on three legs."""
    z = 0.35 * reach + 0.02
    leg = s.clipped_below(s.rod(f, (0, 0, z), (reach, 0, 0.0), thick, sides=8), 0.0)
    pole = s.rod(f, (0, 0, 0.3 * reach), (0, 0, h), 0.009)
    return [*s.around(leg, 3, 0.5), pole, s.disc(f, 0.02, 0.04, (0, 0, z))]


def _on_boom(f: fin.Finish, head: Parts, h: float) -> Parts:
    """A head at the end of a boom on a pole of height h."""
    tip = np.array([0, -0.5, h + 0.2])
    return [
        s.rod(f, (0, 0.25, h - 0.1), tip, 0.008),
        s.disc(f, 0.022, 0.05, (0, 0, h), axis=0),
        *[s.moved(s.tilted(m, 0, 1.1), tip - (0, 0.03, 0)) for m in head],
    ]
