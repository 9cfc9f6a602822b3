"""Procedural textures: tileable images synthesised from band-limited noise, with a mip pyramid.

The public names of the texture makers. All have the form `maker(rng, size_px, colours..., options) ->
Texture`, are pure, and wrap without a seam. The renderer samples them at the hit point with
anti-aliasing, so that fine detail needs no small triangles. Colours are sRGB in [0, 1].
"""

from scenegen.assets.procedural.noise import Color, jitter_color, mix, shade_color
from scenegen.assets.procedural.picture_textures import (
    book_spines_texture,
    foliage_texture,
    label_texture,
    outdoors_texture,
    painting_texture,
    rug_texture,
    screen_texture,
)
from scenegen.assets.procedural.surface_textures import (
    brick_texture,
    brushed_metal_texture,
    concrete_texture,
    cork_texture,
    leather_texture,
    marble_texture,
    painted_metal_texture,
    painted_wood_texture,
    parquet_texture,
    plaster_texture,
    speckle_texture,
    tiles_texture,
    wood_texture,
)
from scenegen.assets.procedural.textile_textures import (
    carpet_texture,
    checks_texture,
    dots_texture,
    fabric_texture,
    stripes_texture,
    wallpaper_texture,
    woven_texture,
)

__all__ = [
    "Color",
    "book_spines_texture",
    "brick_texture",
    "brushed_metal_texture",
    "carpet_texture",
    "checks_texture",
    "concrete_texture",
    "cork_texture",
    "dots_texture",
    "fabric_texture",
    "foliage_texture",
    "jitter_color",
    "label_texture",
    "leather_texture",
    "marble_texture",
    "mix",
    "outdoors_texture",
    "painted_metal_texture",
    "painted_wood_texture",
    "painting_texture",
    "parquet_texture",
    "plaster_texture",
    "rug_texture",
    "screen_texture",
    "shade_color",
    "speckle_texture",
    "stripes_texture",
    "tiles_texture",
    "wallpaper_texture",
    "wood_texture",
    "woven_texture",
]
