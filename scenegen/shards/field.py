"""One dataset of a shard: its name, shape, type, unit and meaning, and how it is cut into chunks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenegen.layers import ENUM, LAYER

FORMAT_VERSION = "1.0"
"""Version of a shard that has every dataset of the first one: a file states the least version that describes it."""
LENS_VERSION = "2.0"
"""Version of a shard whose cameras have lenses: who knows of none would take `camera/K` for all of the camera."""


def in_numbers(version: str) -> tuple[int, ...]:
    """A version as numbers, which compare as versions do: 1.10 comes after 1.9. What is no number is 0."""
    return tuple(int(part[:9]) if part[:9].isdecimal() else 0 for part in version.split("."))


TEXT = "utf-8"
"""Type name of fixed-length text; its width is that of the longest entry."""

PICTURE = ("sample", "view", "y", "x")
"""Dimension labels that every picture begins with."""
FEWEST_ROWS, MOST_ROWS = 16, 64
"""Rows of a band: pictures are stored in bands, so that a window of one is read without the rest of it."""


@dataclass(frozen=True)
class Field:
    """One dataset of a shard."""

    name: str
    """Path inside the file."""
    dims: tuple[str, ...]
    """Dimension labels; the same label is the same size in every dataset of a shard."""
    dtype: str
    """NumPy type name (little-endian), or `TEXT`, or `ENUM`."""
    units: str
    """Unit of the numbers; "1" where there is none."""
    description: str
    """What it holds, with frames and conventions, in one line."""
    chunk_axes: int = 0
    """Leading axes of chunk length 1; 0 stores the dataset as one chunk. Pictures are cut into bands besides."""
    layer: str | None = None
    """Name of the optional layer it belongs to, all of which is there or nothing; None when every shard has it."""
    lens: str | None = None
    """Name of the lens model whose coefficients it holds, where the cameras have it; None of all other datasets."""
    blank: float | None = None
    """What stands for each number where an imported shard lacks the dataset; None when no shard may lack it."""

    @property
    def since(self) -> str:
        """Format version that brought it: that of its layer, or of lenses."""
        if self.lens:
            return LENS_VERSION
        return LAYER[self.layer].since if self.layer else FORMAT_VERSION

    @property
    def is_optional(self) -> bool:
        """Whether some shards have it and others do not."""
        return self.layer is not None or self.lens is not None

    @property
    def memory_dtype(self) -> np.dtype[Any]:
        """The NumPy type of the array that the writer wants; text is any `str` array."""
        return np.dtype({TEXT: np.str_, ENUM: np.uint8}.get(self.dtype, self.dtype))

    @property
    def is_picture(self) -> bool:
        """Whether it has one value, or colour, or vector, for each pixel of each view."""
        return self.dims[: len(PICTURE)] == PICTURE

    def chunks(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Chunk shape for a dataset of `shape`, which has no zero. Chunks tile it exactly."""
        rest = shape[self.chunk_axes :]
        if self.is_picture:
            rest = (band_rows(rest[0]), *rest[1:])
        return (1,) * self.chunk_axes + rest


def band_rows(height: int) -> int:
    """Rows of each band of a picture of `height` rows: the most, up to 64, that divide it; all of it if fewer than 16.

    Measured on 640 x 480 pictures: bands of 48 and 60 rows give windows of 128 and 256 rows fastest and cost 2 to
    8 % more bytes.
    """
    divisors = [rows for rows in range(FEWEST_ROWS, MOST_ROWS + 1) if height % rows == 0]
    return max(divisors, default=height)
