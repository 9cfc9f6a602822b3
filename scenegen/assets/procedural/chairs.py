"""Chairs and stools, as objects and in rooms; the frame of builders is that of `roles`."""

from collections.abc import Callable
from functools import partial

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.roles import Finishes, Parts
from scenegen.seeding import Generator


def chair(rng: Generator, of: Finishes) -> Parts:
    """A dining chair, office chair, shell chair, sled chair, armchair-like tub or stool."""
    return pick(rng, framed, framed, framed, swivel_chair, shell, shell, cantilever, _any_stool, tub)(rng, of)


def dining_chair(rng: Generator, of: Finishes) -> Parts:
    """A chair that goes under a table: without arms."""
    return pick(rng, *_ARMLESS)(rng, of)


def _seat(rng: Generator, of: Finishes, wood: Finish, w: float, d: float, h: float) -> Parts:
    """A seat whose upper side is at height h: bare board, cushion or woven, in a frame."""
    kind = pick(rng, "board", "cushion", "woven")
    if kind == "board":
        return [s.block(wood, (w, d, 0.028), (0, 0, h - 0.014), 0.008)]
    cover = of("seat") if kind == "cushion" else of("straw")
    frame = s.block(wood, (w, d, 0.05), (0, 0, h - 0.05), 0.004)
    pad = s.block(cover, (0.94 * w, 0.94 * d, 0.06), (0, -0.005, h - 0.022), 0.024)
    return [frame, pad]


def framed(rng: Generator, of: Finishes, arms: float = 0.25) -> Parts:
    """Four legs, the rear ones carrying a raked back; `arms` is how likely arms are."""
    frame = of("frame")
    w, d, h = between(rng, 0.4, 0.5), between(rng, 0.4, 0.48), between(rng, 0.43, 0.48)
    top, leg, rake = between(rng, 0.78, 1.05), between(rng, 0.014, 0.022), between(rng, 0.03, 0.1)
    x, y = w / 2 - leg, d / 2 - leg
    splay = between(rng, 0, 0.04)
    square = chance(rng, 0.5)
    front = straight_leg(frame, (x + splay, -y - splay, 0), (x, -y, h - 0.02), leg, square)
    rear = straight_leg(frame, (x, y + splay, 0), (x, y, h), leg, square)
    post = straight_leg(frame, (x, y, h - 0.04), (x, y + rake, top), leg, square)
    parts = [*s.both(front), *s.both(rear), *s.both(post), *_seat(rng, of, frame, w, d, h)]
    parts += _stretchers(rng, frame, x, y, 0.55 * leg)
    parts += _backrest(rng, of, frame, x, y, rake, h, top)
    return parts + (_arms(rng, frame, x, y, h, leg) if chance(rng, arms) else [])


def straight_leg(f: Finish, a: tuple, b: tuple, r: float, square: bool) -> Mesh:
    """A leg from a (foot) to b: square or turned section, a little slimmer at the foot; level at both ends."""
    plan = s.oval(4, 1.0) * 1.4 if square else s.oval(12)
    sizes = np.array([0.72, 1.0]) * r
    rings = [np.c_[plan * k + p[:2], np.full(len(plan), p[2])] for k, p in zip(sizes, np.array([a, b]), strict=True)]
    return s.loft(f, rings)


def _stretchers(rng: Generator, f: Finish, x: float, y: float, r: float) -> Parts:
    """Rails low between the legs, or none."""
    if chance(rng, 0.5):
        return []
    z = between(rng, 0.12, 0.25)
    sides = s.both(s.rod(f, (x, -y, z), (x, y, z), r))
    across = s.rod(f, (-x, 0, z), (x, 0, z), r)
    return [*sides, across] if chance(rng, 0.6) else [*sides, s.rod(f, (-x, -y, z + 0.05), (x, -y, z + 0.05), r)]


