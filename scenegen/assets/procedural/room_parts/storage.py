"""Cases: book shelves, cabinets, wardrobes, racks, wall shelves. Local frame as in `kit`."""

from itertools import pairwise

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural.room_parts import clutter
from scenegen.assets.procedural.room_parts.kit import Item, Kit, Span, item, shifted, tag


def _pairs(cuts: np.ndarray) -> list[Span]:
    """Consecutive pairs."""
    return [(float(a), float(b)) for a, b in pairwise(cuts)]


def bookshelf(kit: Kit, width: float = 0.9, height: float = 2.0, *, full: float = 0.8) -> Item:
    """Open case with books, boxes and vases; `full` is the share of bays that are filled."""
    d, t, x = kit.between(0.27, 0.34), 0.022, (-width / 2, width / 2)
    role = kit.pick("wood", "wood", "paint", "wood2")
    parts = [kit.slab(role, (px, px + t), (0, d), (0, height)) for px in (x[0], x[1] - t)]
    parts.append(kit.slab(role, (x[0] - 0.004, x[1] + 0.004), (-0.002, d + 0.006), (height - t, height + 0.004)))
    parts.append(
        kit.block(kit.pick(role, "paint"), (x[0] + 0.004, x[1] - 0.004), (0.003, 0.012), (0.05, height - 0.005))
    )
    parts.append(kit.slab(role, (x[0] + 0.01, x[1] - 0.01), (d - 0.05, d - 0.03), (0, 0.07)))
    levels = np.linspace(0.07, height - t, max(3, round(height / 0.36)) + 1)
    columns = _pairs(np.linspace(x[0] + t / 2, x[1] - t / 2, max(1, round(width / 0.85)) + 1))
    parts += [kit.slab(role, (x[0] + 0.01, x[1] - 0.01), (0.008, d - 0.008), (z, z + t)) for z in levels[:-1]]
    parts += [kit.slab(role, (b - t / 2, b + t / 2), (0.008, d - 0.01), (0.07, height - 0.01)) for _, b in columns[:-1]]
    for a, b in _pairs(levels):
        for c in columns:
            if kit.chance(full):
                parts += _bay(kit, (c[0] + 0.02, c[1] - 0.02), d - 0.04, a + t, b - a - t)
    return item("bookshelf", parts, width, d, height)


def _bay(kit: Kit, x: Span, depth: float, z: float, height: float) -> list[Mesh]:
    """What stands in one bay of a shelf, back at y = 0.014."""
    w, y = x[1] - x[0], 0.014
    kind = kit.pick("books", "books", "books", "mixed", "box", "vases")
    if kind == "books":
        end = x[0] + w * kit.between(0.75, 0.98)
        return shifted(clutter.book_row(kit, (x[0], end), depth * 0.85, min(height, 0.3), y), 0, 0, z)
    if kind == "mixed":
        half = x[0] + w * kit.between(0.4, 0.6)
        row = clutter.book_row(kit, (x[0], half), depth * 0.8, min(height, 0.28), y)
        thing = kit.pick(clutter.book_stack, clutter.vase)(kit) if height > 0.26 else clutter.book_stack(kit, 2)
        return shifted(row, 0, 0, z) + shifted(thing, (half + x[1]) / 2 + 0.02, depth / 2, z - 0.0005)
    if kind == "box":
        return _boxes(kit, x, depth, z, height)
    count = max(1, int(w / 0.3))
    at = np.linspace(x[0], x[1], count + 2)[1:-1]
    return [
        p
        for cx in at
        for p in shifted(clutter.vase(kit, height * kit.between(0.4, 0.42)), float(cx), depth / 2, z - 0.0005)
    ]


