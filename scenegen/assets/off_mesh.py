"""OFF files to a mesh: `OFF`, a line of counts, vertices, then faces of any number of corners.

Own reader because trimesh's fails on faces of different sizes, takes a file that was cut off for a smaller
one, and drops the colours of `COFF`. Format: https://www.geomview.org/docs/html/OFF.html
"""

import re
from pathlib import Path

import numpy as np

from scenegen.assets.corners import I64, rgb_bytes
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.obj import fan, number_table, whole_numbers
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

_HEADER = re.compile(rb"(C?)OFF(\d*)$")  # counts may follow at once, as in ModelNet's "OFF490 518 0"
Rows = list[list[bytes]]


def read_off(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of a text OFF file and what is wrong with it (nothing); names no other files, so `root` is not used.

    Raises AssetError: `unreadable` (no such header, a malformed line, less than the counts say), `empty`, `no_faces`,
    `too_large`.
    """
    del root
    colored, counts, rows = _header(path)
    vertex_count, face_count = counts
    if vertex_count == 0 or face_count == 0:
        raise AssetError("no_faces" if vertex_count else "empty", f"{path.name}: its header counts none")
    if vertex_count + face_count > len(rows):
        wanted = f"{vertex_count} vertices and {face_count} faces"
        raise AssetError("unreadable", f"{path.name}: {wanted} are announced, {len(rows)} lines follow; is it whole?")
    table = number_table(rows[:vertex_count], 3, path.name)
    corners, sizes = _faces(rows[vertex_count : vertex_count + face_count], path.name)
    if int(np.maximum(sizes - 2, 0).sum()) > limits.max_faces:
        raise AssetError("too_large", f"{path.name}: more than {limits.max_faces} triangles")
    faces = corners[fan(sizes)[0]]
    if len(faces) and (faces.min() < 0 or faces.max() >= vertex_count):
        raise AssetError("bad_index", f"{path.name}: a face names a vertex that is not in the file")
    colors = rgb_bytes(table[:, 3:6]) if colored and table.shape[1] >= 6 else None
    white = Material("") if colors is None else Material("", (1.0, 1.0, 1.0))
    material = np.zeros(len(faces), np.int32)
    return Mesh(table[:, :3].astype(np.float32), faces.astype(np.int32), material, (white,), colors=colors), []


def _header(path: Path) -> tuple[bool, tuple[int, int], Rows]:
    """Whether vertices have colours, the counts of vertices and faces, and the words of all lines after them."""
    lines = path.read_bytes().replace(b"\r", b"\n").split(b"\n")
    rows = [words for line in lines if (words := line.split(b"#", 1)[0].split())]
    match = _HEADER.match(rows[0][0]) if rows else None
    if match is None:
        raise AssetError("unreadable", f"{path.name}: does not begin with OFF or COFF")
    beside = [w for w in (match[2], *rows[0][1:]) if w]
    counts, rest = (beside, rows[1:]) if beside else (rows[1] if len(rows) > 1 else [], rows[2:])
    if len(counts) < 2 or not all(w.isdigit() and len(w) < 12 for w in counts[:2]):
        raise AssetError("unreadable", f"{path.name}: no counts of vertices and faces after OFF")
    return match[1] == b"C", (int(counts[0]), int(counts[1])), rest


def _faces(rows: Rows, where: str) -> tuple[I64, I64]:
    """Corners of all faces end to end, and how many each has; colours behind them are passed over."""
    try:
        sizes = whole_numbers([row[0] for row in rows])
        if (sizes < 0).any() or (sizes > np.array([len(row) - 1 for row in rows])).any():
            raise ValueError
        return whole_numbers([w for row, n in zip(rows, sizes.tolist(), strict=True) for w in row[1 : 1 + n]]), sizes
    except (ValueError, OverflowError):
        raise AssetError("unreadable", f"{where}: a face line is malformed") from None
