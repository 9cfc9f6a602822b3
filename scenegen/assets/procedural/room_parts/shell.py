"""The shell of a room: floor, ceiling, walls with openings, mouldings, beams.

Wall frame: x to the right as seen from inside, y up, z into the room. Neighbouring surfaces overlap by
millimetres behind each other, so that the shell has no cracks and no two coplanar faces.
"""

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.room_parts.kit import Kit
from scenegen.assets.procedural.room_parts.openings import door, window
from scenegen.assets.procedural.room_parts.plan import FloorPlan, Opening, Wall

_LAP = 0.004


@dataclass(frozen=True)
class ShellStyle:
    """What the shell is decorated with."""

    accent: int
    """Index of the wall with the "accent wall" finish, -1 for none."""
    dado_m: float
    """Height of panelling or tiles with the "panel" finish, 0 for none; the ceiling's height for all."""
    skirting_m: float
    crown_m: float
    beams: int
    window_depth_m: float


def wall_frame(wall: Wall) -> np.ndarray:
    """(4, 4) T_world_wall."""
    T = np.eye(4)
    T[:2, 0], T[:3, 1], T[:2, 2], T[:2, 3] = wall.along, (0, 0, 1), wall.inward, wall.origin
    T[2, 2] = 0
    return T


def build_shell(kit: Kit, plan: FloorPlan, openings: tuple[Opening, ...], style: ShellStyle) -> list[Mesh]:
    """All fixed surfaces of the room in the world frame, labelled."""
    parts = _floor_and_ceiling(kit, plan)
    for k, wall in enumerate(plan.walls):
        mine = [o for o in openings if o.wall == k]
        pieces = _wall_surfaces(kit, plan, k, mine, style)
        pieces += tag("wall", _mouldings(kit, plan, wall, mine, style))
        for opening in mine:
            pieces += door(kit, opening) if opening.kind == "door" else window(kit, opening, style.window_depth_m)
        parts += [shapes.place(p, wall_frame(wall)) for p in pieces]
    return parts + _beams(kit, plan, style.beams)


def _floor_and_ceiling(kit: Kit, plan: FloorPlan) -> list[Mesh]:
    """Floor at z = 0 and ceiling, both reaching a little under the walls."""
    f, c = kit.finishes("floor"), kit.finishes("ceiling")
    outline = _grown(plan.corners, plan.walls, _LAP)
    floor = shapes.polygon(outline, f.material, texture_scale_m=f.tile_m)
    if kit.chance(0.5) and floor.uv is not None:
        floor = type(floor)(
            floor.vertices, floor.faces, floor.face_material, floor.materials, floor.normals, floor.uv[:, ::-1].copy()
        )
    ceiling = shapes.move(shapes.polygon(outline, c.material, up=False, texture_scale_m=c.tile_m), z=plan.height)
    return tag("floor", [floor]) + tag("ceiling", [ceiling])


def _grown(corners: np.ndarray, walls: tuple[Wall, ...], by: float) -> np.ndarray:
    """The polygon with every side moved outwards."""
    out = []
    for k, corner in enumerate(corners):
        wall = walls[k]
        out.append(corner - by * wall.inward + by * wall.mitre_right * wall.along)
    return np.array(out)


def _wall_surfaces(kit: Kit, plan: FloorPlan, k: int, openings: list[Opening], style: ShellStyle) -> list[Mesh]:
    """The plane of one wall in one or two zones, with holes; ends reach behind the next wall in corners."""
    wall = plan.walls[k]
    left, right = (_LAP if m > 0 else 0.0 for m in (wall.mitre_left, wall.mitre_right))
    upper = "accent wall" if k == style.accent else "wall"
    zones = [(-_LAP, plan.height + _LAP, upper)]
    if style.dado_m > 0:
        zones = [(-_LAP, style.dado_m, "panel"), (style.dado_m, plan.height + _LAP, upper)]
    out = []
    for z0, z1, role in zones:
        if z1 - z0 < 2 * _LAP:
            continue
        f = kit.finishes(role)
        holes = [(o.x0 + left, o.z0 - z0 if o.z0 > 0 else -1.0, o.x1 + left, o.z1 - z0) for o in openings]
        holes = [(a, max(b, 0.0), c, min(d, z1 - z0)) for a, b, c, d in holes if d > 0 and b < z1 - z0]
        mesh = shapes.patch(wall.length + left + right, z1 - z0, f.material, holes=holes, texture_scale_m=f.tile_m)
        out.append(shapes.move(shapes.shift_uv(mesh, 0.37 * k, z0 / f.tile_m), -left, z0))
    return tag("wall", out)


