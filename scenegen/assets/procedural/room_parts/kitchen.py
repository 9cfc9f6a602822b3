"""Fitted kitchens: a run of base units with sink, hob and oven, wall units, fridge. Local frame as in `kit`."""

from itertools import pairwise

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import fronts
from scenegen.assets.procedural.fronts import Fronts
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.room_parts import clutter
from scenegen.assets.procedural.room_parts.furniture import to_room
from scenegen.assets.procedural.room_parts.kit import Item, Kit, Span, item, shifted

_DEPTH, _TOP, _PLINTH = 0.6, 0.9, 0.1


def kitchen_run(kit: Kit, width: float, *, hob: bool = True, sink: bool = True, things: bool = True) -> Item:
    """Base units under one worktop; hob with oven and sink where asked."""
    count = max(2, round(width / 0.6))
    cuts = np.linspace(-width / 2, width / 2, count + 1)
    jobs = _jobs(kit, count, hob, sink)
    look = _look(kit)
    parts = [kit.slab("dark", (-width / 2 + 0.01, width / 2 - 0.01), (0.02, _DEPTH - 0.09), (0, _PLINTH + 0.01))]
    parts.append(kit.slab("cabinet", (-width / 2, width / 2), (0, _DEPTH - 0.03), (_PLINTH, _TOP - 0.036)))
    for job, a, b in zip(jobs, cuts[:-1], cuts[1:], strict=True):
        parts += _unit(kit, job, (float(a), float(b)), look)
    parts += tag(
        "counter",
        _worktop(kit, width, [(a + b) / 2 for j, a, b in zip(jobs, cuts, cuts[1:], strict=False) if j == "sink"]),
    )
    for job, a, b in zip(jobs, cuts[:-1], cuts[1:], strict=True):
        if things and job in ("doors", "drawers"):
            parts += _on_top(kit, (float(a) + float(b)) / 2)
    return item("cabinet", parts, width, _DEPTH, _TOP)


def _jobs(kit: Kit, count: int, hob: bool, sink: bool) -> list[str]:
    """What each unit is for; hob and sink are not neighbours where there is room."""
    jobs = [kit.pick("doors", "doors", "drawers") for _ in range(count)]
    places = [0, count - 1] if count < 4 else [1, count - 2]
    if kit.chance(0.5):
        places.reverse()
    if sink:
        jobs[places[0]] = "sink"
    if hob:
        jobs[places[1]] = "hob"
    return jobs


def _look(kit: Kit) -> Fronts:
    """How the fronts of a kitchen look."""
    framed = kit.pick(False, False, True)
    return Fronts(kit.finishes("cabinet"), kit.finishes("metal"), framed, kit.pick("bar", "bar", "knob", "edge"))


def _front(kit: Kit, look: Fronts, x: Span, z: Span, y: float, side: int) -> list[Mesh]:
    """A door or drawer before the plane at y; a door is pulled at its end at -x (-1) or +x (1)."""
    return to_room(kit, fronts.front(look, (-x[1], -x[0]), z, -y, -side))


def _unit(kit: Kit, job: str, x: Span, look: Fronts) -> list[Mesh]:
    """Fronts of one base unit and what is let into the worktop above it."""
    y, a, b = _DEPTH - 0.03, _PLINTH + 0.004, _TOP - 0.04
    inner = (x[0] + 0.002, x[1] - 0.002)
    if job == "hob":
        return _oven(kit, inner, y - 0.004, (a, b)) + _hob(kit, sum(x) / 2)
    if job == "drawers":
        cuts = [a, a + 0.3, a + 0.56, b]
        rows = pairwise(cuts)
        return [p for c, d in rows for p in _front(kit, look, inner, (c + 0.002, d - 0.002), y, 1)]
    mid = sum(x) / 2
    doors = _front(kit, look, (inner[0], mid - 0.0015), (a, b), y, 1)
    return doors + _front(kit, look, (mid + 0.0015, inner[1]), (a, b), y, -1)


def _worktop(kit: Kit, width: float, sinks: list[float]) -> list[Mesh]:
    """Worktop in one piece, or in pieces around a basin; an upstand at the wall."""
    x, y, z = (-width / 2 - 0.004, width / 2 + 0.004), (-0.004, _DEPTH + 0.012), (_TOP - 0.038, _TOP)
    upstand = kit.slab("counter", x, (-0.006, 0.014), (_TOP - 0.004, _TOP + 0.06))
    if not sinks:
        return [upstand, kit.slab("counter", x, y, z)]
    c, parts = float(sinks[0]), [upstand]
    parts.append(kit.block("counter", (x[0], c - 0.22), y, z))
    parts.append(kit.block("counter", (c + 0.22, x[1]), y, z))
    for span in ((y[0], 0.13), (0.50, y[1])):
        parts.append(kit.block("counter", (c - 0.22, c + 0.22), span, z))
    return parts + tag("sink", _basin(kit, c))


