"""Picture files to textures: decoded, flattened to RGB, capped in size."""

import io
import warnings

import numpy as np
from PIL import Image

from scenegen.assets.mesh import U8, Texture, texture_from_image
from scenegen.errors import AssetError

MAX_SIDE = 1024
"""Longest side of a texture in texels; larger pictures are scaled down."""
MAX_PIXELS = 1 << 27
"""Pictures with more pixels are refused before they are decoded (decompression bombs)."""


def decode_texture(data: bytes, max_side: int = MAX_SIDE) -> Texture:
    """Texture of an encoded picture (any format that Pillow reads).

    Raises AssetError: `huge_texture` above `MAX_PIXELS`, `unreadable_texture` where it does not decode.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as image:
                return texture_of(image, max_side)
    except Image.DecompressionBombError as error:
        raise AssetError("huge_texture", f"picture is too large to decode: {error}") from None
    except AssetError:
        raise
    except Exception as error:  # Pillow's plugins raise almost anything on broken files
        raise AssetError("unreadable_texture", f"picture does not decode: {error}") from None


def texture_of(image: Image.Image, max_side: int = MAX_SIDE) -> Texture:
    """Texture of an open picture, scaled down to `max_side`. Raises AssetError `huge_texture`."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise AssetError("huge_texture", f"picture of {width} x {height} pixels is too large to decode")
    image.draft("RGB", (max_side, max_side))  # a JPEG decodes at a fraction of its size
    scale = max_side / max(image.size)
    flat = Image.fromarray(flatten(image))
    if scale < 1:
        size = (max(1, round(flat.width * scale)), max(1, round(flat.height * scale)))
        flat = flat.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    return texture_from_image(np.asarray(flat))


def flatten(image: Image.Image) -> U8:
    """(h, w, 3) uint8 sRGB of a picture in any mode.

    Surfaces are opaque, so see-through texels are laid over the mean colour of the others: what hides behind
    alpha 0 is often garbage. A picture that is transparent everywhere keeps its colours.
    """
    if image.mode.startswith("I;16") or image.mode == "I":
        grey = np.clip(np.asarray(image).astype(np.int64) >> 8, 0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=-1)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA"))
    return rgba[..., :3] if rgba[..., 3].max() == 0 else _over_mean(rgba)


def _over_mean(rgba: U8) -> U8:
    """Composite over the alpha-weighted mean colour."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    color = rgba[..., :3].astype(np.float32)
    mean = (color * alpha).sum((0, 1), dtype=np.float64) / alpha.sum(dtype=np.float64)
    return np.rint(color * alpha + mean.astype(np.float32) * (1 - alpha)).astype(np.uint8)
