"""Primitives compressed by Draco (KHR_draco_mesh_compression), decoded by DracoPy.

Formats: https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Khronos/KHR_draco_mesh_compression and
https://google.github.io/draco/spec/. What a stream claims is looked at before it is decoded: few bytes can claim
any number of faces.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf.packages import decoder

I64 = NDArray[np.int64]
NAME = "KHR_draco_mesh_compression"
_MESH, _SEQUENTIAL, _EDGEBREAKER = 1, 0, 1
_METADATA = 0x8000
_DEEPEST = 16


@dataclass(frozen=True, eq=False)
class DecodedMesh:
    """What a stream holds."""

    triangles: I64
    """(F, 3) indices of the rows of `attributes`."""
    attributes: dict[int, NDArray]
    """(N, width) rows as encoded, by the attribute's unique id."""


def decode_stream(data: bytes, where: str) -> DecodedMesh:
    """A whole stream. Raises AssetError `missing_package`; ValueError where it is damaged."""
    package = decoder("DracoPy", where, NAME)
    try:
        mesh = package.decode(data)
        triangles = np.asarray(mesh.faces, np.int64).reshape(-1, 3)
        attributes = {int(a["unique_id"]): np.asarray(a["data"]) for a in mesh.attributes}
    except Exception as error:  # its errors are of several kinds
        raise ValueError(f"Draco data do not decode ({error or type(error).__name__})") from None
    rows = {k: a.reshape(len(a), -1) for k, a in attributes.items()}
    if len(triangles) and any(not 0 <= triangles.min() <= triangles.max() < len(a) for a in rows.values()):
        raise ValueError("Draco data name a vertex that is not there")
    return DecodedMesh(triangles, rows)


def claims(data: bytes) -> tuple[int, int]:
    """Faces and vertices that a stream says it holds. Raises ValueError where it is no mesh in version 2.2."""
    if data[:5] != b"DRACO" or len(data) < 12:
        raise ValueError("no Draco data where some are named")
    major, minor, kind, method = data[5:9]
    if (major, minor) != (2, 2) or kind != _MESH or method not in (_SEQUENTIAL, _EDGEBREAKER):
        raise ValueError(f"Draco data of version {major}.{minor}, kind {kind}, method {method} are not read")
    flags = int.from_bytes(data[9:11], "little")
    at = _behind_metadata(data, 11) if flags & _METADATA else 11
    if method == _SEQUENTIAL:
        faces, at = _varint(data, at)
        vertices, _ = _varint(data, at)
    else:
        vertices, at = _varint(data, at + 1)
        faces, _ = _varint(data, at)
    return faces, vertices


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends. Raises ValueError."""
    value = 0
    for k in range(10):
        if at + k >= len(data):
            break
        value |= (data[at + k] & 127) << 7 * k
        if data[at + k] < 128:
            return value, at + k + 1
    raise ValueError("Draco data are cut off")


def _behind_metadata(data: bytes, at: int) -> int:
    """Where the metadata end: those of each attribute, then those of the mesh. Raises ValueError."""
    count, at = _varint(data, at)
    for _ in range(min(count, len(data))):
        _, at = _varint(data, at)
        at = _behind_table(data, at, 0)
    return _behind_table(data, at, 0)


def _behind_table(data: bytes, at: int, depth: int) -> int:
    """Where a table of named values, and the tables in it, end. Raises ValueError."""
    if depth > _DEEPEST or at >= len(data):
        raise ValueError("Draco metadata are cut off, or nested too deep")
    count, at = _varint(data, at)
    for _ in range(min(count, len(data))):
        at = _behind_name(data, at)
        size, at = _varint(data, at)
        at += size
    tables, at = _varint(data, at)
    for _ in range(min(tables, len(data))):
        at = _behind_table(data, _behind_name(data, at), depth + 1)
    return at


def _behind_name(data: bytes, at: int) -> int:
    """Where a name with its length in front ends. Raises ValueError."""
    if at >= len(data):
        raise ValueError("Draco metadata are cut off")
    return at + 1 + data[at]
