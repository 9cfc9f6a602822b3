"""What most rooms share: curtains, radiators, pictures, lamps, rugs, plants, chairs around a table."""

from collections.abc import Callable

import numpy as np

from scenegen.assets.procedural.room_parts import clutter, decor, lamps, plants, seating, storage, tables
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted
from scenegen.assets.procedural.room_parts.layout import FurnitureLayout, PlacedItem, inside_polygon, wall_item_frame


def curtains(layout: FurnitureLayout, kit: Kit) -> None:
    """A pair of curtains at the windows of the straight walls that have room for them."""
    if not kit.chance(0.75):
        return
    long = kit.chance(0.7)
    for o in layout.openings:
        wall = layout.plan.walls[o.wall]
        w = min(0.22 + 0.12 * (o.x1 - o.x0), 0.4)
        left, right = o.x0 - w + 0.08, o.x1 + w - 0.08
        if o.kind != "window" or left < 0.03 or right > wall.length - 0.03 or o.z1 + 0.16 > layout.plan.height:
            continue
        foot = 0.025 if long or o.z0 < 0.4 else o.z0 - 0.15
        clear = (layout.wall_free(o.wall, a, b, foot, o.z0 - 0.1) for a, b in ((left, o.x0 - 0.1), (o.x1 + 0.1, right)))
        if all(clear):
            _hang_pair(layout, kit, o.wall, (left, right), (foot, o.z1 + 0.1), w)


def _hang_pair(
    layout: FurnitureLayout, kit: Kit, wall: int, x: tuple[float, float], z: tuple[float, float], w: float
) -> None:
    """Rod and two curtains between the ends x and heights z."""
    for at in (x[0] + w, x[1]):
        side = decor.curtain(kit, w, z[1] - z[0] - 0.012)
        layout.add(side.parts, wall_item_frame(layout.plan.walls[wall], at, 0.012, z[0]))
    layout.add(
        decor.curtain_rod(kit, x[1] - x[0] + 0.12), wall_item_frame(layout.plan.walls[wall], sum(x) / 2, 0.012, z[1])
    )
    for a, b in ((x[0] - 0.05, x[0] + w), (x[1] - w, x[1] + 0.05)):
        layout.use_wall(wall, a, b, z[0], z[1])
        footprint = wall_item_frame(layout.plan.walls[wall], (a + b) / 2, 0, 0)
        layout.mark(layout.solid, footprint, b - a, 0, 0.15)


def radiators(layout: FurnitureLayout, kit: Kit) -> None:
    """A radiator under each high enough window that is still free."""
    for o in layout.openings:
        high = o.z0 - 0.12 - 0.16
        if o.kind != "window" or not layout.plan.walls[o.wall].square or high < 0.35:
            continue
        w = min(o.x1 - o.x0 - 0.1, kit.between(0.7, 1.3))
        rad = decor.radiator(kit, w, min(high, kit.between(0.45, 0.6)))
        x = (o.x0 + o.x1) / 2
        T = wall_item_frame(layout.plan.walls[o.wall], x, 0.0, 0)
        free = layout.wall_free(o.wall, x - w / 2 - 0.1, x + w / 2 + 0.1, 0, o.z0 - 0.1)
        if free and layout.fits(T, rad, 0, 0.04):
            layout.add(rad.parts, T)
            layout.mark(layout.solid, T, rad.width, 0, rad.depth)
            layout.use_wall(o.wall, x - rad.width / 2, x + rad.width / 2, 0, rad.height)


def pictures(layout: FurnitureLayout, kit: Kit, over: tuple[PlacedItem | None, ...] = (), count: int = 4) -> None:
    """Pictures over given furniture, then on free walls; sometimes a row of equal ones."""
    index = 0
    for host in over:
        if host is None:
            continue
        z = max(1.25, host.item.height + kit.between(0.15, 0.3))
        top = layout.plan.height - 0.2 - z
        if top > 0.35:
            w = min(host.item.width * 0.75, kit.between(0.6, 1.3))
            layout.hang(decor.framed_picture(kit, w, min(top, w * kit.between(0.6, 0.8)), index % 3), z, over=host)
            index += 1
    for _ in range(count):
        w = kit.between(0.28, 0.8)
        h = min(w * kit.pick(0.7, 1.0, 1.35), layout.plan.height - 1.75)
        layout.hang(decor.framed_picture(kit, w, h, index % 3), kit.between(1.3, 1.5), margin=0.15)
        index += 1


