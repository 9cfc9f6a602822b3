"""What a mesh looks like, per face: everything that shading a point needs is one row of a table.

Rows hold the first corner's value and the two differences to the other corners, so that a value at
barycentric (u, v) is `a + u * b + v * c`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import WHITE, Material, Mesh, Texture, mean_albedo
from scenegen.rendering.texels import TexelPool, build_pool, pack_rgb, texture_size, widen, wrap_codes
from scenegen.srgb import srgb_to_linear

F32 = NDArray[np.float32]
FLAT = 1e-4
"""Corner normals that differ less than this from their face's normal everywhere count as flat shading."""
LEAST_AGREEMENT = 0.05
"""Least cosine between a corner's normal and its face's; below it the corner takes the face's normal."""


@dataclass(frozen=True, eq=False)
class Glow:
    """Light that materials give off."""

    radiance: F32
    """(3, M) linear; times the glow's texture, if any; its mean is in here where no texture is used."""
    pool: TexelPool | None
    """Texels: chain m is the glow of material m; None where none has a texture."""
    density: F32
    """(M,) texels of the glow's texture per texel of the colour's: what the density in `SurfaceTable.uv` is times."""


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
    """(3, M) linear colours of the materials where no texture is used."""
    tint: F32 | None
    """(3, M) linear colours that texels are multiplied by; None where all are white."""
    emission: F32 | None
    """(M,) share of light given off; None where all materials are matt."""
    glow: Glow | None
    """Light given off besides; None where no material glows."""
    pool: TexelPool | None
    """Texels: chain m is the colour of material m; None where no texture is used."""

    @property
    def is_plain(self) -> bool:
        """Whether there is a single material, which gives off no light."""
        return self.palette.shape[1] == 1 and self.emission is None and self.glow is None

    @property
    def is_smooth(self) -> bool:
        """Whether shading normals differ from face normals."""
        return self.normals.shape[1] == 12


def build_table(mesh: Mesh) -> SurfaceTable:
    """Make the rows of a mesh; meshes without faces are not allowed."""
    corners = np.take(mesh.vertices, mesh.faces, axis=0)
    unit, double_area = _face_normals(corners)
    emission = np.array([m.emission for m in mesh.materials], np.float32)
    has_uv = mesh.uv is not None
    textured = has_uv and any(m.texture is not None for m in mesh.materials)
    glow = _glow(mesh.materials, has_uv)
    return SurfaceTable(
        normals=_normal_rows(mesh, unit),
        uv=_uv_rows(mesh, mesh.uv, double_area) if mesh.uv is not None and (textured or _has_texels(glow)) else None,
        colors=None if mesh.colors is None else _color_rows(mesh.colors, mesh.faces),
        material=np.ascontiguousarray(mesh.face_material, np.int32),
        palette=np.ascontiguousarray(np.array([mean_albedo(m) for m in mesh.materials]).T, np.float32),
        tint=_tint(mesh.materials) if textured else None,
        emission=emission if emission.any() else None,
        glow=glow,
        pool=build_pool([m.texture or m.color for m in mesh.materials]) if textured else None,
    )


def _has_texels(glow: Glow | None) -> bool:
    """Whether a glow is looked up in texels."""
    return glow is not None and glow.pool is not None


def _tint(materials: tuple[Material, ...]) -> F32 | None:
    """(3, M) what texels are multiplied by: a plain colour is a texel itself. None where all are white."""
    colors = np.array([WHITE if m.texture is None else m.color for m in materials])
    return None if (colors == 1).all() else np.ascontiguousarray(srgb_to_linear(colors).T, np.float32)


def _glow(materials: tuple[Material, ...], has_uv: bool) -> Glow | None:
    """The glow of a mesh's materials."""
    if not any(any(m.glow) for m in materials):
        return None
    radiance = np.array([m.glow for m in materials]).T
    if has_uv and any(m.glow_texture for m in materials):
        pool = build_pool([m.glow_texture or WHITE for m in materials])
        return Glow(np.ascontiguousarray(radiance, np.float32), pool, _relative_density(materials))
    means = [mean_albedo(Material("", WHITE, m.glow_texture)) for m in materials]
    return Glow(np.ascontiguousarray(radiance * np.array(means).T, np.float32), None, np.ones(len(means), np.float32))


def _relative_density(materials: tuple[Material, ...]) -> F32:
    """(M,) texels of a material's glow per texel of its colour."""
    own, base = ([np.prod(texture_size(t)) for t in column] for column in zip(*_layers(materials), strict=True))
    return np.array(own, np.float32) / np.array(base, np.float32)


def _layers(materials: tuple[Material, ...]) -> list[tuple[Texture | None, Texture | None]]:
    """Texture of the glow and of the colour of each material."""
    return [(m.glow_texture, m.texture) for m in materials]


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
    corner = np.take(widen(pack_rgb(colors)), faces)
    corner[:, 1:] -= corner[:, :1]
    corner[:, 0] <<= np.uint64(8)
    return corner


def _uv_rows(mesh: Mesh, uv: F32, double_area: F32) -> F32:
    """(F, 8) rows: texture coordinates with v down, density of texels and material."""
    corner = np.nan_to_num(np.take(uv, mesh.faces, axis=0), copy=False, posinf=0, neginf=0)
    corner[..., 1] *= -1
    corner += _shift(corner.min(1), mesh)[:, None]
    rows = np.empty((len(corner), 8), np.float32)
    rows[:, 0:2] = corner[:, 0]
    np.subtract(corner[:, 1], corner[:, 0], out=rows[:, 2:4])
    np.subtract(corner[:, 2], corner[:, 0], out=rows[:, 4:6])
    texels = np.array([np.prod(texture_size(m.texture)) for m in mesh.materials], np.float32)[mesh.face_material]
    double_uv_area = np.abs(rows[:, 2] * rows[:, 5] - rows[:, 3] * rows[:, 4])
    rows[:, 6] = double_uv_area * texels / np.maximum(double_area, np.float32(1e-12))
    rows[:, 7] = mesh.face_material
    return rows


def _shift(least: F32, mesh: Mesh) -> F32:
    """(F, 2) whole numbers to add to u and to -v, so that v counts from the top; `least` (F, 2) of a face.

    Near 0 the coordinates keep their float32 digits however often a texture repeats. Where it mirrors every second
    turn is another; where it ends at its edge no turn is like another.
    """
    codes = np.array([[wrap_codes(t) for t in pair] for pair in _layers(mesh.materials)]).max(1)
    if not codes.any():
        return -np.floor(least)
    mode = np.take(codes, mesh.face_material, axis=0)
    top = np.array([0, 1], np.float32)
    turns = np.choose(mode, (np.floor(least), 2 * np.floor((least + top) / 2) - top, -top))
    return np.asarray(-turns, np.float32)
