"""Tables, desks, benches to work at, and what lies on them. Local frame as in `kit`."""

from itertools import pairwise

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural.room_parts import clutter
from scenegen.assets.procedural.room_parts.kit import Item, Kit, Span, item, shifted
from scenegen.assets.procedural.room_parts.seating import legs


def table(kit: Kit, width: float, depth: float, height: float = 0.75, label: str = "table") -> Item:
    """Rectangular table on four legs, a trestle or two panels; lies on y in [0, depth]."""
    x, y, thick = (-width / 2, width / 2), (0.0, depth), kit.between(0.025, 0.045)
    top_role = kit.pick("wood", "wood", "wood2", "paint")
    parts = [kit.slab(top_role, x, y, (height - thick, height), kit.between(0.003, 0.012))]
    style = kit.pick("legs", "legs", "trestle", "panels") if height > 0.5 else "legs"
    parts += _STYLES[style](kit, kit.pick(top_role, "wood", "metal"), x, y, height - thick)
    return item(label, parts, width, depth, height)


def _four_legs(kit: Kit, role: str, x: Span, y: Span, h: float) -> list[Mesh]:
    """Legs at the corners under an apron."""
    inset, thick = 0.07, kit.between(0.045, 0.07)
    parts = legs(kit, role, (x[0] + inset, x[1] - inset), (y[0] + inset, y[1] - inset), h + 0.004, thick)
    a, b = h - 0.075, h + 0.004
    for py in (y[0] + inset, y[1] - inset):
        parts.append(kit.slab(role, (x[0] + inset, x[1] - inset), (py - 0.01, py + 0.01), (a, b)))
    for px in (x[0] + inset, x[1] - inset):
        parts.append(kit.slab(role, (px - 0.01, px + 0.01), (y[0] + inset, y[1] - inset), (a, b)))
    return parts


def _trestle(kit: Kit, role: str, x: Span, y: Span, h: float) -> list[Mesh]:
    """Two crossed pairs of legs with a rail between them."""
    parts, m, mid = [], (y[1] - y[0]) * 0.12, (y[0] + y[1]) / 2
    for px in (x[0] + 0.22, x[1] - 0.22):
        for a, b in ((y[0] + m, y[1] - m), (y[1] - m, y[0] + m)):
            parts.append(kit.rod(role, (px + (0.012 if a < b else -0.012), a, 0), (px, b, h + 0.004), 0.025, 8))
    return [*parts, kit.rod(role, (x[0] + 0.2, mid, h / 2), (x[1] - 0.2, mid, h / 2), 0.022, 8)]


def _panels(kit: Kit, role: str, x: Span, y: Span, h: float) -> list[Mesh]:
    """Two end panels and a rear stretcher."""
    role = "wood" if role == "metal" else role
    parts = [
        kit.slab(role, (px, px + 0.035), (y[0] + 0.05, y[1] - 0.05), (0, h + 0.004))
        for px in (x[0] + 0.06, x[1] - 0.095)
    ]
    return [*parts, kit.slab(role, (x[0] + 0.08, x[1] - 0.08), (y[0] + 0.12, y[0] + 0.14), (h * 0.5, h - 0.05))]


_STYLES = {"legs": _four_legs, "trestle": _trestle, "panels": _panels}


def round_table(kit: Kit, diameter: float, height: float = 0.75) -> Item:
    """Round table on a turned pedestal or three legs."""
    r, role = diameter / 2, kit.pick("wood", "wood2", "paint")
    top = [
        (0, height - 0.03),
        (r - 0.01, height - 0.03),
        (r, height - 0.018),
        (r, height - 0.008),
        (r - 0.008, height),
        (0, height),
    ]
    parts = [kit.turned(role, top, segments=48)]
    if kit.chance(0.5):
        foot = [
            (0, 0),
            (0.55 * r, 0),
            (0.55 * r, 0.02),
            (0.2 * r, 0.06),
            (0.045, 0.14),
            (0.035, height / 2),
            (0.05, height - 0.08),
            (0.12, height - 0.025),
        ]
        parts.append(kit.turned(kit.pick(role, "metal"), foot, segments=28))
    else:
        for a in np.arange(3) * 2 * np.pi / 3 + 0.4:
            foot = (0.82 * r * np.cos(a), 0.82 * r * np.sin(a), 0)
            parts.append(
                kit.rod("wood", foot, (0.5 * r * np.cos(a), 0.5 * r * np.sin(a), height - 0.025), (0.014, 0.024))
            )
    return item("table", shifted(parts, 0, r, 0), diameter, diameter, height)


