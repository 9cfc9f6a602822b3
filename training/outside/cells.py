"""The map that a descriptor from outside returns, checked against what it says."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.errors import RequestError
from training.outside.stated import Stated


def checked_cells(returned: Any, stated: Stated, size: tuple[int, int]) -> Tensor:
    """What was returned for a picture of `size` (H, W) as (D, h, w) float32 on the CPU.

    NumPy arrays and tensors of any float type are taken. Raises RequestError, in a line, for anything else, another
    grid than is said, and values that are not finite.
    """
    where = stated.where
    if not isinstance(returned, np.ndarray | Tensor):
        raise RequestError(f"{where} returned {_kind(returned)}, not an array (D, h, w) of floats")
    cells = returned.detach().cpu() if isinstance(returned, Tensor) else _tensor(where, returned)
    if not cells.is_floating_point():
        raise RequestError(f"{where} returned {_plain(cells)}, not floats")
    _check_grid(tuple(cells.shape), stated, size)
    cells = cells.float()
    if not cells.isfinite().all():
        raise RequestError(f"{where} returned NaN or infinity, also as float32, for a picture of {_size(size)} px")
    return cells


def _check_grid(shape: tuple[int, ...], stated: Stated, size: tuple[int, int]) -> None:
    """RequestError unless the shape is that of a map on the stated grid."""
    height, width = (stated.cells(side) for side in size)
    if len(shape) == 3 and shape[0] and shape[1] in height and shape[2] in width:
        return
    rows, columns = (" or ".join(map(str, numbers)) for numbers in (height, width))
    said = f"says stride {stated.stride_px:g} (so (D, {rows}, {columns}) for {_size(size)})"
    raise RequestError(f"{stated.where} {said} and returned {shape}; state its grid by stride_px")


def _tensor(where: str, array: np.ndarray) -> Tensor:
    """A NumPy array as a tensor; RequestError for types that hold no numbers."""
    if array.dtype.kind not in "fiub":
        raise RequestError(f"{where} returned {array.dtype}, not floats")
    return torch.from_numpy(np.ascontiguousarray(array, array.dtype.newbyteorder("=")))


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _plain(cells: Tensor) -> str:
    return str(cells.dtype).removeprefix("torch.")


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
