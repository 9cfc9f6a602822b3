"""Open containers: baskets and waste bins."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def _vessel(
    outer: fin.Finish, inner: fin.Finish, plan: Array, steps: list[tuple[float, float]], wall: float, floor: float
) -> Parts:
    """An open container of any plan (N, 2): outside rings by (scale, height), then the inside down to the floor."""
    n, size = len(plan), float(np.abs(plan).max())
    thin = wall / size
    outside = [np.c_[plan * k, np.full(n, z)] for k, z in steps]
    top = steps[-1]
    inside = [np.c_[plan * (k - thin), np.full(n, z)] for k, z in steps[::-1] if z > floor + wall]
    inside.append(
        np.c_[plan * (float(np.interp(floor, [z for _, z in steps], [k for k, _ in steps])) - thin), np.full(n, floor)]
    )
    rim = np.c_[plan * (top[0] - 0.5 * thin), np.full(n, top[1] + 0.3 * wall)]
    return [s.loft(outer, [*outside, rim], tops=False), s.open_rings(inner, [rim, *inside])]


def basket(rng: Generator) -> Parts:
    """A wicker basket or crate: round, oval or square, with a bail, two ears or a lid; laundry or eggs in some."""
    r, f = between(rng, 0.13, 0.26), fin.straw(rng)
    plan = s.oval(36, pick(rng, 1.0, 1.0, 0.5, 0.25)) * (r, r * between(rng, 0.62, 1.0))
    h, grow = r * between(rng, 0.7, 2.2), between(rng, -0.1, 0.3)
    z = np.linspace(0, 1, 6)
    steps = [(float(1 - grow * (1 - a) + 0.08 * np.sin(np.pi * a)), float(a * h)) for a in z]
    parts = _vessel(f, f, plan, steps, 0.02, 0.02)
    rim = np.c_[plan * 0.985, np.full(36, h + 0.003)]
    parts.append(s.bent(pick(rng, f, fin.wood(rng)), np.concatenate([rim, rim[:1]]), 0.012, sides=7))
    kind = pick(rng, "bail", "ears", "none")
    side = float(np.abs(plan[:, 0]).max())
    if kind == "bail":
        t = np.linspace(0, np.pi, 15)
        parts.append(
            s.bent(f, np.stack([0.97 * side * np.cos(t), 0 * t, h - 0.01 + 1.1 * side * np.sin(t)], -1), 0.012, sides=8)
        )
    if kind == "ears":
        parts += s.both(s.hoop(f, 0.045, 0.009, (side, 0, h), axis=1, sides=18))
    if chance(rng, 0.4):
        heap = s.cushion(
            fin.upholstery(rng), (1.75 * side, 1.75 * float(plan[:, 1].max()), 0.5 * h), (0, 0, 0.85 * h), square=0.7
        )
        parts.append(heap)
    return parts


def waste_bin(rng: Generator) -> Parts:
    """A waste bin: open basket, pedal bin, swing-lid bin, or a wheeled bin."""
    return pick(rng, _open_bin, _pedal_bin, _wheeled_bin)(rng)


def _open_bin(rng: Generator) -> Parts:
    """A tapered open bin, perhaps with crumpled paper or a bag over its rim."""
    r, f = between(rng, 0.12, 0.18), pick(rng, fin.plastic, fin.steel, fin.straw, fin.painted, fin.wood)(rng)
    h, plan = r * between(rng, 1.8, 2.6), s.oval(36, pick(rng, 1.0, 1.0, 0.4)) * r
    parts = _vessel(f, f, plan, [(between(rng, 0.7, 0.95), 0), (0.99, 0.98 * h), (1.0, h)], 0.006, 0.008)
    rim = np.c_[plan, np.full(36, h)]
    parts.append(s.bent(pick(rng, f, fin.steel(rng)), np.concatenate([rim, rim[:1]]), 0.005, sides=6))
    if chance(rng, 0.5):
        paper = fin.solid("paper", (0.88, 0.87, 0.84))
        parts += [
            s.cushion(
                paper,
                (0.8 * r, 0.7 * r, 0.6 * r),
                (0.4 * r * np.cos(a), 0.4 * r * np.sin(a), 0.8 * h + 0.04 * k),
                square=0.7,
            )
            for k, a in enumerate((0.3, 2.4, 4.4))
        ]
        parts.append(s.loft(paper, [np.c_[plan * 0.93, np.full(36, q * h)] for q in (0.74, 0.78)]))
    return parts


def _pedal_bin(rng: Generator) -> Parts:
    """A cylinder with a domed or flap lid, a ring, and a pedal."""
    r, h, f = between(rng, 0.12, 0.19), between(rng, 0.3, 0.68), pick(rng, fin.steel, fin.enamel, fin.plastic)(rng)
    dark = fin.dark(rng)
    plan = s.oval(36, pick(rng, 1.0, 0.35)) * r
    body = s.loft(f, [np.c_[plan * k, np.full(36, z)] for k, z in ((1, 0.03), (1, h))])
    foot = s.loft(dark, [np.c_[plan * 1.02, np.full(36, z)] for z in (0, 0.04)])
    dome = between(rng, 0.15, 0.5) * r
    lid = [
        np.c_[plan * k, np.full(36, h + z)]
        for k, z in ((1.025, -0.012), (1.025, 0.012), (0.85, 0.6 * dome), (0.45, 0.95 * dome), (0.0, dome + 0.005))
    ]
    pedal = s.slab(dark, (-0.035, -r - 0.05, 0.012), (0.035, -0.8 * r, 0.028), 0.006)
    parts = [body, foot, s.loft(pick(rng, f, dark), lid), pedal]
    return (
        [*parts, s.slab(dark, (-0.5 * r, -0.55 * r, h + 0.3 * dome), (0.5 * r, 0.4 * r, h + 1.06 * dome), 0.01)]
        if chance(rng, 0.4)
        else parts
    )


def _wheeled_bin(rng: Generator) -> Parts:
    """A street bin with hinged lid, handle and wheels."""
    w, d, h, f = between(rng, 0.48, 0.6), between(rng, 0.5, 0.62), between(rng, 0.88, 1.05), fin.plastic(rng)
    plan = s.oval(36, 0.15) * (w / 2, d / 2)
    tub = ((0.78, -0.02, 0.0), (0.95, 0, 0.88 * h), (1.0, 0, 0.9 * h), (1.0, 0, 0.94 * h))
    lid = ((1.02, 0.935 * h), (1.04, 0.955 * h), (0.9, h), (0.6, 1.02 * h))
    return [
        s.loft(f, [np.c_[plan * k + (0, q), np.full(36, z)] for k, q, z in tub]),
        s.loft(pick(rng, f, fin.plastic(rng)), [np.c_[plan * k, np.full(36, z)] for k, z in lid]),
        *_bin_wheels(rng, w, 0.42 * d),
        _push_bar(f, 0.4 * w, d, h),
        s.rod(fin.dark(rng), (-0.42 * w, 0.42 * d, 0.1), (0.42 * w, 0.42 * d, 0.1), 0.012),
        s.sheared_y(s.pictured(s.slab(fin.label(rng), (-0.14, -0.5 * d, 0.45 * h), (0.14, -0.3 * d, 0.62 * h))), 0.0),
    ]


def _bin_wheels(rng: Generator, w: float, y: float) -> Parts:
    """Two wheels with steel hubs at y, at the sides of a bin of width w."""
    r, at = 0.1, (w / 2 - 0.02, y, 0.1)
    tyres = s.both(s.disc(fin.rubber(rng), r, 0.05, at, axis=0))
    return tyres + s.both(s.disc(fin.steel(rng), 0.5 * r, 0.06, at, axis=0))


def _push_bar(f: fin.Finish, x: float, d: float, h: float) -> Mesh:
    """The bar behind the lid by which a bin is pulled."""
    near, far = (0.45 * d, 0.9 * h), (0.6 * d, 0.97 * h)
    return s.bent(f, [(-x, *near), (-x, *far), (x, *far), (x, *near)], 0.016, smooth=1)
