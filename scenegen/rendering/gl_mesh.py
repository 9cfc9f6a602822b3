"""Meshes in pyrender's terms: primitives that show albedo, others that show glow, others normals as colours.

pyrender multiplies encoded values. So colours are multiplied into textures, and into vertex colours, before they are
handed over; only where a material has a texture and vertex colours OpenGL forms the product, of encoded values, which
differs from that of light by a few grey levels. Its mip levels are means of encoded values too.

Import this module only through `pyrender_renderer`, which sets up OpenGL's platform first.
"""

from dataclasses import dataclass

import numpy as np
import pyrender
from numpy.typing import NDArray
from OpenGL.GL import GL_CLAMP_TO_EDGE, GL_MIRRORED_REPEAT, GL_REPEAT

from scenegen.assets.mesh import Material, Mesh, Texture
from scenegen.rendering.surfaces import SurfaceTable, build_table
from scenegen.srgb import linear_to_srgb, srgb_to_linear

F32 = NDArray[np.float32]
Rgb = tuple[float, float, float]
WHITE = (1.0, 1.0, 1.0, 1.0)
_WRAPS = {"repeat": GL_REPEAT, "mirror": GL_MIRRORED_REPEAT, "clamp": GL_CLAMP_TO_EDGE}


@dataclass(frozen=True, eq=False)
class GlPart:
    """Faces of a mesh that give off light alike."""

    emission: float
    """Share of light given off."""
    strength: float
    """What the colours of `glow` stand for at 1: radiance."""
    albedo: pyrender.Mesh
    glow: pyrender.Mesh | None
    """The same triangles coloured by their glow; None where they have none."""


@dataclass(frozen=True, eq=False)
class GlMesh:
    """What one mesh looks like to OpenGL."""

    parts: tuple[GlPart, ...]
    normal: pyrender.Mesh
    """All triangles, coloured by (normal + 1) / 2 in mesh axes."""


def gl_mesh(mesh: Mesh) -> GlMesh:
    """Hand a mesh over; vertices are compacted per material."""
    textures: dict[tuple[object, ...], pyrender.Texture] = {}
    groups: dict[tuple[float, float], list[int]] = {}
    for index in np.unique(mesh.face_material).tolist():
        material = mesh.materials[index]
        groups.setdefault((material.emission, max(material.glow)), []).append(index)
    parts = tuple(_part(mesh, *light, groups[light], textures) for light in sorted(groups))
    return GlMesh(parts, pyrender.Mesh([_normal_primitive(mesh)]))


def _part(
    mesh: Mesh, emission: float, strength: float, which: list[int], textures: dict[tuple[object, ...], pyrender.Texture]
) -> GlPart:
    """The faces of some materials."""
    materials = [(index, mesh.materials[index]) for index in which]
    albedo = [_primitive(mesh, i, m.color, m.texture, mesh.colors, textures) for i, m in materials]
    if not strength:
        return GlPart(emission, 0.0, pyrender.Mesh(albedo), None)
    glow = [_primitive(mesh, i, _glow_color(m), m.glow_texture, None, textures) for i, m in materials]
    return GlPart(emission, strength, pyrender.Mesh(albedo), pyrender.Mesh(glow))


def _glow_color(material: Material) -> Rgb:
    """Encoded colour of a material's glow, its largest part 1."""
    r, g, b = linear_to_srgb(np.array(material.glow) / max(material.glow)).tolist()
    return r, g, b


def _primitive(
    mesh: Mesh,
    index: int,
    color: Rgb,
    texture: Texture | None,
    colors: NDArray[np.uint8] | None,
    textures: dict[tuple[object, ...], pyrender.Texture],
) -> pyrender.Primitive:
    """The faces of one material, each wound both ways: pyrender's segmentation pass always culls back faces."""
    used, indices = np.unique(mesh.faces[mesh.face_material == index], return_inverse=True)
    indices = indices.reshape(-1, 3).astype(np.uint32)
    shown = texture if mesh.uv is not None else None
    plain = color if texture is None else _product(color, texture.levels[-1][0, 0] / 255)
    return pyrender.Primitive(
        positions=mesh.vertices[used],
        indices=np.concatenate([indices, indices[:, ::-1]]),
        texcoord_0=mesh.uv[used] if shown is not None and mesh.uv is not None else None,
        color_0=None if colors is None else _rgba(_vertex_colors(colors[used], plain if shown is None else None)),
        material=_gl_material(shown, color, plain if colors is None else None, textures),
    )


def _product(color: Rgb, other: NDArray) -> Rgb:
    """Encoded product, in light, of two encoded colours."""
    r, g, b = linear_to_srgb(srgb_to_linear(np.array(color)) * srgb_to_linear(other)).tolist()
    return r, g, b


def _vertex_colors(colors: NDArray[np.uint8], color: Rgb | None) -> NDArray[np.float64]:
    """(N, 3) encoded vertex colours in [0, 1], times the colour of a material without texture."""
    return (
        colors / 255
        if color is None
        else linear_to_srgb(srgb_to_linear(colors / 255) * srgb_to_linear(np.array(color)))
    )


def _gl_material(
    texture: Texture | None, color: Rgb, plain: Rgb | None, textures: dict[tuple[object, ...], pyrender.Texture]
) -> pyrender.Material:
    """Base colour alone; a texture that several materials share in one colour is handed over once."""
    if texture is None:
        return pyrender.MetallicRoughnessMaterial(baseColorFactor=WHITE if plain is None else (*plain, 1.0))
    key = id(texture.levels), texture.wrap, color
    if key not in textures:
        textures[key] = _gl_texture(texture, color)
    return pyrender.MetallicRoughnessMaterial(baseColorFactor=WHITE, baseColorTexture=textures[key])


def _gl_texture(texture: Texture, color: Rgb) -> pyrender.Texture:
    """The full image times a colour; OpenGL makes its own mip levels. Four bytes a texel: pyrender skews odd rows."""
    image = np.full((*texture.levels[0].shape[:2], 4), 255, np.uint8)
    byte = srgb_to_linear(np.arange(256) / 255)
    for channel in range(3):
        table = np.rint(255 * linear_to_srgb(byte * float(srgb_to_linear(np.array(color[channel]))))).astype(np.uint8)
        np.take(table, texture.levels[0][..., channel], out=image[..., channel], mode="clip")
    u, v = (_WRAPS[mode] for mode in texture.wrap)
    return pyrender.Texture(sampler=pyrender.Sampler(wrapS=u, wrapT=v), source=image, source_channels="RGBA")


def _normal_primitive(mesh: Mesh) -> pyrender.Primitive:
    """Normals as colours; corners are split, so that flat faces stay flat and every face has its side's normals."""
    corners = _corner_normals(build_table(mesh))
    return pyrender.Primitive(
        positions=mesh.vertices[mesh.faces].reshape(-1, 3),
        color_0=_rgba(corners.reshape(-1, 3) / 2 + np.float32(0.5)),
        material=pyrender.MetallicRoughnessMaterial(baseColorFactor=WHITE, doubleSided=True),
    )


def _corner_normals(table: SurfaceTable) -> F32:
    """(F, 3, 3) shading normals of the corners."""
    if not table.is_smooth:
        return np.repeat(table.normals[:, None], 3, axis=1)
    first = table.normals[:, 3:6]
    return np.stack([first, first + table.normals[:, 6:9], first + table.normals[:, 9:12]], axis=1)


def _rgba(rgb: NDArray) -> F32:
    """(N, 4) opaque colours of (N, 3)."""
    return np.concatenate([rgb, np.ones((len(rgb), 1))], axis=1, dtype=np.float32)
