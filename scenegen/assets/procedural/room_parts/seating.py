"""Sofas, chairs, stools, benches, beds. Local frame as in `kit`; the front looks along +y."""

from itertools import pairwise

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.room_parts.kit import Item, Kit, Span, item, shifted, tag
from scenegen.geometry import cross


def legs(kit: Kit, role: str, x: Span, y: Span, height: float, thick: float, splay: float = 0.0) -> list[Mesh]:
    """Four legs under a rectangle, round and tapered or square, perhaps splayed outwards."""
    round_legs = kit.chance(0.5) or splay > 0
    out = []
    for px, sx in ((x[0], -1), (x[1], 1)):
        for py, sy in ((y[0], -1), (y[1], 1)):
            if round_legs:
                foot = (px + sx * splay, py + sy * splay, 0)
                out.append(kit.rod(role, foot, (px, py, height), (thick * 0.3, thick * 0.55)))
            else:
                out.append(kit.slab(role, _around(px, thick), _around(py, thick), (0, height)))
    return out


def _around(middle: float, width: float) -> Span:
    """The interval of a width around a middle."""
    return middle - width / 2, middle + width / 2


def sofa(kit: Kit, seats: int = 3) -> Item:
    """Upholstered sofa or (one seat) armchair."""
    w, d = seats * kit.between(0.6, 0.72) + 0.36, kit.between(0.82, 0.98)
    h, arm, foot = kit.between(0.72, 0.88), kit.between(0.12, 0.2), kit.between(0.08, 0.16)
    seat, back, r = kit.between(0.40, 0.45), kit.between(0.18, 0.24), kit.between(0.02, 0.07)
    side = w / 2 - arm
    parts = [kit.cushion("cloth", (-side - 0.03, side + 0.03), (0.05, d - 0.03), (foot, seat - 0.12), 0.02, 0.0)]
    parts.append(kit.cushion("cloth", (-side - 0.02, side + 0.02), (0, back), (foot + 0.01, h - 0.06), r, 0.05))
    rest = kit.between(0.54, 0.66)
    for sx in (-1, 1):
        span = (sx * (w / 2), sx * side) if sx < 0 else (side, w / 2)
        parts.append(kit.cushion("cloth", span, (0.004, d - 0.006), (foot - 0.004, rest), r, 0.04))
    parts += _sofa_cushions(kit, seats, side, seat, back, d, h)
    parts += legs(kit, "wood", (-w / 2 + 0.09, w / 2 - 0.09), (0.08, d - 0.1), foot + 0.02, 0.06)
    return item("sofa", parts + _pillows(kit, side, seat, back), w, d, h)


def _sofa_cushions(kit: Kit, seats: int, side: float, seat: float, back: float, d: float, h: float) -> list[Mesh]:
    """One seat cushion and one back cushion per seat."""
    step = 2 * side / seats
    out = []
    for k in range(seats):
        x = (-side + k * step + 0.004, -side + (k + 1) * step - 0.004)
        out.append(kit.cushion("cloth", x, (back - 0.02, d), (seat - 0.14, seat), 0.045, 0.12))
        lean = kit.cushion("cloth", x, (-0.08, 0.08), (0, h - seat + 0.02), 0.06, 0.25)
        out += shifted([shapes.turn(lean, 0, 0.16)], 0, back + 0.08, seat - 0.01)
    return out


def _pillows(kit: Kit, side: float, seat: float, back: float) -> list[Mesh]:
    """A few loose cushions leaning in the corners."""
    out = []
    for sx in (-1, 1):
        if kit.chance(0.65):
            size = kit.between(0.36, 0.46)
            p = kit.cushion(
                kit.pick("cushion", "cushion", "cloth2"), _around(0, size), (-0.05, 0.05), (0, size), 0.04, 0.6
            )
            p = shapes.turn(p, 0, 0.45)
            out += tag(
                "pillow", shifted([p], sx * (side - size * 0.55), back + 0.32, seat - 0.005, sx * kit.between(0.1, 0.5))
            )
    return out