def _basin(kit: Kit, c: float) -> list[Mesh]:
    """Steel basin let into the worktop, with a rim and a tap."""
    a, b, bottom = 0.13, 0.50, _TOP - 0.17
    wall = [
        ((c - 0.226, c - 0.21), (a, b)),
        ((c + 0.21, c + 0.226), (a, b)),
        ((c - 0.212, c + 0.212), (a - 0.006, a + 0.01)),
    ]
    wall.append(((c - 0.212, c + 0.212), (b - 0.01, b + 0.006)))
    parts = [kit.block("steel", x, y, (bottom, _TOP + 0.004 - 0.0007 * k)) for k, (x, y) in enumerate(wall)]
    parts.append(kit.block("steel", (c - 0.215, c + 0.215), (a + 0.002, b - 0.002), (bottom - 0.01, bottom + 0.006)))
    parts.append(kit.turned("dark", [(0.03, 0), (0.03, 0.004), (0, 0.004)], (c, 0.3, bottom + 0.004)))
    t = np.linspace(0, np.pi, 9)
    spout = [(c, 0.075, _TOP - 0.01), (c, 0.075, _TOP + 0.2)] + [
        (c, 0.155 - 0.08 * np.cos(s), _TOP + 0.2 + 0.08 * np.sin(s)) for s in t[1:]
    ]
    parts.append(kit.pipe("chrome", [*spout, (c, 0.235, _TOP + 0.16)], 0.012))
    parts.append(kit.turned("chrome", [(0, 0), (0.028, 0), (0.024, 0.03), (0, 0.03)], (c, 0.075, _TOP - 0.002)))
    return [*parts, kit.rod("chrome", (c + 0.01, 0.075, _TOP + 0.06), (c + 0.08, 0.08, _TOP + 0.085), 0.007, 8)]


def _hob(kit: Kit, c: float) -> list[Mesh]:
    """Four plates on dark glass, or gas rings."""
    parts = [kit.slab("glass", (c - 0.27, c + 0.27), (0.06, 0.54), (_TOP - 0.006, _TOP + 0.008))]
    gas = kit.chance(0.5)
    for px, py, r in ((-0.13, 0.18, 0.07), (0.13, 0.18, 0.09), (-0.13, 0.41, 0.09), (0.13, 0.41, 0.07)):
        a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        ring = np.stack([c + px + r * np.cos(a), py + r * np.sin(a), np.full(20, _TOP + (0.03 if gas else 0.008))], -1)
        parts.append(kit.pipe("dark", ring, 0.006 if gas else 0.003, 6, closed=True))
        if gas:
            parts.append(
                kit.turned("black", [(0, 0), (0.4 * r, 0), (0.4 * r, 0.016), (0, 0.018)], (c + px, py, _TOP + 0.004))
            )
            parts += [
                kit.rod("dark", (c + px - dx, py - dy, _TOP + 0.03), (c + px + dx, py + dy, _TOP + 0.03), 0.005, 6)
                for dx, dy in ((r, 0), (0, r))
            ]
    if kit.chance(0.6):
        parts += shifted(_pot(kit), c - 0.13, 0.41, _TOP + (0.034 if gas else 0.009))
    return parts


def _pot(kit: Kit) -> list[Mesh]:
    """Pot with a lid and two ears."""
    r, h, role = kit.between(0.09, 0.12), kit.between(0.1, 0.16), kit.pick("steel", "accent", "dark")
    parts = [
        kit.turned(
            role,
            [(0, 0), (r - 0.008, 0), (r, 0.01), (r, h), (r + 0.004, h + 0.003), (0.5 * r, h + 0.02), (0, h + 0.026)],
            segments=28,
        )
    ]
    parts.append(kit.ball("black", (0, 0, h + 0.035), 0.014, 10))
    ears = [
        kit.pipe(
            "black",
            [
                (s * (r - 0.005), -0.03, h * 0.75),
                (s * (r + 0.03), -0.02, h * 0.75),
                (s * (r + 0.03), 0.02, h * 0.75),
                (s * (r - 0.005), 0.03, h * 0.75),
            ],
            0.006,
            8,
        )
        for s in (-1, 1)
    ]
    return tag("otherprop", parts + ears)


def _oven(kit: Kit, x: Span, y: float, z: Span) -> list[Mesh]:
    """Built-in oven: panel with knobs, glass door, rail handle."""
    m = (x[0] + x[1]) / 2
    parts = [
        kit.slab("steel", x, (y, y + 0.018), (z[1] - 0.11, z[1])),
        kit.slab("steel", x, (y, y + 0.02), (z[0] + 0.12, z[1] - 0.115)),
    ]
    parts.append(kit.slab("glass", (x[0] + 0.05, x[1] - 0.05), (y + 0.01, y + 0.024), (z[0] + 0.18, z[1] - 0.24)))
    parts.append(kit.slab("cabinet", x, (y, y + 0.018), (z[0], z[0] + 0.116)))
    parts += handle_rail(kit, (x[0] + 0.05, x[1] - 0.05), y + 0.02, z[1] - 0.165)
    for k in range(4):
        px = m - 0.18 + 0.12 * k
        parts.append(kit.rod("dark", (px, y + 0.01, z[1] - 0.055), (px, y + 0.04, z[1] - 0.055), 0.018, 12))
    return parts


