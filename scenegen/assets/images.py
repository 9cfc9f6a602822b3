"""Picture files to textures: decoded, flattened to RGB, capped in size."""

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from scenegen.assets.mesh import U8, Texture, texture_from_image
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError

MAX_SIDE = 1024
"""Longest side of a texture in texels; larger pictures are scaled down."""
MAX_PIXELS = 1 << 26
"""Pictures with more pixels are refused before they are decoded (decompression bombs)."""


_BLOCK_PIXELS = 1 << 20
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TGA")
"""Formats that are opened; the rest of what Pillow reads (EPS, PDF, TIFF, ...) is a door that no model needs."""


def decode_texture(data: bytes, max_side: int = MAX_SIDE) -> Texture:
    """Texture of an encoded picture in one of `FORMATS`.

    Raises AssetError: `huge_texture` above `MAX_PIXELS`, `unreadable_texture` where it does not decode.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return texture_of(image, max_side)
    except Image.DecompressionBombError as error:
        raise AssetError("huge_texture", f"picture is too large to decode: {one_line(error)}") from None
    except AssetError:
        raise
    except UnidentifiedImageError:
        raise AssetError("unreadable_texture", f"not a picture in one of {' '.join(FORMATS)}") from None
    except Exception as error:  # Pillow's plugins raise almost anything on broken files
        raise AssetError("unreadable_texture", f"picture does not decode: {one_line(error)}") from None


def texture_of(image: Image.Image, max_side: int = MAX_SIDE) -> Texture:
    """Texture of an open picture, scaled down to `max_side`.

    Raises AssetError `huge_texture`, and `unreadable_texture` where its format is none of `FORMATS`.
    """
    if image.format not in (None, "MPO", *FORMATS):  # MPO: a JPEG of several pictures
        raise AssetError("unreadable_texture", f"a {image.format} picture; use one of {' '.join(FORMATS)}")
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
        grey = np.clip(np.asarray(image) >> 8, 0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=-1)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA"))
    return rgba[..., :3] if rgba[..., 3].max() == 0 else _over_mean(rgba)


def _over_mean(rgba: U8) -> U8:
    """Composite over the alpha-weighted mean colour."""
    rows = max(1, _BLOCK_PIXELS // rgba.shape[1])  # floats of a whole picture would be many times its size
    blocks = [rgba[k : k + rows] for k in range(0, len(rgba), rows)]
    total = np.sum([_premultiplied(b)[0].sum((0, 1), dtype=np.float64) for b in blocks], axis=0)
    mean = (total / (rgba[..., 3].sum(dtype=np.float64) / 255)).astype(np.float32)
    out = np.empty((*rgba.shape[:2], 3), np.uint8)
    for k, block in enumerate(blocks):
        color, alpha = _premultiplied(block)
        out[k * rows : k * rows + len(block)] = np.rint(color + mean * (1 - alpha))
    return out


def _premultiplied(rgba: U8) -> tuple[NDArray[Any], NDArray[Any]]:
    """(h, w, 3) float32 colour times alpha in 0..255, and (h, w, 1) float32 alpha in 0..1."""
    alpha = rgba[..., 3:].astype(np.float32) / np.float32(255)
    return rgba[..., :3].astype(np.float32) * alpha, alpha
