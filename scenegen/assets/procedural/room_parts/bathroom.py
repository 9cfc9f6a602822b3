"""Sanitary ware: bath, basin, lavatory, shower tray, towel rail. Local frame as in `kit`."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item
from scenegen.assets.procedural.room_parts.storage import room_case


def _loft(kit: Kit, role: str, rings: list[np.ndarray]) -> Mesh:
    """Skin through closed rings (S, 3), each counter-clockwise from above, going up outside or down inside."""
    grid = np.stack([np.concatenate([r, r[:1]]) for r in rings])
    faces = shapes.grid_faces(*grid.shape[:2])
    flat = grid.reshape(-1, 3)
    f = kit.finishes(role)
    mesh = shapes.piece(flat, faces, np.zeros_like(flat), flat[:, :2] / f.tile_m, f.material)
    return shapes.smoothed(mesh)


def _oval(w: float, d: float, y: float, z: float, power: float = 0.6, count: int = 36) -> np.ndarray:
    """Rounded rectangle (superellipse) of half sizes w, d around (0, y) at height z."""
    a = np.linspace(0, 2 * np.pi, count, endpoint=False)
    c, s = np.cos(a), np.sin(a)
    return np.stack(
        [w * np.sign(c) * np.abs(c) ** power, y + d * np.sign(s) * np.abs(s) ** power, np.full(count, z)], -1
    )


def room_bathtub(kit: Kit, width: float = 1.7) -> Item:
    """Bath along the wall: panelled or free-standing, with a tap and a shower head."""
    d, h = 0.75, 0.57
    w, y = width / 2, 0.385
    free = kit.chance(0.4)
    if free:
        outer = [
            _oval(w * 0.80, 0.26, y, 0.0),
            _oval(w * 0.84, 0.29, y, 0.03),
            _oval(w * 0.93, 0.34, y, 0.3),
            _oval(w * 0.985, 0.365, y, h),
        ]
        top = [
            _oval(w, 0.375, y, h + 0.008),
            _oval(w, 0.375, y, h + 0.022),
            _oval(w - 0.02, 0.36, y, h + 0.03),
            _oval(w - 0.045, 0.335, y, h + 0.02),
        ]
    else:
        outer, top = (
            [],
            [
                _oval(w, 0.378, y, h, 0.16, 60),
                _oval(w, 0.378, y, h + 0.02, 0.16, 60),
                _oval(w - 0.008, 0.37, y, h + 0.03, 0.17, 60),
                _oval(w - 0.09, 0.3, y, h + 0.028, 0.35, 60),
            ],
        )
    n, p = len(top[0]), 0.6 if free else 0.4
    inside = [
        _oval(w - 0.075 - s, 0.30 - t, y, z, p, n)
        for s, t, z in (
            (0.03, 0.0, h),
            (0.05, 0.01, h - 0.1),
            (0.11, 0.04, 0.22),
            (0.18, 0.08, 0.14),
            (0.3, 0.14, 0.12),
            (w - 0.08, 0.299, 0.118),
        )
    ]
    parts = [_loft(kit, "ceramic", outer + top + inside)]
    if not free:
        panel = kit.pick("bathpanel", "paint") if kit.chance(0.5) else "bathpanel"
        parts.append(_wall_box(kit, panel, w - 0.012, (0.012, d - 0.012), h + 0.004))
    parts += _bath_tap(kit, w)
    return item("bathtub", parts, width + 0.02, d + 0.02, h + 0.05)


def _wall_box(kit: Kit, role: str, w: float, y: tuple[float, float], h: float) -> Mesh:
    """Upright sides of a panelled bath, open on top."""
    f = kit.finishes(role)
    mesh = shapes.box((2 * w, y[1] - y[0], h), f.material, texture_scale_m=f.tile_m, open_sides="+z -z")
    return shapes.move(mesh, 0, (y[0] + y[1]) / 2, h / 2)


def _bath_tap(kit: Kit, w: float) -> list[Mesh]:
    """Tap, hose and shower bar on the wall."""
    x = w - 0.35
    parts = [kit.rod("chrome", (x - 0.1, 0.06, 0.74), (x + 0.1, 0.06, 0.74), 0.022, 12)]
    parts += [kit.rod("chrome", (x + s, -0.01, 0.74), (x + s, 0.06, 0.74), 0.014, 10) for s in (-0.07, 0.07)]
    parts.append(kit.pipe("chrome", [(x, 0.06, 0.74), (x, 0.17, 0.73), (x, 0.19, 0.69)], 0.013))
    parts.append(kit.rod("chrome", (x + 0.2, 0.04, 0.95), (x + 0.2, 0.04, 1.75), 0.010))
    parts += [kit.rod("chrome", (x + 0.2, -0.01, z), (x + 0.2, 0.04, z), 0.009, 8) for z in (0.97, 1.73)]
    hose = [(x, 0.07, 0.72), (x + 0.05, 0.1, 0.6), (x + 0.16, 0.12, 0.62), (x + 0.22, 0.1, 1.0), (x + 0.2, 0.08, 1.6)]
    parts.append(kit.pipe("chrome", hose, 0.006, 8))
    head = shapes.turn(kit.turned("chrome", [(0, 0), (0.05, 0), (0.05, 0.012), (0.015, 0.03), (0, 0.03)]), 0, -0.5)
    return [*parts, shapes.move(head, x + 0.2, 0.12, 1.66)]


def toilet(kit: Kit) -> Item:
    """Floor-standing lavatory with a cistern and a lid."""
    y = 0.45
    bowl = [
        _oval(0.11, 0.20, 0.36, 0.0),
        _oval(0.115, 0.21, 0.36, 0.04),
        _oval(0.12, 0.2, 0.37, 0.2),
        _oval(0.17, 0.235, 0.42, 0.34),
        _oval(0.18, 0.245, y - 0.02, 0.395),
    ]
    bowl += [
        _oval(0.18, 0.245, y - 0.02, 0.40),
        _oval(0.16, 0.22, y - 0.02, 0.402),
        _oval(0.001, 0.001, y - 0.02, 0.402),
    ]
    seat = [
        _oval(0.18, 0.235, y, 0.399),
        _oval(0.19, 0.245, y, 0.405),
        _oval(0.19, 0.245, y, 0.43),
        _oval(0.17, 0.225, y, 0.445),
        _oval(0.002, 0.002, y, 0.448),
    ]
    parts = [_loft(kit, "ceramic", bowl), _loft(kit, kit.pick("white", "white", "wood"), seat)]
    parts.append(kit.cushion("ceramic", (-0.19, 0.19), (0.0, 0.19), (0.38, 0.78), 0.03, 0.03))
    parts.append(kit.slab("ceramic", (-0.2, 0.2), (-0.004, 0.2), (0.77, 0.81), 0.015))
    parts.append(kit.rod("chrome", (0, 0.1, 0.80), (0, 0.1, 0.818), 0.02, 12))
    parts.append(kit.slab("ceramic", (-0.10, 0.10), (0.0, 0.3), (0.0, 0.37), 0.03))
    return item("toilet", parts, 0.42, 0.70, 0.82)


def paper_holder(kit: Kit) -> Item:
    """Toilet roll on a bracket; z = 0 is its axis."""
    roll = [(0.02, -0.05), (0.055, -0.05), (0.055, 0.05), (0.02, 0.05), (0.02, -0.05)]
    mesh = shapes.move(shapes.turn(kit.turned("white", roll), 1, np.pi / 2), 0, 0.07, 0)
    bar = kit.pipe("chrome", [(0.08, -0.01, 0), (0.08, 0.07, 0), (-0.06, 0.07, 0)], 0.007, 8)
    return item("otherprop", [mesh, bar], 0.2, 0.14, 0.12)


def washstand(kit: Kit, width: float = 0.8) -> Item:
    """Basin on a cabinet or a pedestal with a tap, a cup and soap."""
    h, y = 0.84, 0.27
    w = width / 2
    if kit.chance(0.3):
        column = [(0, 0), (0.12, 0), (0.1, 0.04), (0.075, 0.3), (0.09, 0.7), (0, 0.7)]
        parts, w = [kit.turned("ceramic", column, (0, 0.2, 0), 28)], 0.3
    else:
        parts = list(
            room_case(
                kit,
                width,
                0.46,
                0.8,
                max(1, round(width / 0.45)),
                kit.pick(1, 2),
                role=kit.pick("wood", "paint", "color"),
            ).parts
        )
    n = 48
    top = (
        [_oval(w * 0.9, 0.20, y - 0.03, 0.695, 0.4, n)]
        if w == 0.3
        else [_oval(w + 0.01, 0.245, y - 0.025, h - 0.045, 0.2, n)]
    )
    top += [_oval(w + 0.012, 0.25, y - 0.02, h - 0.012, 0.22, n), _oval(w + 0.006, 0.243, y - 0.02, h, 0.22, n)]
    iw = min(w - 0.06, 0.26)
    top += [_oval(iw, 0.165, y + 0.02, h - 0.002, 0.6, n), _oval(iw - 0.02, 0.15, y + 0.02, h - 0.02, 0.6, n)]
    top += [
        _oval(iw * 0.7, 0.11, y + 0.02, h - 0.1, 0.7, n),
        _oval(0.02, 0.02, y + 0.02, h - 0.12, 1, n),
        _oval(0.001, 0.001, y + 0.02, h - 0.12, 1, n),
    ]
    parts += tag("sink", [_loft(kit, "ceramic", top)])
    tap = [
        kit.pipe("chrome", [(0, 0.08, h - 0.01), (0, 0.08, h + 0.1), (0, 0.11, h + 0.13), (0, 0.19, h + 0.1)], 0.013)
    ]
    tap.append(kit.rod("chrome", (0, 0.075, h + 0.12), (0, 0.04, h + 0.17), 0.008, 8))
    cup = [(0, 0), (0.03, 0), (0.034, 0.1), (0.03, 0.1), (0.027, 0.006), (0, 0.006)]
    bottle = [(0, 0), (0.032, 0), (0.034, 0.01), (0.034, 0.11), (0.012, 0.13), (0.012, 0.155), (0, 0.155)]
    props = [
        kit.turned(kit.pick("glaze", "glaze2"), cup, (w - 0.05, 0.1, h - 0.001)),
        kit.turned("accent", bottle, (-w + 0.05, 0.1, h - 0.001)),
    ]
    return item("cabinet", parts + tag("sink", tap) + tag("otherprop", props), 2 * w + 0.03, 0.5, h)


def towel_rail(kit: Kit) -> Item:
    """Heated ladder rail with a towel over it; stands off the wall from z = 0.55 to 1.5."""
    parts = [kit.rod("white", (x, 0.06, 0.55), (x, 0.06, 1.5), 0.014) for x in (-0.24, 0.24)]
    parts += [kit.rod("white", (-0.24, 0.06, z), (0.24, 0.06, z), 0.010, 8) for z in np.linspace(0.6, 1.45, 10)]
    parts += [kit.rod("white", (x, -0.01, z), (x, 0.06, z), 0.008, 8) for x in (-0.24, 0.24) for z in (0.7, 1.4)]
    towel = [kit.cushion(kit.pick("cushion", "cloth2", "linen"), (-0.19, 0.17), (0.03, 0.092), (0.9, 1.2), 0.03, 0.05)]
    return item("otherfurniture", parts + tag("towel", towel), 0.5, 0.1, 1.5)
