"""Pictures and depth maps as files: the same pixels give the same bytes."""

import io
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scenegen.export.choices import Suffix

JPEG: dict[str, Any] = {"format": "JPEG", "quality": 95, "subsampling": 0}
PNG: dict[str, Any] = {"format": "PNG", "compress_level": 3}  # twice as fast as Pillow's 6, a few per cent larger
MILLIMETRES = 1000
MOST_MM = np.iinfo(np.uint16).max


def encode(rgb: NDArray[np.uint8], suffix: Suffix) -> bytes:
    """(H, W, 3) uint8 picture as a PNG (lossless) or a JPEG file."""
    return _bytes(Image.fromarray(rgb), PNG if suffix == "png" else JPEG)


def depth_png(depth_m: NDArray[np.float32]) -> bytes:
    """(H, W) z-depth in metres as a 16-bit PNG in millimetres; 0, unknown, beyond 65.535 m and where nothing is hit."""
    mm = np.rint(depth_m * MILLIMETRES)
    return _bytes(Image.fromarray(np.where(mm <= MOST_MM, mm, 0).astype(np.uint16)), PNG)


def depth_h5(depth_m: NDArray[np.float32]) -> bytes:
    """(H, W) z-depth in metres as an HDF5 file with one dataset, `depth`; 0 where nothing is hit."""
    with h5py.File("depth", "w", driver="core", backing_store=False) as file:
        file.create_dataset("depth", data=depth_m, chunks=depth_m.shape, compression="gzip", shuffle=True)
        file.flush()
        return file.id.get_file_image()


def _bytes(image: Image.Image, options: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()
