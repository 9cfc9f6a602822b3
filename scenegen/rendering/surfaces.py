"""What a mesh looks like, per face: everything that shading a point needs is one row of a table.

Rows hold the first corner's value and the two differences to the other corners, so that a value at
barycentric (u, v) is `a + u * b + v * c`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Material, Mesh
from scenegen.rendering.texels import TexelPool, build_pool, pack, texture_size, widen
from scenegen.srgb import decode

F32 = NDArray[np.float32]
FLAT = 1e-4
"""Corner normals that differ less than this from their face's normal everywhere count as flat shading."""
LEAST_AGREEMENT = 0.05
"""Least cosine between a corner's normal and its face's; below it the corner takes the face's normal."""


@dataclass(frozen=True, eq=False)
class SurfaceTable:
    """Per-face rows of a mesh."""

    normals: F32
    """(F, 3) unit face normals; or (F, 12): face normal, then first corner's normal and two differences."""
    uv: F32 | None
    """(F, 8): u, v of the first corner and two differences (v down), texels per square metre, material; or None."""
    colors: NDArray[np.uint64] | None
    """(F, 3) colours in lanes (`texels.widen`): 256 x the first corner's, and two differences; or None."""
    material: NDArray[np.int32]
    """(F,) index into the materials."""
    palette: F32
    """(3, M) linear colours of the materials without texture."""
    emission: F32 | None
    """(M,) share of light given off; None where all materials are matt."""
    pool: TexelPool | None
    """Texels; None where no material has a texture."""

    @property
    def is_plain(self) -> bool:
        """Whether there is a single material, which gives off no light."""
        return self.palette.shape[1] == 1 and self.emission is None

    @property
    def is_smooth(self) -> bool:
        """Whether shading normals differ from face normals."""
        return self.normals.shape[1] == 12


def build_table(mesh: Mesh) -> SurfaceTable:
    """Make the rows of a mesh; meshes without faces are not allowed."""
    corners = np.take(mesh.vertices, mesh.faces, axis=0)
    unit, double_area = _face_normals(corners)
    emission = np.array([m.emission for m in mesh.materials], np.float32)
    textured = mesh.uv is not None and any(m.texture is not None for m in mesh.materials)
    return SurfaceTable(
        normals=_normal_rows(mesh, unit),
        uv=_uv_rows(mesh, mesh.uv, double_area) if textured and mesh.uv is not None else None,
        colors=None if mesh.colors is None else _color_rows(mesh.colors, mesh.faces),
        material=np.ascontiguousarray(mesh.face_material, np.int32),
        palette=np.ascontiguousarray(decode(np.array([_plain_color(m) for m in mesh.materials])).T, np.float32),
        emission=emission if emission.any() else None,
        pool=build_pool(mesh.materials) if textured else None,
    )


def _plain_color(material: Material) -> tuple[float, float, float]:
    """Colour of a material where its texture cannot be used: the texture's mean, else its colour."""
    if material.texture is None:
        return material.color
    r, g, b = material.texture.levels[-1][0, 0] / 255.0
    return float(r), float(g), float(b)


def _face_normals(corners: F32) -> tuple[F32, F32]:
    """Unit normals (F, 3) and twice the areas (F,) of triangles (F, 3, 3); zero for degenerate ones."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.sqrt(np.einsum("ij,ij->i", normal, normal))
    normal /= np.maximum(length, np.float32(1e-30))[:, None]
    return normal, length


def _normal_rows(mesh: Mesh, unit: F32) -> F32:
    """(F, 12) rows with smooth normals, or `unit` where the mesh is flat."""
    if mesh.normals is None:
        return unit
    corner = np.take(mesh.normals, mesh.faces, axis=0)
    _agree(corner, unit)
    if np.abs(corner - unit[:, None]).max() < FLAT:
        return unit
    rows = np.empty((len(unit), 12), np.float32)
    rows[:, :3], rows[:, 3:6] = unit, corner[:, 0]
    np.subtract(corner[:, 1], corner[:, 0], out=rows[:, 6:9])
    np.subtract(corner[:, 2], corner[:, 0], out=rows[:, 9:12])
    return rows


def _agree(corner: F32, unit: F32) -> None:
    """Turn corner normals (F, 3, 3), in place, to their face's side.

    A face whose normals all point the other way was wound the other way: it is turned as a whole.
    A single corner that still disagrees takes the face's normal, so no interpolated normal does.
    """
    cosine = np.einsum("fij,fj->fi", corner, unit)
    turned = np.flatnonzero(cosine.sum(1) < 0)
    corner[turned] *= -1
    cosine[turned] *= -1
    face, which = np.nonzero(cosine < LEAST_AGREEMENT)
    corner[face, which] = unit[face]


def _color_rows(colors: NDArray[np.uint8], faces: NDArray[np.integer]) -> NDArray[np.uint64]:
    """(F, 3) rows of vertex colours. Lanes borrow from each other in a difference, and give back in the sum."""
    corner = np.take(widen(pack(colors)), faces)
    corner[:, 1:] -= corner[:, :1]
    corner[:, 0] <<= np.uint64(8)
    return corner


def _uv_rows(mesh: Mesh, uv: F32, double_area: F32) -> F32:
    """(F, 8) rows: texture coordinates with v down, density of texels and material."""
    corner = np.nan_to_num(np.take(uv, mesh.faces, axis=0), copy=False, posinf=0, neginf=0)
    corner[..., 1] *= -1
    # near 0 the coordinates keep their float32 digits however often the texture repeats
    corner -= np.floor(corner.min(1))[:, None]
    rows = np.empty((len(corner), 8), np.float32)
    rows[:, 0:2] = corner[:, 0]
    np.subtract(corner[:, 1], corner[:, 0], out=rows[:, 2:4])
    np.subtract(corner[:, 2], corner[:, 0], out=rows[:, 4:6])
    texels = np.array([np.prod(texture_size(m.texture)) for m in mesh.materials], np.float32)[mesh.face_material]
    double_uv_area = np.abs(rows[:, 2] * rows[:, 5] - rows[:, 3] * rows[:, 4])
    rows[:, 6] = double_uv_area * texels / np.maximum(double_area, np.float32(1e-12))
    rows[:, 7] = mesh.face_material
    return rows
