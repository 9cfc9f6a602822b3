"""PLY files to a mesh: trimesh parses, this keeps what its mesh class would drop.

Kept: normals as written, colours per vertex and per face (also as `diffuse_red`), texture coordinates
per vertex or per face corner, and integer labels per vertex or face.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from trimesh.exchange.ply import load_ply

from scenegen.assets.corners import I64, majority, rgb_bytes, unique_corners
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import I32, U8, WHITE, Material, Mesh
from scenegen.assets.obj import fan
from scenegen.assets.shelf import Picture, TextureShelf
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

_INDEX_NAMES = ("vertex_indices", "vertex_index")
_UV_NAMES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))
_LABEL_NAMES = ("label", "instance", "objectId", "object_id", "segment")


def read_ply(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of a PLY file (ASCII or binary) and what is wrong with it; pictures below `root` only.

    Raises AssetError `empty`, `no_faces`, `bad_index`, `too_large`, `unreadable`; anything that trimesh raises on a
    damaged file.
    """
    with path.open("rb") as file:
        elements = load_ply(file, fix_texture=False, skip_materials=True)["metadata"]["_ply_raw"]
    vertex, face = _columns(elements, "vertex", path.name), _columns(elements, "face", path.name)
    position = _stack(vertex, ("x", "y", "z"))
    if position is None or not len(position):
        raise AssetError("empty", f"{path.name}: no vertices")
    faces, origin = _triangles(face)
    if len(faces) > limits.max_faces:
        raise AssetError("too_large", f"{path.name}: {len(faces)} triangles, more than {limits.max_faces}")
    if not len(faces):
        raise AssetError("no_faces", f"{path.name}: no faces; a point cloud cannot be used")
    if faces.min() < 0 or faces.max() >= len(position):
        raise AssetError("bad_index", f"{path.name}: a face names a vertex that is not in the file")
    shelf = TextureShelf(root, path.parent, limits.max_texels)
    mesh = _mesh(position, faces, origin, vertex, face, _material(path, shelf))
    return mesh, shelf.defects


