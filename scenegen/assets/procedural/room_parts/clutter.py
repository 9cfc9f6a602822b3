"""Small things that are part of a room: books, boxes, vases, lamps, computers, toys.

Each maker returns parts around x = y = 0 with their foot at z = 0.
"""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.room_parts.kit import Kit, Span, shifted, tag

_SPINES = 18


def book_row(kit: Kit, x: Span, depth_m: float, height_m: float, y_back: float = 0.0) -> list[Mesh]:
    """Upright books along x with their backs to the room; heights and depths vary, a few lean."""
    width = x[1] - x[0]
    count = max(3, round(width / kit.between(0.028, 0.04)))
    w = kit.rng.uniform(0.6, 1.5, count)
    w *= width / w.sum()
    left = x[0] + np.cumsum(w) - w
    h = height_m * kit.rng.uniform(0.62, 0.97, count)
    d = depth_m * kit.rng.uniform(0.72, 0.97, count)
    size = np.stack([w - 0.0015, d, h], -1)
    low = np.stack([left, np.full(count, y_back + 0.006), np.full(count, -0.001)], -1)
    return tag("books", [_books(kit, low, size)])


def _books(kit: Kit, low: np.ndarray, size: np.ndarray) -> Mesh:
    """Many boxes (K, 3) whose +y side shows one book spine each; other sides take its cover or paper colour."""
    unit = shapes.box((1, 1, 1), kit.finishes("books").material)
    base, normals = unit.vertices.astype(float) + 0.5, np.asarray(unit.normals, float)
    count, corners = len(low), len(base)
    points = low[:, None] + size[:, None] * base[None]
    spine = kit.rng.integers(_SPINES, size=count)[:, None]
    front = normals[:, 1] > 0.5
    u = np.where(front, 1 - base[:, 0], 0.5)
    v = np.where(front, base[:, 2], 0.99)
    uv = np.stack([(spine + 0.04 + 0.92 * u) / _SPINES, np.broadcast_to(v, (count, corners))], -1)
    faces = np.arange(count)[:, None, None] * corners + unit.faces
    return shapes.piece(points, faces, np.tile(normals, (count, 1)), uv, unit.materials[0])


def book_stack(kit: Kit, count: int = 0) -> list[Mesh]:
    """A few books lying one on the other, backs to the room."""
    count = count or int(kit.rng.integers(2, 6))
    size = np.stack(
        [kit.rng.uniform(0.2, 0.26, count), kit.rng.uniform(0.13, 0.19, count), kit.rng.uniform(0.015, 0.045, count)],
        -1,
    )
    size = size[np.argsort(-size[:, 0])]
    z, out = 0.0, []
    for w, d, t in size:
        out += shifted([_books(kit, np.array([[-t / 2, -d / 2, -w / 2]]), np.array([[t, d, w]]))], 0, 0, 0)
        out[-1] = shapes.turn(out[-1], 1, np.pi / 2)
        out[-1] = shifted([out[-1]], 0, 0, z + t / 2, kit.between(-0.25, 0.25))[0]
        z += t - 0.0004
    return tag("books", out)