def chair(kit: Kit, style: str = "") -> Item:
    """Dining chair: "slat" or "panel" of wood, "padded", or a moulded "shell" on thin legs."""
    style = style or kit.pick("slat", "panel", "padded", "shell")
    w, d, seat, h = kit.between(0.42, 0.48), kit.between(0.44, 0.50), 0.455, kit.between(0.80, 0.94)
    if style == "shell":
        return _shell_chair(kit, w, d, seat, h)
    parts = [kit.slab("wood", (-w / 2, w / 2), (0.02, d), (seat - 0.03, seat), 0.01)]
    if style == "padded" or kit.chance(0.3):
        parts.append(
            kit.cushion(
                "seat", (-w / 2 + 0.01, w / 2 - 0.01), (0.04, d - 0.005), (seat - 0.008, seat + 0.04), 0.02, 0.2
            )
        )
    for sx in (-1, 1):
        x = sx * (w / 2 - 0.025)
        parts.append(kit.rod("wood", (x, d - 0.03, 0), (x, d - 0.035, seat - 0.01), (0.014, 0.02)))
        parts.append(kit.pipe("wood", [(x, 0.0, 0), (x, 0.035, seat), (x, -0.03, h)], 0.018))
        parts.append(kit.rod("wood", (x, 0.02, 0.16), (x, d - 0.03, 0.16), 0.011, 8))
    parts.append(kit.rod("wood", (-w / 2 + 0.03, d / 2, 0.16), (w / 2 - 0.03, d / 2, 0.16), 0.010, 8))
    parts += _chair_back(kit, style, w, seat, h)
    return item("chair", parts, w, d, h)


def _chair_back(kit: Kit, style: str, w: float, seat: float, h: float) -> list[Mesh]:
    """What stands between the rear posts, tilted like them."""
    x = (-w / 2 + 0.02, w / 2 - 0.02)
    if style == "padded":
        parts = [kit.cushion("seat", x, (-0.025, 0.025), (0.10, h - seat - 0.01), 0.024, 0.2)]
    elif style == "panel":
        parts = [kit.slab("wood", x, (-0.009, 0.009), (h - seat - 0.24, h - seat - 0.01), 0.006)]
    else:
        parts = [kit.slab("wood", x, (-0.01, 0.01), (h - seat - 0.07, h - seat), 0.006)]
        parts += [kit.slab("wood", x, (-0.008, 0.008), (z, z + 0.035), 0.005) for z in (0.14, 0.23)]
    return shifted([shapes.turn(p, 0, 0.15) for p in parts], 0, 0.035, seat)


def _shell_chair(kit: Kit, w: float, d: float, seat: float, h: float) -> Item:
    """One bent shell from the seat up the back, on four splayed legs."""
    t = np.linspace(0, 1, 14)
    y = np.interp(t, [0, 0.1, 0.5, 0.62, 1], [d, d - 0.02, 0.12, 0.05, -0.02])
    z = np.interp(t, [0, 0.1, 0.5, 0.62, 1], [seat - 0.02, seat, seat - 0.015, seat + 0.06, h])
    half = np.interp(t, [0, 0.1, 0.9, 1], [0.42, 0.48, 0.46, 0.36]) * w
    s = np.linspace(-1, 1, 9)
    grid = np.stack(np.broadcast_arrays(half[:, None] * s, y[:, None], z[:, None]), -1)
    grid[..., 2] += 0.035 * s**2 * (1 - t)[:, None]
    grid[..., 1] += 0.05 * s**2 * t[:, None]
    parts = [_sheet(kit, kit.pick("white", "glaze", "glaze2", "dark"), grid, 0.012)]
    parts += legs(kit, kit.pick("wood", "metal"), (-w * 0.26, w * 0.26), (0.15, d - 0.14), seat - 0.01, 0.035, 0.07)
    return item("chair", parts, w, d, h)


