"""OBJ and MTL files to a mesh."""

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenegen.assets.corners import I64, rgb_bytes, unique_corners
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.lookup import find_file, found_files
from scenegen.assets.mesh import I32, U8, WHITE, Material, Mesh, Texture
from scenegen.assets.model_textures import MOST_TEXTURES, Picture, TextureStore
from scenegen.assets.mtl import MtlRecord, parse_mtl
from scenegen.assets.obj import F64, ObjData, library_names, parse_obj
from scenegen.assets.origin import localized
from scenegen.assets.source import Defect
from scenegen.srgb import srgb_to_linear

BLACK = (0.0, 0.0, 0.0)
_BEHIND_MTL = re.compile(r"(?<=\.mtl)[ \t]+", re.IGNORECASE)
_MOST_LIBRARIES, _MOST_BYTES = 64, 64 << 20
"""Names of MTL files that are looked up, lines of them and names of a line, and bytes of such a file."""


def read_obj(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """The mesh of an OBJ file and what is wrong with it; files are looked for below `root` only.

    Raises AssetError (see `parse_obj`).
    """
    obj = parse_obj(path.read_bytes(), path.name, limits.max_faces)
    records, defects = _libraries(obj, root, path.parent)
    store = TextureStore(root, path.parent, limits.max_texels)
    used = [records.get(name) or MtlRecord(name) for name in obj.material_names]
    face_material, materials, more = _materials(obj, used, store)
    lost = [Defect("missing_material", r.name) for r in used if r.name and r.name not in records]
    mesh = _mesh(obj, _uv_maps(used), face_material, materials)
    return mesh, defects + store.defects + lost + more


def obj_files(path: Path, root: Path) -> list[Path]:
    """The files below `root` that an OBJ names: material libraries, and the pictures that those name."""
    libraries, _ = library_files(library_names(path.read_bytes()), root, path.parent)
    records = _records(libraries, root, path.parent).values()
    names = list(dict.fromkeys(name for r in records for name in r.pictures))[:MOST_TEXTURES]
    return libraries + found_files(names, root, path.parent)


def library_files(libraries: tuple[str, ...], root: Path, start: Path) -> tuple[list[Path], list[Defect]]:
    """The MTL files that `mtllib` lines name (one name or several, with blanks or without), and what is missing."""
    found: list[Path] = []
    defects: list[Defect] = []
    for line in libraries[:_MOST_LIBRARIES]:
        ended = [line] if _found(root, start, line) else _several(line.split(" #")[0])
        names = [n for e in ended for n in ([e] if _found(root, start, e) else e.split())][:_MOST_LIBRARIES]
        paths = [(name, _found(root, start, name)) for name in names]
        found += [p for _, p in paths if p is not None]
        defects += [Defect("missing_mtl", name) for name, p in paths if p is None]
    return list(dict.fromkeys(found)), defects


def _several(names: str) -> list[str]:
    """The names in one line, each up to its ".mtl": there may be blanks in them."""
    return [name.strip() for name in _BEHIND_MTL.split(names)[:_MOST_LIBRARIES]]


def _found(root: Path, start: Path, name: str) -> Path | None:
    """The file, or None where it is missing, out of bounds or absurdly large."""
    try:
        path = find_file(root, start, name)
    except PermissionError:
        return None
    return path if path is not None and path.stat().st_size <= _MOST_BYTES else None


def _libraries(obj: ObjData, root: Path, start: Path) -> tuple[dict[str, MtlRecord], list[Defect]]:
    """All materials of all libraries, and what is missing."""
    files, defects = library_files(obj.libraries, root, start)
    return _records(files, root, start), defects


def _records(files: list[Path], root: Path, start: Path) -> dict[str, MtlRecord]:
    """All materials by name, their pictures named from `start`; the first definition of a name stands."""
    records: dict[str, MtlRecord] = {}
    for file in files:
        own = parse_mtl(file.read_bytes())
        if file.parent != start:
            own = {name: _seen_from(record, root, file.parent, start) for name, record in own.items()}
        records = own | records
    return records


def _seen_from(record: MtlRecord, root: Path, folder: Path, start: Path) -> MtlRecord:
    """The record with its pictures named from `start`, where there are such beside its library."""
    names = {name: _relative(name, root, folder, start) for name in record.pictures}
    return replace(
        record,
        texture=names.get(record.texture or "", record.texture),
        emission_texture=names.get(record.emission_texture or "", record.emission_texture),
    )


def _relative(name: str, root: Path, folder: Path, start: Path) -> str:
    """A picture's name as seen from `start`, where there is one of that name in `folder`; else the name."""
    found = found_files([name], root, folder)
    return Path(os.path.relpath(found[0], start)).as_posix() if found else name


def _materials(
    obj: ObjData, used: list[MtlRecord], store: TextureStore
) -> tuple[I32, tuple[Material, ...], list[Defect]]:
    """(F,) material index, the materials in use, and their defects.

    Faces of a textured material that lack texture coordinates get the same material without its texture.
    """
    grey = Material("").color if obj.colors is None else WHITE  # vertex colours multiply
    store.fit([Picture(name) for r in used for name in r.pictures])
    textured = [_material(r, store, grey) for r in used]
    has_texture = np.array([m.texture is not None or m.glow_texture is not None for m in textured])
    bare = (obj.corners[:, :, 1] < 0).any(1) & has_texture[obj.material]
    key, inverse = np.unique(2 * obj.material + bare, return_inverse=True)
    materials = tuple(_plain(used[k // 2], grey) if k % 2 else textured[k // 2] for k in key.tolist())
    counts = np.bincount(obj.material[bare], minlength=len(used)).tolist()
    defects = [d for r in used for d in _alpha_defects(r)]
    defects += [Defect("no_uv", f"{r.name}: {n} faces") for r, n in zip(used, counts, strict=True) if n]
    return inverse.astype(np.int32), materials, defects


def _material(record: MtlRecord, store: TextureStore, default: tuple[float, float, float]) -> Material:
    """Texture times `Kd`, where that is not black (as ShapeNet writes it beside pictures), or the plain material."""
    texture, material = _picture(record.texture, store), _plain(record, default)
    if texture is not None:
        material = replace(material, texture=texture, color=_unless_black(record.color))
    if record.emission_texture is None:
        return material
    glow_texture = _picture(record.emission_texture, store)
    glow = _linear(_unless_black(record.emission)) if glow_texture is not None else BLACK
    return replace(material, glow=glow, glow_texture=glow_texture)


def _picture(name: str | None, store: TextureStore) -> Texture | None:
    """The texture of that name, if there is one."""
    return store.texture(Picture(name)) if name else None


def _unless_black(color: tuple[float, float, float] | None) -> tuple[float, float, float]:
    """The colour that a picture is multiplied by: many programs write black beside one, and mean white."""
    return color if color and any(color) else WHITE


def _plain(record: MtlRecord, default: tuple[float, float, float]) -> Material:
    """`Kd`, whatever it is, or the default colour; and `Ke`, unless a picture says where."""
    glow = _linear(record.emission) if record.emission and record.emission_texture is None else BLACK
    return Material(record.name, record.color or default, glow=glow)


def _linear(color: tuple[float, float, float]) -> tuple[float, float, float]:
    """Linear light of an sRGB-encoded colour."""
    r, g, b = srgb_to_linear(np.array(color)).round(6).tolist()
    return r, g, b


def _alpha_defects(record: MtlRecord) -> list[Defect]:
    """What the material says of transparency; all of it is drawn opaque."""
    seen = record.opacity if record.opacity is not None else 1 - (record.transparency or 0.0)
    out = [Defect("inverted_alpha", record.name)] if seen <= 0 else []
    out += [Defect("translucent", record.name)] if 0 < seen < 1 else []
    return out + ([Defect("alpha_map", record.name)] if record.alpha_map else [])


def _uv_maps(used: list[MtlRecord]) -> F64:
    """(M, 2, 2) factor and summand of (u, v) for each material."""
    return np.array([(r.uv_scale, r.uv_offset) for r in used], np.float64)


def _mesh(obj: ObjData, uv_maps: F64, face_material: I32, materials: tuple[Material, ...]) -> Mesh:
    """Vertices split wherever position, texture coordinate (as its material maps it) or normal differ."""
    position, texcoord = obj.corners[..., 0].ravel(), obj.corners[..., 1].ravel()
    normal, normals = _complete_normals(obj)
    maps, of_material = np.unique(uv_maps, axis=0, return_inverse=True)
    mapped = np.repeat(of_material.ravel()[obj.material], 3)
    first, inverse = unique_corners(position, texcoord + 1, normal + 1, mapped)
    used = position[first]
    factor, summand = maps[mapped[first]].swapaxes(0, 1)
    uv = np.vstack([obj.texcoords, np.zeros((1, 2))])[texcoord[first]] * factor + summand
    return Mesh(
        vertices=localized(obj.positions[used]),
        faces=inverse.reshape(-1, 3).astype(np.int32),
        face_material=face_material,
        materials=materials,
        normals=None if normals is None else normals[normal[first]].astype(np.float32),
        uv=uv.astype(np.float32) if len(obj.texcoords) else None,
        colors=None if obj.colors is None else _colors(obj.colors)[used],
    )


def _colors(written: F64) -> U8:
    """(V, 3) sRGB; white where no colour is written."""
    given = ~np.isnan(written)
    return np.where(given, rgb_bytes(written), np.uint8(255))


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