def _mouldings(kit: Kit, plan: FloorPlan, wall: Wall, openings: list[Opening], style: ShellStyle) -> list[Mesh]:
    """Skirting, rail over the panelling, crown; each interrupted by the openings it meets."""
    h, s, d, c = plan.height, style.skirting_m, style.dado_m, style.crown_m
    bands = []
    if s > 0:
        bands.append(("trim", [(0.016, -0.003), (0.016, s - 0.02), (0.011, s - 0.006), (-0.003, s)], 0.0, s))
    if 0 < d < h - 0.3:
        bands.append(
            (
                "trim",
                [(-0.003, d - 0.02), (0.014, d - 0.012), (0.02, d + 0.004), (0.02, d + 0.016), (-0.003, d + 0.024)],
                d - 0.02,
                d + 0.02,
            )
        )
    if c > 0:
        arc = [(c * (1 - np.cos(t)) + 0.008, h - c + c * np.sin(t) * 0.92) for t in np.linspace(0, np.pi / 2, 6)]
        bands.append(
            ("ceiling", [(-0.003, h - c - 0.012), (0.008, h - c - 0.012), *arc, (c + 0.008, h + 0.002)], h - c, h)
        )
    out = []
    for role, profile, z0, z1 in bands:
        cuts = sorted((o.x0 - 0.05, o.x1 + 0.05) for o in openings if o.z0 < z1 and o.z1 > z0)
        edges = [0.0, *(x for pair in cuts for x in pair), wall.length]
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            mitres = (wall.mitre_left if a == 0 else 0.0, wall.mitre_right if b == wall.length else 0.0)
            out += [_moulding(kit, role, profile, (a, b), mitres)] if b - a > 0.03 else []
    return out


def _moulding(
    kit: Kit, role: str, profile: list[tuple[float, float]], x: tuple[float, float], mitre: tuple[float, float]
) -> Mesh:
    """A strip of a profile of (distance from the wall, height) along x, ends cut on the mitre."""
    p = np.asarray(profile, float)
    a, b = p[:-1], p[1:]
    quad = []
    for q, end in ((a, 0), (a, 1), (b, 1), (b, 0)):
        px = x[end] + (q[:, 0] * mitre[end] if end == 0 else -q[:, 0] * mitre[end])
        quad.append(np.stack([px, q[:, 1], q[:, 0]], -1))
    points = np.stack(quad, 1)
    step = b - a
    normal = np.stack([np.zeros(len(a)), -step[:, 0], step[:, 1]], -1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    faces = (4 * np.arange(len(a)))[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    f = kit.finishes(role)
    uv = np.stack([points[..., 0], points[..., 1] + points[..., 2]], -1) / f.tile_m
    return shapes.piece(points, faces, np.repeat(normal, 4, axis=0), uv, f.material)


def _beams(kit: Kit, plan: FloorPlan, count: int) -> list[Mesh]:
    """Wooden beams across the shorter side of a rectangular room."""
    if count == 0 or plan.shape != "rectangle":
        return []
    low, high = plan.corners.min(0), plan.corners.max(0)
    across = int(np.argmin(high - low))
    out = []
    for t in np.linspace(low[1 - across], high[1 - across], count + 2)[1:-1]:
        spans = [(float(t) - 0.075, float(t) + 0.075)] * 2
        spans[across] = (float(low[across]) - 0.003, float(high[across]) + 0.003)
        out.append(kit.slab("wood2", spans[0], spans[1], (plan.height - 0.16, plan.height + 0.01), 0.008))
    return tag("ceiling", out)
