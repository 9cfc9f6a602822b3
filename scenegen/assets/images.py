"""Encoded pictures to textures: looked at, decoded, flattened to RGB, scaled down to a budget of texels."""

import io
import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from scenegen.assets.mesh import U8, Texture, Wrap, texture_from_image
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError
from scenegen.srgb import BYTE_TO_LIGHT, LIGHT_UNITS, linear_to_srgb

MAX_PIXELS = 100_000_000
"""Pictures that decode to more are refused before they do: a PNG of 10,000 x 10,000 takes 4 s and 1.2 GB."""
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TGA", "GIF", "TIFF", "DDS")
"""Formats that are opened; the rest of what Pillow reads (EPS, PDF, ...) is a door that no model needs.

TIFF only as Pillow itself decodes it (uncompressed, PackBits): libtiff writes to the terminal what it thinks of a file.
"""
REPEAT: tuple[Wrap, Wrap] = ("repeat", "repeat")
_BAND_PIXELS = 1 << 15
_SAMPLE_PIXELS = 1 << 20
_CUT_ALPHA = 128
"""Alpha below which a texel counts as cut out."""
_BYTE_OF_LIGHT = np.rint(255 * linear_to_srgb(np.arange(LIGHT_UNITS + 1) / LIGHT_UNITS)).astype(np.uint8)
_OTHERS = {
    b"\xabKTX 20\xbb": "KTX2",
    b"\xabKTX 11\xbb": "KTX",
    b"v/1\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"8BPS": "Photoshop",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"%!PS": "PostScript",
    b"%PDF": "PDF",
    b"<svg": "SVG",
    b"<?xml": "SVG",
}
"""Formats that models name now and then and that are not read, by their first bytes."""
T = TypeVar("T")
logging.getLogger("PIL").addHandler(logging.NullHandler())  # its remarks on foreign files are no news to the user


@dataclass(frozen=True)
class PictureHeader:
    """What the header of a picture says."""

    size: tuple[int, int]
    """(width, height)."""
    has_alpha: bool
    """Whether there may be see-through texels."""
    drafts: bool
    """Whether it can be decoded at a half, a quarter or an eighth (JPEG)."""


@dataclass(frozen=True)
class DecodedPicture:
    """A picture, read."""

    texture: Texture
    cut_out: bool
    """Whether texels that should be seen through were painted over."""


def fitting_texels(sizes: Sequence[tuple[int, int]], max_texels: int) -> int:
    """The most texels that each picture of these (width, height) may keep so that together they fit `max_texels`.

    Larger pictures are cut to it, smaller ones keep their size. It is the size of the largest where none has to be cut.
    """
    enough, too_much = 1, 1 + max((width * height for width, height in sizes), default=1)
    while too_much - enough > 1:
        middle = (enough + too_much) // 2
        fits = sum(w * h for w, h in (reduced(size, middle) for size in sizes)) <= max_texels
        enough, too_much = (middle, too_much) if fits else (enough, middle)
    return enough