def handle_rail(kit: Kit, x: Span, y: float, z: float) -> list[Mesh]:
    """Level rail on two studs."""
    return [
        kit.pipe(
            "chrome", [(x[0], y - 0.01, z), (x[0], y + 0.035, z), (x[1], y + 0.035, z), (x[1], y - 0.01, z)], 0.008, 8
        )
    ]


def wall_units(kit: Kit, width: float) -> Item:
    """Row of wall cabinets, 0.72 m high; z = 0 is their underside."""
    depth, h, count = 0.35, 0.72, max(1, round(width / 0.5))
    parts = [kit.slab("cabinet", (-width / 2, width / 2), (0, depth - 0.02), (0, h))]
    look, cuts = _look(kit), np.linspace(-width / 2, width / 2, count + 1)
    for k, (a, b) in enumerate(pairwise(cuts)):
        x = (float(a) + 0.002, float(b) - 0.002)
        parts += _front(kit, look, x, (0.002, h - 0.002), depth - 0.02, 1 - 2 * (k % 2))
    return item("cabinet", parts, width, depth, h)


def fridge(kit: Kit) -> Item:
    """Tall fridge with a freezer door, a few notes on it."""
    w, d, h = 0.6, 0.64, kit.between(1.65, 1.95)
    role = kit.pick("steel", "white", "white", "color")
    cut = h * kit.between(0.34, 0.4)
    bar = Fronts(kit.finishes(role), kit.finishes("metal"), False, "bar")
    parts = [kit.slab("dark", (-w / 2 + 0.01, w / 2 - 0.01), (0, d - 0.06), (0, h - 0.01))]
    for a, b in ((0.05, cut - 0.004), (cut + 0.004, h)):
        parts.append(kit.slab(role, (-w / 2, w / 2), (d - 0.07, d), (a, b), 0.012))
        at = (0.05 - w / 2, cut + (0.25 if a > cut else -0.2))
        parts += to_room(kit, fronts.handle(bar, at, -d, 0.07, level=False, top=b))
    parts.append(kit.slab(role, (-w / 2, w / 2), (0.002, d - 0.075), (0.03, h), 0.006))
    notes = []
    for k, (x, z) in enumerate(kit.rng.uniform((-0.2, 1.2), (0.05, 1.5), (3, 2))):
        thick = 0.0015 + 0.0007 * k
        notes.append(
            kit.block(kit.pick("paper", "accent", "glaze2"), (x, x + 0.08), (d - 0.002, d + thick), (z, z + 0.1))
        )
    return item("refrigerator", parts + tag("paper", notes), w, d, h)


def _on_top(kit: Kit, x: float) -> list[Mesh]:
    """Things on a worktop."""
    maker = kit.pick(_kettle, clutter.room_bowl, clutter.room_vase, _jars, _board, clutter.room_mug, clutter.nothing)
    return shifted(
        maker(kit), x + kit.between(-0.08, 0.08), kit.between(0.2, 0.3), _TOP - 0.0005, kit.between(-0.3, 0.3)
    )


def _kettle(kit: Kit) -> list[Mesh]:
    """Electric kettle."""
    body = [(0, 0), (0.085, 0), (0.085, 0.02), (0.075, 0.16), (0.055, 0.19), (0.02, 0.2), (0, 0.2)]
    ear = [(0.07, 0, 0.17), (0.125, 0, 0.17), (0.13, 0, 0.06), (0.08, 0, 0.04)]
    parts = [kit.turned(kit.pick("steel", "accent", "white"), body, segments=28), kit.pipe("black", ear, 0.011, 8)]
    return tag(
        "otherprop",
        [
            *parts,
            kit.rod("black", (-0.065, 0, 0.13), (-0.11, 0, 0.18), (0.02, 0.012), 8),
            kit.ball("black", (0, 0, 0.208), 0.012, 10),
        ],
    )


def _jars(kit: Kit) -> list[Mesh]:
    """Three storage jars of falling size."""
    out, role = [], kit.pick("ceramic", "glaze", "glaze2", "steel")
    for k, h in enumerate((0.2, 0.16, 0.12)):
        r = 0.045 + 0.06 * h
        at = (-0.14 + 0.135 * k, 0, 0)
        out.append(kit.turned(role, [(0, 0), (r, 0), (r, h - 0.01), (r - 0.01, h), (0, h)], at))
        out.append(kit.turned("wood", [(r - 0.004, h - 0.004), (r - 0.002, h + 0.02), (0, h + 0.024)], at))
    return tag("otherprop", out)


def _board(kit: Kit) -> list[Mesh]:
    """Cutting board with a knife."""
    parts = [kit.slab("wood2", (-0.18, 0.18), (-0.12, 0.12), (0, 0.02), 0.006)]
    parts.append(kit.slab("steel", (-0.1, 0.08), (-0.012, 0.012), (0.0195, 0.0225), 0.001))
    return tag("otherprop", [*parts, kit.slab("black", (0.07, 0.17), (-0.011, 0.011), (0.0195, 0.037), 0.006)])
