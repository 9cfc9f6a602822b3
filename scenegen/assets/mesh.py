"""Mesh, material and texture: the plain data that everything else reads.

A mesh carries its attributes per vertex; loaders split vertices at seams (texture, crease), as GPUs
do. Positions are float32 because that is what Embree traces: pixels and labels speak of the very
same triangles. Every surface is opaque and two-sided.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mips import mip_levels
from scenegen.srgb import srgb_to_linear

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
Wrap = Literal["repeat", "mirror", "clamp"]
"""What a texture shows outside [0, 1]: itself again, itself mirrored at each whole number, or its edge."""


@dataclass(frozen=True, eq=False)
class Texture:
    """An image with its mip pyramid.

    `levels[k]` is (h_k, w_k, 3) uint8 sRGB, level 0 the full image, each next one half the size
    (never below 1), the last 1 x 1. Row 0 is the TOP row of the image: v = 1 is the top edge and
    v = 0 the bottom edge (OBJ convention); u runs to the right.
    """

    levels: tuple[U8, ...]
    wrap: tuple[Wrap, Wrap] = ("repeat", "repeat")
    """Along u and along v."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the full image in texels."""
        return self.levels[0].shape[1], self.levels[0].shape[0]


WHITE = (1.0, 1.0, 1.0)
"""Colour of a material that leaves its texture, or its vertex colours, as they are."""
MOST_GLOW = 16.0
"""Strongest `glow` of a material."""


@dataclass(frozen=True, eq=False)
class Material:
    """What a face is made of. Albedo = `color` times texture times vertex colour, each if any, in linear light.

    Radiance = albedo x (arriving light, or 1 for the share `emission`) + `glow` x `glow_texture`.
    """

    name: str
    color: tuple[float, float, float] = (0.7, 0.7, 0.7)
    """sRGB-encoded base colour in [0, 1]; (1, 1, 1) leaves a texture as it is."""
    texture: Texture | None = None
    emission: float = 0.0
    """Share of light given off whatever the lighting: 0 matt, 1 shows its albedo as it is (unlit, lamp, sky)."""
    glow: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Linear RGB radiance given off besides, in [0, MOST_GLOW]; times `glow_texture` where there is one."""
    glow_texture: Texture | None = None
    """Read at the same texture coordinates as `texture`."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh with per-vertex attributes and per-face materials. Arrays are never modified."""

    vertices: F32
    """(N, 3) metres."""
    faces: I32
    """(F, 3) indices of vertices."""
    face_material: I32
    """(F,) index into `materials`."""
    materials: tuple[Material, ...]
    normals: F32 | None = None
    """(N, 3) unit shading normals; None: flat shading by the geometric normal."""
    uv: F32 | None = None
    """(N, 2) texture coordinates, any range; None: no texture is used."""
    colors: U8 | None = None
    """(N, 3) sRGB vertex colours."""
    face_label: I32 | None = None
    """(F,) semantic or annotated instance id of the source, 0 = unknown."""


def texture_from_image(image: U8, wrap: tuple[Wrap, Wrap] = ("repeat", "repeat")) -> Texture:
    """Texture of an (h, w, 3) uint8 sRGB image, its mip levels averaged in linear light (`mips`)."""
    return Texture(mip_levels(np.ascontiguousarray(image[..., :3], dtype=np.uint8)), wrap)


def mean_albedo(material: Material) -> NDArray[np.float64]:
    """(3,) linear reflectance of a material where its texture cannot be used: colour times the texture's mean."""
    texture = (255, 255, 255) if material.texture is None else material.texture.levels[-1][0, 0]
    return srgb_to_linear(np.array(material.color)) * srgb_to_linear(np.array(texture) / 255)


def concatenate(meshes: list[Mesh]) -> Mesh:
    """One mesh of many; materials are appended (identical objects shared); missing attributes are filled.

    Normals are kept only if every part has them; uv is filled with 0, colours with white, labels with 0.
    """
    materials: list[Material] = []
    index: dict[int, int] = {}
    for material in (m for mesh in meshes for m in mesh.materials):
        if id(material) not in index:
            index[id(material)] = len(materials)
            materials.append(material)
    offsets = np.cumsum([0] + [len(m.vertices) for m in meshes])
    remap = [np.array([index[id(m)] for m in mesh.materials] or [0], np.int32) for mesh in meshes]
    return Mesh(
        vertices=np.concatenate([m.vertices for m in meshes]),
        faces=np.concatenate([m.faces + np.int32(o) for m, o in zip(meshes, offsets, strict=False)]).astype(np.int32),
        face_material=np.concatenate([r[m.face_material] for r, m in zip(remap, meshes, strict=True)]),
        materials=tuple(materials),
        normals=_join([m.normals for m in meshes]),
        uv=_join_filled(meshes, "uv", 2, 0, np.float32),
        colors=_join_filled(meshes, "colors", 3, 255, np.uint8),
        face_label=_join_labels(meshes),
    )


def _join(parts: list[F32 | None]) -> F32 | None:
    """All parts end to end, or None where one is missing."""
    present = [p for p in parts if p is not None]
    return np.concatenate(present) if len(present) == len(parts) else None


def _join_filled(meshes: list[Mesh], name: str, width: int, fill: int, dtype: type) -> NDArray | None:
    """A vertex attribute end to end, filled where a part lacks it; None where all lack it."""
    if all(getattr(m, name) is None for m in meshes):
        return None
    parts = [getattr(m, name) for m in meshes]
    blank = [np.full((len(m.vertices), width), fill, dtype) for m in meshes]
    return np.concatenate([b if p is None else p for p, b in zip(parts, blank, strict=True)])


def _join_labels(meshes: list[Mesh]) -> I32 | None:
    """Face labels end to end, 0 where a part has none; None where all lack them."""
    if all(m.face_label is None for m in meshes):
        return None
    return np.concatenate([np.zeros(len(m.faces), np.int32) if m.face_label is None else m.face_label for m in meshes])


def face_vectors(mesh: Mesh) -> NDArray[np.float64]:
    """(F, 3) float64 cross products of the edges: geometric normal times twice the area."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(np.float64) for i in range(3))
    return np.cross(b - a, c - a)


def bounds(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner of the axis-aligned box of the referenced vertices, float64."""
    used = np.zeros(len(mesh.vertices), bool)
    used[mesh.faces] = True  # np.unique takes seconds of a million faces
    points = mesh.vertices[used].astype(np.float64)
    return points.min(0), points.max(0)
