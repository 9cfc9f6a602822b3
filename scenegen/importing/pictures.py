"""Pictures, depth pictures and tables of numbers from files of elsewhere; what is wrong with one is a line."""

import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from scenegen.errors import ImportingError, first_line

SUFFIXES = (".png", ".jpg", ".jpeg", ".ppm", ".pgm", ".bmp", ".tif", ".tiff", ".webp")
"""Files that are taken for pictures, in lower case."""
MOST_PIXELS = 1 << 27
"""Pictures of more are refused before they are decoded."""
BAD = (
    *(OSError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError, SyntaxError, UnidentifiedImageError),
    *(EOFError, RecursionError, struct.error, zlib.error, zipfile.BadZipFile),
)
"""What Pillow, NumPy and the readers of headers raise about a damaged file."""
T = TypeVar("T")


def reading(path: Path, read: Callable[[Path], T], what: str) -> T:
    """What `read` makes of a file that is to be `what`, such as "a picture"; ImportingError in one line otherwise."""
    try:
        if not path.is_file():
            raise ImportingError(f"{path}: no such file, which is to be {what}: add it, or take out what names it")
        return read(path)
    except BAD as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else first_line(error)
        raise ImportingError(f"{path}: cannot be read as {what} ({why}): mend or remove it") from None


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) as the header of a picture says."""
    return reading(path, lambda p: _opened(p).size, "a picture")


def read_color(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB; grey pictures have three equal channels, transparency is left out."""
    return reading(path, _color, "a picture")


def read_numbers(path: Path, what: str) -> NDArray[np.float64]:
    """(rows, columns) of a text file of numbers; what follows a # is left out."""
    return reading(path, lambda p: np.loadtxt(p, np.float64, ndmin=2), what)


def read_plane(path: Path) -> NDArray[Any]:
    """(H, W) the one channel of a picture as it is stored: 8 or 16 bits, or floating point."""
    return reading(path, _plane, "a picture of one channel")


def find_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def _opened(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(path)
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(f"{image.width} x {image.height} pixels are too many")
    return image


def _color(path: Path) -> NDArray[np.uint8]:
    with _opened(path) as image:
        if image.mode.startswith("I") or image.mode == "F":
            deep = np.asarray(image)
            return np.repeat((deep >> 8).astype(np.uint8)[..., None], 3, axis=2)
        return np.asarray(image.convert("RGB"))


def _plane(path: Path) -> NDArray[Any]:
    with _opened(path) as image:
        plane = np.asarray(image)
    if plane.ndim != 2:
        raise ValueError(f"it has {plane.shape[-1]} channels")
    return plane
