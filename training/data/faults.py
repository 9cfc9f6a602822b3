"""Why files of a folder of pictures are passed over, and the words that count them."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.errors import ImageError
from training.photo.faults import DamagedError, NoImageError, PackageError, TooLargeError


class SmallError(ImageError):
    """The picture is smaller than the window."""


class BlankError(ImageError):
    """The picture is of one colour: all its pixels look alike, so there is nothing to match."""


@dataclass(frozen=True)
class Fault:
    """One reason."""

    error: type[ImageError]
    """What reading raises."""
    one: str
    """What one such file is; {crop} stands for the window's side."""
    many: str
    """What several are."""


_PYDICOM = "to be read by pydicom (pip install -U pydicom)"

FAULTS = (
    Fault(NoImageError, "file is no image", "files are no images"),
    Fault(DamagedError, "picture is damaged", "pictures are damaged"),
    Fault(SmallError, "picture is smaller than {crop} px", "pictures are smaller than {crop} px"),
    Fault(BlankError, "picture is of one colour", "pictures are of one colour"),
    Fault(TooLargeError, "picture is too large", "pictures are too large"),
    Fault(PackageError, f"DICOM file is {_PYDICOM}", f"DICOM files are {_PYDICOM}"),
)
"""Every reason; a file that has one is marked with 1 + its place here, others with 0."""


def mark_of(error: ImageError) -> int:
    """The mark of a file that raised this error when it was read."""
    return 1 + next(k for k, fault in enumerate(FAULTS) if isinstance(error, fault.error))


def told(counts: Sequence[int], crop: int) -> str:
    """How many files have each reason, in words: "3 files are no images, 2 pictures are smaller than 128 px"."""
    named = ((count, fault.one if count == 1 else fault.many) for count, fault in zip(counts, FAULTS, strict=True))
    return ", ".join(f"{count} {words.format(crop=crop)}" for count, words in named if count)
