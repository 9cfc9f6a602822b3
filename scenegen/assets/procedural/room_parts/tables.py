"""Tables and desks of rooms, with what lies on them: the builders of `tables` and `desks`, as items."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import desks, tables
from scenegen.assets.procedural.fronts import draw_fronts
from scenegen.assets.procedural.labels import tag_rest
from scenegen.assets.procedural.roles import Finishes, Parts
from scenegen.assets.procedural.room_parts import clutter
from scenegen.assets.procedural.room_parts.furniture import furniture, made
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted
from scenegen.seeding import Generator


def room_table(kit: Kit, width: float, depth: float, height: float = 0.75) -> Item:
    """Rectangular table to sit or stand at."""
    return furniture(kit, "table", tables.dining_table, (width, depth, height))


def round_table(kit: Kit, diameter: float, height: float = 0.75) -> Item:
    """Round table on one foot."""
    return furniture(kit, "table", tables.pedestal, (diameter, diameter, height))


def coffee_table(kit: Kit) -> Item:
    """Low table, often with a shelf, and something on it."""
    h, style = kit.between(0.36, 0.45), kit.pick("long", "long", "long", "round", "drum")
    if style == "long":
        base = furniture(kit, "table", tables.low_table, (kit.between(0.9, 1.25), kit.between(0.5, 0.7), h))
    else:
        d, build = kit.between(0.6, 0.9), tables.pedestal if style == "round" else tables.drum
        base = furniture(kit, "table", build, (d, d, h))
    things = clutter.table_things(kit, 0.75 * base.width, 0.75 * base.depth)
    return laid(base, shifted(things, 0, base.depth / 2, base.height))


def laid(base: Item, things: list[Mesh]) -> Item:
    """An item with things on it; its height stays that of its own top."""
    return Item((*base.parts, *tag_rest("otherprop", things)), base.width, base.depth, base.height)


def room_desk(kit: Kit, width: float, side: int, *, computer: bool = True) -> Item:
    """Writing desk with drawers at `side` (-1 at -x, 1 at +x), a computer or papers, a lamp, books."""
    base = furniture(kit, "desk", desks.desk, (width, kit.between(0.65, 0.78), 0.74), (-side,))
    h = base.height - 0.0004
    things = shifted(clutter.computer(kit) if computer else clutter.papers(kit), -side * 0.12, 0.0, h)
    things += shifted(clutter.room_desk_lamp(kit), side * (width / 2 - 0.18), 0.33, h, -side * kit.between(0.0, 0.4))
    things += shifted(
        clutter.room_book_stack(kit), -side * (width / 2 - 0.2), base.depth * 0.45, h, kit.between(-0.3, 0.3)
    )
    return laid(base, things)


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
    parts += shifted(made(kit, _bench_drawers, depth, h), x[1] - 0.4, depth / 2, 0)
    parts += _vice(kit, x[0] + 0.3, depth, h)
    parts += shifted(clutter.tins(kit, 4), kit.between(-0.1, 0.3), 0.16, h)
    parts += shifted(clutter.toolbox(kit), x[0] + 0.55, 0.36, 0.21)
    return item("table", parts, width, depth + 0.15, h)


def _bench_drawers(rng: Generator, of: Finishes, depth: float, h: float) -> Parts:
    """Three drawers below the top, in the frame of builders."""
    f = of("wood")
    y = (-depth / 2 + 0.07, depth / 2 - 0.1)
    return desks.drawers(of, f, draw_fronts(rng, of, f), (-0.23, 0.23), y, (0.46, h - 0.066), 3)


def _vice(kit: Kit, x: float, depth: float, h: float) -> list[Mesh]:
    """Bench vice at the front edge."""
    parts = [kit.slab("tool", (x - 0.09, x + 0.09), (depth - 0.16, depth - 0.1), (h - 0.01, h + 0.12), 0.008)]
    parts.append(kit.slab("tool", (x - 0.09, x + 0.09), (depth - 0.05, depth + 0.01), (h - 0.03, h + 0.12), 0.008))
    parts.append(kit.rod("chrome", (x, depth - 0.14, h + 0.04), (x, depth + 0.12, h + 0.04), 0.015))
    return [*parts, kit.rod("chrome", (x - 0.1, depth + 0.1, h + 0.04), (x + 0.1, depth + 0.1, h + 0.04), 0.007, 8)]
