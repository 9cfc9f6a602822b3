"""What hangs, lies and stands about: pictures, lamps, curtains, rugs, radiators, plants, screens. Frame as in `kit`."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.room_parts import clutter
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted


def framed_picture(kit: Kit, width: float, height: float, index: int, label: str = "picture") -> Item:
    """Framed picture, most with a mat; z = 0 is its lower edge. `index` chooses one of the room's pictures."""
    x, role = width / 2, kit.pick("wood", "metal", "white", "black", "wood2")
    f, mat = kit.between(0.015, 0.04), kit.between(0.02, 0.08) if kit.chance(0.65) else 0.0
    m = f + mat
    parts = [kit.block("white", (-x + 0.005, x - 0.005), (0.002, 0.014), (0.005, height - 0.005))]
    parts.append(
        kit.picture(f"picture:{index}", (-x + m - 0.004, x - m + 0.004), (m - 0.004, height - m + 0.004), 0.0155)
    )
    for a, b in ((-x, -x + f), (x - f, x)):
        parts.append(kit.slab(role, (a, b), (-0.003, 0.03), (0, height), 0.004))
    for a, b in ((0, f), (height - f, height)):
        parts.append(kit.slab(role, (-x + f - 0.003, x - f + 0.003), (-0.003, 0.0295), (a, b), 0.004))
    return item(label, parts, width, 0.03, height)


def mirror(kit: Kit, width: float, height: float) -> Item:
    """Mirror-like panel: a pale plain sheet in a frame."""
    x, role = width / 2, kit.pick("wood", "metal", "white")
    parts = [kit.block("mirror", (-x + 0.004, x - 0.004), (0.002, 0.012), (0.004, height - 0.004))]
    for a, b in ((-x, -x + 0.025), (x - 0.025, x)):
        parts.append(kit.slab(role, (a, b), (-0.003, 0.024), (0, height), 0.004))
    for a, b in ((0, 0.025), (height - 0.025, height)):
        parts.append(kit.slab(role, (-x + 0.02, x - 0.02), (-0.003, 0.0235), (a, b), 0.004))
    return item("mirror", parts, width, 0.03, height)


def board(kit: Kit, width: float, height: float, role: str) -> Item:
    """White board ("white"), cork board ("cork") with notes; z = 0 is its lower edge."""
    x = width / 2
    parts = [kit.slab(role, (-x + 0.01, x - 0.01), (0.002, 0.016), (0.01, height - 0.01))]
    parts += [
        kit.slab("chrome" if role == "white" else "wood", (a, a + 0.025), (-0.003, 0.022), (0, height))
        for a in (-x, x - 0.025)
    ]
    parts += [
        kit.slab("chrome" if role == "white" else "wood", (-x + 0.02, x - 0.02), (-0.003, 0.0215), (a, a + 0.025))
        for a in (0, height - 0.025)
    ]
    notes = []
    for _ in range(int(kit.rng.integers(3, 9))):
        w, h = kit.rng.uniform(0.07, 0.2, 2)
        a, b = kit.rng.uniform((-x + 0.06, 0.06), (x - 0.28, height - 0.28))
        y = 0.0158 + 0.0007 * len(notes)
        notes.append(
            kit.block(kit.pick("paper", "white", "accent", "glaze2"), (a, a + w), (y - 0.003, y + 0.002), (b, b + h))
        )
    return item("whiteboard", parts + tag("paper", notes), width, 0.03, height)


def room_clock(kit: Kit) -> Item:
    """Round wall clock; z = 0 is its lower edge."""
    r = kit.between(0.13, 0.18)
    rim = [(0, 0.0), (r, 0.0), (r, 0.035), (r - 0.012, 0.04), (r - 0.016, 0.03)]
    face = [(r - 0.014, 0.028), (0, 0.028)]
    parts = [kit.turned(kit.pick("metal", "black", "wood"), rim, segments=36), kit.turned("white", face, segments=36)]
    parts += [kit.block("black", (-w, w), (-0.02, length), (0.027, 0.030 + w)) for w, length in ((0.003, r * 0.75),)]
    parts.append(
        shapes.turn(kit.block("black", (-0.004, 0.004), (-0.02, r * 0.5), (0.027, 0.0315)), 2, kit.between(0.5, 5.5))
    )
    for k in range(12):
        mark = kit.block("black", (-0.003, 0.003), (r * 0.78, r * 0.86), (0.026, 0.0295))
        parts.append(shapes.turn(mark, 2, k * np.pi / 6))
    return item(
        "otherprop",
        shifted([shapes.turn(shapes.turn(p, 0, -np.pi / 2), 1, np.pi) for p in parts], 0, -0.002, r),
        2 * r,
        0.04,
        2 * r,
    )