def _sheet(kit: Kit, role: str, grid: np.ndarray, thick: float) -> Mesh:
    """A bent plate: a (R, C, 3) grid with its other side `thick` below and a rim."""
    rows, cols = grid.shape[:2]
    du, dv = np.gradient(grid, axis=1), np.gradient(grid, axis=0)
    n = cross(du, dv)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    other = grid - n * thick
    rim = np.concatenate([np.arange(cols), np.arange(1, rows) * cols + cols - 1])
    rim = np.concatenate([rim, (rows - 1) * cols + np.arange(cols - 2, -1, -1), np.arange(rows - 2, 0, -1) * cols])
    nxt, off = np.roll(rim, -1), rows * cols
    faces = shapes.grid_faces(rows, cols)
    points, normals = grid.reshape(-1, 3), n.reshape(-1, 3)
    low = other.reshape(-1, 3)
    edge = np.stack([points[rim], low[rim], low[nxt], points[nxt]], 1)
    out = cross(low[rim] - points[rim], points[nxt] - points[rim])
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    quads = 2 * off + 4 * np.arange(len(rim))[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    vertices = np.concatenate([points, low, edge.reshape(-1, 3)])
    f = kit.finishes(role)
    return shapes.piece(
        vertices,
        np.concatenate([faces, faces[:, ::-1] + off, quads.reshape(-1, 3)]),
        np.concatenate([normals, -normals, np.repeat(out, 4, axis=0)]),
        vertices[:, :2],
        f.material,
    )


def office_chair(kit: Kit) -> Item:
    """Swivel chair: star foot on castors, column, padded seat and back, arm rests."""
    parts = []
    for k in range(5):
        a = 2 * np.pi * k / 5 + 0.3
        tip = np.array([0.28 * np.cos(a), 0.28 * np.sin(a), 0.085])
        parts += [
            kit.rod("dark", (0, 0, 0.12), tip, (0.025, 0.016), 8),
            kit.ball("black", (tip[0], tip[1], 0.03), 0.03, 10),
        ]
    parts += [
        kit.rod("chrome", (0, 0, 0.1), (0, 0, 0.44), 0.025),
        kit.slab("black", (-0.1, 0.1), (-0.1, 0.1), (0.40, 0.44)),
    ]
    role = kit.pick("seat", "cloth2", "black", "dark")
    parts.append(kit.cushion(role, (-0.24, 0.24), (-0.23, 0.25), (0.43, 0.51), 0.035, 0.1))
    parts.append(kit.pipe("black", [(0, -0.15, 0.42), (0, -0.27, 0.45), (0, -0.29, 0.75)], 0.018))
    parts.append(
        shapes.move(
            shapes.turn(kit.cushion(role, (-0.22, 0.22), (-0.03, 0.03), (0, 0.46), 0.03, 0.1), 0, 0.1), 0, -0.23, 0.58
        )
    )
    for sx in (-1, 1):
        x = sx * 0.27
        parts.append(kit.pipe("black", [(sx * 0.2, 0.02, 0.44), (x, 0.02, 0.46), (x, 0.02, 0.67)], 0.013, 8))
        parts.append(kit.slab("black", (x - 0.03, x + 0.03), (-0.12, 0.16), (0.665, 0.69), 0.01))
    return item("chair", shifted(parts, 0, 0.3, 0), 0.6, 0.6, 1.05)


def stool(kit: Kit, height: float = 0.46) -> Item:
    """Round stool; tall ones have a foot ring."""
    r = kit.between(0.15, 0.18)
    parts = [
        kit.turned(
            "wood",
            [(0, height - 0.03), (r, height - 0.03), (r + 0.004, height - 0.012), (r - 0.008, height), (0, height)],
            segments=28,
        )
    ]
    parts += legs(kit, kit.pick("wood", "metal"), (-0.09, 0.09), (-0.09, 0.09), height - 0.02, 0.035, 0.05)
    if height > 0.55:
        ring = [(0.15 * np.cos(a), 0.15 * np.sin(a), 0.22) for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)]
        parts.append(kit.pipe("metal", ring, 0.007, 8, closed=True))
    return item("chair", shifted(parts, 0, 0.2, 0), 0.4, 0.4, height)


def pouf(kit: Kit) -> Item:
    """Round cushion to sit on."""
    r, h = kit.between(0.22, 0.32), kit.between(0.32, 0.42)
    a = np.linspace(-np.pi / 2, np.pi / 2, 13)
    profile = np.stack([r * np.maximum(np.cos(a), 0) ** 0.5, h / 2 + h / 2 * np.sin(a)], -1)
    profile[[0, -1], 0] = 0
    return item("chair", [kit.turned(kit.pick("cushion", "cloth", "cloth2"), profile, (0, r, 0), 32)], 2 * r, 2 * r, h)


def bench(kit: Kit, width: float = 1.1) -> Item:
    """Low bench, wooden or padded."""
    x, d = (-width / 2, width / 2), 0.36
    parts = [kit.slab("wood", x, (0, d), (0.41, 0.445), 0.008)]
    parts += legs(kit, "wood", (x[0] + 0.07, x[1] - 0.07), (0.06, d - 0.06), 0.42, 0.05)
    if kit.chance(0.6):
        parts.append(kit.cushion("cushion", (x[0] + 0.02, x[1] - 0.02), (0.02, d - 0.02), (0.44, 0.49), 0.02, 0.1))
    return item("chair", parts, width, d, 0.48)


