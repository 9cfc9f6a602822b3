"""The picture that a shard is recognised by."""

import numpy as np
from numpy.typing import NDArray


def preview(pairs: list[tuple[NDArray[np.uint8], ...]]) -> NDArray[np.uint8]:
    """One picture of a shard: the first two views of up to two samples, at half size."""
    rows = [np.concatenate([_half(left), _half(right)], axis=1) for left, right in pairs]
    return np.concatenate(rows, axis=0)


def _half(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H // 2, W // 2, 3) mean of 2 x 2 pixels."""
    h, w = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    # rows, then columns: a mean over both axes at once takes five times as long
    rows = image[:h:2, :w].astype(np.uint16) + image[1:h:2, :w]
    return np.rint((rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)).astype(np.uint8)
