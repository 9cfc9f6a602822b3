"""Things to put things in: baskets, bins, bags, mailboxes, bird houses."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
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
    body = s.loft(
        f,
        [
            np.c_[plan * k + (0, q), np.full(36, z)]
            for k, q, z in ((0.78, -0.02, 0.0), (0.95, 0, 0.88 * h), (1.0, 0, 0.9 * h), (1.0, 0, 0.94 * h))
        ],
    )
    lid = s.loft(
        pick(rng, f, fin.plastic(rng)),
        [np.c_[plan * k, np.full(36, z)] for k, z in ((1.02, 0.935 * h), (1.04, 0.955 * h), (0.9, h), (0.6, 1.02 * h))],
    )
    r, tyre = 0.1, fin.rubber(rng)
    wheels = s.both(s.disc(tyre, r, 0.05, (w / 2 - 0.02, 0.42 * d, r), axis=0)) + s.both(
        s.disc(fin.steel(rng), 0.5 * r, 0.06, (w / 2 - 0.02, 0.42 * d, r), axis=0)
    )
    bar = s.bent(
        f,
        [
            (-0.4 * w, 0.45 * d, 0.9 * h),
            (-0.4 * w, 0.6 * d, 0.97 * h),
            (0.4 * w, 0.6 * d, 0.97 * h),
            (0.4 * w, 0.45 * d, 0.9 * h),
        ],
        0.016,
        smooth=1,
    )
    axle = s.rod(fin.dark(rng), (-0.42 * w, 0.42 * d, r), (0.42 * w, 0.42 * d, r), 0.012)
    badge = s.slab(fin.label(rng), (-0.14, -0.5 * d, 0.45 * h), (0.14, -0.3 * d, 0.62 * h))
    return [body, lid, *wheels, bar, axle, s.sheared_y(s.pictured(badge), 0.0)]


def bag(rng: Generator) -> Parts:
    """A hand bag, shopping bag, suitcase or rucksack, standing."""
    return pick(rng, _hand_bag, _hand_bag, _suitcase, _rucksack)(rng)


def _hand_bag(rng: Generator) -> Parts:
    """A bag of rectangular foot that narrows to its mouth, with loops; a flap and clasp, or open."""
    w, d, h, f = (
        between(rng, 0.22, 0.42),
        between(rng, 0.1, 0.18),
        between(rng, 0.2, 0.4),
        pick(rng, fin.leather, fin.leather, fin.upholstery, fin.straw, fin.label)(rng),
    )
    plan, flare = s.oval(36, 0.3) * (w / 2, d / 2), between(rng, -0.15, 0.12)
    z = np.linspace(0, 1, 7)
    rings = [
        np.c_[plan * (1 + flare * a, (1 - 0.65 * a**2) * (1 + 0.12 * np.sin(np.pi * a))), np.full(36, a * h)] for a in z
    ]
    body = s.loft(f, rings)
    parts = [s.pictured(body) if f.material.name == "label" else body]
    x, tall, trim = 0.25 * w, between(rng, 0.1, 0.22), pick(rng, fin.leather, fin.dark)(rng)
    for y in (-0.13 * d, 0.13 * d):
        loop = [
            (-x, y, 0.9 * h),
            (-x, y * 1.3, h + 0.6 * tall),
            (0, y * 1.4, h + tall),
            (x, y * 1.3, h + 0.6 * tall),
            (x, y, 0.9 * h),
        ]
        parts.append(s.bent(trim, loop, 0.006, sides=7, smooth=2))
    if chance(rng, 0.5):
        flap = s.profile_y(
            trim,
            [
                (-0.44 * w, 0.99 * h),
                (0.44 * w, 0.99 * h),
                (0.4 * w, 0.62 * h),
                (0.1 * w, 0.5 * h),
                (-0.1 * w, 0.5 * h),
                (-0.4 * w, 0.62 * h),
            ],
            -0.53 * d,
            -0.49 * d,
        )
        parts += [
            flap,
            s.slab(trim, (-0.44 * w, -0.53 * d, 0.97 * h), (0.44 * w, 0.2 * d, 1.015 * h), 0.004),
            s.disc(fin.steel(rng), 0.018, 0.02, (0, -0.54 * d, 0.54 * h), axis=1),
        ]
    return [*parts, *s.both(s.disc(fin.steel(rng), 0.01, 0.012, (x, -0.23 * d, 0.91 * h), axis=1, sides=12))]


def _suitcase(rng: Generator) -> Parts:
    """A trolley case with ribs and telescopic handle, or an old case with corners and clasps."""
    w, d, h = between(rng, 0.36, 0.5), between(rng, 0.2, 0.28), between(rng, 0.5, 0.7)
    metal, dark = fin.steel(rng), fin.dark(rng)
    if chance(rng, 0.5):
        f = pick(rng, fin.plastic, fin.painted)(rng)
        parts = [
            s.slab(f, (-w / 2, -d / 2, 0.05), (w / 2, d / 2, h + 0.05), 0.05),
            s.slab(dark, (-w / 2 - 0.004, -0.008, 0.045), (w / 2 + 0.004, 0.008, h + 0.055)),
        ]
        rib = s.slab(f, (-0.012, -d / 2 - 0.008, 0.12), (0.012, d / 2 + 0.008, h - 0.02), 0.006)
        parts += [s.scattered(rib, [(x, 0, 0) for x in spread(whole(rng, 4, 7), -0.4 * w, 0.4 * w)])]
        wheel = s.disc(dark, 0.025, 0.03, (w / 2 - 0.06, d / 2 - 0.05, 0.025), axis=0, sides=14)
        parts += [m for half in s.both(wheel) for m in (half, s.scaled(half, (1, -1, 1)))] + [
            s.slab(dark, (-w / 2 + 0.04, -d / 2 + 0.03, 0.03), (w / 2 - 0.04, d / 2 - 0.03, 0.07))
        ]
        tall = h + between(rng, 0.1, 0.45)
        return [
            *parts,
            s.bent(
                metal, [(-0.09, 0.3 * d, h), (-0.09, 0.3 * d, tall), (0.09, 0.3 * d, tall), (0.09, 0.3 * d, h)], 0.008
            ),
            s.rod(dark, (-0.1, 0.3 * d, tall), (0.1, 0.3 * d, tall), 0.014),
        ]
    f, trim, h = fin.leather(rng), fin.leather(rng), 0.75 * w
    w *= 1.4
    parts = [
        s.slab(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, h), 0.015),
        s.slab(metal, (-w / 2 - 0.003, -0.006, 0.002), (w / 2 + 0.003, 0.006, h + 0.003)),
    ]
    parts += [
        m
        for z in (0.035, h - 0.035)
        for y in (-d / 2 + 0.03, d / 2 - 0.03)
        for m in s.both(s.block(trim, (0.076, 0.068, 0.076), (w / 2 - 0.034, y, z), 0.016))
    ]
    parts += s.both(
        s.slab(trim, (0.22 * w, -d / 2 - 0.005, 0.003), (0.28 * w, d / 2 + 0.005, h + 0.005), 0.002)
    ) + s.both(s.slab(metal, (0.23 * w, -d / 2 - 0.012, 0.72 * h), (0.27 * w, -d / 2, 0.82 * h), 0.003))
    return [
        *parts,
        s.bent(
            trim,
            [(-0.09, 0, h - 0.01), (-0.08, 0, h + 0.05), (0.08, 0, h + 0.05), (0.09, 0, h - 0.01)],
            0.011,
            smooth=1,
        ),
    ]


def _rucksack(rng: Generator) -> Parts:
    """A rucksack with front pocket, flap, straps and a loop."""
    w, d, h, f = between(rng, 0.28, 0.34), between(rng, 0.15, 0.2), between(rng, 0.4, 0.52), fin.upholstery(rng)
    plan, trim = s.oval(36, 0.4) * (w / 2, d / 2), pick(rng, fin.leather, fin.dark)(rng)
    body = s.loft(
        f,
        [
            np.c_[plan * k, np.full(36, z * h)]
            for k, z in ((0.94, 0), (1, 0.06), (1, 0.6), (0.9, 0.85), (0.7, 0.97), (0.4, 1))
        ],
    )
    flap = s.loft(
        trim,
        [
            np.c_[plan * k + (0, -0.01), np.full(36, z * h)]
            for k, z in ((1.03, 0.7), (0.96, 0.86), (0.75, 0.99), (0.4, 1.02))
        ],
    )
    pocket = s.slab(f, (-0.38 * w, -0.5 * d - 0.06, 0.05 * h), (0.38 * w, -0.2 * d, 0.46 * h), 0.03)
    straps = s.both(
        s.bent(
            trim,
            [
                (0.25 * w, 0.45 * d, 0.88 * h),
                (0.3 * w, 0.5 * d + 0.09, 0.7 * h),
                (0.33 * w, 0.5 * d + 0.07, 0.25 * h),
                (0.36 * w, 0.44 * d, 0.08 * h),
            ],
            0.014,
            sides=8,
            smooth=2,
        )
    )
    buckles = s.both(
        s.slab(fin.steel(rng), (0.12 * w, -0.5 * d - 0.07, 0.38 * h), (0.2 * w, -0.4 * d, 0.44 * h), 0.004)
    )
    return [body, flap, pocket, *straps, *buckles, s.hoop(trim, 0.03, 0.006, (0, 0.3 * d, 1.02 * h), axis=1, sides=16)]


def mailbox(rng: Generator) -> Parts:
    """A letter box: tunnel on a post with a flag, a pillar box, or a box with a slot on a stand."""
    f, metal, kind = pick(rng, fin.livery, fin.painted, fin.steel)(rng), fin.steel(rng), int(rng.integers(3))
    if kind == 0:
        w, d, z = between(rng, 0.16, 0.24), between(rng, 0.42, 0.55), between(rng, 0.95, 1.15)
        t = np.linspace(0, np.pi, 13)
        arch = [(-w / 2, z), (w / 2, z), *zip(w / 2 * np.cos(t), z + 0.5 * w + 0.5 * w * np.sin(t), strict=True)]
        door = s.profile_y(
            metal, [(a * 1.04, z - 0.004 + (b - z) * 1.04) for a, b in arch], -d / 2 - 0.012, -d / 2 + 0.02
        )
        post = s.block(pick(rng, fin.wood, fin.painted)(rng), (0.1, 0.1, z + 0.02), (0, 0, (z + 0.02) / 2), 0.004)
        flag = [
            s.slab(fin.solid("flag", (0.8, 0.1, 0.1)), (w / 2 - 0.01, -0.1, z + 0.1), (w / 2 + 0.01, -0.07, z + 0.42)),
            s.slab(
                fin.solid("flag", (0.8, 0.1, 0.1)), (w / 2 - 0.008, -0.09, z + 0.33), (w / 2 + 0.008, 0.05, z + 0.43)
            ),
        ]
        foot = s.block(fin.stone(rng), (0.3, 0.3, 0.05), (0, 0, 0.025), 0.006)
        brace = s.slab(metal, (-0.04, -0.4 * d, z - 0.03), (0.04, 0.4 * d, z + 0.01))
        return [
            s.profile_y(f, arch, -d / 2, d / 2),
            door,
            s.ball(metal, 0.016, (0, -d / 2 - 0.02, z + 0.8 * w), 12),
            post,
            *flag,
            foot,
            brace,
        ]
    if kind == 1:
        r, h, dark = between(rng, 0.2, 0.26), between(rng, 1.2, 1.6), fin.dark(rng)
        body = s.turned(
            f,
            [
                (0, 0.08),
                (r, 0.08),
                (r, 0.86 * h),
                (1.1 * r, 0.88 * h),
                (1.12 * r, 0.92 * h),
                (0.95 * r, 0.96 * h),
                (0.4 * r, h),
                (0, h),
            ],
            sides=36,
        )
        slot = s.slab(dark, (-0.6 * r, -1.03 * r, 0.76 * h), (0.6 * r, 0, 0.79 * h), 0.004)
        plate = s.slab(fin.label(rng), (-0.4 * r, -1.02 * r, 0.52 * h), (0.4 * r, 0, 0.68 * h))
        return [
            body,
            s.turned(dark, [(0, 0), (1.1 * r, 0), (1.1 * r, 0.1), (r, 0.13), (0, 0.13)], sides=36),
            slot,
            s.pictured(plate),
            s.hoop(f, r, 0.014, (0, 0, 0.72 * h), sides=36),
        ]
    w, d, h, z = between(rng, 0.32, 0.5), between(rng, 0.14, 0.36), between(rng, 0.35, 0.55), between(rng, 0.75, 1.0)
    legs = s.both(s.slab(metal, (0.3 * w, -0.02, 0), (0.3 * w + 0.04, 0.02, z + 0.03)))
    roof = s.profile_x(
        pick(rng, f, metal),
        [
            (-d / 2 - 0.03, z + h - 0.02),
            (d / 2 + 0.01, z + h - 0.02),
            (d / 2 + 0.01, z + h + 0.07),
            (-d / 2 - 0.03, z + h + 0.01),
        ],
        -w / 2 - 0.02,
        w / 2 + 0.02,
    )
    flap = s.slab(metal, (-0.4 * w, -d / 2 - 0.012, z + 0.7 * h), (0.4 * w, 0, z + 0.84 * h), 0.004)
    door = s.slab(f, (-0.44 * w, -d / 2 - 0.008, z + 0.08 * h), (0.44 * w, 0, z + 0.6 * h), 0.003)
    base = s.both(s.slab(metal, (0.3 * w - 0.03, -0.15, 0), (0.3 * w + 0.07, 0.15, 0.012)))
    return [
        s.slab(f, (-w / 2, -d / 2, z), (w / 2, d / 2, z + h), 0.006),
        roof,
        flap,
        door,
        *legs,
        *base,
        s.disc(metal, 0.012, 0.02, (0.36 * w, -d / 2 - 0.01, z + 0.35 * h), axis=1, sides=12),
    ]


def birdhouse(rng: Generator) -> Parts:
    """A nesting box: gabled, lean-to, or A-frame, with hole and perch, on the ground or on a post."""
    w, d, h = between(rng, 0.13, 0.2), between(rng, 0.13, 0.2), between(rng, 0.18, 0.3)
    f, top, dark = (
        pick(rng, fin.wood, fin.lacquer, fin.painted)(rng),
        pick(rng, fin.wood, fin.painted, fin.straw)(rng),
        fin.solid("hole", (0.07, 0.06, 0.05)),
    )
    over, kind = between(rng, 0.02, 0.05), int(rng.integers(3))
    peak = h + w * between(rng, 0.35, 0.6)
    walls = [(-w / 2, 0), (w / 2, 0), (w / 2, h), (0, peak), (-w / 2, h)]
    if kind == 1:
        walls = [(-0.75 * w, 0), (0.75 * w, 0), (0, peak)]
    foot_x = 0.75 * w if kind == 1 else w / 2
    base_z = 0.0 if kind == 1 else h
    slope = np.array([foot_x, base_z - peak]) / np.hypot(foot_x, base_z - peak)
    n = np.array([-slope[1], slope[0]]) * 0.016
    apex, eave = (
        np.array([0, peak + 0.004]),
        np.array([0, peak + 0.004]) + slope * (np.hypot(foot_x, base_z - peak) + (over if kind != 1 else -0.01)),
    )
    board = s.profile_y(
        top, [apex - n * 0.4, eave - n * 0.4, eave + n, apex + n + (0, 0.004)], -d / 2 - over, d / 2 + over
    )
    parts = [s.profile_y(f, walls, -d / 2, d / 2), *s.both(board)]
    z = between(rng, 0.45, 0.65) * h
    parts += [
        s.disc(dark, between(rng, 0.018, 0.03), 0.02, (0, -d / 2 + 0.007, z), axis=1, sides=20),
        s.rod(top, (0, -d / 2 + 0.01, z - 0.055), (0, -d / 2 - 0.06, z - 0.055), 0.006),
    ]
    parts.append(s.slab(top, (-foot_x - 0.02, -d / 2 - 0.035, -0.014), (foot_x + 0.02, d / 2 + 0.02, 0.004)))
    if chance(rng, 0.4):
        tall = between(rng, 0.6, 1.3)
        parts += [
            s.block(f, (0.05, 0.05, tall), (0, 0, -tall / 2), 0.003),
            s.block(pick(rng, fin.stone, fin.wood)(rng), (0.26, 0.26, 0.03), (0, 0, -tall + 0.005), 0.004),
        ]
    return parts
