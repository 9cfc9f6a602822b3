"""Storage of rooms, with what stands on it: the builders of `storage`, as items; shelves that hang."""

import numpy as np

from scenegen.assets.procedural import shelf_things, storage
from scenegen.assets.procedural.roles import Finishes, Parts, Span
from scenegen.assets.procedural.room_parts import clutter
from scenegen.assets.procedural.room_parts.furniture import furniture, thing
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted
from scenegen.assets.procedural.room_parts.tables import laid
from scenegen.seeding import Generator


def room_bookshelf(kit: Kit, width: float = 0.9, height: float = 2.0, *, full: float = 0.8) -> Item:
    """Shelves with books, boxes and vases; `full` is the share of bays that are filled."""
    build = kit.pick(storage.bookcase, storage.bookcase, storage.bookcase, storage.cubes, storage.open_shelf)
    return furniture(kit, "bookshelf", build, (width, kit.between(0.27, 0.36), height), full)


def room_case(
    kit: Kit,
    width: float,
    depth: float,
    height: float,
    columns: int,
    rows: int,
    *,
    label: str = "cabinet",
    role: str = "",
) -> Item:
    """Closed case with a grid of doors or drawers: dresser, wardrobe, locker; `role` is what it is made of."""
    given = {"carcass": role, "lacquer": role} if role else {}
    return furniture(kit, label, storage.case, (width, depth, height), [rows] * columns, **given)


def room_file_cabinet(kit: Kit) -> Item:
    """Drawers for files."""
    return furniture(kit, "cabinet", storage.file_cabinet)


def sideboard(kit: Kit, width: float = 1.5) -> Item:
    """Low case with things on top."""
    size = (width, kit.between(0.38, 0.46), kit.between(0.7, 0.88))
    cells = [kit.pick(1, 1, 3) for _ in range(max(2, round(width / 0.45)))]
    return topped(kit, furniture(kit, "cabinet", storage.case, size, cells))


def topped(kit: Kit, base: Item) -> Item:
    """An item with a lamp, vases or books on top."""
    out, count = [], max(2, int(base.width / 0.45))
    for x in np.linspace(-base.width / 2, base.width / 2, count + 2)[1:-1]:
        maker = kit.pick(
            clutter.room_vase, clutter.room_book_stack, clutter.room_table_lamp, clutter.room_bowl, clutter.nothing
        )
        y = base.depth * kit.between(0.45, 0.5)
        out += shifted(maker(kit), float(x), y, base.height - 0.0004, kit.between(-0.3, 0.3))
    return laid(base, out)


def nightstand(kit: Kit) -> Item:
    """Bedside case with a lamp."""
    base = room_case(kit, kit.between(0.42, 0.52), 0.4, kit.between(0.46, 0.56), 1, kit.pick(1, 2), label="night stand")
    things = shifted(clutter.room_table_lamp(kit), 0.02, 0.19, base.height - 0.0004)
    things += (
        shifted(clutter.room_book_stack(kit, 2), -0.07, 0.26, base.height - 0.0004, 0.3) if kit.chance(0.5) else []
    )
    return laid(base, things)


def wardrobe(kit: Kit, width: float = 1.6) -> Item:
    """Tall case with two to four doors, perhaps boxes on top."""
    h = kit.between(1.95, 2.15)
    base = room_case(kit, width, 0.6, h, max(2, round(width / 0.5)), 1, role=kit.pick("wood", "paint", "wood2"))
    boxes = [
        p for x in (-0.25, 0.25) if kit.chance(0.4) for p in shifted(clutter.carton(kit, 0.32), x, 0.3, h - 0.0004)
    ]
    return Item(laid(base, boxes).parts, base.width, base.depth, h + 0.3)


def room_rack(kit: Kit, width: float = 1.0, height: float = 1.9) -> Item:
    """Metal shelf of a workshop or store with cartons and tins."""

    def fill(rng: Generator, of: Finishes, x: Span, depth: float, room: float) -> Parts:
        """Cartons and tools side by side on one board, in the frame of builders."""
        spots = [(x[0] + x[1]) / 2] if x[1] - x[0] < 0.95 else [x[0] + 0.26, x[1] - 0.26]
        makers = (clutter.tins, clutter.carton, clutter.carton, clutter.toolbox)
        return [p for at in spots for p in shifted(kit.pick(*makers)(kit), at, -depth / 2, -0.0004, np.pi)]

    return furniture(
        kit, "shelves", storage.rack, (width, 0.42, height), fill, metal="tool", plank=kit.pick("tool", "wood2")
    )


def wall_shelf(kit: Kit, width: float = 0.9) -> Item:
    """Board on brackets with books and vases; z = 0 is its top."""
    x, d = (-width / 2, width / 2), 0.22
    parts = [kit.slab(kit.pick("wood", "paint"), x, (-0.005, d), (-0.03, 0), 0.004)]
    for px in (x[0] + 0.15, x[1] - 0.15):
        parts.append(kit.pipe("metal", [(px, 0.004, -0.16), (px, 0.004, -0.036), (px, d - 0.04, -0.036)], 0.008, 8))
    if kit.chance(0.7):
        parts += thing(kit, "books", shelf_things.book_row, (-x[0] - 0.55 * width, -x[0] - 0.05), 0.85 * d, 0.24)
    parts += shifted(clutter.room_vase(kit, 0.2), x[1] - 0.2, d / 2, -0.0005)
    return item("shelves", parts, width, d, 0.3)