def ceiling_lamps(layout: FurnitureLayout, kit: Kit, over: PlacedItem | None = None, style: str = "") -> None:
    """A pendant over a table, else one or more lamps under the ceiling."""
    style = style or kit.pick("disc", "pendant")
    if over is not None:
        x, y = (over.T_world_item @ [0, over.item.depth / 2, 0, 1])[:2]
        layout.under_ceiling(lamps.pendant(kit, layout.plan.height - kit.between(1.45, 1.7)), float(x), float(y))
        return
    x, y = (float(v) for v in layout.middle())
    if style == "office":
        yaw = kit.pick(0.0, np.pi / 2)
        for dx, dy in ((-1.1, 0), (1.1, 0)) if yaw else ((0, -1.1), (0, 1.1)):
            layout.under_ceiling(lamps.ceiling_panel(kit), x + dx * 0.7, y + dy * 0.7, yaw)
    elif style == "pendant" and layout.plan.height > 2.5:
        layout.under_ceiling(lamps.pendant(kit, layout.plan.height - kit.between(1.95, 2.15)), x, y)
    else:
        layout.under_ceiling(lamps.ceiling_light(kit), x, y)


def lay_rug(layout: FurnitureLayout, kit: Kit, host: PlacedItem, y: float, width: float, depth: float) -> None:
    """A rug centred at (0, y) of a piece of furniture, cut to stay between the walls."""
    centre = (host.T_world_item @ [0, y, 0, 1])[:2]
    axis = host.T_world_item[:2, 0]
    across = abs(axis[0]) > 0.5
    size = (width, depth) if across else (depth, width)
    low, high = layout.plan.corners.min(0), layout.plan.corners.max(0)
    room = np.minimum(centre - low, high - centre) * 2 - 0.16
    sx, sy = min(size[0], float(room[0])), min(size[1], float(room[1]))
    if min(sx, sy) > 0.6 and _rug_inside(layout, centre, sx, sy):
        layout.on_floor(decor.room_rug(kit, sx, sy), float(centre[0]), float(centre[1]))


def _rug_inside(layout: FurnitureLayout, centre: np.ndarray, sx: float, sy: float) -> bool:
    """Whether the four corners of a rug lie on the floor."""
    offsets = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)]) * [sx / 2 + 0.03, sy / 2 + 0.03]
    return bool(inside_polygon(layout.plan.corners, centre + offsets).all())


def work_place(
    layout: FurnitureLayout, kit: Kit, width: float, one: Item, *, computer: bool = True
) -> PlacedItem | None:
    """A desk at a wall, else in the middle, and a chair before the place that its drawers leave for the knees."""
    side = kit.pick(-1, 1)
    writing = tables.room_desk(kit, width, side, computer=computer)
    desk = layout.against_wall(writing, front_m=0.8) or layout.centre(writing, 0.5)
    if desk is not None:
        chair_at(layout, kit, desk, one, -0.19 * side, desk.item.depth + 0.15, np.pi)
    return desk


def chairs_around(
    layout: FurnitureLayout, kit: Kit, host: PlacedItem, *, round_top: bool = False, office: bool = False
) -> None:
    """Chairs on the sides of a table, a little pushed in and turned; a few are missing."""
    w, d = host.item.width, host.item.depth
    seats = [(x, -0.12, 0.0) for x in _row(w)] + [(x, d + 0.12, np.pi) for x in _row(w)]
    seats += [(-w / 2 - 0.14, d / 2, -np.pi / 2), (w / 2 + 0.14, d / 2, np.pi / 2)] if w > 1.2 or round_top else []
    if round_top:
        seats = [(0, -0.14, 0.0), (0, d + 0.14, np.pi), *seats[-2:]]
    one = seating.office_chair(kit) if office else seating.room_chair(kit)
    for x, y, yaw in seats:
        if kit.chance(0.9):
            pulled = kit.between(-0.05, 0.12) + (0.05 if office else 0)
            away = np.array([np.sin(yaw), -np.cos(yaw)]) * pulled
            chair_at(layout, kit, host, one, x + away[0], y + away[1], yaw)


