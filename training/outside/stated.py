"""What a descriptor from outside says about itself: its grid, and how its descriptors are compared."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, get_args

from training.errors import RequestError
from training.settings import Distance


@dataclass(frozen=True)
class Stated:
    """The grid of a map (D, h, w): the centre of cell (i, j) is at `offset_px` + `stride_px` · (i, j), x first."""

    where: str
    """How errors name the descriptor: its file, and its function."""
    name: str
    """Name in tables and figures."""
    stride_px: float = 1.0
    """Pixels from one cell to the next, on both axes."""
    offset_px: float = 0.0
    """Centre of cell (0, 0), on both axes; the centre of the top-left pixel is 0."""
    multiple_px: int = 1
    """The sides of the pictures that it takes are multiples of this."""
    distance: Distance = "cosine"
    """How two of its descriptors are compared."""

    def cells(self, side_px: int) -> tuple[int, ...]:
        """Numbers of cells that a side of that many pixels may have, smallest first."""
        ratio = side_px / self.stride_px
        return tuple(sorted({max(1, math.floor(ratio)), math.ceil(ratio)}))


def stated(where: str, name: str, said: Callable[[str], Any]) -> Stated:
    """What is said under the names of the fields, None where nothing is: numbers, or text that holds them.

    Unsaid are stride 1, the offset (stride - 1) / 2 of a cell that covers its pixels, any size, cosine, and `name`.
    Raises RequestError, in a line, for a value that cannot be.
    """
    stride = _number(where, "stride_px", said("stride_px"), 1.0)
    offset = _number(where, "offset_px", said("offset_px"), (stride - 1) / 2)
    multiple = _number(where, "multiple_px", said("multiple_px"), 1)
    if stride <= 0:
        raise RequestError(f"{where}: its stride_px is {stride:g}, must be above 0")
    if multiple < 1 or multiple != int(multiple):
        raise RequestError(f"{where}: its multiple_px is {multiple:g}, must be a whole number from 1 on")
    distance = _distance(where, said("distance"))
    return Stated(where, str(said("name") or name), stride, offset, int(multiple), distance)


def _number(where: str, key: str, value: Any, unsaid: float) -> float:
    """A finite number. Raises RequestError."""
    if value is None:
        return unsaid
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise RequestError(f"{where}: its {key} is {value!r}, must be a number of pixels")
    return number


def _distance(where: str, value: Any) -> Distance:
    """The name of a distance, cosine for None. Raises RequestError that lists them."""
    known = get_args(Distance)
    if value is None:
        return "cosine"
    if value not in known:
        raise RequestError(f"{where}: its distance is {value!r}, choose one of {', '.join(known)}")
    return cast(Distance, value)
