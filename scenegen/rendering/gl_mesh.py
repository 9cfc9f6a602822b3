"""Meshes in pyrender's terms: one set of primitives that shows albedo, one that shows normals as colours.

Import this module only through `pyrender_renderer`, which sets up OpenGL's platform first.
"""

from dataclasses import dataclass

import numpy as np
import pyrender
from numpy.typing import NDArray

from scenegen.assets.mesh import Material, Mesh, Texture
from scenegen.rendering.surfaces import SurfaceTable, build_table

F32 = NDArray[np.float32]
WHITE = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class GlMesh:
    """What one mesh looks like to OpenGL."""

    albedo: tuple[tuple[float, pyrender.Mesh], ...]
    """(emission, primitives) for each distinct emission among the materials."""
    normal: pyrender.Mesh
    """The same triangles, coloured by (normal + 1) / 2 in mesh axes."""


def gl_mesh(mesh: Mesh) -> GlMesh:
    """Hand a mesh over; vertices are compacted per material."""
    textures: dict[int, pyrender.Texture] = {}
    groups: dict[float, list[pyrender.Primitive]] = {}
    for index in np.unique(mesh.face_material):
        material = mesh.materials[index]
        primitive = _albedo_primitive(mesh, material, mesh.faces[mesh.face_material == index], textures)
        groups.setdefault(material.emission, []).append(primitive)
    albedo = tuple((emission, pyrender.Mesh(groups[emission])) for emission in sorted(groups))
    return GlMesh(albedo, pyrender.Mesh([_normal_primitive(mesh)]))


def _albedo_primitive(
    mesh: Mesh, material: Material, faces: NDArray[np.int32], textures: dict[int, pyrender.Texture]
) -> pyrender.Primitive:
    """The faces of one material, each wound both ways: pyrender's segmentation pass always culls back faces."""
    used, indices = np.unique(faces, return_inverse=True)
    indices = indices.reshape(-1, 3).astype(np.uint32)
    textured = material.texture is not None and mesh.uv is not None
    return pyrender.Primitive(
        positions=mesh.vertices[used],
        indices=np.concatenate([indices, indices[:, ::-1]]),
        texcoord_0=mesh.uv[used] if textured and mesh.uv is not None else None,
        color_0=None if mesh.colors is None else _rgba(mesh.colors[used] / np.float32(255)),
        material=_gl_material(material, textured, textures),
    )


def _gl_material(material: Material, textured: bool, textures: dict[int, pyrender.Texture]) -> pyrender.Material:
    """Base colour alone; a texture that several materials share is handed over once."""
    texture = material.texture
    if not textured or texture is None:
        color = texture.levels[-1][0, 0] / 255 if texture is not None else np.clip(material.color, 0, 1)
        return pyrender.MetallicRoughnessMaterial(baseColorFactor=(*color, 1.0))
    if id(texture) not in textures:
        textures[id(texture)] = _gl_texture(texture)
    return pyrender.MetallicRoughnessMaterial(baseColorFactor=WHITE, baseColorTexture=textures[id(texture)])


def _gl_texture(texture: Texture) -> pyrender.Texture:
    """The full image; OpenGL makes its own mip levels. Four bytes per texel: pyrender skews odd RGB rows."""
    image = texture.levels[0]
    opaque = np.full((*image.shape[:2], 1), 255, np.uint8)
    return pyrender.Texture(source=np.concatenate([image, opaque], axis=2), source_channels="RGBA")


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
