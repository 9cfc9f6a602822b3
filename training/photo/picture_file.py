"""PNG, JPEG, TIFF, WebP, BMP and whatever else Pillow reads; 16-bit colour, which Pillow reads as 8, by OpenCV."""

import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from scenegen.errors import first_line
from training.photo.depth import Array, stretched
from training.photo.faults import DamagedError, NoImageError, too_large

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".pgm", ".ppm")
"""Endings of the common ones."""

_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of more than 8 bits; all are grey."""
_COLOUR = ("RGB", "RGBA", "LA")
"""Pillow's modes of 8 bits that may stand for 16 bits in the file."""
_SIXTEEN = (";16", "65535")
"""What Pillow then says of the file's tiles: its own name of the pixels, or a PPM's largest value."""
_ORIENTATION = 0x0112
"""EXIF's name of how the camera was held; 1 is upright."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of each orientation upright (Exif 2.3, 4.6.4)."""


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
            if _deep_color(image):
                return _on_white(_unchanged(path))
            return np.asarray(_as_rgb(_upright(image)))
        except Exception as error:  # Pillow's decoders raise errors of many kinds
            reason = first_line(error)
            raise DamagedError(f"{path}: is damaged ({reason}); open it in a viewer and save it again") from None


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
    except Exception as error:  # of many kinds, as damage has
        reason = getattr(error, "strerror", None) or first_line(error)
        raise DamagedError(f"{path}: cannot be read ({reason}); check the path") from None


def _upright(image: Image.Image) -> Image.Image:
    """The picture as the camera was held. The other tags are not looked at: they may be broken."""
    method = _TURNS.get(_orientation(image))
    return image if method is None else image.transpose(method)


def _orientation(image: Image.Image) -> int:
    """What EXIF says of it, 1 where nothing can be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a broken tag: the pixels are good all the same
        return 1


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        return Image.fromarray(stretched(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _deep_color(image: Image.Image) -> bool:
    """Whether the file has 16 bits for each of several channels, and upright: what is to be turned stays at 8 bits.

    OpenCV turns a TIFF by itself or fails at it, according to its version.
    """
    deep = image.mode in _COLOUR and any(word in str(getattr(image, "tile", "")) for word in _SIXTEEN)
    return deep and _orientation(image) == 1


def _unchanged(path: Path) -> Array:
    """(H, W, 3 or 4) uint16, red first, the last of four the opacity."""
    values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        raise ValueError("its 16-bit pixels cannot be decoded")
    return np.concatenate([values[..., 2::-1], values[..., 3:]], -1)


def _on_white(values: Array) -> Array:
    """(H, W, 3) uint8: colours stretched, laid over white where values (H, W, 3 or 4) uint16 have an opacity."""
    color, opacity = stretched(values[..., :3]), values[..., 3:] / 65535
    if not opacity.size:
        return color
    return np.rint(255 + opacity * (color.astype(np.float64) - 255)).astype(np.uint8)
