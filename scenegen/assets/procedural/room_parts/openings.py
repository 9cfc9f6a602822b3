"""Windows and doors in the wall frame: x to the right, y up, z into the room (0 = the wall's surface)."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.room_parts.kit import Kit
from scenegen.assets.procedural.room_parts.plan import Opening

_LAP = 0.001
_VIEW_M = 3.2
"""Height that the outdoor picture covers: its horizon comes to lie near eye level."""


def _reveal(kit: Kit, role: str, o: Opening, depth: float, floor: bool) -> list[Mesh]:
    """The sides of the hole from the wall's surface back to `depth`, set a hair behind the hole's edge."""
    f = kit.finishes(role)
    a, b, c, d = o.x0 - _LAP, o.x1 + _LAP, o.z0 - _LAP, o.z1 + _LAP
    e = 0.006
    sides = [
        ([(a, c - e, 0), (a, c - e, -depth), (a, d + e, -depth), (a, d + e, 0)], (1, 0, 0)),
        ([(b, c - e, -depth), (b, c - e, 0), (b, d + e, 0), (b, d + e, -depth)], (-1, 0, 0)),
        ([(a - e, d, -depth), (b + e, d, -depth), (b + e, d, 0), (a - e, d, 0)], (0, -1, 0)),
        ([(a - e, c, 0), (b + e, c, 0), (b + e, c, -depth), (a - e, c, -depth)], (0, 1, 0)),
    ]
    out = []
    for points, normal in sides[: 4 if floor else 3]:
        p = np.asarray(points)
        uv = np.stack([p[:, 2] + p[:, 0], p[:, 1]], -1) / f.tile_m
        out.append(shapes.piece(p, [[0, 1, 2], [0, 2, 3]], [normal] * 4, uv, f.material))
    return out


def _pane(kit: Kit, role: str, o: Opening, z: float) -> Mesh:
    """The back of the hole: an upright rectangle, textured by its place in the wall."""
    e = 0.006
    f = kit.finishes(role)
    x, y = (o.x0 - e, o.x1 + e), (o.z0 - e, o.z1 + e)
    points = [(x[0], y[0], z), (x[1], y[0], z), (x[1], y[1], z), (x[0], y[1], z)]
    uv = np.asarray(points)[:, :2] / _VIEW_M
    return shapes.piece(points, [[0, 1, 2], [0, 2, 3]], [(0, 0, 1)] * 4, uv, f.material)


def window(kit: Kit, o: Opening, depth: float) -> list[Mesh]:
    """Window in a deep reveal: emissive view, frame, mullions, sill board, perhaps a casing."""
    parts = [*_reveal(kit, "wall reveal", o, depth, True), _pane(kit, "outdoors", o, -depth + 0.004)]
    z = (-depth + 0.02, -depth + 0.075)
    t, role = 0.055, "trim"
    for x in ((o.x0 - 0.005, o.x0 + t), (o.x1 - t, o.x1 + 0.005)):
        parts.append(kit.slab(role, x, (o.z0 - 0.005, o.z1 + 0.005), z, 0.006))
    for y in ((o.z0 - 0.004, o.z0 + t), (o.z1 - t, o.z1 + 0.004)):
        parts.append(kit.slab(role, (o.x0 + t - 0.004, o.x1 - t + 0.004), y, (z[0], z[1] - 0.0006), 0.006))
    parts += _bars(kit, o, (z[0] + 0.006, z[1] - 0.008))
    if o.z0 > 0.3:
        parts.append(
            kit.slab(
                kit.pick(role, "sill"),
                (o.x0 - 0.05, o.x1 + 0.05),
                (o.z0 - 0.022, o.z0 + 0.008),
                (-depth + 0.03, 0.045),
                0.006,
            )
        )
    if kit.finishes.palette.paint[0] > 0 and kit.chance(0.4):
        parts += _casing(kit, role, o, 0.07)
    return tag("window", parts)


def _bars(kit: Kit, o: Opening, z: tuple[float, float]) -> list[Mesh]:
    """Mullions that divide the window into upright lights, perhaps a transom."""
    w, h, out = o.x1 - o.x0, o.z1 - o.z0, []
    lights = max(1, round(w / 0.75))
    for k in range(1, lights):
        x = o.x0 + w * k / lights
        out.append(kit.slab("trim", (x - 0.035, x + 0.035), (o.z0 + 0.05, o.z1 - 0.05), (z[0], z[1] + 0.006), 0.006))
        out.append(
            kit.slab(
                "chrome", (x - 0.012, x + 0.012), (o.z0 + h * 0.42, o.z0 + h * 0.42 + 0.1), (z[1], z[1] + 0.035), 0.006
            )
        )
    style = kit.pick("plain", "transom", "grid")
    rows = {"plain": [], "transom": [0.7], "grid": [1 / 3, 2 / 3]}[style]
    for s in rows:
        y, half = o.z0 + h * s, 0.014 if style == "grid" else 0.03
        out.append(
            kit.slab("trim", (o.x0 + 0.05, o.x1 - 0.05), (y - half, y + half), (z[0] + 0.004, z[1] - 0.001), 0.004)
        )
    if style == "grid":
        for k in range(lights):
            x = o.x0 + w * (k + 0.5) / lights
            out.append(
                kit.slab(
                    "trim", (x - 0.014, x + 0.014), (o.z0 + 0.05, o.z1 - 0.05), (z[0] + 0.005, z[1] - 0.002), 0.004
                )
            )
    return out


def _casing(kit: Kit, role: str, o: Opening, width: float) -> list[Mesh]:
    """Boards around the hole on the wall's surface, lapping over its edge."""
    z, g = (-0.012, 0.022), 0.006
    low = o.z0 - (width if o.z0 > 0.3 else 0.003)
    parts = [
        kit.slab(role, x, (low, o.z1 + width - 0.004), z, 0.005)
        for x in ((o.x0 - width, o.x0 + g), (o.x1 - g, o.x1 + width))
    ]
    top = kit.slab(
        role,
        (o.x0 - width - 0.012, o.x1 + width + 0.012),
        (o.z1 - g, o.z1 + width + 0.006),
        (z[0], z[1] + 0.006),
        0.005,
    )
    bottom = (
        [
            kit.slab(
                role,
                (o.x0 - width + 0.003, o.x1 + width - 0.003),
                (low - 0.002, o.z0 - 0.02),
                (z[0], z[1] - 0.002),
                0.005,
            )
        ]
        if o.z0 > 0.3
        else []
    )
    return [*parts, top, *bottom]


