"""Kinds of rooms to work in: kitchen, bathroom, office, meeting room, workshop, laundry."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.room_parts import bathroom as bath
from scenegen.assets.procedural.room_parts import clutter, decor, kitchen, seating, storage, tables
from scenegen.assets.procedural.room_parts import fittings as fit
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted
from scenegen.assets.procedural.room_parts.layout import FurnitureLayout, PlacedItem, wall_item_frame


def _sideboard(kit: Kit) -> Item:
    """A low case with things on it."""
    return storage.sideboard(kit, kit.between(1.0, 1.5))


def _shelves(kit: Kit) -> Item:
    """An open case, two thirds full."""
    return storage.room_bookshelf(kit, kit.between(0.8, 1.3), kit.between(1.2, 2.0), full=0.7)


def _bench(kit: Kit) -> Item:
    """A bench at the wall."""
    return seating.room_bench(kit, kit.between(0.9, 1.2))


def _lockers(kit: Kit) -> Item:
    """Steel lockers."""
    return storage.room_case(
        kit, kit.between(0.9, 1.3), 0.45, kit.between(1.0, 1.8), kit.pick(2, 3), kit.pick(1, 2), role="tool"
    )


def _rack(kit: Kit) -> Item:
    """A metal rack with boxes."""
    return storage.room_rack(kit, kit.between(0.9, 1.4), kit.between(1.5, 2.1))


def _table(kit: Kit) -> Item:
    """A plain table with a box or a pile of things on it."""
    base = tables.room_table(kit, kit.between(1.0, 1.5), 0.65, kit.between(0.74, 0.85))
    things = shifted(
        kit.pick(clutter.carton, clutter.toolbox, clutter.tins)(kit), kit.between(-0.2, 0.1), 0.3, base.height - 0.0004
    )
    return Item((*base.parts, *things), base.width, base.depth, base.height)


def kitchen_room(layout: FurnitureLayout, kit: Kit) -> None:
    """A run of units along a wall, often a second one, wall units, fridge, a table with chairs."""
    run = _run(layout, kit, (3.0, 2.4, 1.8), hob=True)
    layout.against_wall(kitchen.fridge(kit), corner=True, front_m=0.6)
    if kit.chance(0.7):
        _run(layout, kit, (1.8, 1.2), hob=run is None)
    if kit.chance(0.85):
        is_round = kit.chance(0.4)
        table = (
            tables.round_table(kit, kit.between(0.85, 1.05))
            if is_round
            else tables.room_table(kit, kit.between(1.1, 1.5), 0.8)
        )
        top = shifted(clutter.room_bowl(kit), 0, table.depth / 2, table.height - 0.0004)
        host = layout.centre(Item((*table.parts, *top), table.width, table.depth, table.height), 0.5)
        if host is not None:
            fit.chairs_around(layout, kit, host, round_top=is_round)
    if kit.chance(0.5):
        layout.against_wall(storage.room_bookshelf(kit, 0.8, kit.between(1.6, 2.0), full=0.7))
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_sideboard, _shelves, _bench), 0.68)
    layout.hang(storage.wall_shelf(kit, kit.between(0.7, 1.1)), 1.5)
    layout.hang(decor.room_clock(kit), 1.8)
    fit.pictures(layout, kit, (), 3)
    fit.corners(layout, kit, "basket", "plant")
    fit.ceiling_lamps(layout, kit, style="disc")


def _run(layout: FurnitureLayout, kit: Kit, widths: tuple[float, ...], hob: bool) -> PlacedItem | None:
    """The longest run of base units that fits, with a splash-back and wall units above."""
    for width in widths:
        run = layout.against_wall(
            kitchen.kitchen_run(kit, width, hob=hob, sink=hob or kit.chance(0.3)), front_m=0.8, corner=True
        )
        if run is not None:
            _above(layout, kit, run)
            return run
    return None


def _above(layout: FurnitureLayout, kit: Kit, run: PlacedItem) -> None:
    """Splash-back and wall units over a run, where no window is in the way."""
    wall, half = run.wall, run.item.width / 2
    if not layout.wall_free(wall, run.x - half, run.x + half, 0.98, 2.2):
        return
    T = wall_item_frame(layout.plan.walls[wall], run.x, 0.0, 0.0)
    layout.add(item("wall", [kit.block("splash", (-half, half), (-0.004, 0.009), (0.93, 1.47))], 0, 0, 0).parts, T)
    if kit.chance(0.85):
        layout.hang(kitchen.wall_units(kit, run.item.width), 1.45, over=run, margin=0.0)


def bath_room(layout: FurnitureLayout, kit: Kit) -> None:
    """Bath, basin with mirror, lavatory, towel rail, shelf."""
    tub = layout.against_wall(bath.room_bathtub(kit, kit.pick(1.6, 1.7, 1.8)), corner=True, front_m=0.6)
    if tub is not None:
        half = tub.item.width / 2
        layout.use_wall(tub.wall, tub.x - half, tub.x + half, 0, 1.9)
    stand = layout.against_wall(bath.washstand(kit, kit.pick(0.6, 0.8, 1.2)), front_m=0.7)
    if stand is not None:
        layout.hang(decor.mirror(kit, min(stand.item.width, 0.9), 0.75), 1.15, over=stand)
    loo = layout.against_wall(bath.toilet(kit), front_m=0.6)
    layout.against_wall(bath.towel_rail(kit), front_m=0.4)
    if loo is not None:
        layout.hang(bath.paper_holder(kit), 0.7)
    layout.against_wall(storage.room_case(kit, 0.45, 0.35, kit.between(1.2, 1.8), 1, 3, role="paint"), corner=True)
    x, y = (float(v) for v in layout.middle())
    layout.on_floor(decor.round_rug(kit, 0.9), x, y)
    layout.hang(storage.wall_shelf(kit, 0.6), 1.45)
    fit.radiators(layout, kit)
    fit.corners(layout, kit, "basket", "plant", "basket")
    fit.ceiling_lamps(layout, kit, style="disc")


def office(layout: FurnitureLayout, kit: Kit) -> None:
    """Two to four desks with chairs, cabinets, shelves, a board."""
    for _ in range(kit.pick(2, 3, 4)):
        fit.work_place(layout, kit, kit.between(1.3, 1.6), seating.office_chair(kit))
    layout.against_wall(storage.room_bookshelf(kit, kit.between(0.9, 1.6), kit.between(1.5, 2.1)))
    layout.against_wall(
        storage.room_case(
            kit,
            kit.between(0.8, 1.2),
            0.45,
            kit.between(1.0, 1.8),
            2,
            kit.pick(2, 3, 4),
            role=kit.pick("tool", "paint", "wood"),
        )
    )
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_lockers, _shelves, _sideboard, storage.room_file_cabinet), 0.72)
    layout.hang(decor.board(kit, kit.between(1.1, 1.8), 0.95, kit.pick("white", "cork")), 0.98)
    layout.hang(decor.room_clock(kit), 1.95)
    fit.pictures(layout, kit, (), 3)
    fit.corners(layout, kit, "plant", "basket", "box")
    fit.ceiling_lamps(layout, kit, style="office")


def meeting(layout: FurnitureLayout, kit: Kit) -> None:
    """One large table with chairs, a board, a low cabinet, a screen."""
    table = tables.room_table(kit, kit.between(2.0, 2.8), kit.between(1.0, 1.2))
    things = [
        p
        for x in (-0.5, 0.4)
        for p in shifted(
            kit.pick(clutter.room_mug, clutter.room_book_stack)(kit), x, table.depth * 0.4, table.height - 0.0004
        )
    ]
    host = layout.centre(Item((*table.parts, *things), table.width, table.depth, table.height), 0.7)
    if host is not None:
        fit.chairs_around(layout, kit, host, office=kit.chance(0.6))
    low = layout.against_wall(storage.sideboard(kit, kit.between(1.4, 2.0)))
    layout.hang(decor.board(kit, kit.between(1.5, 2.2), 1.1, "white"), 0.95)
    layout.hang(_wall_screen(kit), 1.15)
    fit.fill_walls(layout, kit, (_shelves, _sideboard), 0.72)
    fit.radiators(layout, kit)
    fit.pictures(layout, kit, (low,), 3)
    fit.corners(layout, kit, "plant", "plant", "basket")
    fit.ceiling_lamps(layout, kit, host if kit.chance(0.4) else None, style="office")


def _wall_screen(kit: Kit) -> Item:
    """Large screen on the wall; z = 0 is its lower edge."""
    w = kit.between(1.2, 1.6)
    h = w * 0.57
    parts = [
        kit.slab("black", (-w / 2, w / 2), (0.03, 0.07), (0, h), 0.006),
        kit.slab("dark", (-0.3, 0.3), (-0.004, 0.035), (0.2, h - 0.2)),
    ]
    parts.append(kit.picture("screen", (-w / 2 + 0.012, w / 2 - 0.012), (0.014, h - 0.012), 0.0708))
    return item("television", parts, w, 0.08, h)


def workshop(layout: FurnitureLayout, kit: Kit) -> None:
    """Work bench under a tool board, racks, boxes, a stool, a ladder."""
    bench = layout.against_wall(tables.workbench(kit, kit.between(1.6, 2.2)), front_m=0.8)
    if bench is not None:
        layout.hang(tool_board(kit, bench.item.width * 0.8), 1.2, over=bench)
        stool = seating.room_stool(kit, 0.62)
        layout.relative(bench, stool, kit.between(-0.4, 0.4), bench.item.depth + 0.35, 0)
    for _ in range(kit.pick(1, 2, 3)):
        layout.against_wall(storage.room_rack(kit, kit.between(0.9, 1.3), kit.between(1.6, 2.1)))
    layout.against_wall(
        storage.room_case(kit, 0.9, 0.45, kit.between(1.0, 1.8), 2, kit.pick(1, 3), role="tool"), corner=True
    )
    layout.against_wall(ladder(kit), front_m=0.2)
    if kit.chance(0.5):
        layout.against_wall(tables.room_table(kit, 1.2, 0.65, 0.85))
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_lockers, _rack, _table, _rack, _lockers), 0.7)
    layout.hang(decor.room_clock(kit), 1.9)
    layout.hang(storage.wall_shelf(kit, 1.1), 1.6)
    fit.pictures(layout, kit, (), 2)
    fit.corners(layout, kit, "box", "box", "basket")
    fit.ceiling_lamps(layout, kit, style="office")


def tool_board(kit: Kit, width: float) -> Item:
    """Board with hanging hammers, saws, spanners, screwdrivers."""
    h = 0.75
    parts = [kit.slab(kit.pick("wood", "cork"), (-width / 2, width / 2), (-0.003, 0.014), (0, h), 0.003)]
    for x in np.arange(-width / 2 + 0.09, width / 2 - 0.08, 0.125):
        parts += shifted(kit.pick(_hammer, _driver, _spanner, _saw)(kit), float(x), 0.018, h - kit.between(0.08, 0.14))
        if kit.chance(0.7):
            parts += shifted(kit.pick(_driver, _spanner)(kit), float(x) + 0.03, 0.018, h - kit.between(0.46, 0.5))
    return item("otherfurniture", parts, width, 0.06, h)


def _hammer(kit: Kit) -> list[Mesh]:
    """Hammer, head up."""
    return [
        kit.rod("wood2", (0, 0.008, -0.28), (0, 0.008, 0), (0.014, 0.011), 8),
        kit.slab("dark", (-0.05, 0.05), (-0.006, 0.022), (-0.03, 0), 0.006),
    ]


def _driver(kit: Kit) -> list[Mesh]:
    """Screwdriver, handle up."""
    return [
        kit.rod("accent", (0, 0.008, -0.1), (0, 0.008, 0), (0.011, 0.014), 10),
        kit.rod("chrome", (0, 0.008, -0.22), (0, 0.008, -0.09), 0.004, 6),
    ]


def _spanner(kit: Kit) -> list[Mesh]:
    """Ring spanner."""
    ring = [(0.014 * np.cos(a), 0.006, 0.014 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 12, endpoint=False)]
    return [
        kit.slab("chrome", (-0.008, 0.008), (0.001, 0.009), (-0.2, -0.012), 0.003),
        kit.pipe("chrome", ring, 0.006, 8, closed=True),
    ]


def _saw(kit: Kit) -> list[Mesh]:
    """Hand saw, grip up."""
    grip = [(0.035 * np.cos(a), 0.008, -0.05 + 0.05 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 14, endpoint=False)]
    return [
        kit.slab("steel", (-0.03, 0.03), (0.005, 0.009), (-0.38, -0.08), 0.001),
        kit.pipe("wood", grip, 0.012, 8, closed=True),
    ]


def ladder(kit: Kit) -> Item:
    """Folded step ladder that leans at the wall."""
    h = kit.between(1.5, 1.9)
    parts = [kit.rod("chrome", (s * 0.22, 0.34, 0), (s * 0.17, 0.03, h), 0.02, 8) for s in (-1, 1)]
    for t in np.linspace(0.12, 0.92, 6):
        x, y, z = 0.22 - 0.05 * t, 0.34 - 0.31 * t, h * t
        parts.append(kit.slab("dark", (-x, x), (y - 0.03, y + 0.04), (z, z + 0.022), 0.004))
    return item("otherprop", parts, 0.5, 0.4, h)


def laundry(layout: FurnitureLayout, kit: Kit) -> None:
    """Washing machines under a worktop, sink, shelves, baskets."""
    count = kit.pick(1, 2)
    machines = [p for k in range(count) for p in shifted(room_washer(kit).parts, 0.64 * (k - (count - 1) / 2), 0, 0)]
    layout.against_wall(Item(tuple(machines), 0.64 * count, 0.6, 0.86), front_m=0.8, corner=True)
    _run(layout, kit, (1.8, 1.2), hob=False)
    for _ in range(2):
        layout.against_wall(storage.room_rack(kit, kit.between(0.8, 1.2), kit.between(1.5, 2.0)))
    layout.against_wall(storage.wardrobe(kit, 1.0), corner=True)
    layout.hang(storage.wall_shelf(kit, 1.0), 1.5)
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_table, _bench, _lockers), 0.7)
    fit.pictures(layout, kit, (), 2)
    fit.corners(layout, kit, "basket", "basket", "box", "plant")
    fit.ceiling_lamps(layout, kit, style="disc")


def room_washer(kit: Kit) -> Item:
    """Washing machine with a round door."""
    parts = [
        kit.slab("white", (-0.3, 0.3), (0, 0.56), (0.01, 0.85), 0.012),
        kit.slab("white", (-0.298, 0.298), (0.54, 0.575), (0.71, 0.846), 0.008),
    ]
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([0.17 * np.cos(t), np.full(40, 0.565), 0.42 + 0.17 * np.sin(t)], -1)
    parts.append(kit.pipe("chrome", ring, 0.022, 10, closed=True))
    dome = [(0.16, 0), (0.12, 0.025), (0.05, 0.04), (0, 0.042)]
    glass = kit.turned("glass", dome, segments=36)
    parts.append(shapes.move(shapes.turn(glass, 0, -np.pi / 2), 0, 0.556, 0.42))
    parts += [
        kit.slab("dark", (-0.27, -0.08), (0.57, 0.5765), (0.735, 0.82), 0.001),
        kit.slab("glass", (0.02, 0.14), (0.57, 0.5765), (0.755, 0.8), 0.001),
    ]
    parts.append(kit.rod("chrome", (0.21, 0.57, 0.78), (0.21, 0.6, 0.78), 0.028, 20))
    return item("otherfurniture", parts, 0.62, 0.6, 0.86)
