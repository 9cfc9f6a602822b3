"""Procedural textures: tileable images synthesised from band-limited noise, with a mip pyramid.

The public names of the texture makers. All have the form `maker(rng, size_px, colours..., options) ->
Texture`, are pure, and wrap without a seam. The renderer samples them at the hit point with
anti-aliasing, so that fine detail needs no small triangles. Colours are sRGB in [0, 1].
"""

from scenegen.assets.procedural.noise import Color, jitter, mix, shade
from scenegen.assets.procedural.picture_textures import book_spines, foliage, label, outdoors, painting, rug, screen
from scenegen.assets.procedural.surface_textures import (
    brick,
    brushed_metal,
    concrete,
    cork,
    leather,
    marble,
    painted_metal,
    painted_wood,
    parquet,
    plaster,
    speckle,
    tiles,
    wood,
)
from scenegen.assets.procedural.textile_textures import carpet, checks, dots, fabric, stripes, wallpaper, woven

__all__ = [
    "Color",
    "book_spines",
    "brick",
    "brushed_metal",
    "carpet",
    "checks",
    "concrete",
    "cork",
    "dots",
    "fabric",
    "foliage",
    "jitter",
    "label",
    "leather",
    "marble",
    "mix",
    "outdoors",
    "painted_metal",
    "painted_wood",
    "painting",
    "parquet",
    "plaster",
    "rug",
    "screen",
    "shade",
    "speckle",
    "stripes",
    "tiles",
    "wallpaper",
    "wood",
    "woven",
]
