"""DICOM, where pydicom is installed: the first frame, as its own header wants it shown.

Stored values become modality values (rescale slope and intercept, PS3.3 C.7.6.16 and C.11.1); the first window of
the header (C.11.2.1.2) tells black and white, and where there is none the picture is stretched to its own range, its
padding left out. MONOCHROME1, where small is bright, is turned round.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.errors import first_line
from training.photo.depth import Array, as_uint8, percentiles, stretched
from training.photo.faults import DamagedError, NoImageError, PackageError


def begins(head: bytes) -> bool:
    """Whether the first bytes are those of a DICOM file: DICM after a preamble of 128 bytes (PS3.10, 7.1)."""
    return head[128:132] == b"DICM"


def size(path: Path) -> tuple[int, int]:
    """Width and height. Raises ImageError."""
    dataset = _opened(path, stop_before_pixels=True)
    if "Rows" not in dataset or "Columns" not in dataset:
        raise NoImageError(f"{path}: is a DICOM file without a picture; give an image object")
    return int(dataset.Columns), int(dataset.Rows)


def read(path: Path) -> Array:
    """(H, W, 3) uint8 of the first frame. Raises ImageError."""
    dataset = _opened(path)
    if "PixelData" not in dataset:
        raise NoImageError(f"{path}: is a DICOM file without a picture; give an image object")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that break a rule and can be read all the same
            levels = _levels(dataset)
    except Exception as error:  # the decoders of pydicom raise errors of many kinds
        raise DamagedError(f"{path}: its pixels cannot be decoded ({first_line(error)}); convert it to PNG") from None
    return np.ascontiguousarray(np.broadcast_to(levels.reshape(*levels.shape[:2], -1), (*levels.shape[:2], 3)))


def _opened(path: Path, **options: Any) -> Any:
    """The header, and the pixels not decoded yet."""
    try:
        import pydicom.pixels  # of version 3, and no part of the base install
    except ImportError:
        raise PackageError(f"{path}: is a DICOM file: pip install -U pydicom to read it") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pydicom.dcmread(path, **options)
    except Exception as error:  # of many kinds, as damage has
        raise DamagedError(f"{path}: is damaged ({first_line(error)}); export it again") from None


def _levels(dataset: Any) -> Array:
    """(H, W) or (H, W, 3) uint8 of the first frame."""
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import pixel_array

    frame = pixel_array(dataset, index=0)  # YBR becomes RGB
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        frame = apply_color_lut(frame, dataset)[..., :3]
    if frame.ndim == 2:
        return _grey(dataset, frame)
    return frame if frame.dtype == np.uint8 else stretched(frame)


def _grey(dataset: Any, frame: Array) -> Array:
    """(H, W) uint8 of stored values (H, W)."""
    from pydicom.pixels.processing import apply_rescale

    values = apply_rescale(frame, dataset).astype(np.float64)
    if "PixelPaddingValue" in dataset:
        values[frame == dataset.PixelPaddingValue] = np.nan
    low, high = _window(dataset) or percentiles(values)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        values, low, high = -values, -high, -low
    return as_uint8(values, low, high)


def _window(dataset: Any) -> tuple[float, float] | None:
    """The values that the header wants black and white; None where it does not say."""
    if "WindowCenter" not in dataset or "WindowWidth" not in dataset:
        return None
    centre, width = (float(np.atleast_1d(value)[0]) for value in (dataset.WindowCenter, dataset.WindowWidth))
    if dataset.get("VOILUTFunction", "LINEAR") == "LINEAR":
        centre, width = centre - 0.5, width - 1
    return (centre - width / 2, centre + width / 2) if width > 0 else None
