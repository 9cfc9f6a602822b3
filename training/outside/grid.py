"""From the cells of a map to the pixels of its picture, without a drift of half a pixel."""

import torch
from torch import Tensor


def at_pixels(cells: Tensor, stride_px: float, offset_px: float, size: tuple[int, int]) -> Tensor:
    """A map (D, h, w) read at every pixel centre of a picture of `size` (H, W): (D, H, W), bilinear.

    Cell (i, j) has its centre at `offset_px` + `stride_px` · (i, j) pixels; the centre of the top-left pixel is (0, 0).
    Pixels outside of the outermost centres get what the nearest point between the centres has. A pixel on a centre
    gets the cell's own values, bit for bit.
    """
    for dim, pixels in zip((1, 2), size, strict=True):
        cells = _along(cells, dim, (torch.arange(pixels, dtype=torch.float64) - offset_px) / stride_px)
    return cells


def _along(cells: Tensor, dim: int, places: Tensor) -> Tensor:
    """Linear interpolation along one dimension, at `places` in cells."""
    last = cells.shape[dim] - 1
    places = places.clamp(0, last)
    low = places.floor().long()
    share = (places - low).to(cells.dtype).reshape([-1 if d == dim else 1 for d in range(cells.ndim)])
    return torch.lerp(cells.index_select(dim, low), cells.index_select(dim, (low + 1).clamp(max=last)), share)
