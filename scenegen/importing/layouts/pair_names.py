"""Which two pictures a file of matches is about."""

from pathlib import Path

from scenegen.errors import ImportingError
from scenegen.importing.pictures import find_pictures

KEYS = (("image0", "image1"), ("image1", "image2"), ("img0", "img1"), ("img1", "img2"))
"""Names under which files say their two pictures; the first pair that is there counts."""


def named_pictures(path: Path, said: dict[str, object]) -> tuple[Path, Path]:
    """The pictures that a file names under one of `KEYS`, beside it; else the only two of its folder.

    Raises ImportingError where neither is so.
    """
    for first, second in KEYS:
        if first in said and second in said:
            return path.parent / str(said[first]), path.parent / str(said[second])
    return only_two(path)


def only_two(path: Path) -> tuple[Path, Path]:
    """The two pictures in the folder of a file, by name. Raises ImportingError where there are others, or fewer."""
    pictures = find_pictures(path.parent)
    if len(pictures) != 2:
        raise ImportingError(
            f"{path}: does not name its two pictures (as image0, image1), and {len(pictures)} lie beside it: name them "
            "in it, or keep each pair in a folder of its own"
        )
    return pictures[0], pictures[1]
