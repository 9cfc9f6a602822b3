"""PLY files to a mesh.

Kept: normals as written, colours per vertex, per face or of a face's material (also as `diffuse_red`), texture
coordinates per vertex or, as MeshLab writes them, per face corner with the number of the picture, and integer labels
per vertex or face.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.corners import I64, unique_corners
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.lookup import found_files
from scenegen.assets.mesh import I32, U8, WHITE, Material, Mesh
from scenegen.assets.model_textures import Picture, TextureStore
from scenegen.assets.origin import localized
from scenegen.assets.ply import MOST_HEADER, Columns, Header, Lists, parse_header, parse_ply
from scenegen.assets.ply_appearance import (
    FaceAppearance,
    Triangles,
    appearance_of,
    face_labels,
    stack,
    vertex_colors,
    vertex_uv,
)
from scenegen.assets.polygons import triangulate
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

_WANTED = frozenset({"vertex", "face", "tristrips", "material"})
_INDEX_NAMES = ("vertex_indices", "vertex_index")


def read_ply(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of a PLY file (ASCII or binary) and what is wrong with it; pictures below `root` only.

    Raises AssetError `empty`, `no_faces`, `bad_index`, `too_large`, `unreadable`.
    """
    header, elements = parse_ply(np.memmap(path, np.uint8, "r"), path.name, _WANTED)
    vertex, face = elements.get("vertex", {}), elements.get("face", {})
    position = stack(vertex, ("x", "y", "z"))
    if position is None or not len(position):
        raise AssetError("empty", f"{path.name}: no vertices")
    polygons = _polygons(face) or _strips(elements.get("tristrips", {}))
    if polygons is None or not len(polygons.sizes):
        raise AssetError("no_faces", f"{path.name}: no faces; a point cloud cannot be used")
    triangles = _triangles(position, polygons, limits, path.name)
    appearance = appearance_of(vertex, face, elements.get("material", {}), triangles, polygons)
    mesh = _mesh(position, triangles, vertex, appearance)
    store = TextureStore(root, path.parent, limits.max_texels)
    face_material, materials, defects = _materials(path.stem, texture_names(header), appearance, mesh.colors, store)
    mesh = replace(
        mesh, face_material=face_material, materials=materials, face_label=face_labels(vertex, face, triangles)
    )
    return mesh, store.defects + defects


def ply_files(path: Path, root: Path) -> list[Path]:
    """The files below `root` that a PLY names; none where its header makes no sense."""
    with path.open("rb") as file:
        start = file.read(MOST_HEADER)
    try:
        header = parse_header(start, path.name)
    except AssetError:
        return []
    return found_files(texture_names(header), root, path.parent)


def texture_names(header: Header) -> tuple[str, ...]:
    """What the comments `TextureFile` name, in order."""
    words = [c.split(None, 1) for c in header.comments]
    return tuple(w[1].strip() for w in words if len(w) == 2 and w[0].lower() == "texturefile")


def _polygons(element: Columns) -> Lists | None:
    """The corners of each face."""
    found = (element.get(name) for name in _INDEX_NAMES)
    return next((c for c in found if isinstance(c, Lists)), None)


def _strips(tristrips: Columns) -> Lists | None:
    """Triangles of strips, in which -1 starts a new one; every other triangle of a strip is turned."""
    strips = _polygons(tristrips)
    if strips is None:
        return None
    values = strips.values.astype(np.int64)
    after_break = np.maximum.accumulate(np.where(values < 0, np.arange(len(values)) + 1, 0))
    begin = np.maximum(np.repeat(np.cumsum(strips.sizes) - strips.sizes, strips.sizes), after_break)
    at = np.arange(max(len(values) - 2, 0))
    at = at[begin[2:] <= at]
    odd = (at - begin[at]) % 2
    triangles = np.stack([values[at], values[at + 1 + odd], values[at + 2 - odd]], axis=1)
    return Lists(np.full(len(triangles), 3), triangles.ravel())


