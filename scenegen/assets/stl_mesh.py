"""STL files to a mesh, binary or text: triangles and nothing else, each with vertices of its own.

Normals are left to cleaning: most files hold the geometric ones. Colours in the attribute bytes of some dialects are
passed over. Format: 3D Systems, "StereoLithography Interface Specification", 1988.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.obj import number_table
from scenegen.assets.origin import localized
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEAD = 84
_UNSAID = (0, 0xFFFFFFFF, 0x7FFFFFFF)
"""Counts that programs write who do not know how many will follow."""
_TEXT_START = 1 << 12
_VERTEX = re.compile(rb"vertex[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)", re.IGNORECASE)
_LOOP_END = re.compile(rb"endloop", re.IGNORECASE)


def read_stl(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of an STL file, all its solids together, and what is wrong with it (nothing); names no other files.

    Raises AssetError: `unreadable`, `no_faces`, `too_large`.
    """
    del root
    data = path.read_bytes()
    corners = _text(data, path.name) if _is_text(data) else _binary(data, path.name)
    if not len(corners):
        raise AssetError("no_faces", f"{path.name}: no triangles")
    if len(corners) > limits.max_faces:
        raise AssetError("too_large", f"{path.name}: {len(corners)} triangles, more than {limits.max_faces}")
    faces = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
    return Mesh(localized(corners.reshape(-1, 3)), faces, np.zeros(len(faces), np.int32), (Material(""),)), []


def _is_text(data: bytes) -> bool:
    """Whether the file is text; binary ones may begin with "solid" too, so their length counts for more."""
    if len(data) >= _HEAD and len(data) == _HEAD + _RECORD.itemsize * _announced(data):
        return False
    start = data[:_TEXT_START]
    return b"\0" not in start and _VERTEX.search(start) is not None


def _announced(data: bytes) -> int:
    """The count of triangles in a binary head."""
    return int.from_bytes(data[_HEAD - 4 : _HEAD], "little")


def _binary(data: bytes, where: str) -> NDArray:
    """(F, 3, 3) corners; the file's length decides where it holds whole records and more than are announced.

    Raises AssetError `unreadable` where it is cut off.
    """
    if len(data) < _HEAD:
        raise AssetError("unreadable", f"{where}: neither a text nor a binary STL")
    announced, (held, rest) = _announced(data), divmod(len(data) - _HEAD, _RECORD.itemsize)
    if announced > held and announced not in _UNSAID:
        raise AssetError("unreadable", f"{where}: {announced} triangles are announced, {held} are there; is it whole?")
    count = held if rest == 0 or announced in _UNSAID else announced
    return np.frombuffer(data, _RECORD, count, _HEAD)["corners"]


def _text(data: bytes, where: str) -> NDArray:
    """(F, 3, 3) corners. Raises AssetError `unreadable`."""
    rows = [list(words) for words in _VERTEX.findall(data)]
    loops = len(_LOOP_END.findall(data))
    if len(rows) != 3 * loops:
        raise AssetError("unreadable", f"{where}: {len(rows)} corners in {loops} triangles; is it whole?")
    return number_table(rows, 3, where).reshape(-1, 3, 3)