def _boxes(kit: Kit, x: Span, depth: float, z: float, height: float) -> list[Mesh]:
    """One or two storage boxes side by side."""
    role, h = kit.pick("wicker", "carton", "cloth2", "color"), height * kit.between(0.6, 0.8)
    cuts = np.linspace(x[0], x[1], max(1, round((x[1] - x[0]) / 0.38)) + 1)
    out = []
    for a, b in _pairs(cuts):
        out.append(kit.slab(role, (a + 0.01, b - 0.01), (0.02, depth * 0.95), (z - 0.0005, z + h), 0.008))
        mid = (a + b) / 2
        out.append(
            kit.slab(
                "metal",
                (mid - 0.04, mid + 0.04),
                (depth * 0.95 - 0.004, depth * 0.95 + 0.005),
                (z + h * 0.55, z + h * 0.55 + 0.03),
                0.003,
            )
        )
    return tag("box", out)


def case(
    kit: Kit,
    width: float,
    depth: float,
    height: float,
    columns: int,
    rows: int,
    *,
    label: str = "cabinet",
    role: str = "",
    foot: float = 0.08,
) -> Item:
    """Closed case with a grid of doors or drawers: sideboard, dresser, wardrobe, locker."""
    role = role or kit.pick("wood", "paint", "wood2", "color")
    x = (-width / 2, width / 2)
    parts = [kit.slab(role, (x[0] + 0.002, x[1] - 0.002), (0, depth - 0.02), (foot - 0.002, height - 0.012))]
    parts.append(kit.slab(role, (x[0] - 0.008, x[1] + 0.008), (-0.004, depth + 0.01), (height - 0.026, height), 0.005))
    parts.append(
        kit.slab("dark" if foot < 0.1 else role, (x[0] + 0.03, x[1] - 0.03), (0.02, depth - 0.06), (0, foot + 0.01))
    )
    style, knob = kit.pick("flat", "panel", "panel"), kit.pick("bar", "knob")
    for a, b in _pairs(np.linspace(foot, height - 0.028, rows + 1)):
        for c, e in _pairs(np.linspace(x[0] + 0.006, x[1] - 0.006, columns + 1)):
            opening = 1 if (c + e) / 2 <= x[0] + width * 0.5 else -1
            parts += front(
                kit, role, (c + 0.002, e - 0.002), (a + 0.002, b - 0.002), depth - 0.024, style, knob, opening
            )
    return item(label, parts, width, depth, height)


def front(kit: Kit, role: str, x: Span, z: Span, y: float, style: str, knob: str, opening: int) -> list[Mesh]:
    """One door or drawer front, its panel and its handle; `opening` +1 has the handle at high x."""
    w, h = x[1] - x[0], z[1] - z[0]
    parts = [kit.slab(role, x, (y, y + 0.02), z, 0.003)]
    if style == "panel" and min(w, h) > 0.16:
        m = min(0.07, 0.22 * min(w, h))
        e = 0.0008
        for px in ((x[0] + e, x[0] + m), (x[1] - m, x[1] - e)):
            parts.append(kit.slab(role, px, (y + 0.012, y + 0.028), (z[0] + e, z[1] - e), 0.003))
        for pz in ((z[0] + 2 * e, z[0] + m), (z[1] - m, z[1] - 2 * e)):
            parts.append(kit.slab(role, (x[0] + m - 0.003, x[1] - m + 0.003), (y + 0.012, y + 0.0277), pz, 0.003))
    drawer = w > h * 0.9
    px = (x[0] + x[1]) / 2 if drawer else (x[1] - 0.045 if opening > 0 else x[0] + 0.045)
    pz = (z[0] + z[1]) / 2 if drawer or h < 1.2 else 1.02
    return parts + handle(kit, knob, px, y + 0.024, pz, level=drawer)


def handle(kit: Kit, knob: str, x: float, y: float, z: float, *, level: bool) -> list[Mesh]:
    """Round knob or bar."""
    if knob == "knob":
        return [
            kit.rod("metal", (x, y - 0.01, z), (x, y + 0.018, z), 0.006, 8),
            kit.ball("metal", (x, y + 0.022, z), 0.014, 10),
        ]
    d = np.array([0.06, 0, 0]) if level else np.array([0, 0, 0.07])
    c = np.array([x, y + 0.022, z])
    return [kit.pipe("metal", [c - d - (0, 0.03, 0), c - d, c + d, c + d - (0, 0.03, 0)], 0.005, 8)]