def door(kit: Kit, o: Opening) -> list[Mesh]:
    """Closed door: casing, lining, panelled leaf, lever handle, threshold."""
    depth = 0.14
    parts = [
        *_reveal(kit, "trim", o, depth, False),
        _pane(kit, "dark", Opening(o.wall, "door", o.x0, o.x1, o.z0, o.z1), -depth),
    ]
    parts += _casing(kit, "trim", o, 0.085)
    parts.append(kit.slab("wood2", (o.x0 - 0.005, o.x1 + 0.005), (-0.01, 0.006), (-depth - 0.01, 0.003), 0.002))
    role = kit.pick("door", "door", "trim")
    x, y, z = (o.x0 + 0.004, o.x1 - 0.004), (0.008, o.z1 - 0.004), (-0.10, -0.062)
    parts.append(kit.slab(role, x, y, z, 0.003))
    parts += _STYLES[kit.pick("panels", "panels", "glazed", "flush")](kit, role, x, y, z[1])
    parts += [
        kit.rod("metal", (o.x0 + 0.012, h, -0.066), (o.x0 + 0.012, h + 0.09, -0.066), 0.009, 8)
        for h in (0.25, o.z1 - 0.35)
    ]
    return tag("door", parts + _lever(kit, x[1] - 0.075, z[1]))


