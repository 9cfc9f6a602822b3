"""OFF files to a mesh: `OFF`, a line of counts, vertices, then faces of any number of corners.

Own reader because trimesh's fails on faces of different sizes, takes a file that was cut off for a smaller
one, and drops the colours of `COFF`. Format: https://www.geomview.org/docs/html/OFF.html
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenegen.assets.corners import I64, rgb_bytes
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import WHITE, Material, Mesh
from scenegen.assets.obj import number_table, whole_numbers
from scenegen.assets.origin import localized
from scenegen.assets.polygons import triangulate
from scenegen.assets.source import Defect
from scenegen.assets.wording import BOM
from scenegen.errors import AssetError

_HEADER = re.compile(rb"(ST)?(C)?(N)?(4)?(n)?OFF(\d*)$")  # counts may follow at once, as in ModelNet's "OFF490 518 0"
Rows = list[list[bytes]]


@dataclass(frozen=True)
class _Head:
    """What the first line or two say."""

    columns: dict[str, slice]
    """Where a vertex's line has its `normal` and `color`, those that the keyword names."""
    vertices: int
    faces: int


def read_off(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of a text OFF file and what is wrong with it (nothing); names no other files, so `root` is not used.

    Colours of `COFF` and normals of `NOFF` are kept, in any combination. Raises AssetError: `unreadable` (no such
    header, a malformed line, less than the counts say), `unsupported` (binary, four dimensions and more), `empty`,
    `no_faces`, `bad_index`, `too_large`.
    """
    del root
    head, rows = _head(path)
    if head.vertices == 0 or head.faces == 0:
        raise AssetError("no_faces" if head.vertices else "empty", f"{path.name}: its header counts none")
    if head.vertices + head.faces > len(rows):
        wanted = f"{head.vertices} vertices and {head.faces} faces"
        raise AssetError("unreadable", f"{path.name}: {wanted} are announced, {len(rows)} lines follow; is it whole?")
    table = number_table(rows[: head.vertices], 3, path.name)
    corners, sizes = _faces(rows[head.vertices : head.vertices + head.faces], path.name)
    if int(np.maximum(sizes - 2, 0).sum()) > limits.max_faces:
        raise AssetError("too_large", f"{path.name}: more than {limits.max_faces} triangles")
    if len(corners) and (corners.min() < 0 or corners.max() >= head.vertices):
        raise AssetError("bad_index", f"{path.name}: a face names a vertex that is not in the file")
    faces = corners[triangulate(table[:, :3], corners, sizes)[0]]
    attribute = {name: table[:, at] for name, at in head.columns.items() if at.stop <= table.shape[1]}
    colors = rgb_bytes(attribute["color"]) if "color" in attribute else None
    mesh = Mesh(
        vertices=localized(table[:, :3], faces),
        faces=faces.astype(np.int32),
        face_material=np.zeros(len(faces), np.int32),
        materials=(Material("") if colors is None else Material("", WHITE),),
        normals=attribute["normal"].astype(np.float32) if "normal" in attribute else None,
        colors=colors,
    )
    return mesh, []


def _head(path: Path) -> tuple[_Head, Rows]:
    """The header, and the words of all lines after it."""
    data = path.read_bytes().removeprefix(BOM)
    lines = data.replace(b"\r", b"\n").split(b"\n")
    rows = [words for line in lines if (words := line.split(b"#", 1)[0].split())]
    match = _HEADER.match(rows[0][0]) if rows else None
    if match is None:
        raise AssetError("unreadable", f"{path.name}: does not begin with OFF, or COFF, NOFF, STOFF")
    if rows[0][1:2] == [b"BINARY"] or match[4] or match[5]:
        raise AssetError(
            "unsupported", f"{path.name}: a binary OFF, or one of four dimensions or more; save it as text OFF"
        )
    beside = [w for w in (match[6], *rows[0][1:]) if w]
    counts, rest = (beside, rows[1:]) if beside else (rows[1] if len(rows) > 1 else [], rows[2:])
    if len(counts) < 2 or not all(w.isdigit() and len(w) < 12 for w in counts[:2]):
        raise AssetError("unreadable", f"{path.name}: no counts of vertices and faces after OFF")
    return _Head(_columns(match), int(counts[0]), int(counts[1])), rest


def _columns(keyword: re.Match[bytes]) -> dict[str, slice]:
    """Columns of a vertex's line behind its position: normal, then colour."""
    after_normal = 6 if keyword[3] else 3
    normal = {"normal": slice(3, 6)} if keyword[3] else {}
    return normal | ({"color": slice(after_normal, after_normal + 3)} if keyword[2] else {})


def _faces(rows: Rows, where: str) -> tuple[I64, I64]:
    """Corners of all faces end to end, and how many each has; colours behind them are passed over."""
    try:
        sizes = whole_numbers([row[0] for row in rows])
        if (sizes < 0).any() or (sizes > np.array([len(row) - 1 for row in rows])).any():
            raise ValueError
        return whole_numbers([w for row, n in zip(rows, sizes.tolist(), strict=True) for w in row[1 : 1 + n]]), sizes
    except (ValueError, OverflowError):
        raise AssetError("unreadable", f"{where}: a face line is malformed") from None