def bed(kit: Kit, width: float = 1.6) -> Item:
    """Bed with headboard at the wall, mattress, duvet, pillows, perhaps a throw."""
    length, x = 2.08, (-width / 2, width / 2)
    top = kit.between(0.46, 0.56)
    frame = kit.pick("wood", "wood", "cloth", "paint")
    parts = [kit.slab(frame, x, (0.05, length), (0.16, 0.31), 0.012)]
    head = kit.between(0.85, 1.15)
    if frame == "cloth":
        parts.append(kit.cushion("cloth", (x[0] - 0.03, x[1] + 0.03), (0, 0.10), (0.05, head), 0.04, 0.05))
    else:
        parts += _headboard(kit, frame, x, head)
    parts += legs(
        kit, frame if frame != "cloth" else "wood", (x[0] + 0.07, x[1] - 0.07), (0.12, length - 0.08), 0.2, 0.06
    )
    parts.append(kit.cushion("linen", (x[0] + 0.03, x[1] - 0.03), (0.11, length - 0.03), (0.29, top), 0.05, 0.02))
    start = kit.between(0.55, 0.75)
    parts.append(_duvet(kit, (x[0] - 0.03, x[1] + 0.03), (start, length + 0.02), top))
    if kit.chance(0.5):
        parts.append(
            kit.cushion(
                "cushion",
                (x[0] - 0.05, x[1] + 0.05),
                (length - 0.62, length - 0.15),
                (top - 0.16, top + 0.098),
                0.05,
                0.0,
            )
        )
    return item("bed", parts + _bed_pillows(kit, width, top), width + 0.1, length + 0.03, head)


def _headboard(kit: Kit, role: str, x: Span, head: float) -> list[Mesh]:
    """Board or bars at the head."""
    if kit.chance(0.6):
        panel = [kit.slab(role, (x[0] - 0.02, x[1] + 0.02), (0.01, 0.05), (0.1, head), 0.01)]
        inset = np.linspace(x[0], x[1], kit.pick(3, 4, 5))
        return panel + [
            kit.slab(role, (a + 0.06, b - 0.06), (0.04, 0.062), (0.45, head - 0.08), 0.008) for a, b in pairwise(inset)
        ]
    posts = [kit.slab(role, _around(px, 0.06), (0.0, 0.06), (0, head), 0.008) for px in x]
    rails = [
        kit.slab(role, (x[0] + 0.02, x[1] - 0.02), (0.015, 0.045), (z, z + 0.06), 0.006) for z in (0.5, head - 0.09)
    ]
    bars = [
        kit.rod(role, (px, 0.03, 0.52), (px, 0.03, head - 0.06), 0.011, 8)
        for px in np.linspace(x[0] + 0.12, x[1] - 0.12, 9)
    ]
    return posts + rails + bars


def _duvet(kit: Kit, x: Span, y: Span, top: float) -> Mesh:
    """Cover that hangs over three sides, gently rumpled."""
    mesh = kit.cushion("bedding", x, y, (top - 0.2, top + 0.055), 0.06, 0.05)
    p = mesh.vertices.astype(np.float64)
    a, b = kit.rng.uniform(4, 8, 2)
    lift = 0.012 * np.sin(a * p[:, 0] + 1.3 * np.sin(b * p[:, 1])) + 0.010 * np.sin(b * p[:, 1] + p[:, 0] * 3)
    p[:, 2] += lift * np.clip((p[:, 2] - top) / 0.05, 0, 1)
    return shapes.smoothed(
        type(mesh)(p.astype(np.float32), mesh.faces, mesh.face_material, mesh.materials, None, mesh.uv)
    )


def _bed_pillows(kit: Kit, width: float, top: float) -> list[Mesh]:
    """One pillow per sleeper, perhaps a small one in front."""
    out, count = [], 2 if width > 1.3 else 1
    for k in range(count):
        w = min(0.7, width / count - 0.12)
        x = (k - (count - 1) / 2) * width / count
        p = kit.cushion(kit.pick("linen", "bedding"), _around(0, w), (-0.07, 0.07), (0, 0.42), 0.05, 0.55)
        out += shifted([shapes.turn(p, 0, kit.between(0.9, 1.2))], x, 0.5, top - 0.02, kit.between(-0.08, 0.08))
    if kit.chance(0.5):
        p = kit.cushion("cushion", (-0.2, 0.2), (-0.05, 0.05), (0, 0.38), 0.04, 0.6)
        out += shifted([shapes.turn(p, 0, 0.8)], kit.between(-0.2, 0.2), 0.66, top + 0.02)
    return tag("pillow", out)
