"""Kinds of rooms to live in: what they are furnished with, in order of importance."""

import numpy as np

from scenegen.assets.procedural.room_parts import clutter, decor, lamps, seating, storage, tables
from scenegen.assets.procedural.room_parts import fittings as fit
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted
from scenegen.assets.procedural.room_parts.layout import FurnitureLayout


def _shelf(kit: Kit) -> Item:
    """A book shelf of any size."""
    return storage.room_bookshelf(kit, kit.between(0.7, 1.4), kit.between(1.1, 2.1))


def _chest(kit: Kit) -> Item:
    """A chest of drawers with things on it."""
    base = storage.room_case(
        kit, kit.between(0.7, 1.2), 0.44, kit.between(0.75, 1.05), kit.pick(1, 2), kit.pick(3, 4), label="dresser"
    )
    return storage.topped(kit, base)


def living(layout: FurnitureLayout, kit: Kit) -> None:
    """Sofa group around a low table, television or fireplace opposite, shelves."""
    couch = seating.room_sofa(kit, kit.pick(2, 3, 3))
    sofa = layout.against_wall(couch, front_m=1.2) or layout.centre(couch, 0.35)
    if sofa is not None:
        fit.lay_rug(layout, kit, sofa, sofa.item.depth + 0.75, kit.between(2.0, 2.8), kit.between(1.4, 1.9))
        low = tables.coffee_table(kit)
        layout.relative(sofa, low, kit.between(-0.2, 0.2), sofa.item.depth + 0.4 + low.depth / 2, 0)
        arm = seating.armchair(kit)
        side = kit.pick(-1, 1)
        layout.relative(sofa, arm, side * 1.5, sofa.item.depth + 0.9, side * np.pi / 2)
    hearth = fit.fireplace(layout, kit)
    stand = storage.room_case(kit, kit.between(1.4, 1.9), 0.42, kit.between(0.42, 0.55), 3, 1)
    tv = shifted(decor.television(kit, kit.between(0.95, 1.25)).parts, 0, 0.06, stand.height - 0.0004)
    stand = Item((*stand.parts, *tv), stand.width, stand.depth, stand.height + 0.75)
    if layout.against_wall(stand, facing=sofa, front_m=0.7) is None:
        layout.against_wall(stand, front_m=0.3)
    if kit.chance(0.8):
        layout.against_wall(storage.room_bookshelf(kit, kit.pick(0.9, 1.3, 1.8), kit.between(1.7, 2.2)))
    board = layout.against_wall(storage.sideboard(kit, kit.between(1.0, 1.6))) if kit.chance(0.7) else None
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_shelf, _chest), 0.7)
    fit.pictures(layout, kit, (sofa, board, hearth), 4)
    fit.corners(layout, kit, "lamp", "plant", kit.pick("pouf", "plant", "basket"))
    fit.ceiling_lamps(layout, kit)


def bedroom(layout: FurnitureLayout, kit: Kit) -> None:
    """Bed with night stands, wardrobe, dresser, chair."""
    bed = layout.against_wall(seating.room_bed(kit, kit.pick(1.4, 1.6, 1.8)), front_m=0.6)
    if bed is not None:
        fit.lay_rug(layout, kit, bed, 1.5, bed.item.width + 1.2, 1.6)
        for side in (-1, 1):
            layout.beside(bed, storage.nightstand(kit), side)
    layout.against_wall(storage.wardrobe(kit, kit.between(1.2, 2.2)), front_m=0.7, corner=True)
    dresser = storage.topped(
        kit, storage.room_case(kit, kit.between(0.9, 1.3), 0.46, kit.between(0.8, 1.0), 2, 3, label="dresser")
    )
    placed = layout.against_wall(dresser)
    if placed is not None and kit.chance(0.6):
        layout.hang(decor.mirror(kit, 0.6, 0.8), 1.3, over=placed)
    if kit.chance(0.5):
        layout.against_wall(seating.armchair(kit), corner=True)
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_shelf, _chest), 0.66)
    fit.pictures(layout, kit, (bed,), 3)
    fit.corners(layout, kit, kit.pick("plant", "lamp"), kit.pick("basket", "pouf"))
    fit.ceiling_lamps(layout, kit)


def child(layout: FurnitureLayout, kit: Kit) -> None:
    """Narrow bed, low shelves, toys, small table."""
    bed = layout.against_wall(seating.room_bed(kit, 0.95), corner=True)
    fit.work_place(layout, kit, 1.15, seating.room_chair(kit), computer=False)
    layout.against_wall(storage.room_bookshelf(kit, kit.pick(1.2, 1.6), kit.between(0.8, 1.2), full=0.9))
    layout.against_wall(storage.wardrobe(kit, 1.1), corner=True)
    rug = decor.round_rug(kit, kit.between(1.3, 1.9))
    x, y = (float(v) for v in layout.middle())
    layout.on_floor(rug, x, y)
    parts = shifted(clutter.toys(kit), 0, 0.5, 0.021)
    layout.parts += shifted(parts, x, y - 0.5, 0)
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_shelf, _chest), 0.68)
    fit.pictures(layout, kit, (bed,), 4)
    fit.corners(layout, kit, "pouf", "basket", "box")
    fit.ceiling_lamps(layout, kit)


