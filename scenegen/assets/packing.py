"""Rooms and objects as plain arrays and back: what the cache writes. No pickle anywhere."""

import json
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Material, Mesh, Texture, texture_from_image
from scenegen.assets.source import Defect, ObjectModel, Room

Asset = Room | ObjectModel
_KINDS: dict[str, type[Room] | type[ObjectModel]] = {"room": Room, "object": ObjectModel}
_ARRAYS = ("vertices", "faces", "face_material", "normals", "uv", "colors", "face_label")
_HEADER = "header"


def pack(asset: Asset) -> dict[str, NDArray]:
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
    }
    arrays = {n: getattr(asset.mesh, n) for n in _ARRAYS if getattr(asset.mesh, n) is not None}
    arrays |= {f"texture_{i}": t.levels[0] for i, t in enumerate(textures)}
    return arrays | {_HEADER: np.frombuffer(json.dumps(header, default=float).encode(), np.uint8)}


def unpack(arrays: dict[str, NDArray]) -> Asset:
    """The asset of `pack`ed arrays; mip levels are made again. Raises KeyError, ValueError, TypeError on rubbish."""
    header = json.loads(arrays[_HEADER].tobytes())
    count = sum(name.startswith("texture_") for name in arrays)
    textures = [texture_from_image(arrays[f"texture_{i}"]) for i in range(count)]
    materials = tuple(_material_in(m, textures) for m in header["materials"])
    mesh = Mesh(materials=materials, **{n: arrays.get(n) for n in _ARRAYS})  # pyright: ignore[reportArgumentType]
    values: dict[str, Any] = header["values"]
    if "categories" in values:  # JSON has no integer keys
        values["categories"] = {int(k): v for k, v in values["categories"].items()}
    return _KINDS[header["kind"]](mesh=mesh, defects=tuple(Defect(**d) for d in header["defects"]), **values)


def _textures(mesh: Mesh) -> list[Texture]:
    """Distinct textures in order of first use."""
    found = {id(m.texture): m.texture for m in mesh.materials if m.texture is not None}
    return list(found.values())


def _material_out(material: Material, textures: list[Texture]) -> dict[str, Any]:
    """All fields; the texture as its number, or None."""
    if type(material) is not Material or not (material.texture is None or type(material.texture) is Texture):
        raise TypeError(f"material {material.name} is not plain data")
    out = {f.name: getattr(material, f.name) for f in fields(material)}
    number = next((i for i, t in enumerate(textures) if t is material.texture), None)
    return out | {"texture": number, "color": [float(c) for c in material.color]}


def _material_in(values: dict[str, Any], textures: list[Texture]) -> Material:
    """Inverse of `_material_out`."""
    number = values["texture"]
    return Material(
        **values | {"texture": None if number is None else textures[number], "color": tuple(values["color"])}
    )
