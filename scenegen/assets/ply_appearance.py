"""Colours, texture coordinates, pictures and labels of a PLY, under the names that programs write."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.corners import I64, majority, rgb_bytes
from scenegen.assets.mesh import I32, U8
from scenegen.assets.ply import Columns, Lists

_UV_NAMES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"), ("texture_s", "texture_t"))
_RGB_NAMES = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))
_MATERIAL_NAMES = ("material_index", "material_indices")
_LABEL_NAMES = ("label", "instance", "objectId", "object_id", "segment")


@dataclass(frozen=True)
class Triangles:
    """Triangles of a file's polygons."""

    points: I64
    """(F, 3) vertices."""
    corner: I64
    """(F, 3) which of the polygons' corners, counted through the file."""
    polygon: I64
    """(F,)"""


@dataclass(frozen=True)
class FaceAppearance:
    """What triangles wear; what belongs to vertices is left to those."""

    uv: NDArray | None
    """(3F, 2) texture coordinates of each corner; None: those of the vertices, if any."""
    rgb: U8 | None
    """(F, 3) sRGB of each triangle; None: that of the vertices, if any."""
    picture: I64
    """(F,) number of the picture of each triangle."""
    bare: NDArray[np.bool_]
    """(F,) which triangles have no texture coordinates."""


def appearance_of(
    vertex: Columns, face: Columns, material: Columns, triangles: Triangles, polygons: Lists
) -> FaceAppearance:
    """Coordinates as MeshLab writes them (`texcoord`, `texnumber`), and colours of faces or of their materials.

    Where vertices and faces have colours, those of the vertices count, unless they are all the same.
    """
    uv, given = _corner_uv(face, polygons)
    rgb = None if _vary(vertex_colors(vertex)) else _face_colors(face, material)
    mapped = np.full(len(polygons.sizes), vertex_uv(vertex) is not None) if uv is None else given
    return FaceAppearance(
        uv=None if uv is None else uv[triangles.corner.ravel()],
        rgb=None if rgb is None else rgb[triangles.polygon],
        picture=_picture(vertex, face, triangles),
        bare=~mapped[triangles.polygon],
    )


def _vary(rgb: U8 | None) -> bool:
    """Whether there are colours, and more than one."""
    return rgb is not None and bool((rgb != rgb[:1]).any())


def _picture(vertex: Columns, face: Columns, triangles: Triangles) -> I64:
    """(F,) numbers of pictures, the first where there are none."""
    if (number := scalar(face, "texnumber")) is not None:
        return number[triangles.polygon].astype(np.int64)
    if (number := scalar(vertex, "texnumber")) is not None:
        return number[triangles.points[:, 0]].astype(np.int64)
    return np.zeros(len(triangles.polygon), np.int64)


def _corner_uv(face: Columns, polygons: Lists) -> tuple[NDArray | None, NDArray[np.bool_]]:
    """(C, 2) texture coordinates of all corners, None where no polygon has them, and (P,) which have."""
    texcoord = face.get("texcoord")
    if not isinstance(texcoord, Lists):
        return None, np.zeros(len(polygons.sizes), bool)
    given = (texcoord.sizes == 2 * polygons.sizes) & (polygons.sizes > 0)
    uv = np.zeros((len(polygons.values), 2), texcoord.values.dtype.newbyteorder("="))
    uv[np.repeat(given, polygons.sizes)] = texcoord.values[np.repeat(given, texcoord.sizes)].reshape(-1, 2)
    return uv if given.any() else None, given


def _face_colors(face: Columns, material: Columns) -> U8 | None:
    """(P, 3) colours of the polygons: their own, or those of the materials that they number."""
    own, table = vertex_colors(face), vertex_colors(material)
    number = next((n for name in _MATERIAL_NAMES if (n := scalar(face, name)) is not None), None)
    if own is not None or table is None or number is None:
        return own
    known = number.min(initial=0) >= 0 and number.max(initial=0) < len(table)
    return table[number.astype(np.int64)] if known else None


def vertex_colors(columns: Columns) -> U8 | None:
    """(n, 3) colours under any of the usual names, of faces or materials as well."""
    rgb = next((rgb for names in _RGB_NAMES if (rgb := stack(columns, names)) is not None), None)
    return None if rgb is None else rgb_bytes(rgb)


def vertex_uv(vertex: Columns) -> NDArray | None:
    """(N, 2) texture coordinates under any of the usual names."""
    return next((uv for names in _UV_NAMES if (uv := stack(vertex, names)) is not None), None)


def face_labels(vertex: Columns, face: Columns, triangles: Triangles) -> I32 | None:
    """(F,) label of the face, or of most of its vertices; None where the file has none."""
    for name in _LABEL_NAMES:
        if (label := scalar(face, name)) is not None:
            return label[triangles.polygon].astype(np.int32)
        if (label := scalar(vertex, name)) is not None:
            return majority(label[triangles.points]).astype(np.int32)
    return None


def scalar(columns: Columns, name: str) -> NDArray | None:
    """(n,) values of a property that is no list."""
    column = columns.get(name)
    return None if isinstance(column, Lists) else column


def stack(columns: Columns, names: tuple[str, ...]) -> NDArray | None:
    """(n, k) of scalar properties, or None where one is missing."""
    found = [c for name in names if (c := scalar(columns, name)) is not None]
    return np.stack(found, axis=1) if len(found) == len(names) else None
