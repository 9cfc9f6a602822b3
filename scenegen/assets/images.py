"""Picture files to textures: looked at, decoded, flattened to RGB, scaled down to a budget of texels."""

import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from scenegen.assets.mesh import U8, Texture, Wrap, texture_from_image
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError

MAX_PIXELS = 1 << 27
"""Pictures that decode to more pixels are refused before they do (decompression bombs)."""
_BLOCK_PIXELS = 1 << 20
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TGA")
"""Formats that are opened; the rest of what Pillow reads (EPS, PDF, TIFF, ...) is a door that no model needs."""
REPEAT: tuple[Wrap, Wrap] = ("repeat", "repeat")
T = TypeVar("T")


def fitting_side(sizes: Sequence[tuple[int, int]], max_texels: int) -> int:
    """The longest side to which pictures of these (width, height) are cut so that together they fit `max_texels`.

    Smaller pictures keep their size. It is the longest side of all where nothing has to be cut.
    """
    longest = max((max(size) for size in sizes), default=1)
    side = longest
    while side > 1 and sum(w * h for w, h in (reduced(size, side) for size in sizes)) > max_texels:
        side = max(1, min(side - 1, int(side * 0.97)))
    return side


def reduced(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(width, height) of a picture whose longer side is at most `side`."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def picture_size(data: bytes) -> tuple[int, int]:
    """(width, height) by the header alone. Raises AssetError `unreadable_texture`."""
    return _opened(data, lambda image: image.size)


def decode_texture(
    data: bytes, side: int = 1 << 16, *, wrap: tuple[Wrap, Wrap] = REPEAT, opaque: bool = False
) -> Texture:
    """Texture of an encoded picture in one of `FORMATS`, its longer side at most `side`; `opaque`: alpha is ignored.

    Raises AssetError: `huge_texture` above `MAX_PIXELS`, `unreadable_texture` where it does not decode.
    """
    return _opened(data, lambda image: _texture_of(image, side, wrap, opaque))


def _opened(data: bytes, use: Callable[[Image.Image], T]) -> T:
    """What `use` makes of the open picture. Raises AssetError `huge_texture` or `unreadable_texture`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return use(image)
    except Image.DecompressionBombError as error:
        raise AssetError("huge_texture", f"picture is too large to decode: {one_line(error)}") from None
    except AssetError:
        raise
    except UnidentifiedImageError:
        raise AssetError("unreadable_texture", f"not a picture in one of {' '.join(FORMATS)}") from None
    except Exception as error:  # Pillow's plugins raise almost anything on broken files
        raise AssetError("unreadable_texture", f"picture does not decode: {one_line(error)}") from None


def _texture_of(image: Image.Image, side: int, wrap: tuple[Wrap, Wrap], opaque: bool) -> Texture:
    """Texture of an open picture. Raises AssetError `huge_texture`."""
    size = reduced(image.size, side)
    image.draft("RGB", size)  # a JPEG decodes at a fraction of its size
    if image.width * image.height > MAX_PIXELS:
        raise AssetError("huge_texture", f"picture of {image.width} x {image.height} pixels is too large to decode")
    flat = Image.fromarray(np.asarray(image.convert("RGB")) if opaque else flatten(image))
    if flat.size != size:
        flat = flat.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    return texture_from_image(np.asarray(flat), wrap)


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
