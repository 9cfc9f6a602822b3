"""Small things that are part of a room: books, boxes, vases, lamps, computers, toys.

Each maker returns parts around x = y = 0 with their foot at z = 0.
"""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import lamps, shapes, shelf_things
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.room_parts.furniture import thing
from scenegen.assets.procedural.room_parts.kit import Kit, shifted


def room_book_stack(kit: Kit, count: int = 0) -> list[Mesh]:
    """A few books lying one on the other, spines to the room."""
    return thing(kit, "books", shelf_things.book_stack, count)


def room_vase(kit: Kit, height: float = 0.0) -> list[Mesh]:
    """Turned vase or jar, sometimes with twigs."""
    return thing(kit, "otherprop", shelf_things.vase, height)


def room_desk_lamp(kit: Kit) -> list[Mesh]:
    """Jointed lamp; its head looks to the room."""
    return thing(kit, "lamp", lamps.desk_lamp)


def room_table_lamp(kit: Kit) -> list[Mesh]:
    """Lamp with a shade, or now and then a globe."""
    if kit.chance(0.15):
        return thing(kit, "lamp", lamps.globe, kit.between(0.07, 0.11))
    return thing(kit, "lamp", lamps.table_lamp, kit.between(0.11, 0.16))


def room_bowl(kit: Kit) -> list[Mesh]:
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


def room_mug(kit: Kit) -> list[Mesh]:
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
    return parts + tag("otherprop", keys) + shifted(room_mug(kit), 0.33, 0.42, 0, kit.between(0, 6))


def papers(kit: Kit) -> list[Mesh]:
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
    makers = (room_book_stack, room_vase, room_bowl, room_mug, nothing)
    out = []
    for x in (-width / 3, 0.0, width / 3):
        out += shifted(kit.pick(*makers)(kit), x, kit.between(-depth / 5, depth / 5), -0.0004, kit.between(-0.4, 0.4))
    return out


def nothing(kit: Kit) -> list[Mesh]:
    """Nothing: an empty place."""
    return []
