"""Pot plants. Frame as in `kit`."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.room_parts.kit import Item, Kit, item, shifted


def plant(kit: Kit) -> Item:
    """Pot plant: bent leaves that spread from the pot."""
    h, r = kit.between(0.5, 1.3), kit.between(0.13, 0.19)
    pot_h = r * kit.between(1.4, 2.0)
    pot = [(0, 0), (r * 0.75, 0), (r, pot_h), (r - 0.012, pot_h), (r - 0.02, pot_h - 0.035)]
    parts = [
        kit.turned(kit.pick("ceramic", "glaze", "glaze2", "wicker", "dark"), pot, segments=28),
        kit.turned("soil", [(r - 0.016, pot_h - 0.035), (0, pot_h - 0.03)]),
    ]
    count, wide = int(kit.rng.integers(12, 22)), kit.between(0.05, 0.11)
    for k in range(count):
        share = (k + 1) / count
        yaw = 2.4 * k + kit.between(-0.3, 0.3)
        leaf = _leaf(
            kit, h * kit.between(0.55, 0.8), wide * kit.between(0.8, 1.2), kit.between(0.15, 1.0) * (1.2 - 0.7 * share)
        )
        base = pot_h - 0.06 + (h * 0.3 * share if wide > 0.075 else 0.0)
        parts += shifted([leaf], 0, 0, base, yaw)
    if wide > 0.075:
        parts.append(kit.rod("wood2", (0, 0, pot_h - 0.1), (0.02, 0.01, pot_h + h * 0.3), (0.014, 0.008), 8))
    return item("otherfurniture", shifted(parts, 0, 0.32, 0), 0.6, 0.6, pot_h + h)


def _leaf(kit: Kit, length: float, width: float, bend: float) -> Mesh:
    """One folded leaf that rises from 0 and droops outwards along +x."""
    t, s = np.linspace(0, 1, 9), np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    lean = 0.25 + bend * 1.5 * t
    x, z = np.cumsum(np.sin(lean)) * length / 9, np.cumsum(np.cos(lean)) * length / 9
    half = width * np.sin(np.pi * np.clip(t, 0.02, 0.99) ** 0.75) ** 0.8 + 0.003
    grid = np.stack(
        np.broadcast_arrays(x[:, None], half[:, None] * s, z[:, None] + 0.35 * half[:, None] * np.abs(s)), -1
    )
    uv = np.stack(np.broadcast_arrays(t[:, None], (s + 1) / 2), -1)
    f = kit.finishes("leaf")
    mesh = shapes.piece(grid, shapes.grid_faces(9, 5)[:, ::-1], np.zeros((45, 3)), uv, f.material)
    return shapes.smoothed(mesh)