def _triangles(position: NDArray, polygons: Lists, limits: Limits, where: str) -> Triangles:
    """Raises AssetError `too_large`, `bad_index`."""
    count = int(np.maximum(polygons.sizes - 2, 0).sum())
    if count > limits.max_faces:
        raise AssetError("too_large", f"{where}: {count} triangles, more than {limits.max_faces}")
    corners = polygons.values.astype(np.int64)
    if len(corners) and (corners.min() < 0 or corners.max() >= len(position)):
        raise AssetError("bad_index", f"{where}: a face names a vertex that is not in the file")
    corner, polygon = triangulate(position, corners, polygons.sizes)
    return Triangles(corners[corner], corner, polygon)


def _mesh(position: NDArray, triangles: Triangles, vertex: Columns, appearance: FaceAppearance) -> Mesh:
    """Vertices split where colours or texture coordinates differ between the faces that share them; no materials."""
    index, faces = np.arange(len(position)), triangles.points
    colors, uv, normals = vertex_colors(vertex), vertex_uv(vertex), stack(vertex, ("nx", "ny", "nz"))
    if appearance.uv is not None or appearance.rgb is not None:
        first, inverse = unique_corners(faces.ravel(), *_uv_keys(appearance.uv), *_rgb_keys(appearance.rgb))
        index, faces = faces.ravel()[first], inverse.reshape(-1, 3)
        uv = appearance.uv[first] if appearance.uv is not None else _taken(uv, index)
        colors = appearance.rgb[first // 3] if appearance.rgb is not None else _taken(colors, index)
        normals = _taken(normals, index)
    return Mesh(
        vertices=localized(position[index], faces),
        faces=faces.astype(np.int32),
        face_material=np.zeros(len(faces), np.int32),
        materials=(),
        normals=None if normals is None else normals.astype(np.float32),
        uv=None if uv is None else uv.astype(np.float32),
        colors=colors,
    )


def _taken(rows: NDArray | None, index: I64) -> NDArray | None:
    """The rows at `index`, if there are any rows."""
    return None if rows is None else rows[index]


def _uv_keys(uv: NDArray | None) -> list[I64]:
    """Integer keys that tell texture coordinates apart."""
    return [] if uv is None else [np.unique(uv[:, i], return_inverse=True)[1] for i in range(2)]


def _rgb_keys(rgb: U8 | None) -> list[I64]:
    """Integer key of the face's colour for each corner."""
    return [] if rgb is None else [np.repeat(rgb.astype(np.int64) @ np.array([65536, 256, 1]), 3)]


def _materials(
    name: str, names: tuple[str, ...], appearance: FaceAppearance, colors: U8 | None, store: TextureStore
) -> tuple[I32, tuple[Material, ...], list[Defect]]:
    """(F,) material index, the materials and their defects: one for each picture in use, a plain one for the rest.

    Textures and colours are left as they are; a plain material without colours is grey.
    """
    plain = Material(name) if colors is None else Material(name, WHITE)
    if not names:
        return np.zeros(len(appearance.bare), np.int32), (plain,), []
    named = (appearance.picture >= 0) & (appearance.picture < len(names))
    used, inverse = np.unique(np.where(named & ~appearance.bare, appearance.picture, -1), return_inverse=True)
    store.fit([Picture(names[k]) for k in used.tolist() if k >= 0])
    textures = [store.texture(Picture(names[k])) if k >= 0 else None for k in used.tolist()]
    bare, beyond = int(appearance.bare.sum()), int((appearance.picture >= len(names)).sum())
    defects = [Defect("no_uv", f"{name}: {bare} faces")] if bare else []
    defects += [Defect("missing_texture", f"{name}: {beyond} faces name a picture after the last")] if beyond else []
    return inverse.astype(np.int32), tuple(Material(name, WHITE, t) if t else plain for t in textures), defects
