"""Why a file gives no picture: one error for each kind of trouble, so that files passed over can be counted by it."""

from pathlib import Path

from PIL import Image

from training.errors import ImageError


class NoImageError(ImageError):
    """The file is no image of a kind that is read here."""


class DamagedError(ImageError):
    """The file begins like an image and does not go on like one, or cannot be opened."""


class TooLargeError(ImageError):
    """The picture has more pixels than one process should hold."""


class PackageError(ImageError):
    """The file needs a package that is not installed."""


def most_pixels() -> int:
    """Pixels that a picture may have: Pillow's own limit."""
    return Image.MAX_IMAGE_PIXELS or 2**62


def too_large(path: Path) -> TooLargeError:
    """The error of a picture beyond the limit."""
    return TooLargeError(
        f"{path}: has more than {most_pixels() // 1_000_000} million pixels; make it smaller or cut it"
    )