def _columns(elements: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    """The properties of an element by name; lists as (n, k) or as ragged arrays of arrays.

    Raises AssetError `unreadable` where the file ends before as many as its header announces.
    """
    data = elements.get(name, {}).get("data")
    if data is None:
        return {}
    columns = data if isinstance(data, dict) else _fields(data)
    for column in columns.values():
        if len(column) != elements[name]["length"]:
            what = f"{name} {elements[name]['length']} is announced, {len(column)} are there"
            raise AssetError("unreadable", f"{where}: {what}; is the file whole?")
    return {k: _flat(np.asarray(v)) for k, v in columns.items()} if isinstance(data, dict) else columns


def _fields(data: Any) -> dict[str, Any]:
    """The fields of a binary element; of a list, what follows its length."""
    fields = data.dtype.fields or {}
    return {k: data[k]["f1"] if fields[k][0].names else data[k] for k in data.dtype.names or ()}


def _flat(column: NDArray) -> NDArray:
    """(n,) of an (n, 1) column."""
    return column[:, 0] if column.ndim == 2 and column.shape[1] == 1 else column


def _stack(columns: dict[str, Any], names: tuple[str, ...]) -> NDArray | None:
    """(n, k) of scalar properties, or None where one is missing."""
    if not all(n in columns and np.ndim(columns[n]) == 1 for n in names):
        return None
    return np.stack([np.asarray(columns[n]) for n in names], axis=1)


def _triangles(face: dict[str, Any]) -> tuple[I64, I64]:
    """(F, 3) vertex indices and (F,) the polygon each comes from."""
    polygons = next((face[n] for n in _INDEX_NAMES if n in face), None)
    if polygons is None or not len(polygons):
        return np.zeros((0, 3), np.int64), np.zeros(0, np.int64)
    if polygons.dtype != object and polygons.ndim == 2:
        if polygons.shape[1] == 3:
            return polygons.astype(np.int64), np.arange(len(polygons))
        sizes = np.full(len(polygons), polygons.shape[1])
    else:
        sizes = np.array([np.size(p) for p in polygons])
    corners, origin = fan(sizes)
    return np.concatenate([np.ravel(p) for p in polygons]).astype(np.int64)[corners], origin


def _material(path: Path, shelf: TextureShelf) -> Material:
    """White where vertex or face colours multiply it, textured where the header names a picture."""
    with path.open("rb") as file:
        header = file.read(1 << 14).split(b"end_header", 1)[0].decode("utf-8", "replace")
    comments = [line.split(None, 2) for line in header.splitlines() if line.lower().startswith("comment texturefile")]
    names = [c[2].strip() for c in comments if len(c) == 3]
    shelf.fit([Picture(n) for n in names[:1]])
    texture = shelf.texture(Picture(names[0])) if names else None
    return Material(path.stem, WHITE, texture) if texture else Material(path.stem)


def _mesh(position: NDArray, faces: I64, origin: I64, vertex: dict, face: dict, material: Material) -> Mesh:
    """Vertices split where colours or texture coordinates differ between the faces that share them."""
    uv_corner, rgb_face = _corner_uv(face, origin, faces), _colors(face)
    vertex_rgb = _colors(vertex)
    rgb_face = None if vertex_rgb is not None or rgb_face is None else rgb_face[origin]
    index, inverse = np.arange(len(position)), faces
    corner = None
    if uv_corner is not None or rgb_face is not None:
        keys = [faces.ravel(), *_uv_keys(uv_corner), *_rgb_keys(rgb_face)]
        corner, inverse = unique_corners(*keys)
        index = faces.ravel()[corner]
    colors = vertex_rgb[index] if vertex_rgb is not None else None
    if rgb_face is not None and corner is not None:
        colors = rgb_face[corner // 3]
    uv = _vertex_uv(vertex, index) if uv_corner is None or corner is None else uv_corner[corner]
    normals = _stack(vertex, ("nx", "ny", "nz"))
    return Mesh(
        vertices=position[index].astype(np.float32),
        faces=inverse.reshape(-1, 3).astype(np.int32),
        face_material=np.zeros(len(faces), np.int32),
        materials=(material if colors is None or material.texture else Material(material.name, (1.0, 1.0, 1.0)),),
        normals=None if normals is None else normals[index].astype(np.float32),
        uv=None if uv is None else uv.astype(np.float32),
        colors=colors,
        face_label=_labels(vertex, face, faces, origin),
    )


def _colors(columns: dict[str, Any]) -> U8 | None:
    """(n, 3) colours under any of the usual names."""
    for names in (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b")):
        if (rgb := _stack(columns, names)) is not None:
            return rgb_bytes(rgb)
    return None


def _corner_uv(face: dict[str, Any], origin: I64, faces: I64) -> NDArray | None:
    """(3F, 2) texture coordinates of a `texcoord` list of triangles; None where there is none."""
    texcoord = face.get("texcoord")
    if texcoord is None or texcoord.dtype == object or texcoord.shape != (len(faces), 6):
        return None
    return texcoord[origin].reshape(-1, 2)


def _vertex_uv(vertex: dict[str, Any], index: I64) -> NDArray | None:
    """(N, 2) texture coordinates under any of the usual names."""
    for names in _UV_NAMES:
        if (uv := _stack(vertex, names)) is not None:
            return uv[index]
    return None


def _uv_keys(uv: NDArray | None) -> list[I64]:
    """Integer keys that tell texture coordinates apart."""
    return [] if uv is None else [np.unique(uv[:, i], return_inverse=True)[1] for i in range(2)]


def _rgb_keys(rgb: U8 | None) -> list[I64]:
    """Integer key of the face's colour for each corner."""
    return [] if rgb is None else [np.repeat(rgb.astype(np.int64) @ np.array([65536, 256, 1]), 3)]


def _labels(vertex: dict[str, Any], face: dict[str, Any], faces: I64, origin: I64) -> I32 | None:
    """(F,) label of the face, or of most of its vertices; None where the file has none."""
    for name in _LABEL_NAMES:
        if name in face and np.ndim(face[name]) == 1:
            return np.asarray(face[name])[origin].astype(np.int32)
        if name in vertex and np.ndim(vertex[name]) == 1:
            return majority(np.asarray(vertex[name])[faces]).astype(np.int32)
    return None
