"""Reading any photo as (H, W, 3) uint8 sRGB, the way a viewer would show it."""

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from training.errors import ImageError

_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of more than 8 bits; all are grey. (It reads colour of 16 bits as 8.)"""


def photo_pixels(path: Path) -> int:
    """Number of pixels, from the head of the file alone. Raises ImageError."""
    with _opened(path) as image:
        return image.width * image.height


def read_photo(path: Path) -> np.ndarray:
    """(H, W, 3) uint8. Raises ImageError for what is no image.

    The EXIF orientation is applied; grey becomes three equal channels; transparency is laid over white; of grey
    16-bit pictures the high byte counts, and grey float pictures run from 0 to 1.
    """
    with _opened(path) as image:
        try:
            return np.asarray(_as_rgb(ImageOps.exif_transpose(image)))
        except (OSError, SyntaxError, ValueError) as error:
            raise ImageError(f"{path}: is damaged ({error}); open it in a viewer and save it again") from None


def as_batch(photo: np.ndarray) -> Tensor:
    """(H, W, 3) to (1, 3, H, W), both uint8."""
    return torch.from_numpy(photo.copy()).permute(2, 0, 1)[None]


def _opened(path: Path) -> Image.Image:
    """The file as a picture whose pixels are not read yet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(path)
    except UnidentifiedImageError:
        raise ImageError(f"{path}: is no image that can be read; give a PNG, JPEG, TIFF or WebP file") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = f"{(Image.MAX_IMAGE_PIXELS or 0) // 1_000_000} million pixels"
        raise ImageError(f"{path}: has more than {limit}; make it smaller or cut it") from None
    except (OSError, SyntaxError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"{path}: cannot be read ({reason}); check the path") from None


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        grey = np.asarray(image).astype(np.float64) * (255 if image.mode == "F" else 1 / 257)
        return Image.fromarray(np.clip(np.nan_to_num(grey).round(), 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")
