"""Our meshes as glTF has them: primitives by material, pictures inside, colours in linear light.

Base colour = `baseColorFactor` x texture x COLOR_0, as our albedo; surfaces are matt and have two sides. The share of
light that a material gives off whatever falls on it goes from the base colour to `emissiveFactor`; a material that
gives off all of it is KHR_materials_unlit. Texture coordinates have v = 0 at the picture's top.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import WHITE, Material, Mesh, Texture, mean_albedo
from scenegen.export.choices import Suffix
from scenegen.export.glb_file import INDICES, VERTICES, Entry, GlbContent
from scenegen.export.pictures import encode_picture
from scenegen.srgb import BYTE_TO_LIGHT, LIGHT_UNITS, srgb_to_linear

WRAP = {"repeat": 10497, "mirror": 33648, "clamp": 33071}
LINEAR, MIPMAPS = 9729, 9987
MIME = {"png": "image/png", "jpg": "image/jpeg"}
STRENGTH, UNLIT = "KHR_materials_emissive_strength", "KHR_materials_unlit"
MOST_SHORT = 2**16 - 1
"""Vertices that indices of 16 bits tell apart: the last number means none."""


def mesh_piece(mesh: Mesh, name: str, suffix: Suffix) -> GlbContent:
    """One entry of `meshes`, and all that it names."""
    piece = GlbContent()
    attributes = {key: piece.accessor(rows, VERTICES, **more) for key, rows, more in _attributes(mesh)}
    materials = _materials(piece, mesh, suffix)
    piece.add("meshes", {"name": name, "primitives": list(_primitives(piece, mesh, attributes, materials))})
    return piece


def _attributes(mesh: Mesh) -> Iterator[tuple[str, NDArray[Any], Entry]]:
    """Name, rows and remarks of what each vertex has."""
    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    yield "POSITION", mesh.vertices, {"min": low.tolist(), "max": high.tolist()}
    if mesh.normals is not None:
        yield "NORMAL", unit(mesh.normals), {}
    if mesh.uv is not None:
        uv = np.nan_to_num(mesh.uv, posinf=0, neginf=0)
        yield "TEXCOORD_0", np.stack([uv[:, 0], 1 - uv[:, 1]], 1).astype(np.float32), {}
    if mesh.colors is not None:
        yield "COLOR_0", linear_colors(mesh.colors), {"normalized": True}


def unit(normals: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 3) the same normals of length 1, upwards where there is none."""
    length = np.linalg.norm(np.nan_to_num(normals), axis=1, keepdims=True)
    up = np.array([0, 0, 1], np.float32)
    return np.where(length > 0, normals / np.where(length > 0, length, 1), up).astype(np.float32)


def linear_colors(colors: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """(N, 3) sRGB vertex colours as (N, 4) linear light and alpha, in units of 1/65535; rows of 8 bytes."""
    light = BYTE_TO_LIGHT[colors].astype(np.uint16)
    return np.concatenate([light, np.full((len(light), 1), LIGHT_UNITS, np.uint16)], axis=1)


def _primitives(
    piece: GlbContent, mesh: Mesh, attributes: dict[str, int], materials: dict[int, int]
) -> Iterator[Entry]:
    """The faces of each material that is in use; all share the vertices."""
    kind = np.uint16 if len(mesh.vertices) <= MOST_SHORT else np.uint32
    for own, index in materials.items():
        corners = mesh.faces[mesh.face_material == own].reshape(-1, 1).astype(kind)
        yield {"attributes": attributes, "indices": piece.accessor(corners, INDICES), "material": index}


def _materials(piece: GlbContent, mesh: Mesh, suffix: Suffix) -> dict[int, int]:
    """The number in the file of each material in use."""
    pictures: dict[int, int] = {}
    return {
        int(own): piece.add("materials", _material(piece, mesh.materials[own], mesh.uv is not None, pictures, suffix))
        for own in np.unique(mesh.face_material)
    }


def _material(piece: GlbContent, material: Material, has_uv: bool, pictures: dict[int, int], suffix: Suffix) -> Entry:
    """A material; its pictures are added, each once."""

    def textured(texture: Texture | None, key: str) -> Entry:
        if texture is None or not has_uv:
            return {}
        return {key: {"index": _texture(piece, texture, pictures, suffix)}}

    base = srgb_to_linear(np.array(material.color)) if has_uv else mean_albedo(material)
    glow = np.array(material.glow) * (1 if has_uv else _mean(material.glow_texture))
    entry: Entry = {"name": material.name, "doubleSided": True}
    share = material.emission
    if share >= 1 and not glow.any():
        piece.extensions.add(UNLIT)
        entry["extensions"], share = {UNLIT: {}}, 0.0
    color = {"baseColorFactor": [*((1 - share) * base).tolist(), 1.0], "metallicFactor": 0.0, "roughnessFactor": 1.0}
    entry["pbrMetallicRoughness"] = color | textured(material.texture, "baseColorTexture")
    if glow.any():
        return entry | _emissive(piece, glow) | textured(material.glow_texture, "emissiveTexture")
    return entry | (_emissive(piece, share * base) | textured(material.texture, "emissiveTexture") if share else {})


def _mean(texture: Texture | None) -> NDArray[np.float64]:
    """(3,) linear light of a whole picture."""
    return mean_albedo(Material("", WHITE, texture))


def _emissive(piece: GlbContent, radiance: NDArray[np.float64]) -> Entry:
    """Light given off, with the extension where it is above 1."""
    strength = float(max(1.0, radiance.max()))
    entry: Entry = {"emissiveFactor": (radiance / strength).tolist()}
    if strength > 1:
        piece.extensions.add(STRENGTH)
        entry["extensions"] = {STRENGTH: {"emissiveStrength": strength}}
    return entry


def _texture(piece: GlbContent, texture: Texture, pictures: dict[int, int], suffix: Suffix) -> int:
    """The number of a texture; equal texels are one picture."""
    key = id(texture.levels)
    if key not in pictures:
        view = piece.view(encode_picture(texture.levels[0], suffix))
        pictures[key] = piece.add("images", {"bufferView": view, "mimeType": MIME[suffix]})
    wrap_s, wrap_t = (WRAP[each] for each in texture.wrap)
    sampler = {"magFilter": LINEAR, "minFilter": MIPMAPS, "wrapS": wrap_s, "wrapT": wrap_t}
    return piece.add("textures", {"sampler": piece.add("samplers", sampler), "source": pictures[key]})