def chair_at(layout: FurnitureLayout, kit: Kit, host: PlacedItem, one: Item, x: float, y: float, yaw: float) -> None:
    """One chair tucked under a table: only the part of it outside the table must be free."""
    c, s = np.cos(yaw), np.sin(yaw)
    local = np.eye(4)
    local[:2, :2] = [[c, -s], [s, c]]
    local[:2, 3] = np.array([x, y]) - local[:2, :2] @ np.array([0, one.depth / 2])
    T = host.T_world_item @ local
    outside = Item((), one.width, one.depth * 0.45, 0)
    if layout.fits(T, outside, 0, passages=False):
        wiggle = kit.between(-0.12, 0.12)
        parts = shifted(shifted(one.parts, 0, -one.depth / 2, 0), 0, 0, 0, wiggle)
        layout.add(shifted(parts, 0, one.depth / 2, 0), T)
        layout.mark(layout.solid, T, one.width, 0, one.depth)


def _row(width: float) -> list[float]:
    """Seat positions along one side."""
    count = max(1, int(width / 0.62))
    return [float(x) for x in (np.arange(count) + 0.5) * width / count - width / 2]


def corners(layout: FurnitureLayout, kit: Kit, *makers: str) -> None:
    """Plants, floor lamps, baskets, boxes into free corners."""
    for name in makers:
        if layout.free_share < 0.5:
            return
        layout.against_wall(_CORNER[name](kit), front_m=0.2, corner=True)


def fill_walls(
    layout: FurnitureLayout, kit: Kit, makers: tuple[Callable[[Kit], Item], ...], until: float = 0.72
) -> None:
    """More furniture along the walls, from a list in turn, until the free share of the floor falls to `until`."""
    for maker in makers:
        if layout.free_share <= until:
            return
        layout.against_wall(maker(kit), front_m=0.5)


def pillar(layout: FurnitureLayout, kit: Kit) -> None:
    """A pillar in a large room: square or round, from floor to ceiling, with a plinth."""
    if layout.floor_cells * 0.0025 < 22 or not kit.chance(0.12):
        return
    r, h = kit.between(0.13, 0.2), layout.plan.height
    if kit.chance(0.5):
        parts = [kit.block("wall", (-r, r), (0, 2 * r), (-0.002, h + 0.003))]
        parts.append(kit.slab("trim", (-r - 0.014, r + 0.014), (-0.014, 2 * r + 0.014), (-0.002, 0.1), 0.004))
    else:
        rings = [(r, -0.002), (r, h + 0.003)]
        parts = [kit.turned("wall", rings, (0, r, 0), 40)]
        parts.append(
            kit.turned(
                "trim", [(r + 0.02, -0.002), (r + 0.02, 0.1), (r + 0.008, 0.12), (r - 0.004, 0.125)], (0, r, 0), 40
            )
        )
    layout.centre(item("wall", parts, 2 * r, 2 * r, h), 0.9)


def fireplace(layout: FurnitureLayout, kit: Kit) -> PlacedItem | None:
    """A mantelpiece on the chimney breast, where the plan has one."""
    if layout.plan.shape != "chimney":
        return None
    breast = max(
        range(len(layout.plan.walls)), key=lambda k: -layout.plan.walls[k].mitre_left - layout.plan.walls[k].mitre_right
    )
    w = min(layout.plan.walls[breast].length - 0.1, 1.35)
    if w < 0.75 or not layout.plan.walls[breast].square:
        return None
    return layout.against_wall(decor.mantelpiece(kit, w), front_m=0.8, walls=(breast,))


def _small_carton(kit: Kit) -> Item:
    """Boxes on the floor, one on the other."""
    parts = shifted(clutter.carton(kit, 0.45), 0, 0.22, 0)
    return item("box", parts, 0.55, 0.45, 0.4)


def _basket(kit: Kit) -> Item:
    """Waste paper or laundry basket."""
    r, h = kit.between(0.13, 0.2), kit.between(0.28, 0.5)
    profile = [(0, 0), (r * 0.8, 0), (r, h), (r - 0.012, h), (r * 0.8 - 0.01, 0.02), (0, 0.02)]
    return item("otherprop", [kit.turned(kit.pick("wicker", "metal", "dark"), profile, (0, r, 0), 28)], 2 * r, 2 * r, h)


_CORNER = {
    "plant": plants.plant,
    "lamp": lamps.room_floor_lamp,
    "box": _small_carton,
    "basket": _basket,
    "pouf": seating.room_pouf,
    "bookshelf": lambda kit: storage.room_bookshelf(kit, kit.between(0.6, 1.0), kit.between(1.2, 2.1)),
}
