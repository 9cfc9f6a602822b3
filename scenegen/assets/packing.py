"""Rooms and objects as plain arrays and back: what the cache writes. No pickle anywhere."""

import json
from dataclasses import asdict, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import MOST_GLOW, Material, Mesh, Texture, Wrap, texture_from_image
from scenegen.assets.reading import FARTHEST, FARTHEST_UV
from scenegen.assets.source import Defect, ObjectModel, Room
from scenegen.assets.wording import is_plain

Asset = Room | ObjectModel
_KINDS: dict[str, type[Room] | type[ObjectModel]] = {"room": Room, "object": ObjectModel}
_FORMS: dict[str, tuple[str, tuple[int, ...], type]] = {
    "vertices": ("vertices", (3,), np.float32),
    "faces": ("faces", (3,), np.int32),
    "face_material": ("faces", (), np.int32),
    "normals": ("vertices", (3,), np.float32),
    "uv": ("vertices", (2,), np.float32),
    "colors": ("vertices", (3,), np.uint8),
    "face_label": ("faces", (), np.int32),
}
_ARRAYS = tuple(_FORMS)
_NEEDED = ("vertices", "faces", "face_material")
_HEADER = "header"
_TEXTURES, _COLORS = ("texture", "glow_texture"), ("color", "glow")


def pack_asset(asset: Asset) -> dict[str, NDArray]:
    """Arrays by name: the mesh's own, level 0 of each texture, and `header`, JSON as bytes.

    Raises TypeError for what is not plain data (a subclass of a material or texture, say).
    """
    textures = _textures(asset.mesh)
    values: dict[str, Any] = {
        f.name: getattr(asset, f.name) for f in fields(asset) if f.name not in ("mesh", "defects")
    }
    if "categories" in values:
        values["categories"] = {int(k): v for k, v in values["categories"].items()}
    header = {
        "kind": next(k for k, t in _KINDS.items() if type(asset) is t),
        "values": values,
        "defects": [asdict(d) for d in asset.defects],
        "materials": [_material_out(m, textures) for m in asset.mesh.materials],
        "wraps": [t.wrap for t in textures],
    }
    arrays = {n: getattr(asset.mesh, n) for n in _ARRAYS if getattr(asset.mesh, n) is not None}
    arrays |= {f"texture_{i}": t.levels[0] for i, t in enumerate(textures)}
    return arrays | {_HEADER: np.frombuffer(json.dumps(header, default=float).encode(), np.uint8)}


def unpack_asset(arrays: dict[str, NDArray]) -> Asset:
    """The asset of `pack_asset`; mip levels are made again. Any exception on rubbish: nothing unsound comes back."""
    header = json.loads(arrays[_HEADER].tobytes())
    count = sum(name.startswith("texture_") for name in arrays)
    wraps = [_wrap(w) for w in header["wraps"]]
    textures = [texture_from_image(_picture(arrays[f"texture_{i}"]), wraps[i]) for i in range(count)]
    materials = tuple(_material_in(m, textures) for m in header["materials"])
    mesh = Mesh(materials=materials, **{n: arrays.get(n) for n in _ARRAYS})  # pyright: ignore[reportArgumentType]
    _check_mesh(mesh)
    values: dict[str, Any] = header["values"]
    if "categories" in values:  # JSON has no integer keys
        values["categories"] = {int(k): v for k, v in values["categories"].items()}
    _check_values(values)
    defects = tuple(Defect(**d) for d in header["defects"])
    if not all(isinstance(d.code, str) for d in defects):
        raise ValueError("a defect that is no text")
    return _KINDS[header["kind"]](mesh=mesh, defects=defects, **values)


def _check_mesh(mesh: Mesh) -> None:
    """Raise ValueError unless every array has its type and shape, every index something, and every number is one."""
    vertices, faces = len(mesh.vertices), len(mesh.faces)
    for name, (rows, columns, dtype) in _FORMS.items():
        array, shape = getattr(mesh, name), (vertices if rows == "vertices" else faces, *columns)
        if array is None and name not in _NEEDED:
            continue
        if array is None or array.shape != shape or array.dtype != dtype:
            raise ValueError(f"{name} of another form")
        if array.dtype.kind == "f" and not (np.abs(array) <= (FARTHEST_UV if name == "uv" else FARTHEST)).all():
            raise ValueError(f"{name} that are not finite, or absurd")
    for index, count in ((mesh.faces, vertices), (mesh.face_material, len(mesh.materials))):
        if index.size and not 0 <= index.min() <= index.max() < count:
            raise ValueError("an index out of range")
    for material in mesh.materials:
        if not all(0 <= c <= 1 for c in (*material.color, material.emission)) or len(material.color) != 3:
            raise ValueError("a colour out of range")
        if not all(0 <= c <= MOST_GLOW for c in material.glow) or len(material.glow) != 3:
            raise ValueError("a glow out of range")
        if not isinstance(material.name, str):
            raise ValueError("a material's name that is no text")


def _check_values(values: dict[str, Any]) -> None:
    """Raise ValueError unless texts are texts and sizes are positive numbers; fields are checked by their class."""
    for key, value in values.items():
        if key in ("id", "category") and not (isinstance(value, str) and is_plain(value)):
            raise ValueError(f"{key} is not a plain text")
        if key in ("size_m", "ceiling_m") and not (isinstance(value, float) and 0 <= value < float("inf")):
            raise ValueError(f"{key} is not a length")
        if isinstance(value, dict) and not all(isinstance(name, str) and is_plain(name) for name in value.values()):
            raise ValueError("a category is not a plain text")


def _wrap(modes: list[Any]) -> tuple[Wrap, Wrap]:
    """The two wrap modes. Raises ValueError for others."""
    if len(modes) != 2 or not all(mode in get_args(Wrap) for mode in modes):
        raise ValueError("a texture that wraps in another way")
    return modes[0], modes[1]


def _picture(image: NDArray) -> NDArray[np.uint8]:
    """The same. Raises ValueError unless it is (h, w, 3) uint8."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError("a texture of another form")
    return image


def _textures(mesh: Mesh) -> list[Texture]:
    """Distinct textures in order of first use."""
    used = [t for m in mesh.materials for t in (m.texture, m.glow_texture) if t is not None]
    return list({id(t): t for t in used}.values())


def _material_out(material: Material, textures: list[Texture]) -> dict[str, Any]:
    """All fields; a texture as its number, or None."""
    known = {id(t): i for i, t in enumerate(textures)}
    if type(material) is not Material or any(type(t) is not Texture for t in textures):
        raise TypeError(f"material {material.name} is not plain data")
    out = {f.name: getattr(material, f.name) for f in fields(material)}
    numbers = {name: None if out[name] is None else known[id(out[name])] for name in _TEXTURES}
    return out | numbers | {name: [float(c) for c in out[name]] for name in _COLORS}


def _material_in(values: dict[str, Any], textures: list[Texture]) -> Material:
    """Inverse of `_material_out`."""
    named: dict[str, Any] = {name: None if values[name] is None else textures[values[name]] for name in _TEXTURES}
    colors: dict[str, Any] = {name: tuple(values[name]) for name in _COLORS}
    return Material(**(values | named | colors))