def reduced(size: tuple[int, int], max_texels: int) -> tuple[int, int]:
    """(width, height) of a picture scaled down, if need be, to at most `max_texels`, and to no side below 1."""
    scale = min(1.0, math.sqrt(max_texels / (size[0] * size[1])))
    width, height = (max(1, int(side * scale)) for side in size)
    return min(width, max(1, max_texels // height)), min(height, max(1, max_texels // width))


def read_header(data: bytes) -> PictureHeader:
    """What the header says. Raises AssetError `unreadable_texture`."""
    return _opened(data, lambda image: PictureHeader(image.size, image.has_transparency_data, image.format == "JPEG"))


def decode_texture(
    data: bytes, max_texels: int = MAX_PIXELS, *, wrap: tuple[Wrap, Wrap] = REPEAT, opaque: bool = False
) -> DecodedPicture:
    """Texture of an encoded picture in one of `FORMATS`, of at most `max_texels`; `opaque`: alpha is ignored.

    Raises AssetError: `huge_texture` above `MAX_PIXELS`, `unreadable_texture` where it does not decode.
    """
    flat, cut_out = _opened(data, lambda image: _pixels(image, max_texels, opaque))
    return DecodedPicture(texture_from_image(flat, wrap), cut_out)


def _opened(data: bytes, use: Callable[[Image.Image], T]) -> T:
    """What `use` makes of the open picture. Raises AssetError `huge_texture` or `unreadable_texture`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _open(data) as image:
                return use(image)
    except Image.DecompressionBombError as error:
        raise AssetError("huge_texture", f"picture is too large to decode: {one_line(error)}") from None
    except AssetError:
        raise
    except UnidentifiedImageError:
        raise AssetError("unreadable_texture", f"{_kind(data)}, not one of {' '.join(FORMATS)}") from None
    except Exception as error:  # Pillow's plugins raise almost anything on broken files
        raise AssetError("unreadable_texture", f"picture does not decode: {one_line(error)}") from None


def _open(data: bytes) -> Image.Image:
    """The picture, its header read. `Image.open` would refuse a large JPEG, which can be decoded at a fraction."""
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(io.BytesIO(data))
    return Image.open(io.BytesIO(data), formats=FORMATS)


def _kind(data: bytes) -> str:
    """What a file that is no picture in `FORMATS` is, as far as its first bytes tell."""
    known = next((name for start, name in _OTHERS.items() if data.lstrip().startswith(start)), None)
    return "unknown format" if known is None else f"{known} picture"


def _pixels(image: Image.Image, max_texels: int, opaque: bool) -> tuple[U8, bool]:
    """(h, w, 3) uint8 sRGB, and whether something was cut out. Raises AssetError `huge_texture`."""
    if isinstance(image, ImageFile.ImageFile) and any(tile[0] == "libtiff" for tile in image.tile):
        raise AssetError("unreadable_texture", f"TIFF compressed as {image.info.get('compression')}: save it otherwise")
    size = reduced(image.size, max_texels)
    _draft(image, size)
    if image.width * image.height > MAX_PIXELS:
        raise AssetError("huge_texture", f"picture of {image.width} x {image.height} pixels is too large to decode")
    return flatten(image, size, opaque=opaque)


def _draft(image: Image.Image, size: tuple[int, int]) -> None:
    """Have a JPEG decoded at a half, quarter or eighth: no smaller than `size`, unless it is too large otherwise.

    Raises AssetError `huge_texture` for a progressive one that decodes whole whatever the fraction.
    """
    whole = image.width * image.height
    if image.info.get("progressive") and whole > MAX_PIXELS:
        what = f"progressive picture of {image.width} x {image.height} pixels is too large to decode"
        raise AssetError("huge_texture", what)
    least = 1 << max(0, math.ceil(math.log(max(1.0, whole / MAX_PIXELS), 4)))
    image.draft(None, (min(size[0], image.width // least), min(size[1], image.height // least)))  # pyright: ignore[reportArgumentType]


def flatten(image: Image.Image, size: tuple[int, int] | None = None, *, opaque: bool = False) -> tuple[U8, bool]:
    """(h, w, 3) uint8 sRGB of a picture in any mode, and whether texels that are to be seen through were painted over.

    Surfaces are opaque, so see-through texels are laid over the mean colour of the others, in linear light: what
    hides behind alpha 0 is often garbage. A picture that is transparent everywhere keeps its colours, and so does
    one whose alpha says nothing (`opaque`). 16-bit greys keep their upper byte. `size`: (width, height) of the result,
    where it is smaller. Raises ValueError for a picture of floating point numbers.
    """
    mean = _mean_light(image) if image.has_transparency_data and not opaque else None
    ready = _solid(image) if mean is None else _in_mode(image, "RGBA")
    if size is not None and (size[0] < ready.width or size[1] < ready.height):
        ready = ready.resize(size, Image.Resampling.HAMMING, reducing_gap=3)
        image.close()  # its memory
    out = np.empty((ready.height, ready.width, 3), np.uint8)
    cut_out = False
    for rows in _bands(ready):
        part = ready.crop((0, rows.start, ready.width, rows.stop))
        if mean is None:
            out[rows] = np.asarray(_in_mode(part, "RGB"))
        else:
            rgba = np.asarray(part)
            cut_out |= bool(rgba[..., 3].min() < _CUT_ALPHA)
            out[rows] = _laid_over(rgba, mean)
    return out, cut_out


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    """The same in another mode; no copy where it is in it."""
    return image if image.mode == mode else image.convert(mode)


def _bands(image: Image.Image) -> Iterator[slice]:
    """Slices of rows: what is made of a whole picture at once would be many times its size."""
    rows = max(1, _BAND_PIXELS // image.width)
    return (slice(top, min(top + rows, image.height)) for top in range(0, image.height, rows))


def _solid(image: Image.Image) -> Image.Image:
    """The colours without alpha, in mode L or RGB. Raises ValueError for pictures of floating point numbers."""
    if image.mode == "F":
        raise ValueError("floating point numbers of unknown range")
    if image.mode.startswith("I"):
        return Image.fromarray(np.clip(np.asarray(image) >> 8, 0, 255).astype(np.uint8))
    return image if image.mode == "L" else _in_mode(image, "RGB")


def _mean_light(image: Image.Image) -> NDArray[np.float64] | None:
    """(3,) mean light of the texels by alpha, in a large picture of a sample; None where all are transparent."""
    sample = image.resize(reduced(image.size, _SAMPLE_PIXELS), Image.Resampling.NEAREST)
    rgba = np.asarray(_in_mode(sample, "RGBA")).reshape(-1, 4)
    light = np.array([np.bincount(rgba[:, c], weights=rgba[:, 3], minlength=256) @ BYTE_TO_LIGHT for c in range(3)])
    total = rgba[:, 3].sum(dtype=np.float64)
    return light / total if total else None


def _laid_over(rgba: U8, mean: NDArray[np.float64]) -> U8:
    """(h, w, 3) colours over the mean (3,) in light."""
    if rgba[..., 3].min() == 255:
        return rgba[..., :3]
    share = rgba[..., 3:].astype(np.uint32)
    share += share >> 7  # 0..256: full shares are whole
    light = np.take(BYTE_TO_LIGHT, rgba[..., :3])
    light *= share
    light += np.rint(mean).astype(np.uint32) * (256 - share)
    light += 128
    light >>= 8
    return np.take(_BYTE_OF_LIGHT, light, mode="clip")
