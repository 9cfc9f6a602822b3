"""Reading any picture as (H, W, 3) uint8: photographs, 16-bit and float pictures, NumPy arrays, DICOM."""

from training.photo.formats import SUFFIXES, as_batch, photo_pixels, read_photo

__all__ = ["SUFFIXES", "as_batch", "photo_pixels", "read_photo"]
