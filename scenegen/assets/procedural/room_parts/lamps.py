"""Lamps of rooms: those of `procedural.lamps` that stand, and what hangs under the ceiling. Frame as in `kit`."""

import numpy as np

from scenegen.assets.procedural import lamps
from scenegen.assets.procedural.room_parts.furniture import furniture, made, stood
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted


def room_floor_lamp(kit: Kit) -> Item:
    """Standing lamp with a shade, a bowl or three legs, or an arc that reaches into the room."""
    if kit.chance(0.7):
        return furniture(kit, "lamp", lamps.floor_lamp)
    return stood("lamp", shifted(made(kit, lamps.arc_lamp), 0, 0, 0, -np.pi / 2))


def pendant(kit: Kit, drop: float) -> Item:
    """Hanging lamp; z = 0 is the ceiling, the lamp hangs `drop` below."""
    parts = [
        kit.rod("black", (0, 0, 0.01), (0, 0, -drop + 0.1), 0.004, 6),
        kit.turned("metal", [(0, -0.03), (0.05, -0.03), (0.05, 0.002), (0, 0.002)]),
    ]
    style = kit.pick("globe", "dome", "drum")
    if style == "globe":
        parts.append(kit.ball("shade", (0, 0, -drop), kit.between(0.13, 0.2), 28))
    else:
        r, t, h = (kit.between(0.18, 0.26), 0.03, 0.18) if style == "dome" else (0.24, 0.22, 0.2)
        bend = (
            [(r * np.cos(s) + t * (1 - np.cos(s)), -drop + h * np.sin(s)) for s in np.linspace(0, np.pi / 2, 8)]
            if style == "dome"
            else [(r, -drop), (t, -drop + h)]
        )
        inner = [(x - 0.004, z) for x, z in bend[::-1]]
        parts.append(
            kit.turned(kit.pick("metal", "glaze2", "white") if style == "dome" else "shade", bend + inner, segments=36)
        )
        parts.append(kit.ball("bulb", (0, 0, -drop + 0.06), 0.045))
    return item("lamp", parts, 0.5, 0.5, drop)


def ceiling_panel(kit: Kit) -> Item:
    """Long office lamp under the ceiling (z = 0)."""
    parts = [
        kit.slab("white", (-0.65, 0.65), (-0.1, 0.1), (-0.05, 0.004)),
        kit.slab("bulb", (-0.62, 0.62), (-0.075, 0.075), (-0.056, -0.02)),
    ]
    return item("lamp", parts, 1.3, 0.2, 0.06)


def ceiling_light(kit: Kit) -> Item:
    """Flat round lamp under the ceiling (z = 0)."""
    r = kit.between(0.16, 0.24)
    parts = [
        kit.turned("shade", [(0, -0.09), (0.6 * r, -0.085), (0.92 * r, -0.06), (r, -0.025), (r, -0.01)], segments=36)
    ]
    return item(
        "lamp",
        [*parts, kit.turned("metal", [(0, -0.022), (r + 0.01, -0.022), (r + 0.01, 0.003), (0, 0.003)], segments=36)],
        2 * r,
        2 * r,
        0.09,
    )