def coffee_table(kit: Kit) -> Item:
    """Low table, often with a shelf and something on it."""
    if kit.chance(0.35):
        base = round_table(kit, kit.between(0.7, 0.95), kit.between(0.36, 0.45))
        return _with(base, shifted(clutter.table_things(kit, 0.5, 0.4), 0, base.depth / 2, base.height))
    w, d, h = kit.between(0.9, 1.25), kit.between(0.5, 0.7), kit.between(0.36, 0.45)
    base = table(kit, w, d, h)
    parts = shifted(clutter.table_things(kit, w - 0.2, d - 0.15), 0, d / 2, h)
    if kit.chance(0.5):
        parts.append(kit.slab("wood", (-w / 2 + 0.06, w / 2 - 0.06), (0.06, d - 0.06), (0.12, 0.14)))
    return _with(base, item("table", parts, w, d, h).parts)


def _with(base: Item, extra: list[Mesh] | tuple[Mesh, ...]) -> Item:
    """An item with more parts."""
    return Item((*base.parts, *item("otherprop", list(extra), 0, 0, 0).parts), base.width, base.depth, base.height)


def desk(kit: Kit, width: float = 1.4, computer: bool = True) -> Item:
    """Writing desk with drawers on one side, a computer or papers, a lamp, books."""
    depth, h = kit.between(0.65, 0.78), 0.74
    base = table(kit, width, depth, h, "desk")
    side = kit.pick(-1, 1)
    x0 = side * (width / 2 - 0.32)
    parts = _drawer_box(kit, (x0 - 0.19, x0 + 0.19), (0.1, depth - 0.08), (0.08, h - 0.1))
    things = clutter.computer(kit) if computer else clutter.reading(kit)
    parts += shifted(things, -side * 0.12, 0.0, h)
    parts += shifted(clutter.desk_lamp(kit), side * (width / 2 - 0.18), 0.2, h, kit.between(-0.4, 0.4))
    parts += shifted(clutter.book_stack(kit), -side * (width / 2 - 0.2), depth * 0.45, h, kit.between(-0.3, 0.3))
    return _with(base, parts)


def _drawer_box(kit: Kit, x: Span, y: Span, z: Span) -> list[Mesh]:
    """Pedestal with three drawers."""
    role = kit.pick("wood", "paint")
    parts = [kit.slab(role, x, y, z)]
    cuts = np.linspace(z[0] + 0.01, z[1] - 0.01, 4)
    for a, b in pairwise(cuts):
        parts.append(kit.slab(role, (x[0] + 0.008, x[1] - 0.008), (y[1] - 0.005, y[1] + 0.016), (a + 0.003, b - 0.003)))
        parts.append(
            kit.rod(
                "metal", (x[0] + 0.12, y[1] + 0.028, (a + b) / 2), (x[1] - 0.12, y[1] + 0.028, (a + b) / 2), 0.006, 8
            )
        )
    return parts


def workbench(kit: Kit, width: float = 1.8) -> Item:
    """Heavy bench with a vice, drawers, tools and tins."""
    depth, h, x = 0.7, 0.88, (-width / 2, width / 2)
    parts = [kit.slab("wood2", x, (0, depth), (h - 0.07, h), 0.006)]
    for px in (x[0] + 0.09, x[1] - 0.09):
        parts += [
            kit.slab("wood2", (px - 0.045, px + 0.045), (py - 0.045, py + 0.045), (0, h - 0.066))
            for py in (0.09, depth - 0.1)
        ]
    parts.append(kit.slab("wood2", (x[0] + 0.1, x[1] - 0.1), (0.05, depth - 0.06), (0.18, 0.21)))
    parts += _drawer_box(kit, (x[1] - 0.62, x[1] - 0.16), (0.1, depth - 0.07), (0.45, h - 0.066))
    parts += _vice(kit, x[0] + 0.3, depth, h)
    parts += shifted(clutter.tins(kit, 4), kit.between(-0.1, 0.3), 0.16, h)
    parts += shifted(clutter.toolbox(kit), x[0] + 0.55, 0.36, 0.21)
    return item("table", parts, width, depth, h)


def _vice(kit: Kit, x: float, depth: float, h: float) -> list[Mesh]:
    """Bench vice at the front edge."""
    parts = [kit.slab("tool", (x - 0.09, x + 0.09), (depth - 0.16, depth - 0.1), (h - 0.01, h + 0.12), 0.008)]
    parts.append(kit.slab("tool", (x - 0.09, x + 0.09), (depth - 0.05, depth + 0.01), (h - 0.03, h + 0.12), 0.008))
    parts.append(kit.rod("chrome", (x, depth - 0.14, h + 0.04), (x, depth + 0.12, h + 0.04), 0.015))
    return [*parts, kit.rod("chrome", (x - 0.1, depth + 0.1, h + 0.04), (x + 0.1, depth + 0.1, h + 0.04), 0.007, 8)]