def _backrest(rng: Generator, of: Finishes, f: Finish, x: float, y: float, rake: float, h: float, top: float) -> Parts:
    """Filling between the posts: slats, ladder, padded panel, splat or cross, under a top rail."""

    def at(z: float) -> float:
        """Depth of the raked back at height z."""
        return y + rake * (z - h + 0.04) / (top - h + 0.04)

    rail = _bowed(f, x + 0.012, at(top - 0.04), top - 0.04, 0.07, 0.022)
    kind = pick(rng, "slats", "ladder", "pad", "splat", "cross")
    low = h + between(rng, 0.08, 0.16)
    if kind == "ladder":
        return [rail, *[_bowed(f, x, at(z), z, 0.045, 0.016) for z in spread(whole(rng, 2, 4), low, top - 0.1)]]
    if kind == "pad":
        pad = s.block(of("seat"), (2 * x - 0.012, 0.045, top - low - 0.03), (0, 0, 0), 0.02)
        return [
            rail,
            s.moved(
                s.tilted(pad, 0, -np.arctan2(rake, top - h)), (0, at((top + low) / 2) - 0.004, (top + low) / 2 - 0.02)
            ),
        ]
    base = _bowed(f, x, at(low), low, 0.035, 0.018)
    if kind == "cross":
        arms = s.both(s.rod(f, (-x, at(low), low), (x, at(top - 0.06), top - 0.06), 0.009))
        return [rail, base, arms[0], s.moved(arms[1], (0, 0.006, 0))]
    count, wide = (whole(rng, 3, 7), 0.012) if kind == "slats" else (1, 0.07)
    return [rail, base, *[_strip(f, c, wide, at, low, top - 0.04) for c in spread(count, -x, x)]]


def _strip(f: Finish, x: float, half: float, at: Callable[[float], float], low: float, high: float) -> Mesh:
    """An upright strip of a backrest."""
    a, b = at(low), at(high)
    outline = [(a - 0.007, low), (a + 0.007, low), (b + 0.007, high), (b - 0.007, high)]
    return s.profile_x(f, outline, x - half, x + half)


def _bowed(f: Finish, x: float, y: float, z: float, height: float, thick: float) -> Mesh:
    """A rail from -x to x that curves a little backwards in the middle."""
    t = np.linspace(-1, 1, 9)
    centre = y + 0.02 * (1 - t**2)
    front, back = np.c_[t * x, centre - thick / 2], np.c_[t * x, centre + thick / 2]
    rings = [
        np.array(
            [
                (a[0], a[1], z - height / 2),
                (b[0], b[1], z - height / 2),
                (b[0], b[1], z + height / 2),
                (a[0], a[1], z + height / 2),
            ]
        )
        for a, b in zip(front, back, strict=True)
    ]
    return s.loft(f, rings)


def _arms(rng: Generator, f: Finish, x: float, y: float, h: float, leg: float) -> Parts:
    """Arm rests on front posts."""
    z = h + between(rng, 0.17, 0.22)
    rest = s.block(f, (0.05, 2 * y + 0.04, 0.022), (x + 0.01, 0.0, z), 0.008)
    return [*s.both(rest), *s.both(s.rod(f, (x, -y, h - 0.06), (x, -y, z), 0.9 * leg))]


