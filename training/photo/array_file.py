"""`.npy`: one picture as a NumPy array of real numbers."""

from pathlib import Path

import numpy as np

from scenegen.errors import first_line
from training.photo.depth import Array, stretched
from training.photo.faults import DamagedError, NoImageError

_COLOURS = (1, 3)
"""Channels that a picture may have."""


def begins(head: bytes) -> bool:
    """Whether the first bytes are those of a `.npy` file."""
    return head.startswith(b"\x93NUMPY")


def size(path: Path) -> tuple[int, int]:
    """Width and height. Raises ImageError."""
    height, width = _opened(path).shape[:2]
    return width, height


def read(path: Path) -> Array:
    """(H, W, 3) uint8: uint8 as it is, truth values black and white, all else stretched. Raises ImageError."""
    values = _opened(path)
    if values.dtype == bool:
        values = values * np.uint8(255)
    levels = np.asarray(values if values.dtype == np.uint8 else stretched(values))
    return np.ascontiguousarray(np.broadcast_to(levels, (*levels.shape[:2], 3)))


def _opened(path: Path) -> Array:
    """(H, W, 1 or 3) real numbers, not read yet; where the last axis can be that of the channels, it is."""
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # of many kinds: the header is a piece of Python
        raise DamagedError(f"{path}: is damaged ({first_line(error)}); save the array again with numpy.save") from None
    if values.dtype.kind not in "biuf":
        raise NoImageError(f"{path}: is an array of {values.dtype}; give real numbers")
    shape = values.shape
    if values.ndim == 2:
        values = values[..., None]
    if values.ndim == 3 and values.shape[2] not in _COLOURS:
        values = values.transpose(1, 2, 0)
    if values.ndim != 3 or values.shape[2] not in _COLOURS or not values.size:
        raise NoImageError(f"{path}: is an array of shape {shape}; give (H, W), (H, W, 3) or (3, H, W)")
    return values
