"""Hollow ware of the table: mugs, bowls, jars and cans, turned about z."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.seeding import Generator

Parts = list[Mesh]
Profile = list[tuple[float, float]]


def swept(radius_at: np.ndarray, height: float, count: int = 9) -> Profile:
    """An outer profile whose radius passes through given values at even heights (smooth, monotone in z)."""
    z = np.linspace(0, height, count)
    knots = np.linspace(0, height, len(radius_at))
    t = np.interp(z, knots, np.arange(len(radius_at)))
    coefficients = np.polyfit(np.arange(len(radius_at)), radius_at, len(radius_at) - 1)
    return [(float(r), float(h)) for r, h in zip(np.polyval(coefficients, t), z, strict=True)]


def outside(profile: Profile) -> Profile:
    """The outer skin: a closed flat foot, then the profile."""
    r, z = profile[0]
    step = min(0.07 * r, 0.25 * (profile[1][1] - z))
    return [(0.0, z), (0.93 * r, z), (r, z + step), *[(a, b) for a, b in profile[1:]]]


def _inside(profile: Profile, wall: float, floor: float) -> Profile:
    """The inner skin, from the rim down to the middle of the floor; begins where the outside ends."""
    top = profile[-1]
    inner = [(max(r - wall, 1e-3), z) for r, z in profile[::-1] if z > floor + wall]
    inner[0] = (top[0] - wall, top[1] - 0.2 * wall)
    return [top, (top[0] - 0.5 * wall, top[1] + 0.3 * wall), *inner, (0.75 * inner[-1][0], floor), (0.0, floor)]


def hollow(outer: fin.Finish, inner: fin.Finish, profile: Profile, wall: float, floor: float, sides: int = 36) -> Parts:
    """A vessel of two skins that share their rim; `profile` is its outside from the foot to the rim."""
    return [
        s.turned(outer, outside(profile), sides=sides, wraps=2),
        s.turned(inner, _inside(profile, wall, floor), sides=sides),
    ]


def _handle_path(rng: Generator, r: float, h: float) -> np.ndarray:
    """Points of a mug handle in the plane y = 0, from the upper to the lower joint."""
    top, low, out = between(rng, 0.72, 0.85) * h, between(rng, 0.15, 0.35) * h, between(rng, 0.45, 0.75) * r
    knees = {
        "ear": [(1.0, top + 0.03 * h), (1.05, (top + low) / 2 + 0.1 * h)],
        "square": [(1.0, top), (1.0, low)],
        "loop": [(0.6, top + 0.1 * h), (1.15, top - 0.05 * h), (1.1, low + 0.2 * h), (0.5, low)],
    }[pick(rng, "ear", "square", "loop")]
    path = [(0.0, top), *knees, (0.0, low)]
    return np.array([(r * 0.97 + out * x, 0.0, z) for x, z in path])


def mug(rng: Generator) -> Parts:
    """A mug, cup with saucer, or tumbler-like camping mug, with a handle."""
    h, r = between(rng, 0.08, 0.115), between(rng, 0.036, 0.048)
    bulge = pick(rng, (1, 1, 1), (0.78, 0.95, 1.05), (0.9, 1.14, 0.95), (1.08, 0.92, 1), (0.6, 1.0, 1.12))
    profile = swept(r * np.array(bulge), h)
    outer, inner = fin.glazed(rng), fin.glazed_plain(rng)
    body = hollow(outer, inner, profile, 0.004, 0.006)
    side = float(np.interp(0.5 * h, [z for _, z in profile], [a for a, _ in profile]))
    grip = between(rng, 0.0045, 0.0065)
    handle = s.bent(pick(rng, outer, inner), _handle_path(rng, side, h), grip, sides=8, smooth=2)
    parts = [*body, handle]
    if chance(rng, 0.5):
        parts.append(s.turned(fin.drink(rng), _level(profile, between(rng, 0.7, 0.88) * h, 0.0035)))
    if chance(rng, 0.2):
        parts = [s.moved(p, (0, 0, 0.008)) for p in parts] + _saucer(outer, inner, r)
    return parts


def _level(profile: Profile, z: float, wall: float) -> Profile:
    """The surface of a filling at height z, its rim sunk into the wall."""
    r = float(np.interp(z, [h for _, h in profile], [a for a, _ in profile])) - 0.5 * wall
    return [(r, z - wall), (r, z), (0.0, z)]


def _saucer(outer: fin.Finish, inner: fin.Finish, r: float) -> Parts:
    """A saucer whose well takes a foot at z = 0.008."""
    return hollow(outer, inner, [(0.9 * r, 0), (1.3 * r, 0.006), (1.9 * r, 0.018)], 0.003, 0.0095)


def bowl(rng: Generator) -> Parts:
    """A bowl or dish: round, conical, flared, footed, fluted or square; empty, or with fruit."""
    r = between(rng, 0.07, 0.15)
    h = r * pick(rng, between(rng, 0.35, 0.5), between(rng, 0.6, 0.85))
    if chance(rng, 0.3):
        return _fluted_bowl(rng, r, h)
    rise = pick(rng, (0.42, 0.83, 1.0), (0.4, 0.7, 1.0), (0.55, 0.98, 0.97), (0.3, 0.6, 1.1))
    profile = swept(r * np.array(rise), h, 12)
    parts = hollow(fin.glazed(rng), fin.glazed(rng), profile, 0.035 * r + 0.002, 0.07 * h)
    if chance(rng, 0.4):
        foot = [(0, -0.1 * h), (0.42 * r, -0.1 * h), (0.38 * r, 0.12 * h), (0, 0.01 * h)]
        parts.append(s.turned(fin.glazed_plain(rng), foot))
    return parts + (_fruit(rng, r, h) if chance(rng, 0.35) else [])


def _fruit(rng: Generator, r: float, h: float) -> Parts:
    """Round fruit lying in a bowl of radius r and height h."""
    size = 0.27 * r
    spots = [(0.36 * r * np.cos(a), 0.36 * r * np.sin(a), 0.1 * h + 1.05 * size) for a in np.arange(4) * 1.571]
    spots.append((0.0, 0.0, 0.1 * h + 2.2 * size))
    skin = fin.fruit(rng)
    return [s.ball(skin if chance(rng, 0.7) else fin.fruit(rng), between(rng, 0.9, 1.05) * size, p) for p in spots]


def _fluted_bowl(rng: Generator, r: float, h: float) -> Parts:
    """A bowl with a wavy or square plan: rings of one plan, growing upwards, then back down inside."""
    t = 2 * np.pi * np.arange(48) / 48
    waves, depth = whole(rng, 5, 12), between(rng, 0.02, 0.07)
    wavy = (1 + depth * np.cos(waves * t))[:, None] * np.stack([np.cos(t), np.sin(t)], -1)
    plan = pick(rng, wavy, s.oval(48, between(rng, 0.35, 0.55)))
    wall, z = 0.03 * r + 0.002, np.linspace(0, 1, 8)
    grow = 0.42 + (1 - 0.42) * z ** between(rng, 0.5, 0.9)
    outer = [np.c_[plan * r * g, np.full(48, h * k)] for g, k in zip(grow, z, strict=True)]
    inner = [np.c_[plan * (r * g - wall), np.full(48, h * k)] for g, k in zip(grow[::-1], z[::-1], strict=True)][:-1]
    inner.append(np.c_[plan * (0.38 * r - wall), np.full(48, 0.08 * h)])
    return [
        s.loft(fin.glazed(rng), outer, tops=False),
        s.flipped(s.loft(fin.glazed(rng), [outer[-1], *inner], bottoms=False)),
    ]


def can(rng: Generator) -> Parts:
    """A drinks can, a ribbed food tin, a flat fish tin, a paint tin or a spray can."""
    return pick(rng, _drinks_can, _food_tin, _food_tin, _paint_tin, _spray_can)(rng)


def _drinks_can(rng: Generator) -> Parts:
    """A drinks can with necked ends and a tab."""
    r, h = pick(rng, 0.033, 0.0285, 0.033), pick(rng, 0.115, 0.135, 0.168, 0.15)
    steel = fin.steel(rng)
    sleeve = [(0.92 * r, 0.04 * h), (r, 0.1 * h), (r, 0.88 * h), (0.84 * r, 0.965 * h)]
    foot = [(0.0, 0.012), (0.6 * r, 0.003), (0.75 * r, 0), (0.82 * r, 0.002), (0.92 * r, 0.04 * h)]
    lid = [
        (0.84 * r, 0.965 * h),
        (0.88 * r, 0.985 * h),
        (0.85 * r, h),
        (0.8 * r, h),
        (0.77 * r, 0.975 * h),
        (0, 0.975 * h),
    ]
    tab = s.block(steel, (0.4 * r, 0.75 * r, 0.003), (0, -0.12 * r, 0.975 * h + 0.001), 0.001)
    return [fit_around(s.turned(fin.label(rng), sleeve)), s.turned(steel, foot), s.turned(steel, lid), tab]


def fit_around(mesh: Mesh) -> Mesh:
    """A turned part whose texture goes once around and once from bottom to top."""
    uv = np.asarray(mesh.uv, np.float64)
    span = np.maximum(np.ptp(uv, axis=0), 1e-9)
    return s.with_uv(mesh, (uv - uv.min(0)) / span)


def _ribs(r: float, z0: float, z1: float, count: int, depth: float) -> Profile:
    """A stretch of wall with `count` beads."""
    z = np.linspace(z0, z1, 4 * count + 1)
    return [(float(r - depth * (1 - np.cos(2 * np.pi * k / 4)) / 2), float(h)) for k, h in enumerate(z)]


def _food_tin(rng: Generator) -> Parts:
    """A food tin: ribbed metal with a paper label, high or flat, sometimes opened with its lid up."""
    r, h = between(rng, 0.034, 0.055), pick(rng, between(rng, 0.03, 0.05), between(rng, 0.08, 0.13))
    steel, e = fin.steel(rng), 0.0018
    rim = [(r + e, 0.0), (r + e, 0.004), (r, 0.006)]
    wall = _ribs(r, 0.01, h - 0.01, max(2, int(h / 0.014)), 0.0012) if chance(rng, 0.4) else [(r, 0.01), (r, h - 0.01)]
    top = [(r, h - 0.006), (r + e, h - 0.004), (r + e, h), (r - e, h), (r - e, h - 0.004), (0, h - 0.004)]
    parts = [s.turned(steel, [(0, 0.002), (r - e, 0.002), (r - e, 0), *rim, *wall, *top], sides=32)]
    if len(wall) == 2:
        a, b = 0.012, h - 0.012
        paper = [(r - e, a), (r + 0.0008, a), (r + 0.0008, b), (r - e, b)]
        parts.append(fit_around(s.turned(fin.label(rng), paper, sides=32)))
    if chance(rng, 0.5):
        parts.append(s.hoop(steel, 0.28 * r, 0.0012, (0.3 * r, 0, h - 0.0032), sides=16))
    return parts


def _paint_tin(rng: Generator) -> Parts:
    """A paint tin with a wire bail."""
    r, h = between(rng, 0.06, 0.1), between(rng, 0.12, 0.2)
    steel = fin.steel(rng)
    lid = [
        (r, 0.95 * h),
        (1.02 * r, 0.96 * h),
        (1.02 * r, h),
        (0.95 * r, h),
        (0.9 * r, 0.96 * h),
        (0.85 * r, 0.985 * h),
    ]
    body = fit_around(s.turned(fin.label(rng), [(r, 0.03 * h), (r, 0.95 * h)], sides=36))
    foot = s.turned(
        steel, [(0, 0.01), (0.95 * r, 0.01), (0.95 * r, 0), (1.02 * r, 0), (1.02 * r, 0.02 * h), (r, 0.03 * h)]
    )
    t = np.linspace(-np.pi / 2, np.pi / 2, 13)
    lean = pick(rng, 0.35, 1.9)
    arc = np.stack([1.03 * r * np.sin(t), -np.cos(t) * r * np.cos(lean), 0.8 * h + np.cos(t) * r * np.sin(lean)], -1)
    studs = s.both(s.disc(steel, 0.12 * r, 0.1 * r, (r, 0, 0.8 * h), axis=0, sides=12))
    return [body, foot, s.turned(steel, [*lid, (0, 0.985 * h)], sides=36), s.bent(steel, arc, 0.0025, sides=6), *studs]


def _spray_can(rng: Generator) -> Parts:
    """An aerosol can with a domed shoulder and a cap or a nozzle."""
    r, h = between(rng, 0.022, 0.033), between(rng, 0.14, 0.2)
    steel = fin.steel(rng)
    body = fit_around(s.turned(fin.label(rng), [(r, 0.004), (r, 0.78 * h)], sides=32))
    foot = s.turned(steel, [(0, 0.006), (0.85 * r, 0), (1.03 * r, 0), (1.03 * r, 0.004), (r, 0.006)], sides=32)
    dome = s.turned(
        steel, [(r, 0.78 * h), (1.03 * r, 0.785 * h), (0.9 * r, 0.83 * h), (0.5 * r, 0.87 * h), (0, 0.88 * h)]
    )
    cap_r, cap_h = pick(rng, (0.97 * r, 0.22 * h), (0.3 * r, 0.12 * h))
    base = h - 0.22 * h if cap_r > 0.5 * r else 0.86 * h
    return [body, foot, dome, s.disc(fin.plastic(rng), cap_r, cap_h, (0, 0, base + cap_h / 2 + 0.006))]


def jar(rng: Generator) -> Parts:
    """A jam jar, a spice jar, a ginger jar or a cookie jar, with a lid."""
    return pick(rng, _glass_jar, _glass_jar, _lidded_jar)(rng)


def _glass_jar(rng: Generator) -> Parts:
    """A filled jar with a screw lid and a label."""
    r, h = between(rng, 0.024, 0.055), between(rng, 0.07, 0.17)
    belly = pick(rng, [(r, 0.12 * h), (r, 0.72 * h)], [(0.9 * r, 0.1 * h), (1.06 * r, 0.4 * h), (r, 0.7 * h)])
    profile = [
        (0, 0),
        (0.9 * r, 0),
        (belly[0][0], 0.05 * h),
        *belly,
        (0.8 * r, 0.83 * h),
        (0.8 * r, 0.9 * h),
        (0, 0.9 * h),
    ]
    lid = [(0, 0.85 * h), (0.86 * r, 0.85 * h), (0.88 * r, 0.87 * h), (0.88 * r, 0.985 * h), (0.84 * r, h), (0, h)]
    parts = [s.turned(fin.preserve(rng), profile, sides=28), s.turned(fin.lid(rng), lid, sides=28)]
    if chance(rng, 0.8) and len(belly) == 2:
        band = [(0.97 * r, 0.22 * h), (1.012 * r, 0.22 * h), (1.012 * r, 0.62 * h), (0.97 * r, 0.62 * h)]
        parts.append(fit_around(s.turned(fin.label(rng), band, sides=28)))
    return parts


def _lidded_jar(rng: Generator) -> Parts:
    """A ceramic jar with a domed lid and a knob, perhaps with two ears."""
    r, h = between(rng, 0.06, 0.1), between(rng, 0.14, 0.26)
    profile = swept(
        r * np.array(pick(rng, (0.65, 1.08, 0.98, 0.62), (0.8, 1.0, 1.0, 0.7), (0.55, 0.8, 1.1, 0.6))), 0.76 * h, 14
    )
    glaze, knob = fin.glazed(rng), between(rng, 0.1, 0.16) * r
    neck = profile[-1][0]
    body = s.turned(glaze, [*outside(profile), (0, 0.76 * h)], sides=36, wraps=2)
    dome = [
        (0, 0.74 * h),
        (1.1 * neck, 0.74 * h),
        (1.12 * neck, 0.77 * h),
        (0.85 * neck, 0.84 * h),
        (0.2 * neck, 0.885 * h),
        (0, 0.89 * h),
    ]
    lid_finish = pick(rng, glaze, fin.glazed_plain(rng), fin.wood(rng))
    parts = [
        body,
        s.turned(lid_finish, dome),
        s.ball(lid_finish, (knob, knob, 0.9 * knob), (0, 0, 0.885 * h + 0.7 * knob)),
    ]
    if chance(rng, 0.35):
        ear = s.hoop(glaze, 0.18 * r, 0.04 * r, (0.93 * r, 0, 0.52 * h), axis=1, sides=16)
        parts += s.both(ear)
    return parts