def _shell_seat(rng: Generator, f: Finish, w: float, h: float, tall: float) -> Mesh:
    """A moulded one-piece seat and back: a thick sheet swept from the front edge to the top."""
    d = between(rng, 0.4, 0.46)
    path = np.array(
        [
            (-d / 2, h - 0.02),
            (-d / 2 + 0.06, h),
            (0.1, h - 0.025),
            (d / 2 - 0.06, h - 0.01),
            (d / 2, h + 0.1),
            (d / 2 + between(rng, 0.04, 0.12), h + tall),
        ]
    )
    path = s.cut_corners(s.cut_corners(path))
    k = np.linspace(0, 1, len(path))
    width = w * (1 - between(rng, 0.0, 0.3) * k**3) * (1 - 0.25 * np.maximum(0, 10 * (k - 0.9)) ** 2)
    dish = 0.02 + between(rng, 0.0, 0.1) * np.sin(np.pi * np.clip(k * 2, 0, 1)) ** 2
    step = np.gradient(path, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / np.linalg.norm(step, axis=1, keepdims=True)
    t = np.linspace(-1, 1, 11)
    sheets = [
        np.array([_cross(p, n, a, b, t, below) for p, n, a, b in zip(path, normal, width, dish, strict=True)])
        for below in (0.0, 0.012)
    ]
    upper, lower = (np.concatenate([sheets[0][:1], one, sheets[0][-1:]]) for one in sheets)
    return s.loft(f, np.concatenate([upper, lower[:, ::-1]], axis=1), bottoms=False, tops=False)


def _cross(p: np.ndarray, n: np.ndarray, width: float, dish: float, t: np.ndarray, below: float) -> np.ndarray:
    """(11, 3) one cross section of a shell: edges lifted along the normal by `dish`, shifted by `below`."""
    lift = dish * t**4 - below
    return np.stack([t * width / 2, p[0] + n[0] * lift, p[1] + n[1] * lift], -1)


def shell(rng: Generator, of: Finishes) -> Parts:
    """A moulded shell on four splayed legs, braced or not, or on a column."""
    h, w = between(rng, 0.43, 0.47), between(rng, 0.44, 0.54)
    seat = _shell_seat(rng, of("shell"), w, h, between(rng, 0.28, 0.45))
    legs = of("frame")
    plate = s.block(legs, (0.22, 0.2, 0.03), (0, -0.01, h - 0.039), 0.008)
    if chance(rng, 0.3):
        return [seat, plate, *_pedestal(legs, h - 0.04, between(rng, 0.22, 0.28))]
    r, out = between(rng, 0.01, 0.018), between(rng, 0.06, 0.12)
    feet = [(sx * (0.085 + out), sy * (0.085 + out)) for sx in (-1, 1) for sy in (-1, 1)]
    rods = [s.loft(legs, _leg_rings(x, y, out, h - 0.04, r)) for x, y in feet]
    k = 0.085 + out * (1 - 0.22 / (h - 0.04))
    brace = s.loop(legs, [(-k, -k, 0.22), (-k, k, 0.22), (k, k, 0.22), (k, -k, 0.22)], 0.005)
    return [seat, plate, *rods, brace] if chance(rng, 0.4) else [seat, plate, *rods]


def _leg_rings(x: float, y: float, out: float, top: float, r: float) -> np.ndarray:
    """Rings of a splayed leg from its level foot to a point under the seat."""
    plan = s.oval(10) * r
    head = (x - np.sign(x) * out, y - np.sign(y) * out)
    return np.stack([np.c_[plan * 0.7 + (x, y), np.zeros(10)], np.c_[plan + head, np.full(10, top)]])


def _pedestal(f: Finish, h: float, r: float) -> Parts:
    """A column on a round foot."""
    foot = s.turned(f, [(0, 0), (0.96 * r, 0), (r, 0.01), (0.9 * r, 0.02), (0.12, 0.045), (0, 0.05)], sides=28)
    return [foot, s.rod(f, (0, 0, 0.02), (0, 0, h), 0.028, 0.024)]


def swivel_chair(rng: Generator, of: Finishes) -> Parts:
    """A swivel chair: five castors, gas lift, padded seat and back, perhaps arm rests."""
    base, pad, h = of("metal"), of("seat"), between(rng, 0.44, 0.54)
    arm = s.loft(base, [_box_ring(0, 0.085, 0.028, 0.03), _box_ring(0.29, 0.075, 0.018, 0.014)])
    wheel = s.disc(of("rubber"), 0.026, 0.04, (0.285, 0, 0.026), axis=1, sides=16)
    pin = s.rod(base, (0.28, 0, 0.03), (0.28, 0, 0.08), 0.01, sides=8)
    parts = [m for p in (arm, wheel, pin) for m in s.around(p, 5, 0.3)]
    parts.append(s.rod(base, (0, 0, 0.06), (0, 0, h - 0.05), 0.028))
    w = between(rng, 0.46, 0.54)
    parts.append(s.block(pad, (w, w * 0.96, 0.09), (0, -0.02, h - 0.045), 0.035))
    back_h, tilt = between(rng, 0.3, 0.68), between(rng, 0.08, 0.2)
    back = s.block(pad, (w * between(rng, 0.8, 0.98), 0.08, back_h), (0, 0, back_h / 2), 0.035)
    parts.append(s.moved(s.tilted(back, 0, -tilt), (0, w * 0.44, h + between(rng, 0.0, 0.1))))
    parts.append(
        s.bent(base, [(0, 0.02, h - 0.07), (0, 0.55 * w, h - 0.07), (0, 0.55 * w + 0.02, h + 0.25)], 0.022, smooth=2)
    )
    if chance(rng, 0.7):
        loop = [(0.2, 0, h - 0.06), (w / 2 + 0.05, 0, h - 0.05), (w / 2 + 0.05, 0, h + 0.19)]
        parts += s.both(s.bent(base, loop, 0.014, smooth=1)) + s.both(
            s.block(of("dark"), (0.07, 0.24, 0.03), (w / 2 + 0.05, 0, h + 0.2), 0.012)
        )
    return parts


def _box_ring(x: float, z: float, half_y: float, half_z: float) -> np.ndarray:
    """A rectangular ring across the x axis."""
    return np.array(
        [(x, -half_y, z - half_z), (x, half_y, z - half_z), (x, half_y, z + half_z), (x, -half_y, z + half_z)]
    )


def cantilever(rng: Generator, of: Finishes, arms: float = 0.4) -> Parts:
    """A tube chair on runners: one bent tube for each side, with pads or a webbing seat and back, perhaps arms."""
    tube, pad = of("metal"), of("webbing")
    w, d, h, top = between(rng, 0.44, 0.5), between(rng, 0.44, 0.5), between(rng, 0.43, 0.47), between(rng, 0.78, 0.88)
    x, r = w / 2, 0.0125
    path = [(x, d / 2, r), (x, -d / 2, r), (x, -d / 2, h), (x, d / 2 - 0.02, h - 0.015), (x, d / 2 + 0.09, top)]
    runner = s.bent(tube, [(-x, d / 2, r), (x, d / 2, r)], r)
    seat = s.block(pad, (w + 0.01, d - 0.1, 0.045), (0, 0, h + 0.006), 0.02)
    back = s.tilted(s.block(pad, (w + 0.01, 0.04, 0.3), (0, 0, 0), 0.018), 0, -np.arctan2(0.11, top - h))
    parts = [*s.both(s.bent(tube, path, r, smooth=2)), runner, seat, s.moved(back, (0, d / 2 + 0.055, top - 0.16))]
    if chance(rng, arms):
        parts += s.both(s.block(pick(rng, pad, of("wood")), (0.045, 0.3, 0.03), (x, 0, h + 0.2), 0.01))
        parts += s.both(s.rod(tube, (x, -0.1, h - 0.01), (x, -0.1, h + 0.2), 0.01)) + s.both(
            s.rod(tube, (x, 0.12, h - 0.01), (x, 0.12, h + 0.2), 0.01)
        )
    return parts


def _any_stool(rng: Generator, of: Finishes) -> Parts:
    """A low stool or a bar stool."""
    return stool(rng, of, pick(rng, between(rng, 0.42, 0.5), between(rng, 0.62, 0.78)))


def stool(rng: Generator, of: Finishes, h: float) -> Parts:
    """A stool, its seat at height h, round or square, on legs with a foot ring or on a column."""
    r, thick, f, cover = between(rng, 0.15, 0.19), between(rng, 0.03, 0.07), of("frame"), of(pick(rng, "seat", "wood"))
    seat = (
        s.disc(cover, r, thick, (0, 0, h - thick / 2))
        if chance(rng, 0.7)
        else s.block(cover, (2 * r, 2 * r, thick), (0, 0, h - thick / 2), 0.015)
    )
    if chance(rng, 0.3):
        return [
            seat,
            *_pedestal(f, h - 0.5 * thick, r * 1.15),
            s.hoop(f, 0.16, 0.01, (0, 0, 0.3 * h + 0.05)),
            s.rod(f, (-0.16, 0, 0.3 * h + 0.05), (0.16, 0, 0.3 * h + 0.05), 0.008),
        ]
    count, low = whole(rng, 3, 4), between(rng, 0.1, 0.35)
    leg = s.loft(f, _leg_rings(1.1 * r, 1e-6, 0.45 * r, h - 0.7 * thick, 0.017))
    ring = s.hoop(f, (1.1 - 0.45 * low) * r, 0.008, (0, 0, low * h))
    return [seat, *s.around(leg, count, np.pi / count), ring]


def tub(rng: Generator, of: Finishes) -> Parts:
    """A low easy chair: a curved padded wall around a cushion, on short legs."""
    cover, legs = of("cover"), of("frame")
    r, h, tall, base = between(rng, 0.34, 0.4), between(rng, 0.38, 0.42), between(rng, 0.66, 0.8), 0.14
    wing = between(rng, 40, 60)
    a = np.radians(np.linspace(-wing, 180 + wing, 25))
    drop = (tall - h - 0.12) * np.clip(np.abs(a - np.pi / 2) / 2.2, 0, 1) ** 2
    inner, outer = np.stack([np.cos(a), np.sin(a)], -1) * (r - 0.09), np.stack([np.cos(a), np.sin(a)], -1) * r
    low, high = np.full(25, base), tall - drop
    section = [
        np.c_[outer, low],
        np.c_[outer * 1.03, (low + high) / 2],
        np.c_[outer * 0.99, high - 0.03],
        np.c_[(inner + outer) / 2, high],
        np.c_[inner * 1.03, high - 0.03],
        np.c_[inner, low],
    ]
    wall = s.loft(cover, np.stack(section, 1))
    seat = s.disc(cover, r - 0.07, h - base - 0.06, (0, 0, (h + base - 0.06) / 2))
    pad = s.disc(pick(rng, cover, of("cloth")), r - 0.075, 0.11, (0, -0.01, h - 0.07))
    feet = [
        s.rod(legs, (x * 0.75 * r, y * 0.7 * r, 0), (x * 0.6 * r, y * 0.6 * r, base + 0.03), 0.012, 0.02)
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    return [wall, seat, pad, *[s.clipped_below(f, 0.0) for f in feet]]


_ARMLESS = (*[partial(framed, arms=0.0)] * 4, shell, shell, partial(cantilever, arms=0.0))
