"""PNG, JPEG, TIFF, WebP, BMP and whatever else Pillow reads; 16-bit colour, which Pillow reads as 8, by OpenCV."""

import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from training.photo.depth import Array, stretched
from training.photo.faults import DamagedError, NoImageError, too_large

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".pgm", ".ppm")
"""Endings of the common ones."""

_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of more than 8 bits; all are grey."""
_COLOUR = ("RGB", "RGBA", "LA")
"""Pillow's modes of 8 bits that may stand for 16 bits in the file."""
_ORIENTATION = 0x0112
"""EXIF's name of how the camera was held; 1 is upright."""


def begins(_head: bytes) -> bool:
    """Whatever its first bytes, Pillow is asked."""
    return True


def size(path: Path) -> tuple[int, int]:
    """Width and height as stored. Raises ImageError."""
    with _opened(path) as image:
        return image.size


def read(path: Path) -> Array:
    """(H, W, 3) uint8. Raises ImageError."""
    with _opened(path) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd tags in files that can be read all the same
        try:
            if _deep_colour(image):
                return _on_white(_unchanged(path))
            return np.asarray(_as_rgb(ImageOps.exif_transpose(image)))
        except (OSError, SyntaxError, ValueError) as error:
            raise DamagedError(f"{path}: is damaged ({error}); open it in a viewer and save it again") from None


def _opened(path: Path) -> Image.Image:
    """The file as a picture whose pixels are not read yet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(path)
    except UnidentifiedImageError:
        kinds = "PNG, JPEG, TIFF, WebP, BMP, .npy or DICOM"
        raise NoImageError(f"{path}: is no image that can be read; give a {kinds} file") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise too_large(path) from None
    except (OSError, SyntaxError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DamagedError(f"{path}: cannot be read ({reason}); check the path") from None


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        return Image.fromarray(stretched(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _deep_colour(image: Image.Image) -> bool:
    """Whether the file has 16 bits for each of several channels, and upright: what is to be turned stays at 8 bits.

    OpenCV turns a TIFF by itself or fails at it, according to its version.
    """
    deep = image.mode in _COLOUR and ";16" in str(getattr(image, "tile", ""))
    return deep and image.getexif().get(_ORIENTATION, 1) == 1


def _unchanged(path: Path) -> Array:
    """(H, W, 3 or 4) uint16, red first, the last of four the opacity."""
    values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        raise ValueError("its 16-bit pixels cannot be decoded")
    return np.concatenate([values[..., 2::-1], values[..., 3:]], -1)


def _on_white(values: Array) -> Array:
    """(H, W, 3) uint8: colours stretched, laid over white where values (H, W, 3 or 4) uint16 have an opacity."""
    colour, opacity = stretched(values[..., :3]), values[..., 3:] / 65535
    if not opacity.size:
        return colour
    return np.rint(255 + opacity * (colour.astype(np.float64) - 255)).astype(np.uint8)