def room_rug(kit: Kit, width: float, depth: float) -> Item:
    """Rug 12 mm thick with the whole ornament on top; centred at 0, lifted 8 mm."""
    f = kit.finishes("rug")
    mesh = shapes.rounded_box((width, depth, 0.012), f.material, 0.004)
    return item("floor mat", [shapes.move(shapes.fit_uv(mesh, 0, 1), 0, 0, 0.0145)], width, depth, 0.02)


def round_rug(kit: Kit, diameter: float) -> Item:
    """Round plain rug; centred at 0."""
    r = diameter / 2
    mesh = kit.turned(
        kit.pick("cushion", "cloth2"), [(0, 0), (r, 0), (r, 0.008), (r - 0.01, 0.012), (0, 0.012)], segments=48
    )
    p = mesh.vertices[:, :2] / 0.4
    mesh = type(mesh)(mesh.vertices, mesh.faces, mesh.face_material, mesh.materials, mesh.normals, p)
    return item("floor mat", [shapes.move(mesh, 0, 0, 0.0085)], diameter, diameter, 0.02)


def curtain(kit: Kit, width: float, height: float) -> Item:
    """One hanging curtain with folds; z = 0 is its hem, x from 0 to width, y its distance from the wall."""
    folds = max(3, round(width / 0.075))
    x = np.linspace(0, 1, folds * 6 + 1)
    z = np.array([0, 0.1, 0.35, 0.7, 1.0]) * height
    grow = np.array([1.0, 1.0, 0.95, 0.8, 0.55])[:, None]
    phase = 2 * np.pi * folds * x + 0.5 * np.sin(7 * x)
    y = 0.09 + 0.033 * grow * np.sin(phase)[None] + 0.008 * np.sin(3.1 * phase)[None]
    grid = np.stack(np.broadcast_arrays((x * width)[None], y, z[:, None]), -1)
    f = kit.finishes("curtain")
    uv = np.stack(np.broadcast_arrays((x * width * 1.7)[None], z[:, None]), -1) / f.tile_m
    faces = shapes.grid_faces(*grid.shape[:2])
    back = grid - [0, 0.006, 0]
    n = grid.shape[0] * grid.shape[1]
    mesh = shapes.piece(
        np.concatenate([grid.reshape(-1, 3), back.reshape(-1, 3)]),
        np.concatenate([faces[:, ::-1], faces + n]),
        np.zeros((2 * n, 3)),
        np.tile(uv.reshape(-1, 2), (2, 1)),
        f.material,
    )
    return item("curtain", [shapes.smoothed(mesh)], width, 0.14, height)


def curtain_rod(kit: Kit, width: float) -> list[Mesh]:
    """Rod on brackets, centred at x = 0, z = 0."""
    parts = [kit.rod("metal", (-width / 2, 0.09, 0), (width / 2, 0.09, 0), 0.012)]
    parts += [kit.ball("metal", (s * width / 2, 0.09, 0), 0.025, 12) for s in (-1, 1)]
    return tag(
        "curtain",
        parts
        + [
            kit.rod("metal", (s * (width / 2 - 0.08), -0.01, 0), (s * (width / 2 - 0.08), 0.09, 0), 0.008, 8)
            for s in (-1, 1)
        ],
    )


