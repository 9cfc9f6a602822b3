"""Materials of a file as ours: base colour, glow, and what cannot be shown of them.

Format: glTF 2.0, section 3.9; KHR_materials_unlit, KHR_materials_emissive_strength,
KHR_materials_pbrSpecularGlossiness, of which the diffuse part counts. Factors are linear light.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf.buffers import Buffers
from scenegen.assets.gltf.textures import Placement, Use, texture_use
from scenegen.assets.gltf.tree import Tree, branch, entry, extension, number, numbers, text
from scenegen.assets.mesh import MOST_GLOW, Material, Texture
from scenegen.assets.model_textures import Picture, TextureStore
from scenegen.assets.source import Defect
from scenegen.srgb import linear_to_srgb, srgb_to_linear

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GltfMaterial:
    """A material as the file states it."""

    name: str
    color: F64
    """(4,) linear RGB and alpha."""
    glow: F64
    """(3,) linear RGB."""
    base: Use | None
    emissive: Use | None
    alpha_mode: str
    """OPAQUE, MASK or BLEND."""
    cutoff: float
    unlit: bool


@dataclass(frozen=True, eq=False)
class ShownMaterial:
    """A material as a primitive shows it."""

    material: Material
    placement: Placement | None
    """Which texture coordinates its pictures are read at; None: it has none."""
    bare: bool
    """Whether it would have a picture, if the primitive had the texture coordinates."""


class Looks:
    """The materials of a file that are in use, their pictures looked at together."""

    def __init__(self, buffers: Buffers, store: TextureStore, indices: list[int | None]) -> None:
        self._store = store
        self._surfaces = {k: _surface(buffers, k) for k in dict.fromkeys(indices)}
        self._looks: dict[tuple[int | None, bool, bool], ShownMaterial] = {}
        self.defects = [d for s in self._surfaces.values() for d in _complaints(s)]
        store.fit([p for s in self._surfaces.values() for p in _pictures(s)])

    def look(self, index: int | None, channels: frozenset[int]) -> ShownMaterial:
        """How a primitive that has those sets of texture coordinates shows a material."""
        surface = self._surfaces[index]
        based, glowing = _usable(surface.base, channels), _usable(surface.emissive, channels)
        key = (index, based, glowing)
        if key not in self._looks:
            self._looks[key] = self._made(surface, based, glowing)
        return self._looks[key]

    def _made(self, surface: GltfMaterial, based: bool, glowing: bool) -> ShownMaterial:
        """The material with the pictures that it can show."""
        texture = self._texture(surface.base, surface.alpha_mode == "OPAQUE") if based else None
        placement = surface.base.placement if texture is not None and surface.base is not None else None
        material = Material(
            surface.name, _rgb(linear_to_srgb(surface.color[:3])), texture, emission=float(surface.unlit)
        )
        bare = not based and surface.base is not None and surface.base.picture is not None
        if not surface.glow.any():
            return ShownMaterial(material, placement, bare)
        return self._glowing(surface, ShownMaterial(material, placement, bare), glowing)

    def _glowing(self, surface: GltfMaterial, look: ShownMaterial, glowing: bool) -> ShownMaterial:
        """The same with its glow; one whose picture cannot be had does not glow."""
        if surface.emissive is None:
            return replace(look, material=replace(look.material, glow=_rgb(surface.glow)))
        texture = self._texture(surface.emissive, True) if glowing else None
        if texture is None:
            return look
        if look.placement not in (None, surface.emissive.placement):
            self.defects.append(Defect("glow_uv", f"{surface.name}: its glow has texture coordinates of its own"))
            return replace(look, material=replace(look.material, glow=_rgb(surface.glow * _mean(texture))))
        lit = replace(look.material, glow=_rgb(surface.glow), glow_texture=texture)
        return replace(look, material=lit, placement=surface.emissive.placement)

    def _texture(self, use: Use | None, opaque: bool) -> Texture | None:
        """The texture of a use, if it can be had."""
        if use is None or use.picture is None:
            return None
        return self._store.texture(use.picture, wrap=use.wrap, opaque=opaque)


def _surface(buffers: Buffers, index: int | None) -> GltfMaterial:
    """A material of the file, or the default one: white. Raises ValueError; see `Buffers.view`."""
    row: Tree = {} if index is None else entry(buffers.tree, "materials", index)
    glossy = extension(row, "KHR_materials_pbrSpecularGlossiness")
    owner = branch(row, "pbrMetallicRoughness") if glossy is None else glossy
    color_key, texture_key = (
        ("baseColorFactor", "baseColorTexture") if glossy is None else ("diffuseFactor", "diffuseTexture")
    )
    unlit = extension(row, "KHR_materials_unlit") is not None
    glow = np.zeros(3) if unlit else _glow(row)
    return GltfMaterial(
        name=text(row, "name"),
        color=numbers(owner, color_key, (1, 1, 1, 1)),
        glow=glow,
        base=texture_use(buffers, owner, texture_key),
        emissive=texture_use(buffers, row, "emissiveTexture") if glow.any() else None,
        alpha_mode=text(row, "alphaMode") or "OPAQUE",
        cutoff=number(row.get("alphaCutoff", 0.5), "alphaCutoff"),
        unlit=unlit,
    )


def _glow(row: Tree) -> F64:
    """(3,) linear RGB that a material gives off. Raises ValueError."""
    strength = extension(row, "KHR_materials_emissive_strength") or {}
    factor = numbers(row, "emissiveFactor", (0, 0, 0)) * number(strength.get("emissiveStrength", 1), "emissiveStrength")
    return np.clip(factor, 0, MOST_GLOW)


def _rgb(color: F64) -> tuple[float, float, float]:
    """Three numbers, rounded."""
    r, g, b = color.round(6).tolist()
    return r, g, b


def _mean(texture: Texture) -> Any:
    """(3,) linear RGB of a whole picture."""
    return srgb_to_linear(texture.levels[-1][0, 0] / 255)


def _usable(use: Use | None, channels: frozenset[int]) -> bool:
    """Whether a primitive has the texture coordinates of a use."""
    return use is not None and use.placement.channel in channels


def _pictures(surface: GltfMaterial) -> list[Picture]:
    """The pictures of a surface that can be read."""
    return [use.picture for use in (surface.base, surface.emissive) if use is not None and use.picture is not None]


def _complaints(surface: GltfMaterial) -> list[Defect]:
    """Pictures in formats that are not read, and transparency that is drawn opaque; a picture's own is the store's."""
    uses = [use for use in (surface.base, surface.emissive) if use is not None and use.complaint]
    out = [Defect("unreadable_texture", use.complaint) for use in uses]
    alpha = float(surface.color[3])
    masked, blended = surface.alpha_mode == "MASK", surface.alpha_mode == "BLEND"
    if (masked and alpha < surface.cutoff) or (blended and alpha <= 0):
        out.append(Defect("inverted_alpha", surface.name))
    elif blended and alpha < 1:
        out.append(Defect("translucent", surface.name))
    return out