def sideboard(kit: Kit, width: float = 1.5) -> Item:
    """Low case on legs with things on top."""
    h, d = kit.between(0.7, 0.88), kit.between(0.38, 0.46)
    base = case(kit, width, d, h, kit.pick(3, 4), kit.pick(1, 2), foot=0.12)
    return topped(kit, base)


def topped(kit: Kit, base: Item) -> Item:
    """An item with a lamp, vases or books on top."""
    out, count = [], max(2, int(base.width / 0.45))
    for x in np.linspace(-base.width / 2, base.width / 2, count + 2)[1:-1]:
        maker = kit.pick(clutter.vase, clutter.book_stack, clutter.table_lamp, clutter.bowl, clutter.table_things_none)
        out += shifted(
            maker(kit), float(x), base.depth * kit.between(0.45, 0.55), base.height - 0.0004, kit.between(-0.3, 0.3)
        )
    return Item((*base.parts, *out), base.width, base.depth, base.height)


def nightstand(kit: Kit) -> Item:
    """Bedside case with a lamp."""
    base = case(kit, kit.between(0.42, 0.52), 0.4, kit.between(0.46, 0.56), 1, kit.pick(1, 2), label="night_stand")
    things = shifted(clutter.table_lamp(kit), 0.04, 0.18, base.height - 0.0004)
    things += shifted(clutter.book_stack(kit, 2), -0.09, 0.29, base.height - 0.0004, 0.3) if kit.chance(0.5) else []
    return Item((*base.parts, *things), base.width, base.depth, base.height)


def wardrobe(kit: Kit, width: float = 1.6) -> Item:
    """Tall case with two to four doors, perhaps boxes on top."""
    h = kit.between(1.95, 2.15)
    base = case(kit, width, 0.6, h, max(2, round(width / 0.5)), 1, role=kit.pick("wood", "paint", "wood2"))
    boxes = [p for x in (-0.3, 0.35) if kit.chance(0.4) for p in shifted(clutter.carton(kit, 0.32), x, 0.3, h - 0.0004)]
    return Item((*base.parts, *boxes), base.width, base.depth, h + 0.2)


def rack(kit: Kit, width: float = 1.0, height: float = 1.9) -> Item:
    """Metal shelf of a workshop or store with cartons and tins."""
    d, x = 0.42, (-width / 2, width / 2)
    parts = [
        kit.block("tool", (px - 0.016, px + 0.016), (py - 0.016, py + 0.016), (0, height))
        for px in (x[0] + 0.02, x[1] - 0.02)
        for py in (0.02, d - 0.02)
    ]
    for z in np.linspace(0.1, height - 0.05, 5):
        parts.append(kit.slab(kit.pick("tool", "wood2"), x, (0.002, d), (z, z + 0.03), 0.003))
        if z < height - 0.1:
            maker = kit.pick(clutter.tins, clutter.carton, clutter.carton, clutter.toolbox)
            parts += shifted(maker(kit), x[0] + 0.28, d / 2, z + 0.0296)
        if z < height - 0.1 and width > 1.06 and kit.chance(0.8):
            parts += shifted(kit.pick(clutter.carton, clutter.toolbox)(kit), x[1] - 0.26, d / 2, z + 0.0296)
    return item("shelves", parts, width, d, height)


def wall_shelf(kit: Kit, width: float = 0.9) -> Item:
    """Board on brackets with books and vases; z = 0 is its top."""
    x, d = (-width / 2, width / 2), 0.22
    parts = [kit.slab(kit.pick("wood", "paint"), x, (-0.005, d), (-0.03, 0), 0.004)]
    for px in (x[0] + 0.15, x[1] - 0.15):
        parts.append(kit.pipe("metal", [(px, 0.004, -0.16), (px, 0.004, -0.036), (px, d - 0.04, -0.036)], 0.008, 8))
    if kit.chance(0.7):
        parts += shifted(clutter.book_row(kit, (x[0] + 0.05, x[0] + width * 0.55), d * 0.85, 0.24, 0.0), 0, 0, 0)
    parts += shifted(clutter.vase(kit, 0.2), x[1] - 0.2, d / 2, -0.0005)
    return item("shelves", parts, width, d, 0.3)