def dining(layout: FurnitureLayout, kit: Kit) -> None:
    """Large table with chairs in the middle, sideboard, cabinet."""
    if kit.chance(0.3):
        table, is_round = tables.round_table(kit, kit.between(1.05, 1.35)), True
    else:
        table, is_round = tables.room_table(kit, kit.between(1.5, 2.2), kit.between(0.85, 1.0)), False
    top = shifted(
        kit.pick(clutter.room_bowl, clutter.room_vase)(kit),
        kit.between(-0.2, 0.2),
        table.depth / 2,
        table.height - 0.0004,
    )
    host = layout.centre(Item((*table.parts, *top), table.width, table.depth, table.height), 0.75)
    if host is not None:
        fit.lay_rug(layout, kit, host, table.depth / 2, table.width + 1.2, table.depth + 1.3)
        fit.chairs_around(layout, kit, host, round_top=is_round)
    hearth = fit.fireplace(layout, kit)
    board = layout.against_wall(storage.sideboard(kit, kit.between(1.3, 1.9)))
    layout.against_wall(storage.room_bookshelf(kit, kit.between(0.9, 1.3), kit.between(1.7, 2.1)))
    if kit.chance(0.5):
        layout.against_wall(storage.room_case(kit, 1.0, 0.42, 1.7, 2, 2), corner=True)
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_shelf, _chest, seating.armchair), 0.7)
    fit.pictures(layout, kit, (board, hearth), 4)
    fit.corners(layout, kit, "plant", "lamp")
    fit.ceiling_lamps(layout, kit, host)


def study(layout: FurnitureLayout, kit: Kit) -> None:
    """Walls of books, a desk, a reading chair."""
    hearth = fit.fireplace(layout, kit)
    for _ in range(kit.pick(2, 3)):
        layout.against_wall(
            storage.room_bookshelf(kit, kit.between(1.2, 2.4), kit.between(2.0, 2.3), full=0.93), corner=True
        )
    one = kit.pick(seating.office_chair, seating.room_chair)(kit)
    desk = fit.work_place(layout, kit, kit.between(1.3, 1.7), one, computer=kit.chance(0.5))
    arm = layout.against_wall(seating.armchair(kit), corner=True, front_m=0.7)
    if arm is not None:
        layout.beside(arm, lamps.room_floor_lamp(kit), kit.pick(-1, 1))
        fit.lay_rug(layout, kit, arm, 1.3, 1.6, 1.9)
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_chest, _shelf, seating.armchair), 0.7)
    fit.pictures(layout, kit, (desk, hearth), 3)
    fit.corners(layout, kit, "plant", "basket")
    fit.ceiling_lamps(layout, kit)


def hallway(layout: FurnitureLayout, kit: Kit) -> None:
    """Console with mirror, bench, coat rack, shoe cabinet."""
    console = layout.against_wall(storage.sideboard(kit, kit.between(0.9, 1.4)))
    if console is not None:
        layout.hang(decor.mirror(kit, kit.between(0.5, 0.8), kit.between(0.7, 0.9)), 1.3, over=console)
    bench = layout.against_wall(seating.room_bench(kit, kit.between(0.9, 1.3)))
    if bench is not None:
        layout.hang(coat_rack(kit, bench.item.width), 1.55, over=bench)
    layout.against_wall(storage.wardrobe(kit, kit.between(0.9, 1.3)), corner=True)
    layout.against_wall(storage.room_case(kit, 0.8, 0.3, 1.0, 1, 3))
    if kit.chance(0.5):
        layout.against_wall(seating.room_sofa(kit, kit.pick(1, 2)))
    x, y = (float(v) for v in layout.middle())
    layout.on_floor(decor.room_rug(kit, kit.between(0.9, 1.3), kit.between(1.6, 2.2)), x, y, kit.pick(0, np.pi / 2))
    fit.radiators(layout, kit)
    fit.fill_walls(layout, kit, (_chest, _shelf, seating.armchair), 0.72)
    fit.pictures(layout, kit, (), 6)
    fit.corners(layout, kit, "plant", "basket", "plant")
    fit.ceiling_lamps(layout, kit)


def coat_rack(kit: Kit, width: float) -> Item:
    """Board with hooks and a coat or two; z = 0 is its lower edge."""
    x = width / 2
    parts = [kit.slab("wood", (-x, x), (-0.004, 0.022), (0, 0.1), 0.004)]
    for px in np.linspace(-x + 0.1, x - 0.1, 5):
        parts.append(kit.pipe("metal", [(px, 0.01, 0.07), (px, 0.07, 0.06), (px, 0.085, 0.1)], 0.007, 8))
        if kit.chance(0.4):
            parts.append(
                kit.cushion(
                    kit.pick("cloth", "cloth2", "curtain"),
                    (px - 0.1, px + 0.1),
                    (0.03, 0.13),
                    (-0.75, 0.05),
                    0.045,
                    0.3,
                )
            )
    return item("clothes", parts, width, 0.15, 0.1)
