"""From a room's mesh as its file has it to a `Room`: cleaned, levelled, with its ceiling found."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets.alignment import Alignment, align
from scenegen.assets.cleaning import (
    drop_degenerate,
    drop_small_components,
    drop_unreferenced,
    merged_vertices,
    repair_normals,
)
from scenegen.assets.decimation import decimate
from scenegen.assets.mesh import Material, Mesh, bounds, face_vectors
from scenegen.assets.normals import smooth_normals
from scenegen.assets.scale import check_size, check_storey
from scenegen.assets.source import Defect, Room
from scenegen.errors import AssetError
from scenegen.geometry import rotate, transform
from scenegen.seeding import Stage, generator

MAX_FACES = 1_500_000
"""Larger scans are decimated."""
FRAGMENT_M = 0.2
"""Loose parts with a smaller box diagonal are stray surface."""
DOUBT = 0.5
"""Confidence below which the up axis is said to be doubtful."""
_LEVEL = float(np.cos(np.deg2rad(15)))
_CREASE_DEG = 50.0


def level_room(
    room_id: str,
    mesh: Mesh,
    defects: tuple[Defect, ...] = (),
    *,
    hint: ArrayLike | None = None,
    authored: ArrayLike | None = None,
    is_scan: bool = False,
    unit_stated: bool = False,
    categories: dict[int, str] | None = None,
) -> Room:
    """Clean and level a room's mesh given in metres, in any frame.

    `hint` is about its up direction, stated and final; `authored` is the up axis that its format promises, used
    unless the room plainly stands otherwise. Loose crumbs are dropped from scans only. A stated unit is not doubted
    for the height of a storey. Everything changed or doubtful is recorded as a defect. Raises AssetError: `no_area`,
    `implausible_size`, `no_floor`.
    """
    mesh, cleaned = clean_room(mesh, FRAGMENT_M if is_scan else 0.0)
    check_size(room_id, mesh, generator(0, Stage.ASSET))
    found = align(mesh.vertices, mesh.faces, generator(0, Stage.ASSET), hint, authored)
    mesh = moved_rigidly(_with_normals(mesh), found.T_world_scan)
    unit = () if unit_stated else check_storey(room_id, mesh, found)
    mesh, plain = _colored(mesh)
    ceiling_m, closed = find_ceiling(mesh)
    more = cleaned + _alignment_defects(found) + unit + plain + (() if closed else (Defect("no_ceiling"),))
    return Room(room_id, mesh, ceiling_m, categories or {}, defects + more)


def clean_room(mesh: Mesh, crumbs_m: float = 0.0) -> tuple[Mesh, tuple[Defect, ...]]:
    """Without flat faces and loose parts below `crumbs_m`, at most MAX_FACES faces. Raises AssetError `no_area`."""
    mesh, flat = drop_degenerate(mesh)
    if not len(mesh.faces):
        raise AssetError("no_area", "the mesh has no area: every face is degenerate")
    whole, parts = drop_small_components(mesh, crumbs_m) if crumbs_m else (mesh, 0)
    small, error_m = decimate(whole, MAX_FACES)
    # Each detail begins with the number of faces removed: the asset doctor adds them up.
    counts = (
        ("degenerate_faces", flat, ""),
        ("fragments", len(mesh.faces) - len(whole.faces), f" faces in {parts} parts"),
        ("decimated", len(whole.faces) - len(small.faces), f" faces, moved by at most {error_m * 1000:.1f} mm"),
    )
    return drop_unreferenced(small)[0], tuple(Defect(code, f"{n}{rest}") for code, n, rest in counts if n)


def moved_rigidly(mesh: Mesh, T: NDArray[np.float64]) -> Mesh:
    """The mesh under a rigid (4, 4) motion; computed in float64."""
    normals = None if mesh.normals is None else rotate(T, mesh.normals).astype(np.float32)
    return replace(mesh, vertices=transform(T, mesh.vertices).astype(np.float32), normals=normals)


def find_ceiling(mesh: Mesh) -> tuple[float, bool]:
    """Height in metres of the largest level surface in the upper part of a levelled room, and True.

    Without one (less than a tenth of the room's level surface) the top of the scan, and False.
    """
    vectors = face_vectors(mesh)
    area = np.linalg.norm(vectors, axis=1)
    height = mesh.vertices[mesh.faces, 2].astype(np.float64).mean(1)
    top = float(bounds(mesh)[1][2])
    level = np.abs(vectors[:, 2]) > _LEVEL * area
    upper = level & (height > max(0.6 * top, 1.8))
    counts, edges = np.histogram(height[upper], np.arange(0, top + 0.1, 0.05), weights=area[upper])
    pairs = counts[:-1] + counts[1:]  # windows of 10 cm: a ceiling may lie on a bin's edge
    if not len(pairs) or pairs.max() < 0.1 * area[level].sum():
        return top, False
    low = edges[int(np.argmax(pairs))]
    inside = upper & (height >= low) & (height < low + 0.1)
    return float(np.average(height[inside], weights=area[inside])), True


def _with_normals(mesh: Mesh) -> Mesh:
    """With shading normals: the file's own, mended, or smooth ones up to a crease."""
    if mesh.normals is None:
        return smooth_normals(mesh, merged_vertices(mesh), _CREASE_DEG)
    return repair_normals(mesh)[0]


def colored(mesh: Mesh) -> bool:
    """Whether a mesh has a texture, vertex colours or a second material colour."""
    textured = any(m.texture is not None for m in mesh.materials)
    return mesh.colors is not None or textured or len({m.color for m in mesh.materials}) > 1


def _colored(mesh: Mesh) -> tuple[Mesh, tuple[Defect, ...]]:
    """A room without any colour becomes grey, and that is recorded."""
    if colored(mesh):
        return mesh, ()
    grey = tuple(replace(m, color=Material("").color) for m in mesh.materials)
    return replace(mesh, materials=grey), (Defect("no_colors", "grey"),)


def _alignment_defects(found: Alignment) -> tuple[Defect, ...]:
    """How far the scan's own axes are off, and what makes the answer doubtful."""
    tilt = np.rad2deg(np.arccos(min(float(np.abs(found.up).max()), 1.0)))
    slope = np.rad2deg(found.residual_rad)
    defects = []
    if tilt > 0.5:
        defects.append(Defect("tilted", f"{tilt:.1f} deg off the nearest axis, levelled"))
    if slope > 2:
        defects.append(Defect("sloping_floor", f"{slope:.1f} deg against the walls"))
    if found.contradicts:
        stands = f"stands along {_axis_name(found.up)} of the file, not as its format says"
        defects.append(Defect("up_contradicted", f"{stands}; state up_axis in assets.jsonl"))
    if found.confidence < DOUBT:
        defects.append(Defect("doubtful_up", f"confidence {found.confidence:.2f}; state up_axis in assets.jsonl"))
    return tuple(defects)


def _axis_name(up: NDArray[np.float64]) -> str:
    """The axis that a direction is nearest to: "y", "-z"."""
    axis = int(np.argmax(np.abs(up)))
    return ("-" if up[axis] < 0 else "") + "xyz"[axis]