def _raised(kit: Kit, role: str, x: tuple[float, float], y: tuple[float, float], z: float) -> list[Mesh]:
    """A raised field in a moulded frame."""
    parts = [kit.slab(role, (x[0] + 0.03, x[1] - 0.03), (y[0] + 0.03, y[1] - 0.03), (z - 0.004, z + 0.008), 0.007)]
    for a in ((x[0], x[0] + 0.018), (x[1] - 0.018, x[1])):
        parts.append(kit.slab(role, a, y, (z - 0.004, z + 0.0095), 0.004))
    for b in ((y[0], y[0] + 0.018), (y[1] - 0.018, y[1])):
        parts.append(kit.slab(role, (x[0] + 0.015, x[1] - 0.015), b, (z - 0.004, z + 0.009), 0.004))
    return parts


def _panels(kit: Kit, role: str, x: tuple[float, float], y: tuple[float, float], z: float) -> list[Mesh]:
    """Two to six panels."""
    rows = kit.pick([0.42, 1.0], [0.36, 0.80, 1.0], [1.0])
    columns, m, low, out = kit.pick(1, 2), 0.11, y[0] + 0.2, []
    usable = y[1] - 0.12 - low
    start = 0.0
    for stop in rows:
        b = (low + usable * start + (0.05 if start else 0), low + usable * stop - (0.05 if stop < 1 else 0))
        for k in range(columns):
            w = (x[1] - x[0] - 2 * m + 0.09) / columns
            a = x[0] + m + k * w
            out += _raised(kit, role, (a, a + w - 0.09), b, z)
        start = stop
    return out


def _glazed(kit: Kit, role: str, x: tuple[float, float], y: tuple[float, float], z: float) -> list[Mesh]:
    """Frosted panes above, a panel below."""
    out = _raised(kit, role, (x[0] + 0.11, x[1] - 0.11), (y[0] + 0.18, y[0] + 0.75), z)
    out.append(
        kit.slab("frosted", (x[0] + 0.12, x[1] - 0.12), (y[0] + 0.88, y[1] - 0.13), (z - 0.004, z + 0.003), 0.001)
    )
    frame = [
        (x[0] + 0.11, x[0] + 0.13),
        ((x[0] + x[1]) / 2 - 0.012, (x[0] + x[1]) / 2 + 0.012),
        (x[1] - 0.13, x[1] - 0.11),
    ]
    out += [kit.slab(role, a, (y[0] + 0.87, y[1] - 0.12), (z - 0.004, z + 0.010), 0.004) for a in frame]
    for s in np.linspace(y[0] + 0.88, y[1] - 0.13, 4):
        out.append(kit.slab(role, (x[0] + 0.115, x[1] - 0.115), (s - 0.011, s + 0.011), (z - 0.004, z + 0.0093), 0.004))
    return out


def _flush(kit: Kit, role: str, x: tuple[float, float], y: tuple[float, float], z: float) -> list[Mesh]:
    """A flat leaf with three grooves suggested by thin strips."""
    return [
        kit.slab("metal", (x[0] + 0.06, x[1] - 0.06), (h, h + 0.012), (z - 0.004, z + 0.003), 0.001)
        for h in (0.5, 1.0, 1.5)
    ]


_STYLES = {"panels": _panels, "glazed": _glazed, "flush": _flush}


def _lever(kit: Kit, x: float, z: float) -> list[Mesh]:
    """Plate and lever."""
    parts = [kit.slab("metal", (x - 0.02, x + 0.02), (0.93, 1.13), (z - 0.004, z + 0.008), 0.004)]
    return [
        *parts,
        kit.pipe(
            "metal",
            [(x, 1.05, z), (x, 1.05, z + 0.05), (x - 0.02, 1.05, z + 0.058), (x - 0.12, 1.05, z + 0.056)],
            0.009,
            8,
        ),
    ]