def radiator(kit: Kit, width: float = 0.9, height: float = 0.55) -> Item:
    """Ribbed or flat radiator with a valve; stands from z = 0.12."""
    x, z = width / 2, 0.12
    parts = []
    if kit.chance(0.6):
        for px in np.arange(-x, x - 0.03, 0.062):
            parts.append(
                kit.cushion("white", (px, px + 0.052), (0.035, 0.12), (z, z + height), 0.02, 0.0)
                if width < 0
                else kit.slab("white", (px, px + 0.05), (0.035, 0.12), (z, z + height), 0.018)
            )
        parts += [kit.rod("white", (-x, 0.078, h), (x, 0.078, h), 0.02) for h in (z + 0.06, z + height - 0.06)]
    else:
        parts.append(kit.slab("white", (-x, x), (0.035, 0.1), (z, z + height), 0.01))
        parts += [
            kit.slab("white", (px, px + 0.035), (0.095, 0.108), (z + 0.03, z + height - 0.03), 0.006)
            for px in np.arange(-x + 0.03, x - 0.04, 0.055)
        ]
        parts.append(
            kit.slab("white", (-x - 0.004, x + 0.004), (0.03, 0.115), (z + height - 0.006, z + height + 0.012))
        )
    parts += [
        kit.slab("white", (s * (x - 0.15) - 0.02, s * (x - 0.15) + 0.02), (-0.01, 0.04), (z + 0.1, z + height - 0.1))
        for s in (-1, 1)
    ]
    parts += [
        kit.rod("chrome", (x - 0.01, 0.075, z + 0.05), (x + 0.06, 0.075, z + 0.05), 0.011, 8),
        kit.rod("white", (x + 0.045, 0.075, -0.01), (x + 0.045, 0.075, z + 0.05), 0.008, 8),
    ]
    return item(
        "otherstructure",
        [*parts, kit.rod("white", (x + 0.05, 0.075, z + 0.05), (x + 0.12, 0.075, z + 0.05), 0.02, 12)],
        width + 0.2,
        0.14,
        z + height,
    )


def television(kit: Kit, width: float = 1.1) -> Item:
    """Flat screen on a foot; back at y = 0."""
    h, x = width * 0.58, width / 2
    parts = [
        kit.slab("black", (-0.22, 0.22), (0.02, 0.24), (-0.001, 0.014)),
        kit.slab("black", (-0.05, 0.05), (0.1, 0.13), (0.01, 0.15)),
    ]
    parts.append(kit.slab("black", (-x, x), (0.1, 0.15), (0.07, 0.07 + h), 0.008))
    parts.append(kit.slab("glass", (-x + 0.012, x - 0.012), (0.145, 0.1525), (0.085, 0.07 + h - 0.012), 0.001))
    return item("television", parts, width, 0.26, h + 0.08)


def mantelpiece(kit: Kit, width: float) -> Item:
    """Fireplace front: hearth, jambs, mantel shelf, dark opening with a grate and logs, things on the shelf."""
    x, h, d = width / 2, 1.12, 0.2
    role = kit.pick("paint", "wood", "sill")
    parts = [kit.slab("sill", (-x, x), (-0.01, 0.45), (0, 0.035), 0.004)]
    for a, b in ((-x, -x + 0.2), (x - 0.2, x)):
        parts.append(kit.slab(role, (a, b), (-0.02, d - 0.02), (0.03, h - 0.05), 0.006))
        parts.append(kit.slab(role, (a + 0.03, b - 0.03), (d - 0.025, d - 0.008), (0.2, h - 0.25), 0.008))
    parts.append(kit.slab(role, (-x + 0.19, x - 0.19), (-0.02, d - 0.03), (0.78, h - 0.05), 0.006))
    parts.append(kit.slab(role, (-x - 0.04, x + 0.04), (-0.02, d + 0.05), (h - 0.055, h), 0.008))
    parts.append(kit.block("black", (-x + 0.19, x - 0.19), (-0.018, 0.012), (0.03, 0.785)))
    parts += [kit.rod("metal", (-x + 0.26, y, 0.1), (x - 0.26, y, 0.1), 0.008, 8) for y in (0.05, 0.09, 0.13)]
    logs = [
        ((-0.2, 0.06, 0.15), (0.2, 0.1, 0.16)),
        ((-0.18, 0.12, 0.15), (0.19, 0.07, 0.155)),
        ((-0.14, 0.09, 0.23), (0.17, 0.1, 0.235)),
    ]
    parts += [kit.rod("wood2", a, b, 0.045, 10) for a, b in logs]
    for px in (-x + 0.15, 0.0, x - 0.15):
        maker = kit.pick(clutter.room_vase, clutter.room_book_stack, clutter.nothing)
        parts += shifted(maker(kit), px, 0.1, h - 0.0004, 0)
    return item("otherstructure", parts, width + 0.08, 0.3, h)
