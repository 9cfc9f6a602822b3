"""Bottles: wine, beer, water, spirits, milk, soap and flasks."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.crockery import Parts, Profile, fit_around
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.seeding import Generator


def bottle(rng: Generator) -> Parts:
    """One of seven kinds of bottle, standing, closed, mostly with a label."""
    kinds = (_wine, _wine, _beer, _water, _water, _square, _soap, _flask, _milk)
    return pick(rng, *kinds)(rng)


def _band(f: fin.Finish, r: float, z0: float, z1: float) -> Mesh:
    """A label pasted around a body of radius r."""
    proud, sunk = 1.012 * r + 0.0003, 0.97 * r
    return fit_around(s.turned(f, [(sunk, z0), (proud, z0), (proud, z1), (sunk, z1)], sides=32))


def _body(f: fin.Finish, wall: Profile, r: float) -> Mesh:
    """A closed bottle body: foot with a rounded edge, then the wall up to a flat mouth."""
    top = wall[-1]
    foot = [(0.0, 0.0), (0.86 * r, 0.0), (0.96 * r, 0.04 * r)]
    return s.turned(f, [*foot, *wall, (0.0, top[1])], sides=32)


def _wine(rng: Generator) -> Parts:
    """A wine bottle with high (Bordeaux) or sloping (Burgundy) shoulders, capsule and label."""
    r, h = between(rng, 0.036, 0.042), between(rng, 0.28, 0.33)
    neck, knee = 0.36 * r, between(rng, 0.5, 0.66) * h
    slope = between(rng, 0.05, 0.18) * h
    t = np.linspace(0, 1, 8)
    shoulder = [(float(neck + (r - neck) * (0.5 + 0.5 * np.cos(np.pi * a))), float(knee + slope * a)) for a in t]
    glass = fin.bottle_glass(rng)
    lip = [(neck, 0.955 * h), (1.25 * neck, 0.96 * h), (1.25 * neck, 0.985 * h), (1.02 * neck, 0.99 * h)]
    parts = [
        _body(glass, [(r, 0.12 * r), *shoulder, *lip], r),
        _band(fin.label(rng), r, 0.13 * h, between(rng, 0.36, 0.46) * h),
    ]
    if chance(rng, 0.75):
        foil = [
            (0.9 * neck, 0.8 * h),
            (1.1 * neck, 0.8 * h),
            (1.15 * neck, 0.95 * h),
            (1.33 * neck, 0.955 * h),
            (1.33 * neck, h),
            (0, h),
        ]
        return [*parts, s.turned(fin.foil(rng), foil)]
    return [*parts, s.rod(fin.cork(rng), (0, 0, 0.9 * h), (0, 0, 1.02 * h), 0.85 * neck)]


def _beer(rng: Generator) -> Parts:
    """A long-neck or stubby beer bottle with a crown cap."""
    r, h = between(rng, 0.03, 0.036), between(rng, 0.19, 0.25)
    knee, slope, neck = between(rng, 0.48, 0.6) * h, between(rng, 0.16, 0.24) * h, 0.42 * r
    t = np.linspace(0, 1, 8)
    shoulder = [(float(neck + (r - neck) * (1 - a**1.3)), float(knee + slope * a)) for a in t]
    wall = [(r, 0.12 * r), *shoulder, (0.92 * neck, 0.93 * h), (1.1 * neck, 0.94 * h), (1.05 * neck, 0.97 * h)]
    crown = [(1.05 * neck, 0.955 * h), (1.2 * neck, 0.955 * h), (1.12 * neck, 0.985 * h), (0.8 * neck, h), (0, h)]
    label = fin.label(rng)
    parts = [_body(fin.bottle_glass(rng), wall, r), _band(label, r, 0.16 * h, 0.4 * h), s.turned(fin.lid(rng), crown)]
    return [*parts, _band(label, 1.02 * neck, 0.8 * h, 0.88 * h)] if chance(rng, 0.5) else parts


def _water(rng: Generator) -> Parts:
    """A plastic drinks bottle: waisted or ribbed body, screw cap, sleeve."""
    r, h = between(rng, 0.03, 0.045), between(rng, 0.2, 0.32)
    z = np.linspace(0.05, 0.62, 29)
    ribs = between(rng, 0, 0.035) * np.cos(2 * np.pi * z * whole(rng, 7, 14))
    waist = between(rng, 0.0, 0.14) * np.exp(-(((z - 0.38) / 0.09) ** 2))
    wall = [(float(r * a), float(h * b)) for a, b in zip(1 - waist - np.abs(ribs), z, strict=True)]
    wall += [(0.97 * r, 0.68 * h), (0.8 * r, 0.78 * h), (0.45 * r, 0.88 * h), (0.36 * r, 0.9 * h), (0.36 * r, 0.94 * h)]
    cap = [(0, 0.915 * h), (0.4 * r, 0.915 * h), (0.42 * r, 0.92 * h), (0.42 * r, 0.99 * h), (0.38 * r, h), (0, h)]
    parts = [_body(fin.clear_plastic(rng), wall, r), s.turned(fin.lid(rng), cap)]
    low = between(rng, 0.42, 0.5)
    return [*parts, _band(fin.label(rng), 1.005 * r, low * h, (low + 0.16) * h)]


def _square(rng: Generator) -> Parts:
    """A spirits or perfume bottle of rectangular plan with a stopper."""
    w, h = between(rng, 0.05, 0.09), between(rng, 0.13, 0.24)
    d = w * between(rng, 0.5, 1.0)
    plan = s.oval(32, between(rng, 0.25, 0.45)) * (w / 2, d / 2)
    knee = between(rng, 0.6, 0.72) * h
    neck = between(rng, 0.15, 0.22) * w
    rounds = s.oval(32) * neck
    steps = [(0.94, 0), (1, 0.02 * h), (1, knee), (0.97, knee + 0.03 * h), (0.8, knee + 0.06 * h)]
    rings = [np.c_[plan * k, np.full(32, z)] for k, z in steps]
    rings += [np.c_[rounds, np.full(32, z)] for z in (knee + 0.09 * h, 0.9 * h)]
    tag = s.slab(fin.label(rng), (-0.34 * w, -0.51 * d, 0.15 * knee), (0.34 * w, 0, 0.8 * knee))
    stopper = pick(rng, s.ball, s.disc)
    if stopper is s.ball:
        top = s.ball(fin.lid(rng), (1.5 * neck, 1.5 * neck, 0.09 * h), (0, 0, 0.95 * h))
    else:
        top = s.disc(fin.lid(rng), 1.3 * neck, 0.14 * h, (0, 0, 0.94 * h))
    return [s.loft(fin.bottle_glass(rng), rings), s.pictured(tag), top]


def _soap(rng: Generator) -> Parts:
    """A soap or lotion dispenser with a pump."""
    r, h = between(rng, 0.03, 0.042), between(rng, 0.11, 0.16)
    flat = between(rng, 0.6, 1.0)
    plan = s.oval(32, between(rng, 0.4, 1.0)) * (r, r * flat)
    steps = [(0.95, 0), (1, 0.03), (between(rng, 0.85, 1.05), 0.5), (0.95, 0.85), (0.7, 0.95), (0.4, 1)]
    body = s.loft(fin.plastic(rng), [np.c_[plan * k, np.full(32, z * h)] for k, z in steps])
    tag = s.slab(fin.label(rng), (-0.5 * r, -1.04 * r * flat, 0.2 * h), (0.5 * r, 0, 0.68 * h))
    pump = fin.lid(rng)
    collar = s.disc(pump, 0.45 * r, 0.1 * h, (0, 0, 1.03 * h))
    stem = s.rod(pump, (0, 0, h), (0, 0, 1.25 * h), 0.12 * r)
    spout = s.bent(pump, [(0, 0.3 * r, 1.26 * h), (0, -0.9 * r, 1.26 * h), (0, -1.05 * r, 1.18 * h)], 0.12 * r)
    return [body, s.pictured(tag), collar, stem, spout, s.disc(pump, 0.33 * r, 0.05 * h, (0, 0, 1.27 * h))]


def _flask(rng: Generator) -> Parts:
    """A thermos or sports flask: a metal cylinder with a lid, perhaps a loop or a cup."""
    r, h = between(rng, 0.033, 0.045), between(rng, 0.2, 0.3)
    wall = [(r, 0.05 * r), (r, 0.74 * h), (0.8 * r, 0.82 * h), (0.78 * r, 0.86 * h)]
    top = fin.lid(rng)
    lid = s.disc(top, 0.86 * r, 0.15 * h, (0, 0, 0.92 * h))
    base = s.turned(fin.rubber(rng), [(0, -0.002), (1.03 * r, -0.002), (1.03 * r, 0.07 * h), (0.98 * r, 0.072 * h)])
    parts = [_body(fin.painted(rng), wall, r), lid, base]
    if chance(rng, 0.5):
        parts.append(s.hoop(top, 0.45 * r, 0.09 * r, (0, 0, h + 0.25 * r), axis=1, sides=16))
    return parts


def _milk(rng: Generator) -> Parts:
    """A white milk or detergent jug with a side handle."""
    r, h = between(rng, 0.05, 0.07), between(rng, 0.2, 0.28)
    plan = s.oval(32, 0.45) * (r, r * between(rng, 0.7, 1.0))
    steps = [(0.94, 0), (1, 0.03), (1, 0.55), (0.92, 0.66), (0.62, 0.8), (0.36, 0.88), (0.34, 0.94)]
    body = s.loft(fin.plastic(rng), [np.c_[plan * k, np.full(32, z * h)] for k, z in steps])
    grip = [
        (0.3 * r, 0, 0.86 * h),
        (1.0 * r, 0, 0.86 * h),
        (1.2 * r, 0, 0.75 * h),
        (1.15 * r, 0, 0.5 * h),
        (0.9 * r, 0, 0.45 * h),
    ]
    depth = float(np.abs(plan[:, 1]).max())
    tag = s.slab(fin.label(rng), (-0.65 * r, -1.02 * depth, 0.12 * h), (0.65 * r, 0, 0.52 * h))
    handle = s.bent(fin.Finish(body.materials[0], 0.2), grip, 0.15 * r, smooth=1)
    return [body, handle, s.pictured(tag), s.disc(fin.lid(rng), 0.4 * r, 0.1 * h, (0, 0, 0.97 * h))]
