"""OBJ and MTL files to a mesh."""

from pathlib import Path

import numpy as np

from scenegen.assets.corners import I64, rgb_bytes, unique_corners
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.lookup import find_file
from scenegen.assets.mesh import I32, WHITE, Material, Mesh
from scenegen.assets.mtl import MtlRecord, parse_mtl
from scenegen.assets.obj import F64, ObjData, parse_obj
from scenegen.assets.shelf import Picture, TextureShelf
from scenegen.assets.source import Defect

_MOST_LIBRARIES, _MOST_BYTES = 64, 64 << 20
"""Names of MTL files that are looked up, lines of them and names of a line, and bytes of such a file."""


def read_obj(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of an OBJ file and what is wrong with it; files are looked for below `root` only.

    Raises AssetError (see `parse_obj`).
    """
    obj = parse_obj(path.read_bytes(), path.name, limits.max_faces)
    records, defects = _libraries(obj, root, path.parent)
    shelf = TextureShelf(root, path.parent, limits.max_texels)
    face_material, materials, more = _materials(obj, records, shelf)
    mesh = _mesh(obj, face_material, materials)
    return mesh, defects + shelf.defects + more


def library_files(libraries: tuple[str, ...], root: Path, start: Path) -> tuple[list[Path], list[Defect]]:
    """The MTL files that `mtllib` lines name (one name with blanks, or several), and what is missing."""
    found: list[Path] = []
    defects: list[Defect] = []
    for line in list(dict.fromkeys(libraries))[:_MOST_LIBRARIES]:
        names = [line] if _found(root, start, line) else line.split()[:_MOST_LIBRARIES]
        paths = [(name, _found(root, start, name)) for name in names]
        found += [p for _, p in paths if p is not None]
        defects += [Defect("missing_mtl", name) for name, p in paths if p is None]
    return list(dict.fromkeys(found)), defects


def _found(root: Path, start: Path, name: str) -> Path | None:
    """The file, or None where it is missing, out of bounds or absurdly large."""
    try:
        path = find_file(root, start, name)
    except PermissionError:
        return None
    return path if path is not None and path.stat().st_size <= _MOST_BYTES else None


def _libraries(obj: ObjData, root: Path, start: Path) -> tuple[dict[str, MtlRecord], list[Defect]]:
    """All materials of all libraries; the first definition of a name stands."""
    files, defects = library_files(obj.libraries, root, start)
    records: dict[str, MtlRecord] = {}
    for file in files:
        records = parse_mtl(file.read_bytes()) | records
    return records, defects


def _materials(
    obj: ObjData, records: dict[str, MtlRecord], shelf: TextureShelf
) -> tuple[I32, tuple[Material, ...], list[Defect]]:
    """(F,) material index, the materials in use, and their defects.

    Faces of a textured material that lack texture coordinates get the same material without its texture.
    """
    used = [records.get(name) or MtlRecord(name) for name in obj.material_names]
    grey = Material("").color if obj.colors is None else (1.0, 1.0, 1.0)  # vertex colours multiply
    shelf.fit([Picture(r.texture) for r in used if r.texture])
    textured = [_material(r, shelf, grey) for r in used]
    has_texture = np.array([m.texture is not None for m in textured])
    bare = (obj.corners[:, :, 1] < 0).any(1) & has_texture[obj.material]
    key, inverse = np.unique(2 * obj.material + bare, return_inverse=True)
    materials = tuple(_plain(textured[k // 2]) if k % 2 else textured[k // 2] for k in key.tolist())
    counts = np.bincount(obj.material[bare], minlength=len(used)).tolist()
    defects = [Defect("missing_material", r.name) for r in used if r.name and r.name not in records]
    defects += [d for r in used for d in _alpha_defects(r)]
    defects += [Defect("no_uv", f"{r.name}: {n} faces") for r, n in zip(used, counts, strict=True) if n]
    return inverse.astype(np.int32), materials, defects


def _material(record: MtlRecord, shelf: TextureShelf, default: tuple[float, float, float]) -> Material:
    """Texture times `Kd`, where that is not black (as ShapeNet writes it beside pictures), or the default colour."""
    texture = shelf.texture(Picture(record.texture)) if record.texture else None
    if texture is not None:
        return Material(record.name, record.color if record.color and any(record.color) else WHITE, texture)
    return Material(record.name, record.color or default)


def _plain(material: Material) -> Material:
    """The same without its texture."""
    return Material(material.name, material.color)


def _alpha_defects(record: MtlRecord) -> list[Defect]:
    """What the material says of transparency; all of it is drawn opaque."""
    seen = record.opacity if record.opacity is not None else 1 - (record.transparency or 0.0)
    out = [Defect("inverted_alpha", record.name)] if seen <= 0 else []
    out += [Defect("translucent", record.name)] if 0 < seen < 1 else []
    return out + ([Defect("alpha_map", record.name)] if record.alpha_map else [])


def _mesh(obj: ObjData, face_material: I32, materials: tuple[Material, ...]) -> Mesh:
    """Vertices split wherever position, texture coordinate or normal differ."""
    position, texcoord = obj.corners[..., 0].ravel(), obj.corners[..., 1].ravel()
    normal, normals = _complete_normals(obj)
    first, inverse = unique_corners(position, texcoord + 1, normal + 1)
    used = position[first]
    uv = np.vstack([obj.texcoords, np.zeros((1, 2))])[texcoord[first]] if len(obj.texcoords) else None
    return Mesh(
        vertices=obj.positions[used].astype(np.float32),
        faces=inverse.reshape(-1, 3).astype(np.int32),
        face_material=face_material,
        materials=materials,
        normals=None if normals is None else normals[normal[first]].astype(np.float32),
        uv=None if uv is None else uv.astype(np.float32),
        colors=None if obj.colors is None else rgb_bytes(obj.colors[used]),
    )


def _complete_normals(obj: ObjData) -> tuple[I64, F64 | None]:
    """(3F,) normal of each corner and the table; corners without one get their face's own."""
    index = obj.corners[..., 2]
    missing = index < 0
    if missing.all():
        return index.ravel(), None
    if not missing.any():
        return index.ravel(), obj.normals
    a, b, c = (obj.positions[obj.corners[:, i, 0]] for i in range(3))
    own = len(obj.normals) + np.arange(len(index))[:, None]
    return np.where(missing, own, index).ravel(), np.vstack([obj.normals, np.cross(b - a, c - a)])
