"""Looking up what a picture has for each pixel."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.dtype[Any])


def at_nearest(plane: np.ndarray[Any, T], xy: NDArray[np.float64]) -> np.ndarray[Any, T]:
    """(N, ...) the entries of the pixels nearest to places, of the outermost ones beyond the picture."""
    height, width = plane.shape[:2]
    x, y = np.clip(np.rint(np.nan_to_num(xy)), 0, (width - 1, height - 1)).astype(int).T
    return plane[y, x]
