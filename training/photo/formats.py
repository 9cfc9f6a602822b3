"""Which reader serves a file. A new kind is a module with `size` and `read`, and a row in FORMATS."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.photo import array_file, dicom_file, picture_file
from training.photo.depth import Array
from training.photo.faults import DamagedError, most_pixels, too_large


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    begins: Callable[[bytes], bool]
    """Whether a file that begins with these HEAD bytes is one."""
    size: Callable[[Path], tuple[int, int]]
    """Width and height, from the head of the file alone; raises ImageError."""
    read: Callable[[Path], Array]
    """(H, W, 3) uint8; raises ImageError."""
    suffixes: tuple[str, ...]
    """Endings of such files, in lower case."""


HEAD = 132
"""Bytes that tell a file's kind."""
FORMATS: dict[str, Format] = {
    "numpy": Format(array_file.begins, array_file.size, array_file.read, (".npy",)),
    "dicom": Format(dicom_file.begins, dicom_file.size, dicom_file.read, (".dcm", ".dicom")),
    "picture": Format(picture_file.begins, picture_file.size, picture_file.read, picture_file.SUFFIXES),
}
"""The kinds, asked in this order; the last one takes what no other one knows."""
SUFFIXES = frozenset(suffix for kind in FORMATS.values() for suffix in kind.suffixes)
"""Endings of files that may be pictures. A file is read as what its bytes say it is, whatever its ending."""


def photo_pixels(path: Path) -> int:
    """Number of pixels, from the head of the file alone. Raises ImageError."""
    width, height = _format_of(path).size(path)
    return width * height


def read_photo(path: Path) -> Array:
    """(H, W, 3) uint8 sRGB, the way a viewer would show it. Raises ImageError for what is no image.

    The EXIF orientation is applied; grey becomes three equal channels; transparency is laid over white. Pictures of
    more than 8 bits are stretched to their own range (`depth`). Of a DICOM file the first frame is read, in its own
    window where it has one. A `.npy` file holds (H, W), (H, W, 1), (H, W, 3) or channels first; uint8 as it is.
    """
    kind = _format_of(path)
    width, height = kind.size(path)
    if width * height > most_pixels():
        raise too_large(path)
    return kind.read(path)


def as_batch(photo: np.ndarray) -> Tensor:
    """(H, W, 3) to (1, 3, H, W), both uint8."""
    return torch.from_numpy(photo.copy()).permute(2, 0, 1)[None]


def _format_of(path: Path) -> Format:
    """The kind of a file by its first bytes."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise DamagedError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    return next(kind for kind in FORMATS.values() if kind.begins(head))