def vase(kit: Kit, height: float = 0.0) -> list[Mesh]:
    """Turned vase or jar, sometimes with twigs."""
    h = height or kit.between(0.12, 0.3)
    r = h * kit.between(0.2, 0.42)
    t = np.linspace(0, 1, 15)
    belly = np.interp(
        t, [0, 0.15, kit.between(0.3, 0.6), 0.85, 1], [0.55, 0.7, 1, kit.between(0.35, 0.7), kit.between(0.4, 0.8)]
    )
    belly = np.convolve(np.pad(belly, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
    outside = np.stack([r * belly, h * t], -1)
    inside = np.stack([np.maximum(r * belly[::-1] - 0.006, 0.004), h * t[::-1]], -1)[:10]
    profile = np.concatenate([[(0, 0)], outside, inside, [(0, inside[-1, 1])]])
    parts = [kit.turned(kit.pick("glaze", "glaze2", "ceramic", "dark", "white"), profile, segments=24)]
    if kit.chance(0.35):
        for _ in range(5):
            dx, dy = kit.rng.uniform(-0.12, 0.12, 2)
            parts.append(kit.pipe("wood", [(0, 0, h * 0.4), (dx / 4, dy / 4, h), (dx, dy, h * 2.1)], 0.0025, 6))
    return tag("otherprop", parts)


def bowl(kit: Kit) -> list[Mesh]:
    """Shallow bowl, sometimes with fruit."""
    r = kit.between(0.1, 0.16)
    profile = [
        (0, 0),
        (0.4 * r, 0),
        (0.45 * r, 0.01),
        (0.8 * r, 0.03),
        (r, 0.07),
        (r - 0.006, 0.071),
        (0.75 * r, 0.036),
        (0.3 * r, 0.02),
        (0, 0.018),
    ]
    parts = [kit.turned(kit.pick("glaze", "glaze2", "ceramic", "wood"), profile, segments=32)]
    if kit.chance(0.6):
        for a in np.linspace(0, 2 * np.pi, 5)[:-1]:
            parts.append(
                kit.ball(kit.pick("accent", "glaze2"), (0.45 * r * np.cos(a), 0.45 * r * np.sin(a), 0.055), 0.034, 12)
            )
    return tag("otherprop", parts)


def mug(kit: Kit) -> list[Mesh]:
    """Cup with a handle."""
    r, h = 0.038, kit.between(0.08, 0.1)
    role = kit.pick("glaze", "glaze2", "ceramic", "white")
    body = [(0, 0), (r * 0.9, 0), (r, 0.01), (r, h), (r - 0.004, h), (r - 0.005, 0.012), (0, 0.01)]
    a = np.linspace(-1.3, 1.3, 9)
    ear = np.stack([r - 0.004 + 0.028 * np.cos(a), 0 * a, h / 2 + 0.03 * np.sin(a)], -1)
    return tag("otherprop", [kit.turned(role, body), kit.pipe(role, ear, 0.005, 8)])


def carton(kit: Kit, size: float = 0.0) -> list[Mesh]:
    """Box of cardboard, fabric or packaging."""
    s = size or kit.between(0.2, 0.4)
    w, d, h = s * kit.between(0.8, 1.2), s * kit.between(0.6, 0.9), s * kit.between(0.5, 0.9)
    role = kit.pick("carton", "carton", "wicker", "cloth2")
    parts = [kit.slab(role, (-w / 2, w / 2), (-d / 2, d / 2), (0, h), 0.006)]
    parts.append(
        kit.slab(role, (-w / 2 - 0.004, w / 2 + 0.004), (-d / 2 - 0.004, d / 2 + 0.004), (h * 0.82, h + 0.005), 0.004)
    )
    return tag("box", parts)


def tins(kit: Kit, count: int = 3) -> list[Mesh]:
    """A group of cans with labels or paint."""
    out = []
    for k in range(count):
        r, h = kit.between(0.04, 0.085), kit.between(0.09, 0.2)
        f = kit.finishes("label")
        at = (0.19 * k, kit.between(-0.04, 0.04), 0.0)
        out.append(shapes.move(shapes.cylinder(r, h - 0.006, f.material, texture_scale_m=0.3), at[0], at[1], h / 2))
        rim = [
            (0, h - 0.004),
            (r - 0.008, h - 0.004),
            (r - 0.006, h),
            (r + 0.003, h),
            (r + 0.003, h - 0.008),
            (r, h - 0.01),
        ]
        out += [
            kit.turned("chrome", rim[::-1], at),
            kit.turned("chrome", [(0, 0), (r + 0.003, 0), (r + 0.003, 0.006)], at),
        ]
    return tag("otherprop", out)


def toolbox(kit: Kit) -> list[Mesh]:
    """Metal box with a handle."""
    parts = [
        kit.slab("tool", (-0.23, 0.23), (-0.1, 0.1), (0, 0.17), 0.008),
        kit.slab("tool", (-0.235, 0.235), (-0.105, 0.105), (0.16, 0.21), 0.015),
    ]
    return tag(
        "box",
        [*parts, kit.pipe("black", [(-0.09, 0, 0.2), (-0.09, 0, 0.245), (0.09, 0, 0.245), (0.09, 0, 0.2)], 0.011, 8)],
    )


def computer(kit: Kit) -> list[Mesh]:
    """Monitor on a foot, keyboard, mouse, a mug: placed with the wall at y = 0."""
    w = kit.between(0.5, 0.64)
    parts = [
        kit.slab("black", (-0.12, 0.12), (0.10, 0.28), (-0.001, 0.012)),
        kit.slab("black", (-0.03, 0.03), (0.15, 0.18), (0.005, 0.3)),
    ]
    parts.append(kit.slab("black", (-w / 2, w / 2), (0.18, 0.21), (0.14, 0.14 + 0.58 * w), 0.006))
    parts.append(kit.picture("screen", (-w / 2 + 0.012, w / 2 - 0.012), (0.152, 0.13 + 0.58 * w - 0.004), 0.2112))
    parts = tag("television", parts)
    keys = [kit.slab("dark", (-0.21, 0.21), (0.40, 0.53), (-0.001, 0.018), 0.005)]
    keys += [
        kit.slab("black", (-0.2, 0.2), (y, y + 0.02), (0.014, 0.023), 0.003) for y in (0.41, 0.434, 0.458, 0.482, 0.506)
    ]
    keys.append(kit.cushion("black", (-0.33, -0.27), (0.42, 0.52), (-0.004, 0.03), 0.014, 0.2))
    return parts + tag("otherprop", keys) + shifted(mug(kit), 0.33, 0.42, 0, kit.between(0, 6))


def reading(kit: Kit) -> list[Mesh]:
    """Papers, an open book, a pencil pot."""
    parts = []
    for _ in range(3):
        sheet = kit.block("paper", (-0.105, 0.105), (-0.148, 0.148), (-0.001, 0.0015))
        parts += shifted(
            [sheet], kit.between(-0.2, 0.2), 0.4 + kit.between(-0.05, 0.05), 0.0012 * len(parts), kit.between(-0.4, 0.4)
        )
    parts = tag("paper", parts)
    pot = [(0, 0), (0.038, 0), (0.04, 0.1), (0.036, 0.1), (0.034, 0.006), (0, 0.006)]
    parts += tag("otherprop", shifted([kit.turned("glaze2", pot)], 0.3, 0.18, 0))
    for k in range(5):
        dx, dy = kit.rng.uniform(-0.03, 0.03, 2)
        parts += tag(
            "otherprop",
            [
                kit.rod(
                    kit.pick("accent", "wood", "black"),
                    (0.3, 0.18, 0.01),
                    (0.3 + dx, 0.18 + dy, 0.16 + 0.004 * k),
                    0.0035,
                    6,
                )
            ],
        )
    return parts


def desk_lamp(kit: Kit) -> list[Mesh]:
    """Jointed lamp with a bell shade."""
    parts = [kit.turned("dark", [(0, 0), (0.085, 0), (0.085, 0.014), (0.02, 0.024), (0, 0.024)])]
    parts += [
        kit.rod("metal", (0, 0, 0.01), (0, -0.06, 0.26), 0.007, 8),
        kit.rod("metal", (0, -0.06, 0.26), (0, 0.12, 0.42), 0.007, 8),
    ]
    bell = [(0.02, 0.08), (0.03, 0.075), (0.075, 0), (0.071, 0), (0.028, 0.07)]
    shade = [kit.turned(kit.pick("accent", "dark", "white"), bell[::-1]), kit.ball("bulb", (0, 0, 0.03), 0.028)]
    return tag("lamp", parts + shifted([shapes.turn(s, 0, 0.3) for s in shade], 0, 0.13, 0.36))


def table_lamp(kit: Kit) -> list[Mesh]:
    """Turned foot and a cloth shade."""
    h = kit.between(0.18, 0.3)
    foot = [
        (0, 0),
        (0.07, 0),
        (0.07, 0.012),
        (0.02, 0.03),
        (0.045, 0.4 * h),
        (0.05, 0.55 * h),
        (0.015, 0.9 * h),
        (0.012, h + 0.1),
        (0, h + 0.1),
    ]
    parts = [kit.turned(kit.pick("glaze", "glaze2", "wood", "ceramic"), foot)]
    b, t = kit.between(0.11, 0.16), kit.between(0.07, 0.12)
    parts.append(kit.turned("shade", [(b, h), (t, h + 0.18), (t - 0.003, h + 0.18), (b - 0.003, h)], segments=28))
    return tag("lamp", [*parts, kit.ball("bulb", (0, 0, h + 0.09), 0.03)])


def toys(kit: Kit) -> list[Mesh]:
    """Building blocks and a ball on the floor."""
    out = []
    for _ in range(7):
        s = kit.between(0.05, 0.08)
        cube = kit.slab(
            kit.pick("glaze", "glaze2", "accent", "wood", "color"), (-s / 2, s / 2), (-s / 2, s / 2), (0, s), 0.006
        )
        x, y = kit.rng.uniform(-0.3, 0.3, 2)
        out += shifted([cube], float(x), float(y), 0, kit.between(0, 1.5))
    return tag("otherprop", [*out, kit.ball("accent", (0.42, 0.1, 0.11), 0.11, 24)])


def table_things(kit: Kit, width: float, depth: float) -> list[Mesh]:
    """One to three small things spread along a table top."""
    makers = (book_stack, vase, bowl, mug, table_things_none)
    out = []
    for x in (-width / 3, 0.0, width / 3):
        out += shifted(kit.pick(*makers)(kit), x, kit.between(-depth / 5, depth / 5), -0.0004, kit.between(-0.4, 0.4))
    return out


def table_things_none(kit: Kit) -> list[Mesh]:
    """Nothing: an empty place."""
    return []
